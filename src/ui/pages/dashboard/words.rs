//! How figures are said. Pure.

use crate::domain::metrics::MetricsRange;
use chrono::NaiveDate;

const SECOND: i64 = 1_000;
const MINUTE: i64 = 60 * SECOND;
const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;

/// What stands where there is no number.
pub const NOTHING: &str = "–";

/// "61 %". Only none is 0 %, and only all is 100 %.
pub fn percent(share: Option<f64>) -> String {
    let Some(share) = share else { return NOTHING.to_owned() };
    let whole = (share * 100.0).round();
    let shown = if share > 0.0 && share < 1.0 { whole.clamp(1.0, 99.0) } else { whole };
    format!("{shown} %")
}

/// A duration in at most two units: "3 h 5 m".
pub fn span(milliseconds: i64) -> String {
    let minutes = (milliseconds + MINUTE / 2) / MINUTE;
    let (hours, minutes_over) = (minutes / 60, minutes % 60);
    match milliseconds {
        ms if ms < SECOND => "under 1 s".to_owned(),
        ms if ms < MINUTE => format!("{} s", ms / SECOND),
        ms if ms < HOUR => format!("{} min", minutes.min(59)),
        ms if ms < DAY => match minutes_over {
            0 => format!("{hours} h"),
            _ => format!("{hours} h {minutes_over} m"),
        },
        ms => match (ms / DAY, ms % DAY / HOUR) {
            (days, 0) => format!("{days} d"),
            (days, hours) => format!("{days} d {hours} h"),
        },
    }
}

pub fn maybe_span(milliseconds: Option<i64>) -> String {
    milliseconds.map_or_else(|| NOTHING.to_owned(), span)
}

/// "412 actions", "1 action".
pub fn counted(count: i64, one: &str, many: &str) -> String {
    format!("{count} {}", if count == 1 { one } else { many })
}

/// The range before, in words: "the 7 days before".
pub fn before_words(range: Option<MetricsRange>) -> &'static str {
    match range {
        Some(MetricsRange::Today) => "yesterday until now",
        Some(MetricsRange::Week) => "the 7 days before",
        Some(MetricsRange::Month) => "the 30 days before",
        Some(MetricsRange::Quarter) => "the 90 days before",
        Some(MetricsRange::Custom) | None => "the time before",
    }
}

fn signed(change: i64, words: String) -> String {
    format!("{}{words}", if change < 0 { '−' } else { '+' })
}

/// How a figure changed since the range before.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Change {
    /// One of the two has no such figure.
    Unknown,
    Same,
    By(String),
}

impl Change {
    fn of(change: Option<i64>, words: impl Fn(i64) -> String) -> Self {
        match change {
            None => Self::Unknown,
            Some(0) => Self::Same,
            Some(change) => Self::By(signed(change, words(change.abs()))),
        }
    }

    /// "+12 on the 7 days before".
    pub fn words(&self, before: &str) -> String {
        match self {
            Self::Unknown => format!("nothing to compare in {before}"),
            Self::Same => format!("as in {before}"),
            Self::By(change) => format!("{change} on {before}"),
        }
    }
}

/// How a count changed: "+12".
pub fn count_change(now: i64, before: i64) -> Change {
    Change::of(Some(now - before), |change| change.to_string())
}

/// How a share changed, in points of a hundred: "−3 points".
pub fn share_change(now: Option<f64>, before: Option<f64>) -> Change {
    let change = now.zip(before).map(|(now, before)| ((now - before) * 100.0).round() as i64);
    Change::of(change, |change| counted(change, "point", "points"))
}

/// How a duration changed: "−4 min".
pub fn span_change(now: Option<i64>, before: Option<i64>) -> Change {
    let change = now.zip(before).map(|(now, before)| now - before);
    Change::of(change.map(|change| if change.abs() < SECOND { 0 } else { change }), span)
}

/// A point of a chart: "14 May" of a date, else as it is.
pub fn point(label: &str) -> String {
    match label.parse::<NaiveDate>() {
        Ok(date) => date.format("%-d %b").to_string(),
        Err(_) => label.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_none_is_nothing_and_only_all_is_everything() {
        for (share, words) in [
            (None, "–"),
            (Some(0.0), "0 %"),
            (Some(0.001), "1 %"),
            (Some(0.614), "61 %"),
            (Some(0.999), "99 %"),
            (Some(1.0), "100 %"),
        ] {
            assert_eq!(percent(share), words);
        }
    }

    #[test]
    fn spans_have_at_most_two_units() {
        for (ms, words) in [
            (500, "under 1 s"),
            (45_400, "45 s"),
            (59_999, "59 s"),
            (MINUTE, "1 min"),
            (HOUR - 1, "59 min"),
            (HOUR, "1 h"),
            (3 * HOUR + 5 * MINUTE, "3 h 5 m"),
            (DAY, "1 d"),
            (2 * DAY + 3 * HOUR, "2 d 3 h"),
        ] {
            assert_eq!(span(ms), words, "{ms}");
        }
    }

    #[test]
    fn a_change_has_its_sign_or_is_none() {
        let by = |text: &str| Change::By(text.to_owned());
        assert_eq!(count_change(12, 4), by("+8"));
        assert_eq!(count_change(4, 12), by("−8"));
        assert_eq!(count_change(4, 4), Change::Same);
        assert_eq!(share_change(Some(0.94), Some(0.97)), by("−3 points"));
        assert_eq!(share_change(Some(0.5), Some(0.49)), by("+1 point"));
        assert_eq!(share_change(Some(0.5), None), Change::Unknown);
        assert_eq!(span_change(Some(60_000), Some(300_000)), by("−4 min"));
        assert_eq!(span_change(Some(60_000), Some(60_300)), Change::Same);
        assert_eq!(by("+8").words("the 7 days before"), "+8 on the 7 days before");
        assert_eq!(point("2026-05-14"), "14 May");
        assert_eq!(point("09:00"), "09:00");
    }
}
