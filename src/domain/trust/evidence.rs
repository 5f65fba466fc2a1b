//! The rule that suggests: five approvals in a row, as they were asked for, in thirty days.

use crate::domain::ids::ApprovalId;
use crate::domain::risk::RiskLevel;
use chrono::{DateTime, TimeDelta, Utc};

/// Approvals in a row that suggest a grant.
pub const NEEDED: usize = 5;
/// Older decisions say nothing.
pub const WINDOW: TimeDelta = TimeDelta::days(30);
/// The most decisions that are looked at, and kept as evidence.
pub const EVIDENCE_KEPT: usize = 20;

/// A person's decision on what an agent of the team asked for, of one team and action type.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Past {
    pub approval: ApprovalId,
    pub risk: RiskLevel,
    pub approved: bool,
    pub edited: bool,
    pub undone: bool,
    pub at: DateTime<Utc>,
}

/// What speaks for a grant.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Evidence {
    /// The highest risk that enough of the approvals have: `Medium` or `High`.
    pub risk: RiskLevel,
    /// The approvals of at least that risk, newest first, at most [`EVIDENCE_KEPT`].
    pub approvals: Vec<ApprovalId>,
    /// From then on fewer than [`NEEDED`] of them are young enough.
    pub good_until: DateTime<Utc>,
}

/// What `history`, newest first, speaks for at `now`. `since`: the last setback of this team and type, or the end of
/// the last suggestion or grant; only what came after it counts.
///
/// A critical approval neither counts, because no grant lets a critical action run, nor ends the row.
pub fn evidence(history: &[Past], since: Option<DateTime<Utc>>, now: DateTime<Utc>) -> Option<Evidence> {
    let row: Vec<&Past> = history
        .iter()
        .take_while(|past| past.approved && !past.edited && !past.undone)
        .take_while(|past| past.at > now - WINDOW && since.is_none_or(|since| past.at > since))
        .filter(|past| past.risk < RiskLevel::Critical)
        .take(EVIDENCE_KEPT)
        .collect();
    let mut risks: Vec<RiskLevel> = row.iter().map(|past| past.risk).collect();
    risks.sort_unstable();
    let risk = *risks.iter().rev().nth(NEEDED - 1)?;
    // Low risk runs by itself anyway.
    if risk < RiskLevel::Medium {
        return None;
    }
    let counted: Vec<&Past> = row.into_iter().filter(|past| past.risk >= risk).collect();
    let oldest_needed = counted.get(NEEDED - 1)?;
    Some(Evidence {
        risk,
        good_until: oldest_needed.at + WINDOW,
        approvals: counted.into_iter().map(|past| past.approval).collect(),
    })
}
