//! Words for moments and spans. Pure: both times are given, so server and client say the same.

use chrono::{DateTime, TimeDelta, Utc};

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// Milliseconds since 1970 of an RFC 3339 time, or `None` when it is not one.
pub fn parse_ms(rfc3339: &str) -> Option<i64> {
    DateTime::parse_from_rfc3339(rfc3339).ok().map(|time| time.timestamp_millis())
}

/// A moment where the clock is `offset` from UTC: "20 Nov 2025, 10:14 UTC+1".
pub fn moment_text(time: DateTime<Utc>, offset: TimeDelta) -> String {
    let wall = time.checked_add_signed(offset).unwrap_or(time);
    let minutes = offset.num_minutes();
    let sign = if minutes < 0 { '-' } else { '+' };
    let zone = match (minutes.abs() / 60, minutes.abs() % 60) {
        (0, 0) => String::new(),
        (hours, 0) => format!("{sign}{hours}"),
        (hours, minutes) => format!("{sign}{hours}:{minutes:02}"),
    };
    format!("{} UTC{zone}", wall.format("%-d %b %Y, %H:%M"))
}

/// What is left until `expires_ms`: days and hours, hours and minutes, minutes, and seconds in the last
/// minute. Rounded up, so that nothing says zero while it still runs.
pub fn countdown_text(expires_ms: i64, now_ms: i64) -> String {
    let left = expires_ms.saturating_sub(now_ms);
    if left <= 0 {
        return "expired".to_owned();
    }
    if left <= MINUTE {
        return format!("expires in {} s", ceil(left, SECOND));
    }
    let minutes = ceil(left, MINUTE);
    let (hours, minutes) = (minutes / 60, minutes % 60);
    match (hours / 24, hours % 24, minutes) {
        (0, 0, minutes) => format!("expires in {minutes} min"),
        (0, hours, 0) => format!("expires in {hours} h"),
        (0, hours, minutes) => format!("expires in {hours} h {minutes} m"),
        (days, 0, _) => format!("expires in {days} d"),
        (days, hours, _) => format!("expires in {days} d {hours} h"),
    }
}

/// How long ago or how soon, in one unit, for up to 30 days; `None` beyond, where a date says more.
pub fn relative_text(then_ms: i64, now_ms: i64) -> Option<String> {
    let ago = now_ms.saturating_sub(then_ms);
    let span = ago.saturating_abs();
    let amount = match span {
        _ if span < MINUTE => return Some("just now".to_owned()),
        _ if span < HOUR => format!("{} min", span / MINUTE),
        _ if span < DAY => format!("{} h", span / HOUR),
        _ if span < 30 * DAY => format!("{} d", span / DAY),
        _ => return None,
    };
    Some(if ago >= 0 { format!("{amount} ago") } else { format!("in {amount}") })
}

fn ceil(value: i64, unit: i64) -> i64 {
    (value + unit - 1) / unit
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_moment_names_its_offset() {
        let time = DateTime::from_timestamp(1_763_630_040, 0).unwrap();
        for (minutes, words) in [
            (0, "20 Nov 2025, 09:14 UTC"),
            (60, "20 Nov 2025, 10:14 UTC+1"),
            (345, "20 Nov 2025, 14:59 UTC+5:45"),
            (-210, "20 Nov 2025, 05:44 UTC-3:30"),
            (-600, "19 Nov 2025, 23:14 UTC-10"),
        ] {
            assert_eq!(moment_text(time, TimeDelta::minutes(minutes)), words);
        }
    }

    #[test]
    fn countdowns_round_up_and_end() {
        for (left, text) in [
            (-5, "expired"),
            (0, "expired"),
            (1, "expires in 1 s"),
            (59_001, "expires in 60 s"),
            (MINUTE, "expires in 60 s"),
            (MINUTE + 1, "expires in 2 min"),
            (59 * MINUTE, "expires in 59 min"),
            (HOUR, "expires in 1 h"),
            (2 * HOUR + 10 * MINUTE, "expires in 2 h 10 m"),
            (DAY, "expires in 1 d"),
            (3 * DAY + 4 * HOUR, "expires in 3 d 4 h"),
        ] {
            assert_eq!(countdown_text(1_000_000 + left, 1_000_000), text, "{left} ms left");
        }
    }

    #[test]
    fn relative_times_name_one_unit() {
        for (ago, text) in [
            (0, Some("just now")),
            (59_999, Some("just now")),
            (4 * MINUTE, Some("4 min ago")),
            (3 * HOUR + MINUTE, Some("3 h ago")),
            (29 * DAY, Some("29 d ago")),
            (30 * DAY, None),
            (-2 * HOUR, Some("in 2 h")),
        ] {
            assert_eq!(relative_text(0, ago).as_deref(), text, "{ago} ms ago");
        }
    }

    #[test]
    fn only_rfc_3339_is_a_time() {
        assert_eq!(parse_ms("1970-01-01T00:00:01Z"), Some(1_000));
        assert_eq!(parse_ms("1970-01-01T01:00:00.5+01:00"), Some(500));
        assert_eq!(parse_ms("yesterday"), None);
    }
}
