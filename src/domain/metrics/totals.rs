//! Counts that can be added and taken from each other.

use super::classes;
use crate::domain::risk::RiskLevel;
use crate::wire_enum;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

wire_enum! {
    /// One thing that is counted. Its name is kept in rows.
    pub enum Measure {
        /// The gate let it run.
        Automatic = "automatic",
        /// The gate held it for people.
        Asked = "asked",
        Denied = "denied",
        Approved = "approved",
        Rejected = "rejected",
        Expired = "expired",
        Withdrawn = "withdrawn",
        /// An approval that was taken back inside its hold. Of a reviewer: one that they had given.
        Undone = "undone",
        Succeeded = "succeeded",
        /// Of a reviewer: what they had approved failed.
        Failed = "failed",
        Unknown = "unknown",
        /// Of a reviewer only: decided without having opened the approval.
        Unopened = "unopened",
        /// How many wait: these four go down as well as up.
        PendingLow = "pending_low",
        PendingMedium = "pending_medium",
        PendingHigh = "pending_high",
        PendingCritical = "pending_critical",
    }
}

impl Measure {
    pub const fn pending(risk: RiskLevel) -> Self {
        match risk {
            RiskLevel::Low => Self::PendingLow,
            RiskLevel::Medium => Self::PendingMedium,
            RiskLevel::High => Self::PendingHigh,
            RiskLevel::Critical => Self::PendingCritical,
        }
    }
}

/// Counts by measure, and of durations by class: of a team, from request to decision; of a reviewer, from opening to
/// decision. What is not there is zero.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Totals {
    #[serde(default, rename = "n", skip_serializing_if = "BTreeMap::is_empty")]
    counts: BTreeMap<Measure, i64>,
    #[serde(default, rename = "t", skip_serializing_if = "BTreeMap::is_empty")]
    times: BTreeMap<u8, i64>,
}

impl Totals {
    pub fn get(&self, measure: Measure) -> i64 {
        self.counts.get(&measure).copied().unwrap_or_default()
    }

    /// How many wait, of all risks.
    pub fn pending(&self) -> i64 {
        RiskLevel::ALL.iter().map(|&risk| self.get(Measure::pending(risk))).sum()
    }

    /// See [`classes::quantile`].
    pub fn quantile(&self, share: f64) -> Option<i64> {
        classes::quantile(&self.times, share)
    }

    pub fn is_empty(&self) -> bool {
        self.counts.is_empty() && self.times.is_empty()
    }

    #[must_use]
    pub fn with(mut self, measure: Measure, count: i64) -> Self {
        change(&mut self.counts, measure, count);
        self
    }

    /// Counts one duration, of so many milliseconds.
    #[must_use]
    pub fn with_time(mut self, milliseconds: i64) -> Self {
        change(&mut self.times, classes::class_of(milliseconds), 1);
        self
    }

    pub fn add(&mut self, other: &Self) {
        self.change_by(other, 1);
    }

    /// What came since `earlier`, where both are running totals.
    #[must_use]
    pub fn since(&self, earlier: &Self) -> Self {
        let mut difference = self.clone();
        difference.change_by(earlier, -1);
        difference
    }

    fn change_by(&mut self, other: &Self, factor: i64) {
        for (&measure, &count) in &other.counts {
            change(&mut self.counts, measure, count * factor);
        }
        for (&class, &count) in &other.times {
            change(&mut self.times, class, count * factor);
        }
    }
}

fn change<K: Ord>(counts: &mut BTreeMap<K, i64>, key: K, by: i64) {
    let entry = counts.entry(key);
    if let std::collections::btree_map::Entry::Occupied(mut found) = entry {
        *found.get_mut() += by;
        if *found.get() == 0 {
            found.remove();
        }
    } else if by != 0 {
        entry.or_insert(by);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_added_is_there_and_what_is_taken_is_gone() {
        let one = Totals::default().with(Measure::Approved, 1).with_time(2_000);
        let mut all = Totals::default().with(Measure::Asked, 2);
        all.add(&one);
        all.add(&one);
        assert_eq!(
            (all.get(Measure::Approved), all.get(Measure::Asked), all.get(Measure::Denied)),
            (2, 2, 0)
        );
        let earlier = Totals::default().with(Measure::Asked, 2);
        let since = all.since(&earlier);
        assert_eq!((since.get(Measure::Approved), since.get(Measure::Asked)), (2, 0));
        assert!(all.since(&all).is_empty());
        assert!(since.quantile(0.5).is_some());
    }

    #[test]
    fn a_row_keeps_only_what_was_counted() {
        let totals = Totals::default().with(Measure::PendingHigh, -1).with_time(500);
        let text = serde_json::to_string(&totals).unwrap();
        assert_eq!(text, r#"{"n":{"pending_high":-1},"t":{"0":1}}"#);
        assert_eq!(serde_json::from_str::<Totals>(&text).unwrap(), totals);
        assert_eq!(serde_json::from_str::<Totals>("{}").unwrap(), Totals::default());
    }
}
