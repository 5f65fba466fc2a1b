//! Learned trust (DESIGN.md, The gate, 3): what people's decisions suggest, what a person grants, and how it ends.
//!
//! [`evidence`] is the rule that suggests, [`Granted`] is what the gate asks. Semi-autonomous teams only.

mod evidence;
mod granted;
mod input;
#[cfg(test)]
mod tests;

pub use evidence::{EVIDENCE_KEPT, Evidence, NEEDED, Past, WINDOW, evidence};
pub use granted::{Asks, Granted};
pub use input::{DeclineTrust, RevokeTrust, TrustFilter};

use super::ids::{ApprovalId, TeamId, TrustGrantId, UserId};
use super::outcome::OutcomeStatus;
use super::risk::RiskLevel;
use crate::wire_enum;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// How long a grant stands.
pub const LASTS: TimeDelta = TimeDelta::days(30);
/// The days that a simulation looks back.
pub const SIMULATED_DAYS: i64 = 30;

wire_enum! {
    pub enum TrustStatus {
        /// Waits for a person.
        Suggested = "suggested",
        /// Actions run by it, until it expires.
        Accepted = "accepted",
        Declined = "declined",
        /// A suggestion whose evidence no longer holds.
        Withdrawn = "withdrawn",
        Revoked = "revoked",
        /// Its time is over.
        Lapsed = "lapsed",
    }
}

wire_enum! {
    /// What speaks against trust.
    pub enum Setback {
        Rejection = "rejection",
        Edit = "edit",
        Undo = "undo",
        /// An outcome failed, whoever or whatever let the action run.
        Failure = "failure",
    }
}

wire_enum! {
    /// Why a suggestion was withdrawn, or a grant ended.
    pub enum TrustEnd {
        Rejection = "rejection",
        Edit = "edit",
        Undo = "undo",
        Failure = "failure",
        /// Somebody revoked it.
        Person = "person",
        /// A higher grant took its place.
        Replaced = "replaced",
        Time = "time",
    }
}

impl From<Setback> for TrustEnd {
    fn from(setback: Setback) -> Self {
        match setback {
            Setback::Rejection => Self::Rejection,
            Setback::Edit => Self::Edit,
            Setback::Undo => Self::Undo,
            Setback::Failure => Self::Failure,
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TrustMove {
    Accept,
    Decline,
    End(TrustEnd),
}

impl TrustStatus {
    /// The state after `step`, or `None` where the step does not apply. Nothing leaves an ended state.
    pub const fn after(self, step: TrustMove) -> Option<Self> {
        use TrustEnd as E;
        use TrustMove as M;
        match (self, step) {
            (Self::Suggested, M::Accept) => Some(Self::Accepted),
            (Self::Suggested, M::Decline) => Some(Self::Declined),
            (Self::Suggested, M::End(E::Rejection | E::Edit | E::Undo | E::Failure | E::Time)) => {
                Some(Self::Withdrawn)
            }
            (Self::Accepted, M::End(E::Rejection | E::Undo | E::Failure | E::Person | E::Replaced)) => {
                Some(Self::Revoked)
            }
            (Self::Accepted, M::End(E::Time)) => Some(Self::Lapsed),
            _ => None,
        }
    }

    /// Suggested or accepted: not over yet.
    pub const fn is_live(self) -> bool {
        matches!(self, Self::Suggested | Self::Accepted)
    }
}

/// A suggestion, a grant, or one that is over.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustGrant {
    pub id: TrustGrantId,
    pub team_id: TeamId,
    pub team_name: String,
    pub action_type: String,
    /// The highest risk that it lets run: `medium` or `high`, never `critical`.
    pub risk_level: RiskLevel,
    pub status: TrustStatus,
    /// How many approvals in a row it rests on; counted to at most 20.
    pub approvals_in_row: i64,
    pub suggested_at: DateTime<Utc>,
    /// Of a suggestion: when its evidence is too old. Of a grant: when it lapses.
    pub expires_at: DateTime<Utc>,
    /// Who accepted or declined it.
    pub decided_by: Option<UserId>,
    pub decided_by_name: Option<String>,
    pub decided_at: Option<DateTime<Utc>>,
    pub ended_at: Option<DateTime<Utc>>,
    pub ended_reason: Option<TrustEnd>,
    /// The person who revoked it, where one did.
    pub ended_by_name: Option<String>,
    /// Why it was declined, or revoked by a person, in their words.
    pub note: Option<String>,
    pub version: i64,
}

/// One approval that a suggestion or a grant rests on.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustEvidence {
    pub approval_id: ApprovalId,
    pub sentence: String,
    pub risk_level: RiskLevel,
    pub agent_name: Option<String>,
    pub reviewer_name: Option<String>,
    pub reviewed_at: Option<DateTime<Utc>>,
    pub outcome: OutcomeStatus,
}

/// What the last 30 days would have been under the grant: what agents of the team asked people for, and what people
/// said to it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustSimulation {
    /// What would have run by itself.
    pub actions: i64,
    /// Of these, approved exactly as asked for.
    pub approved: i64,
    /// Approved with changed data.
    pub edited: i64,
    pub rejected: i64,
    /// Nobody decided in time, or the agent took it back, or it still waits.
    pub undecided: i64,
    /// Of those approved, how many failed.
    pub failed: i64,
    /// Approvals that were taken back; what became of them afterwards is counted above.
    pub undone: i64,
}

impl TrustSimulation {
    /// In a sentence or two, without leaving out what speaks against it.
    pub fn words(&self) -> String {
        if self.actions == 0 {
            return format!("In the last {SIMULATED_DAYS} days this grant would have run nothing by itself.");
        }
        let noun = if self.actions == 1 { "action" } else { "actions" };
        let ran = format!(
            "In the last {SIMULATED_DAYS} days this grant would have run {} {noun} by itself",
            self.actions
        );
        let otherwise = [
            (self.rejected, "rejected"),
            (self.edited, "approved only after a change"),
            (self.undecided, "left undecided"),
        ];
        let otherwise: Vec<String> = otherwise
            .into_iter()
            .filter(|(count, _)| *count > 0)
            .map(|(count, words)| format!("{count} {words}"))
            .collect();
        let mut text = match (otherwise.is_empty(), self.actions) {
            (true, 1) => format!("{ran}; people had approved it as it was."),
            (true, all) => format!("{ran}; people had approved all {all} as they were."),
            (false, _) => {
                format!(
                    "{ran}; people had approved {} as they were, {}.",
                    self.approved,
                    otherwise.join(", ")
                )
            }
        };
        if self.failed > 0 {
            text.push_str(&format!(" {} of the approved failed.", self.failed));
        }
        if self.undone > 0 {
            text.push_str(&match self.undone {
                1 => " 1 approval was taken back at first.".to_owned(),
                many => format!(" {many} approvals were taken back at first."),
            });
        }
        text
    }
}

/// Everything that the page about one shows.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TrustDetail {
    pub grant: TrustGrant,
    /// Newest first.
    pub evidence: Vec<TrustEvidence>,
    /// While it is live: what the last 30 days would have been under it.
    pub simulation: Option<TrustSimulation>,
    /// How many actions it has let run; counted to at most 1,000.
    pub ran: i64,
    /// May the asking person accept it now? If not, why.
    pub may_accept: bool,
    pub why_not: Option<String>,
}
