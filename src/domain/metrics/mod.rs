//! The figures of a workspace: what is counted, how it is kept, and what a reader gets.
//!
//! Every change that has an audit row says here what it counts ([`deltas`]). Counts are kept as running totals by
//! quarters of an hour ([`bucket`]): what happened in a range is the total at its end less the total at its start, so
//! that a range costs the same whatever happened in it, and every zone's days are whole numbers of buckets.

mod classes;
mod delta;
mod filter;
mod report;
mod totals;

pub use classes::{class_of, quantile, time_of};
pub use delta::{Counted, Subject, deltas};
pub use filter::{MAX_DAYS, MetricsFilter, MetricsRange};
pub use report::{Figures, Metrics, PendingRisk, ReviewerFigures, Slice, Step, TeamFigures};
pub use totals::{Measure, Totals};

use chrono::{DateTime, Utc};

/// Seconds of one bucket. Every offset from UTC in use is a multiple of it.
pub const BUCKET_SECONDS: i64 = 900;

/// The bucket that holds a time: quarters of an hour since 1970.
pub fn bucket(at: DateTime<Utc>) -> i64 {
    at.timestamp().div_euclid(BUCKET_SECONDS)
}

/// The first bucket that begins at or after a time: what came before the time is in the buckets before it, where the
/// time is a boundary.
pub fn bucket_from(at: DateTime<Utc>) -> i64 {
    bucket(at) + i64::from(!is_boundary(at))
}

/// Whether a bucket begins at this time.
pub fn is_boundary(at: DateTime<Utc>) -> bool {
    at.timestamp().rem_euclid(BUCKET_SECONDS) == 0 && at.timestamp_subsec_nanos() == 0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_bucket_is_a_quarter_of_an_hour() {
        let at = |text: &str| text.parse::<DateTime<Utc>>().unwrap();
        assert_eq!(bucket(at("1970-01-01T00:14:59.999999Z")), 0);
        assert_eq!(bucket(at("1970-01-01T00:15:00Z")), 1);
        assert_eq!(bucket(at("1969-12-31T23:59:59Z")), -1);
        assert_eq!(bucket_from(at("1970-01-01T00:15:00Z")), 1);
        assert_eq!(bucket_from(at("1970-01-01T00:15:00.000001Z")), 2);
        assert!(is_boundary(at("2026-10-25T00:45:00Z")));
        assert!(!is_boundary(at("2026-10-25T00:45:00.5Z")));
        assert!(!is_boundary(at("2026-10-25T00:44:00Z")));
    }
}
