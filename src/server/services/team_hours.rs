//! A team's working hours by the clocks of its zone. Pure.
//!
//! A day's work begins when the clocks first show `from` and ends when they last show `to`; where they leave
//! one of both out, it is the moment after the gap. So a day has one stretch of work at most, however the
//! clocks change in it.

use crate::domain::team_config::{Weekday, WorkingHours};
use chrono::{
    DateTime, Datelike, LocalResult, NaiveDate, NaiveDateTime, NaiveTime, TimeDelta, TimeZone, Utc,
};
use chrono_tz::Tz;

/// The longest that clocks were ever put forward is a day, in Samoa.
const LONGEST_GAP: i64 = 25 * 60;
/// How far ahead an opening is looked for: a gap may swallow the only hours of a week.
const DAYS_AHEAD: i64 = 21;

/// Whether the team works.
pub fn is_open(hours: &WorkingHours, now: DateTime<Utc>) -> bool {
    next_opening(hours, now) == now
}

/// The first moment from `now` on at which the team works. A day later where there is none, which no valid
/// hours bring about.
pub fn next_opening(hours: &WorkingHours, now: DateTime<Utc>) -> DateTime<Utc> {
    let zone = zone(hours);
    let today = now.with_timezone(&zone).date_naive();
    // Clocks that go back over midnight may show yesterday once more.
    (-1..=DAYS_AHEAD)
        .filter_map(|days| stretch(hours, zone, today + TimeDelta::days(days)))
        .find(|(_, end)| now < *end)
        .map_or(now + TimeDelta::days(1), |(begin, _)| begin.max(now))
}

/// A zone that the program no longer knows counts as UTC.
fn zone(hours: &WorkingHours) -> Tz {
    hours.zone.parse().unwrap_or(Tz::UTC)
}

/// From when until when the team works on a day.
fn stretch(hours: &WorkingHours, zone: Tz, day: NaiveDate) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    let weekday = Weekday::ALL.get(day.weekday().num_days_from_monday() as usize)?;
    if !hours.days.contains(weekday) {
        return None;
    }
    let (from, to) = hours.minutes()?;
    let at = |minutes: i64| day.and_time(NaiveTime::MIN) + TimeDelta::minutes(minutes);
    // 24:00 is the beginning of the next day.
    let end = if to < 24 * 60 { last(zone, at(to)) } else { first(zone, at(to)) };
    let begin = first(zone, at(from));
    (begin < end).then_some((begin, end))
}

/// The first moment at which clocks show this; where they leave it out, the first after it.
fn first(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    shown(zone, local).map_or_else(|| local.and_utc(), |(first, _)| first)
}

/// The last moment at which clocks show this; where they leave it out, the first after it.
fn last(zone: Tz, local: NaiveDateTime) -> DateTime<Utc> {
    shown(zone, local).map_or_else(|| local.and_utc(), |(_, last)| last)
}

fn shown(zone: Tz, local: NaiveDateTime) -> Option<(DateTime<Utc>, DateTime<Utc>)> {
    (0..=LONGEST_GAP).find_map(|minutes| {
        match zone.from_local_datetime(&(local + TimeDelta::minutes(minutes))) {
            LocalResult::Single(at) => Some((at.to_utc(), at.to_utc())),
            LocalResult::Ambiguous(first, last) => Some((first.to_utc(), last.to_utc())),
            LocalResult::None => None,
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn hours(zone: &str, days: &[Weekday], from: &str, to: &str) -> WorkingHours {
        let (zone, from, to) = (zone.to_owned(), from.to_owned(), to.to_owned());
        WorkingHours { zone, days: days.to_vec(), from, to }
    }

    fn vienna(days: &[Weekday], from: &str, to: &str) -> WorkingHours {
        hours("Europe/Vienna", days, from, to)
    }

    #[track_caller]
    fn ends(hours: &WorkingHours, end: &str) {
        let end = at(end);
        assert!(is_open(hours, end - TimeDelta::seconds(1)) && !is_open(hours, end), "{end}");
    }

    #[test]
    fn a_week_of_work_is_that_of_the_zone() {
        let week = vienna(&Weekday::ALL[..5], "09:00", "17:00");
        for (now, opening) in [
            // Friday morning, at work, and after it; clocks go forward on Sunday.
            ("2026-03-27T07:59:59Z", "2026-03-27T08:00:00Z"),
            ("2026-03-27T08:00:00Z", "2026-03-27T08:00:00Z"),
            ("2026-03-27T15:59:59Z", "2026-03-27T15:59:59Z"),
            ("2026-03-27T16:00:00Z", "2026-03-30T07:00:00Z"),
            ("2026-03-29T12:00:00Z", "2026-03-30T07:00:00Z"),
            // And back on the Sunday after this Friday.
            ("2026-10-23T14:59:59Z", "2026-10-23T14:59:59Z"),
            ("2026-10-23T15:00:00Z", "2026-10-26T08:00:00Z"),
        ] {
            assert_eq!(next_opening(&week, at(now)), at(opening), "{now}");
            assert_eq!(is_open(&week, at(now)), now == opening, "{now}");
        }
        let new_york = hours("America/New_York", &[Weekday::Monday], "09:00", "10:00");
        assert_eq!(next_opening(&new_york, at("2026-03-07T12:00:00Z")), at("2026-03-09T13:00:00Z"));
        assert_eq!(next_opening(&new_york, at("2026-10-31T12:00:00Z")), at("2026-11-02T14:00:00Z"));
    }

    #[test]
    fn a_beginning_that_clocks_leave_out_is_the_end_of_the_gap() {
        let sunday = vienna(&[Weekday::Sunday], "02:30", "05:00");
        let noon_before = at("2026-03-28T12:00:00Z");
        assert_eq!(next_opening(&sunday, noon_before), at("2026-03-29T01:00:00Z"));
        ends(&sunday, "2026-03-29T03:00:00Z");
        ends(&vienna(&[Weekday::Sunday], "01:00", "02:30"), "2026-03-29T01:00:00Z");
        // Hours that are left out as a whole are those of the next week.
        let inside = vienna(&[Weekday::Sunday], "02:10", "02:50");
        assert_eq!(next_opening(&inside, noon_before), at("2026-04-05T00:10:00Z"));
    }

    #[test]
    fn an_hour_that_comes_twice_is_one_stretch_of_work() {
        let night = vienna(&[Weekday::Sunday], "01:00", "02:30");
        for (now, open) in [
            ("2026-10-24T22:59:59Z", false),
            ("2026-10-24T23:00:00Z", true),
            ("2026-10-25T00:45:00Z", true),
            ("2026-10-25T01:29:59Z", true),
            ("2026-10-25T01:30:00Z", false),
        ] {
            assert_eq!(is_open(&night, at(now)), open, "{now}");
        }
        let twice = vienna(&[Weekday::Sunday], "02:30", "03:00");
        assert_eq!(next_opening(&twice, at("2026-10-24T12:00:00Z")), at("2026-10-25T00:30:00Z"));
    }

    #[test]
    fn twenty_four_hours_are_all_of_a_day() {
        let always = vienna(Weekday::ALL, "00:00", "24:00");
        for now in ["2026-03-28T23:00:00Z", "2026-03-29T01:00:00Z", "2026-10-25T00:59:59Z"] {
            assert!(is_open(&always, at(now)), "{now}");
        }
        ends(&vienna(&[Weekday::Saturday], "18:00", "24:00"), "2026-01-10T23:00:00Z");
        // There is no midnight in Beirut on 29 March 2026; the hour before midnight comes twice on 24 October.
        let beirut = hours("Asia/Beirut", &[Weekday::Sunday], "00:00", "24:00");
        assert_eq!(next_opening(&beirut, at("2026-03-28T12:00:00Z")), at("2026-03-28T22:00:00Z"));
        ends(&hours("Asia/Beirut", &[Weekday::Saturday], "22:00", "24:00"), "2026-10-24T22:00:00Z");
    }
}
