//! A member's clock: their zone, their quiet hours, the hour of their digest. Pure.

use crate::domain::notification::NotificationPreferences;
use chrono::{DateTime, Days, NaiveDate, NaiveTime, TimeDelta, TimeZone, Timelike, Utc};
use chrono_tz::Tz;

/// The member's zone; without one, UTC.
pub fn zone(preferences: &NotificationPreferences) -> Tz {
    preferences.time_zone.as_deref().and_then(|name| name.parse().ok()).unwrap_or(Tz::UTC)
}

/// When something may be sent that is ready `now`: at once, or when the quiet hours are over.
pub fn due(now: DateTime<Utc>, preferences: &NotificationPreferences, critical: bool) -> DateTime<Utc> {
    let zone = zone(preferences);
    let local = now.with_timezone(&zone);
    match preferences.quiet {
        Some(quiet) if quiet.holds_at(i64::from(local.hour())) => {
            if critical && preferences.critical_breaks_quiet {
                return now;
            }
            let today = local.date_naive();
            let over = i64::from(local.hour()) < quiet.until;
            let day = if over { Some(today) } else { today.checked_add_days(Days::new(1)) };
            day.and_then(|day| hour_of(day, quiet.until, zone)).map_or(now, |end| end.max(now))
        }
        _ => now,
    }
}

/// The first moment of this hour on this day; where the clocks leave it out, the first moment after it.
pub fn hour_of(day: NaiveDate, hour: i64, zone: Tz) -> Option<DateTime<Utc>> {
    let wall = day.and_time(NaiveTime::from_hms_opt(u32::try_from(hour).ok()?, 0, 0)?);
    let found = zone.from_local_datetime(&wall).earliest();
    let later =
        || (1..=4).find_map(|n| zone.from_local_datetime(&(wall + TimeDelta::minutes(30 * n))).earliest());
    Some(found.or_else(later)?.with_timezone(&Utc))
}

/// A moment as the member's wall shows it: "20 Nov 2025, 10:14 CET".
pub fn on_the_wall(moment: DateTime<Utc>, zone: Tz) -> String {
    moment.with_timezone(&zone).format("%-d %b %Y, %H:%M %Z").to_string()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::notification::QuietHours;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    fn vienna(from: i64, until: i64) -> NotificationPreferences {
        NotificationPreferences {
            quiet: Some(QuietHours { from, until }),
            time_zone: Some("Europe/Vienna".to_owned()),
            ..NotificationPreferences::default()
        }
    }

    #[test]
    fn quiet_hours_are_those_of_the_member() {
        let night = vienna(22, 7);
        for (now, due_at) in [
            ("2026-01-10T20:59:59Z", "2026-01-10T20:59:59Z"),
            ("2026-01-10T21:00:00Z", "2026-01-11T06:00:00Z"),
            ("2026-01-11T03:30:00Z", "2026-01-11T06:00:00Z"),
            ("2026-01-11T06:00:00Z", "2026-01-11T06:00:00Z"),
            // The night in which an hour is left out, and the one in which an hour comes twice.
            ("2026-03-29T00:30:00Z", "2026-03-29T05:00:00Z"),
            ("2026-10-25T00:30:00Z", "2026-10-25T06:00:00Z"),
        ] {
            assert_eq!(due(at(now), &night, false), at(due_at), "{now}");
        }
        assert_eq!(due(at("2026-01-10T23:00:00Z"), &night, true), at("2026-01-10T23:00:00Z"));
        let strict = NotificationPreferences { critical_breaks_quiet: false, ..night };
        assert_eq!(due(at("2026-01-10T23:00:00Z"), &strict, true), at("2026-01-11T06:00:00Z"));
        let plain =
            NotificationPreferences { quiet: Some(QuietHours { from: 1, until: 2 }), ..Default::default() };
        assert_eq!(due(at("2026-01-10T01:10:00Z"), &plain, false), at("2026-01-10T02:00:00Z"));
    }

    #[test]
    fn an_hour_that_is_left_out_begins_when_it_would_be_over() {
        let day = NaiveDate::from_ymd_opt(2026, 3, 29).unwrap();
        assert_eq!(hour_of(day, 2, Tz::Europe__Vienna), Some(at("2026-03-29T01:00:00Z")));
        let twice = NaiveDate::from_ymd_opt(2026, 10, 25).unwrap();
        assert_eq!(hour_of(twice, 2, Tz::Europe__Vienna), Some(at("2026-10-25T00:00:00Z")));
    }
}
