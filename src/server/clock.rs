//! Time and ids are injected, so that tests control them. Nothing else in the program reads the wall clock.
#![allow(clippy::disallowed_methods, reason = "this is the one place that may")]

use chrono::{DateTime, DurationRound, TimeDelta, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use uuid::Uuid;

/// The source of time and ids. Clones share one offset, which tests move.
#[derive(Clone, Debug, Default)]
pub struct Clock {
    offset_us: Arc<AtomicI64>,
}

impl Clock {
    pub fn new() -> Self {
        Self::default()
    }

    /// Now, to the microsecond: what both databases can keep.
    pub fn now(&self) -> DateTime<Utc> {
        to_micros(Utc::now()) + self.offset()
    }

    /// How far tests have moved time; zero in production. The database's own clock is moved by the same amount.
    pub fn offset(&self) -> TimeDelta {
        TimeDelta::microseconds(self.offset_us.load(Ordering::Relaxed))
    }

    /// Moves time forward (tests and the demo's history only).
    pub fn advance(&self, by: TimeDelta) {
        self.offset_us.fetch_add(by.num_microseconds().unwrap_or(0), Ordering::Relaxed);
    }

    /// A new UUIDv7.
    pub fn id(&self) -> Uuid {
        Uuid::now_v7()
    }
}

/// Cuts a time to microseconds, because nanoseconds differ between engines.
pub fn to_micros(time: DateTime<Utc>) -> DateTime<Utc> {
    time.duration_trunc(TimeDelta::microseconds(1)).unwrap_or(time)
}
