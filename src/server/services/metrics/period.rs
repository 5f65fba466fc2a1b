//! Which times a request for figures means: a range, the one before it, and its parts, in a zone.

use crate::domain::metrics::{BUCKET_SECONDS, MAX_DAYS, MetricsFilter, MetricsRange, Step, is_boundary};
use crate::domain::params::{given, parsed};
use crate::domain::{AppError, AppResult, FieldError};
use chrono::{
    DateTime, Datelike, Days, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

/// Up to so long a range is told by the hour.
const BY_HOUR: TimeDelta = TimeDelta::hours(50);
/// The longest gap of any zone's clock, and more: whole days that a zone left out.
const LONGEST_GAP: TimeDelta = TimeDelta::hours(25);

#[derive(Clone, Debug, PartialEq)]
pub struct Period {
    pub zone: Tz,
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// `to`, or the end of the present quarter of an hour where `to` is ahead.
    pub until: DateTime<Utc>,
    pub previous_from: DateTime<Utc>,
    pub previous_to: DateTime<Utc>,
    pub step: Step,
    pub slices: Vec<Part>,
}

#[derive(Clone, Debug, PartialEq)]
pub struct Part {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    pub label: String,
}

/// One end of a range.
#[derive(Clone, Copy)]
enum Bound {
    Day(NaiveDate),
    Moment(DateTime<Utc>),
}

/// Reads a filter at the time `now`; `own` is the zone of who asks.
pub fn period(filter: &MetricsFilter, own: Option<&str>, now: DateTime<Utc>) -> AppResult<Period> {
    let mut errors = Vec::new();
    let zone = zone_of(filter, own, &mut errors);
    let range: Option<MetricsRange> = parsed("range", filter.range.as_deref(), &mut errors);
    let from = bound("from", filter.from.as_deref(), &mut errors);
    let to = bound("to", filter.to.as_deref(), &mut errors);
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    let today = now.with_timezone(&zone).date_naive();
    let (from, to) = match range.or_else(|| from.map(|_| MetricsRange::Custom)).unwrap_or_default() {
        MetricsRange::Custom => {
            let from = from.ok_or_else(|| AppError::invalid("from", "say where the range begins"))?;
            (from, to.unwrap_or(Bound::Day(today)))
        }
        _ if filter_has_ends(filter) => {
            return Err(AppError::invalid("range", "is custom where `from` or `to` is given"));
        }
        range => {
            let days = u64::try_from(range.days().unwrap_or(1) - 1).unwrap_or(0);
            (Bound::Day(today - Days::new(days)), Bound::Day(today))
        }
    };
    build(zone, from, to, now)
}

fn filter_has_ends(filter: &MetricsFilter) -> bool {
    given(filter.from.as_deref()).or(given(filter.to.as_deref())).is_some()
}

fn zone_of(filter: &MetricsFilter, own: Option<&str>, errors: &mut Vec<FieldError>) -> Tz {
    match given(filter.tz.as_deref()) {
        Some(name) => name.parse().unwrap_or_else(|_| {
            errors.push(FieldError::new("tz", "must be a zone such as Europe/Vienna"));
            Tz::UTC
        }),
        None => own.and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC),
    }
}

fn bound(name: &str, text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<Bound> {
    let text = given(text)?;
    let mut refuse = |detail: &str| {
        errors.push(FieldError::new(name, detail));
        None
    };
    // Years that every calculation with days and zones can hold.
    let in_time = |year: i32| (1970..=9000).contains(&year);
    if let Ok(date) = text.parse::<NaiveDate>() {
        return if in_time(date.year()) {
            Some(Bound::Day(date))
        } else {
            refuse("must be between the years 1970 and 9000")
        };
    }
    match text.parse::<DateTime<Utc>>() {
        Ok(at) if !in_time(at.year()) => refuse("must be between the years 1970 and 9000"),
        Ok(at) if !is_boundary(at) => refuse("must be at a quarter of an hour, such as 09:15:00"),
        Ok(at) => Some(Bound::Moment(at)),
        Err(_) => refuse("must be a date such as 2026-05-14, or a time such as 2026-05-14T09:15:00Z"),
    }
}

fn build(zone: Tz, from: Bound, to: Bound, now: DateTime<Utc>) -> AppResult<Period> {
    let begin = match from {
        Bound::Day(day) => day_start(zone, day),
        Bound::Moment(at) => at,
    };
    let end = match to {
        Bound::Day(day) => day_start(zone, day + Days::new(1)),
        Bound::Moment(at) => at,
    };
    if begin >= end {
        return Err(AppError::invalid("to", "must be after `from`"));
    }
    if end - begin > TimeDelta::days(MAX_DAYS) + TimeDelta::hours(2) {
        return Err(AppError::invalid("to", format!("must be at most {MAX_DAYS} days after `from`")));
    }
    let until = end.min(next_boundary(now)).max(begin);
    let (previous_from, previous_to) = match (from, to) {
        (Bound::Day(first), Bound::Day(last)) => {
            let days = Days::new(u64::try_from((last - first).num_days() + 1).unwrap_or(1));
            let earlier = |local: NaiveDateTime| first_at(zone, local - days);
            let begin = earlier(first.and_time(NaiveTime::MIN));
            (begin, earlier(until.with_timezone(&zone).naive_local()).max(begin))
        }
        _ => (begin - (end - begin), until - (end - begin)),
    };
    let step = if end - begin <= BY_HOUR { Step::Hour } else { Step::Day };
    let slices = parts(zone, step, begin, until);
    Ok(Period { zone, from: begin, to: end, until, previous_from, previous_to, step, slices })
}

/// The end of the quarter of an hour that a time is in.
fn next_boundary(at: DateTime<Utc>) -> DateTime<Utc> {
    let second = (at.timestamp().div_euclid(BUCKET_SECONDS) + 1) * BUCKET_SECONDS;
    DateTime::from_timestamp(second, 0).unwrap_or(at)
}

/// When a day begins: at midnight, or as soon as there is a time on it.
fn day_start(zone: Tz, day: NaiveDate) -> DateTime<Utc> {
    first_at(zone, day.and_time(NaiveTime::MIN))
}

/// The first moment at which clocks show this; where they leave it out, the first after it.
fn first_at(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    let mut later = TimeDelta::zero();
    while later <= LONGEST_GAP {
        match zone.from_local_datetime(&(local + later)) {
            LocalResult::Single(at) | LocalResult::Ambiguous(at, _) => return at.to_utc(),
            LocalResult::None => later += TimeDelta::seconds(BUCKET_SECONDS),
        }
    }
    local.and_utc()
}

fn parts(zone: Tz, step: Step, from: DateTime<Utc>, until: DateTime<Utc>) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut at = from;
    while at < until {
        let local = at.with_timezone(&zone);
        let (next, label) = match step {
            Step::Hour => (at + TimeDelta::hours(1), local.format("%H:%M").to_string()),
            Step::Day => {
                let next = day_start(zone, local.date_naive() + Days::new(1));
                // A clock that was set back over midnight has the day twice.
                (next.max(at + TimeDelta::seconds(BUCKET_SECONDS)), local.format("%Y-%m-%d").to_string())
            }
        };
        let to = next.min(until);
        parts.push(Part { from: at, to, label });
        at = to;
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn of(
        range: Option<&str>,
        from: Option<&str>,
        to: Option<&str>,
        tz: &str,
        now: &str,
    ) -> AppResult<Period> {
        let own = |text: Option<&str>| text.map(str::to_owned);
        let filter = MetricsFilter {
            department: None,
            range: own(range),
            from: own(from),
            to: own(to),
            tz: Some(tz.to_owned()),
            format: None,
        };
        period(&filter, None, at(now))
    }

    #[test]
    fn today_is_told_by_the_hour_as_far_as_it_is_and_so_is_yesterday() {
        let today = of(Some("today"), None, None, "Asia/Kathmandu", "2026-05-14T03:07:00Z").unwrap();
        assert_eq!(today.from, at("2026-05-13T18:15:00Z"));
        assert_eq!(today.to, at("2026-05-14T18:15:00Z"));
        assert_eq!(today.until, at("2026-05-14T03:15:00Z"));
        assert_eq!(today.previous_from, at("2026-05-12T18:15:00Z"));
        assert_eq!(today.previous_to, at("2026-05-13T03:15:00Z"));
        assert_eq!((today.step, today.slices.len()), (Step::Hour, 9));
        assert_eq!(today.slices[8].label, "08:00");
    }

    /// Clocks of Berlin go forward on 29 March and back on 25 October 2026; half an hour in Lord Howe on 5 April.
    #[test]
    fn days_are_as_long_as_the_zone_makes_them() {
        for (tz, from, to, hours) in [
            ("Europe/Berlin", "2026-03-29", "2026-03-29", 23.0),
            ("Europe/Berlin", "2026-10-25", "2026-10-25", 25.0),
            ("America/New_York", "2026-03-08", "2026-03-08", 23.0),
            ("Australia/Lord_Howe", "2026-04-05", "2026-04-05", 24.5),
            ("Asia/Kathmandu", "2026-03-29", "2026-03-29", 24.0),
            // There is no midnight in Beirut on this day.
            ("Asia/Beirut", "2026-03-29", "2026-03-29", 23.0),
        ] {
            let day = of(None, Some(from), Some(to), tz, "2026-12-01T00:00:00Z").unwrap();
            assert_eq!((day.to - day.from).num_minutes() as f64 / 60.0, hours, "{tz} {from}");
            assert!(is_boundary(day.from) && is_boundary(day.to));
        }
        let week = of(None, Some("2026-03-27"), Some("2026-04-02"), "Europe/Berlin", "2026-12-01T00:00:00Z");
        let week = week.unwrap();
        let labels: Vec<&str> = week.slices.iter().map(|part| part.label.as_str()).collect();
        assert_eq!(labels.first().zip(labels.last()), Some((&"2026-03-27", &"2026-04-02")));
        assert_eq!(labels.len(), 7);
        assert_eq!(week.previous_from, at("2026-03-19T23:00:00Z"));
        assert_eq!(week.previous_to, week.from);
    }

    #[test]
    fn what_makes_no_range_is_refused_at_its_place() {
        for (range, from, to, tz, place) in [
            (Some("8d"), None, None, "UTC", "range"),
            (Some("7d"), Some("2026-05-01"), None, "UTC", "range"),
            (Some("custom"), None, None, "UTC", "from"),
            (None, None, None, "Europe/Nowhere", "tz"),
            (None, Some("yesterday"), None, "UTC", "from"),
            (None, Some("2026-05-01T09:01:00Z"), None, "UTC", "from"),
            (None, Some("+262142-12-31"), None, "UTC", "from"),
            (None, Some("2026-05-02"), Some("2026-05-01"), "UTC", "to"),
            (None, Some("2025-01-01"), Some("2026-05-01"), "UTC", "to"),
        ] {
            let refused = of(range, from, to, tz, "2026-06-01T00:00:00Z").unwrap_err();
            assert_eq!(refused.errors()[0].pointer, place, "{range:?} {from:?} {to:?} {tz}");
        }
    }

    #[test]
    fn a_range_ahead_is_empty() {
        let ahead = of(None, Some("2026-07-01"), Some("2026-07-02"), "UTC", "2026-06-01T00:00:00Z").unwrap();
        assert_eq!((ahead.until, ahead.slices.len()), (ahead.from, 0));
        assert!(ahead.previous_from <= ahead.previous_to);
    }
}
