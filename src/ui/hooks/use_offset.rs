//! How far the clock of the signed-in member is from UTC.

use std::sync::Arc;

use chrono::{DateTime, TimeDelta, Utc};
use leptos::prelude::*;

use super::{Tick, use_now};

/// The name of the member's zone; none is the browser's.
#[derive(Clone)]
struct Chosen(Option<Arc<str>>);

/// Tells the page which zone the member chose.
pub fn provide_zone(name: Option<String>) {
    provide_context(Chosen(name.map(Arc::from)));
}

/// The offset from UTC at `time`, in the zone that the member chose, else in the browser's. Where none is chosen it is
/// zero through the first client render, as on the server.
///
/// On the server: that of the zone that the member chose, else zero.
pub fn use_offset(time: DateTime<Utc>) -> Memo<TimeDelta> {
    let chosen = use_context::<Chosen>().and_then(|Chosen(name)| name);
    let now = use_now(Tick::Minute);
    let hydrated = Memo::new(move |_| now.with(Option::is_some));
    Memo::new(move |_| {
        let offset = match &chosen {
            Some(name) => offset_in(name, time),
            None if hydrated.get() => browsers_offset(time),
            None => None,
        };
        offset.unwrap_or_default()
    })
}

/// How far the clock of a zone is from UTC at that time; zero where nobody here knows the zone.
pub fn offset_in_zone(zone: &str, time: DateTime<Utc>) -> TimeDelta {
    offset_in(zone, time).unwrap_or_default()
}

/// How far the zone is from UTC at that time; `None` where nobody here knows it.
#[cfg(feature = "ssr")]
fn offset_in(name: &str, time: DateTime<Utc>) -> Option<TimeDelta> {
    use chrono::Offset;
    let zone: chrono_tz::Tz = name.parse().ok()?;
    Some(TimeDelta::seconds(time.with_timezone(&zone).offset().fix().local_minus_utc().into()))
}

#[cfg(feature = "ssr")]
fn browsers_offset(_time: DateTime<Utc>) -> Option<TimeDelta> {
    None
}

#[cfg(not(feature = "ssr"))]
fn browsers_offset(time: DateTime<Utc>) -> Option<TimeDelta> {
    let minutes = js_sys::Date::new(&(time.timestamp_millis() as f64).into()).get_timezone_offset();
    Some(TimeDelta::minutes(-minutes as i64))
}

#[cfg(not(feature = "ssr"))]
use intl::offset_in;

#[cfg(not(feature = "ssr"))]
mod intl {
    use std::cell::RefCell;

    use chrono::{DateTime, TimeDelta, Utc};
    use js_sys::{Array, Function, Object, Reflect};
    use wasm_bindgen::{JsCast, JsValue};

    thread_local! {
        /// The `format` of an `Intl.DateTimeFormat`, which takes longer to make than to ask many times.
        static FORMAT: RefCell<Option<(String, Function)>> = const { RefCell::new(None) };
    }

    pub fn offset_in(name: &str, time: DateTime<Utc>) -> Option<TimeDelta> {
        let said = FORMAT.with_borrow_mut(|format| {
            if format.as_ref().is_none_or(|(of, _)| of != name) {
                *format = Some((name.to_owned(), made(name).ok()?));
            }
            let (_, format) = format.as_ref()?;
            format.call1(&JsValue::UNDEFINED, &(time.timestamp_millis() as f64).into()).ok()?.as_string()
        })?;
        super::offset_of(&said)
    }

    /// It throws for a zone that this browser does not know.
    fn made(name: &str) -> Result<Function, JsValue> {
        let options = Object::new();
        Reflect::set(&options, &"timeZone".into(), &name.into())?;
        Reflect::set(&options, &"timeZoneName".into(), &"longOffset".into())?;
        let maker =
            Reflect::get(&Reflect::get(&js_sys::global(), &"Intl".into())?, &"DateTimeFormat".into())?;
        let made =
            Reflect::construct(&maker.dyn_into::<Function>()?, &Array::of2(&"en-US".into(), &options))?;
        Reflect::get(&made, &"format".into())?.dyn_into()
    }
}

/// Reads the offset in "11/20/2025, GMT+05:30"; "GMT" alone is none.
#[cfg(any(test, not(feature = "ssr")))]
fn offset_of(said: &str) -> Option<TimeDelta> {
    let (_, offset) = said.split_once("GMT")?;
    if offset.is_empty() {
        return Some(TimeDelta::zero());
    }
    // Some browsers write a minus sign that is none on a keyboard.
    let digits = offset.trim_start_matches(['+', '-', '\u{2212}']);
    let (hours, minutes) = digits.split_once(':')?;
    let minutes = hours.parse::<i64>().ok()? * 60 + minutes.get(..2)?.parse::<i64>().ok()?;
    Some(TimeDelta::minutes(if offset.starts_with('+') { minutes } else { -minutes }))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_offset_is_read_as_browsers_write_it() {
        for (said, minutes) in [
            ("11/20/2025, GMT", Some(0)),
            ("11/20/2025, GMT+01:00", Some(60)),
            ("11/20/2025, GMT+05:30", Some(330)),
            ("11/20/2025, GMT-03:30", Some(-210)),
            ("11/20/2025, GMT\u{2212}08:00", Some(-480)),
            ("11/20/1880, GMT-00:25:21", Some(-25)),
            ("11/20/2025, CET", None),
            ("11/20/2025, GMT+1", None),
        ] {
            assert_eq!(offset_of(said), minutes.map(TimeDelta::minutes), "{said}");
        }
    }

    #[cfg(feature = "ssr")]
    #[test]
    fn the_server_knows_summer_from_winter() {
        let (winter, summer) = (1_763_630_040, 1_750_410_840);
        for (zone, seconds, minutes) in [
            (Some("Europe/Vienna"), winter, 60),
            (Some("Europe/Vienna"), summer, 120),
            (Some("America/St_Johns"), winter, -210),
            (Some("Asia/Kolkata"), summer, 330),
            (Some("UTC"), winter, 0),
            (Some("Europe/Nowhere"), winter, 0),
            (None, winter, 0),
        ] {
            let owner = Owner::new();
            let offset = owner.with(|| {
                provide_zone(zone.map(str::to_owned));
                use_offset(DateTime::from_timestamp(seconds, 0).unwrap()).get_untracked()
            });
            assert_eq!(offset, TimeDelta::minutes(minutes), "{zone:?}");
        }
    }
}
