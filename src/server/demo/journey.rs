//! Travelling in time with the injected clock: back to the story's beginning, forward with it, home at the end.

use crate::server::clock::Clock;
use chrono::{DateTime, Datelike, TimeDelta, Timelike, Utc, Weekday};

pub struct Journey {
    clock: Clock,
    /// Where the clock stood before.
    home: TimeDelta,
    /// The present, which the story ends at.
    pub present: DateTime<Utc>,
}

impl Journey {
    pub fn new(clock: &Clock) -> Self {
        Self { clock: clock.clone(), home: clock.offset(), present: clock.now() }
    }

    pub fn now(&self) -> DateTime<Utc> {
        self.clock.now()
    }

    /// Sets the clock to a time before the present, at the beginning.
    pub fn begin(&self, at: DateTime<Utc>) {
        self.clock.advance(at - self.clock.now());
    }

    /// Goes forward to `at`. Never back: what took longer than the story's pause is simply later.
    pub fn go_to(&self, at: DateTime<Utc>) {
        let ahead = at - self.clock.now();
        if ahead > TimeDelta::zero() {
            self.clock.advance(ahead);
        }
    }
}

/// Whatever happens on the way, the clock comes home exactly.
impl Drop for Journey {
    fn drop(&mut self) {
        self.clock.advance(self.home - self.clock.offset());
    }
}

/// Do people work? Monday to Friday, 07:00 to 17:00 UTC.
pub fn is_working(at: DateTime<Utc>) -> bool {
    !is_weekend(at) && (7..17).contains(&at.hour())
}

pub fn is_weekend(at: DateTime<Utc>) -> bool {
    matches!(at.weekday(), Weekday::Sat | Weekday::Sun)
}

/// `at`, or the next time at which people work: the next morning, `minutes` after its beginning.
pub fn when_people_work(at: DateTime<Utc>, minutes: i64) -> DateTime<Utc> {
    if is_working(at) {
        return at;
    }
    let mut day = if at.hour() < 7 { at.date_naive() } else { at.date_naive() + TimeDelta::days(1) };
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        day += TimeDelta::days(1);
    }
    day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(7) + TimeDelta::minutes(minutes)
}

/// A whole hour of a working day, `days` from `at`.
pub fn office_hour(at: DateTime<Utc>, days: i64, hour: i64) -> DateTime<Utc> {
    let mut day = (at + TimeDelta::days(days)).date_naive();
    while matches!(day.weekday(), Weekday::Sat | Weekday::Sun) {
        day += TimeDelta::days(1);
    }
    day.and_time(chrono::NaiveTime::MIN).and_utc() + TimeDelta::hours(hour)
}

/// `2026-05-14T09:00:00Z`
pub fn stamp(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%dT%H:%M:%SZ").to_string()
}

/// `2026-05-14`
pub fn date(at: DateTime<Utc>) -> String {
    at.format("%Y-%m-%d").to_string()
}

/// `Thursday 14 May`
pub fn spoken(at: DateTime<Utc>) -> String {
    at.format("%A %-d %B").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_clock_comes_home_exactly() {
        let clock = Clock::new();
        clock.advance(TimeDelta::hours(3));
        let journey = Journey::new(&clock);
        journey.begin(journey.present - TimeDelta::days(30));
        journey.go_to(journey.present - TimeDelta::days(2));
        journey.go_to(journey.present - TimeDelta::days(9));
        assert!(journey.now() >= journey.present - TimeDelta::days(2));
        drop(journey);
        assert_eq!(clock.offset(), TimeDelta::hours(3));
    }

    #[test]
    fn people_do_not_work_at_night_or_at_the_weekend() {
        let friday_evening: DateTime<Utc> = "2026-05-15T19:30:00Z".parse().unwrap();
        assert_eq!(stamp(when_people_work(friday_evening, 25)), "2026-05-18T07:25:00Z");
        let early: DateTime<Utc> = "2026-05-13T05:00:00Z".parse().unwrap();
        assert_eq!(stamp(when_people_work(early, 5)), "2026-05-13T07:05:00Z");
        assert_eq!(stamp(office_hour(friday_evening, 1, 9)), "2026-05-18T09:00:00Z");
    }
}
