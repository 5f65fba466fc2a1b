//! A grant as the gate finds it, and what it covers.

use super::TrustStatus;
use crate::domain::ids::{TeamId, TrustGrantId, UserId};
use crate::domain::risk::RiskLevel;
use chrono::{DateTime, Utc};

/// A grant as the gate finds it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Granted {
    pub id: TrustGrantId,
    pub team_id: TeamId,
    pub action_type: String,
    pub risk_level: RiskLevel,
    pub status: TrustStatus,
    pub granted_by: UserId,
    pub granted_by_name: String,
    pub granted_at: DateTime<Utc>,
    pub expires_at: DateTime<Utc>,
    pub approvals_in_row: i64,
}

/// What asks the gate, as far as trust is about it.
#[derive(Clone, Debug)]
pub struct Asks {
    pub team_id: TeamId,
    /// An agent of the team asks itself. Trust is in agents: what a person asks for, be it in an agent's name, is
    /// decided by another person.
    pub by_own_agent: bool,
    pub agent_owner: Option<UserId>,
    /// How many people must approve such an action.
    pub required_approvals: i64,
    pub now: DateTime<Utc>,
}

impl Granted {
    /// Whether it lets this run. Its time is looked at here and not only by the timer that ends it. Who owns an agent
    /// cannot have granted it anything (promise 6), also when the owner changed since.
    pub fn covers(&self, action_type: &str, risk: RiskLevel, asks: &Asks) -> bool {
        self.status == TrustStatus::Accepted
            && self.team_id == asks.team_id
            && self.action_type == action_type
            && risk <= self.risk_level
            && risk <= RiskLevel::High
            && asks.now < self.expires_at
            && asks.by_own_agent
            && asks.agent_owner != Some(self.granted_by)
            && asks.required_approvals <= 1
    }

    /// Why an action ran, for a reader: "Trusted: granted by Ann on 3 May 2026, after 5 approvals in a row."
    pub fn reason(&self) -> String {
        format!(
            "Trusted: granted by {} on {}, after {} approvals in a row.",
            self.granted_by_name,
            self.granted_at.format("%-d %B %Y"),
            self.approvals_in_row
        )
    }
}
