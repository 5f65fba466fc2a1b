//! The wall clock for display, in milliseconds since 1970. Never for decisions: the server's clock rules.

use std::time::Duration;

use leptos::prelude::*;

/// How often the clock moves.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Tick {
    /// Once a second, for countdowns.
    Second,
    /// Once a minute, for "4 min ago".
    Minute,
}

impl Tick {
    fn period(self) -> Duration {
        match self {
            Self::Second => Duration::from_secs(1),
            Self::Minute => Duration::from_secs(60),
        }
    }
}

/// One pair of timers for the whole page, found through context.
#[derive(Clone, Copy)]
struct SharedNow {
    second: Signal<Option<f64>>,
    minute: Signal<Option<f64>>,
}

/// Starts the page's shared timers. Call it once in the root component, so that fifty rows do not
/// start fifty timers.
///
/// On the server: provides clocks that stay `None`.
pub fn provide_now() {
    provide_context(SharedNow { second: start(Tick::Second), minute: start(Tick::Minute) });
}

/// The current time in milliseconds since 1970, moving with `tick`. It is `None` through the first
/// client render, so that the client repeats what the server wrote. Uses the shared timers where
/// [`provide_now`] was called, else starts its own.
///
/// On the server: always `None`.
pub fn use_now(tick: Tick) -> Signal<Option<f64>> {
    match (use_context::<SharedNow>(), tick) {
        (Some(shared), Tick::Second) => shared.second,
        (Some(shared), Tick::Minute) => shared.minute,
        (None, tick) => start(tick),
    }
}

fn start(tick: Tick) -> Signal<Option<f64>> {
    let now = RwSignal::new(None);
    Effect::new(move |_| {
        now.set(Some(js_sys::Date::now()));
        let advance = move || now.set(Some(js_sys::Date::now()));
        if let Ok(timer) = set_interval_with_handle(advance, tick.period()) {
            on_cleanup(move || timer.clear());
        }
    });
    now.into()
}
