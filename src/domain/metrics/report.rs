//! The answer: figures of a range, of the one before it, of its parts, of each team and of each reviewer.

use super::totals::{Measure, Totals};
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::ids::{TeamId, UserId};
use crate::domain::risk::RiskLevel;
use crate::domain::team::TeamStatus;
use crate::domain::workspace::Department;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// What happened in a range. Shares are from 0 to 1, and absent where there is nothing to share. Durations are in
/// milliseconds, at most 9.1 % from the truth.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Figures {
    /// What agents set out to do, each once, when the gate judged it: `automatic`, `asked` and `denied` together.
    pub actions: i64,
    /// The gate let them run.
    pub automatic: i64,
    /// The gate held them for people.
    pub asked: i64,
    pub denied: i64,
    /// Of `actions`, how many were `automatic`.
    pub automatic_share: Option<f64>,
    /// Decisions by people, counted when they were made.
    pub approved: i64,
    pub rejected: i64,
    /// Of both, how many were `approved`.
    pub approval_rate: Option<f64>,
    /// Outcomes, counted when they were recorded: each try has one, and an unknown one has another when it is known.
    pub succeeded: i64,
    pub failed: i64,
    pub unknown: i64,
    /// Of `succeeded` and `failed`, how many `succeeded`.
    pub success_rate: Option<f64>,
    pub expired: i64,
    pub withdrawn: i64,
    /// Approvals taken back inside their hold.
    pub undone: i64,
    /// From the request to the decision: half of the decisions took no longer.
    pub median_decision_ms: Option<i64>,
    /// The same, of 95 %.
    pub p95_decision_ms: Option<i64>,
    /// How many waited at the end of the range; of a team, how many wait now.
    pub pending: i64,
}

impl Figures {
    /// `during`: what was counted in the range; `at_end`: the running totals at its end.
    pub fn new(during: &Totals, at_end: &Totals) -> Self {
        let n = |measure| during.get(measure);
        let (automatic, asked, denied) = (n(Measure::Automatic), n(Measure::Asked), n(Measure::Denied));
        let (approved, rejected) = (n(Measure::Approved), n(Measure::Rejected));
        let (succeeded, failed) = (n(Measure::Succeeded), n(Measure::Failed));
        let actions = automatic + asked + denied;
        Self {
            actions,
            automatic,
            asked,
            denied,
            automatic_share: share(automatic, actions),
            approved,
            rejected,
            approval_rate: share(approved, approved + rejected),
            succeeded,
            failed,
            unknown: n(Measure::Unknown),
            success_rate: share(succeeded, succeeded + failed),
            expired: n(Measure::Expired),
            withdrawn: n(Measure::Withdrawn),
            undone: n(Measure::Undone),
            median_decision_ms: during.quantile(0.5),
            p95_decision_ms: during.quantile(0.95),
            pending: at_end.pending(),
        }
    }
}

fn share(part: i64, whole: i64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

wire_enum! {
    /// How long one part of a range is.
    pub enum Step {
        Hour = "hour",
        Day = "day",
    }
}

/// One part of a range: a day of the zone, or an hour.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Slice {
    pub from: DateTime<Utc>,
    pub to: DateTime<Utc>,
    /// Its beginning in the zone, such as `2026-05-14` or `09:00`.
    pub label: String,
    pub figures: Figures,
}

/// What waits now with one risk.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PendingRisk {
    pub risk_level: RiskLevel,
    pub count: i64,
    /// The first deadline among them.
    pub oldest_deadline: Option<DateTime<Utc>>,
}

/// A team and its range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TeamFigures {
    pub team_id: TeamId,
    pub name: String,
    pub department: Department,
    pub status: TeamStatus,
    pub autonomy_level: AutonomyLevel,
    pub frozen: bool,
    /// Of the team as it is now, for a change of it.
    pub version: i64,
    /// The newest row of the audit trail that names the team.
    pub last_activity: Option<DateTime<Utc>>,
    pub figures: Figures,
}

/// How one member reviewed in the range.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ReviewerFigures {
    pub user_id: UserId,
    pub name: String,
    pub approved: i64,
    pub rejected: i64,
    /// Of these decisions, how many were made without having opened the approval.
    pub unopened: i64,
    /// From first opening an approval to deciding it, in milliseconds: half of those opened took no longer.
    pub median_open_ms: Option<i64>,
    /// Of what they had approved, how much was taken back in the range, by whomever.
    pub undone: i64,
    /// Of what they had approved, how often performing it failed in the range.
    pub failed: i64,
}

impl ReviewerFigures {
    pub fn new(user_id: UserId, name: String, during: &Totals) -> Self {
        Self {
            user_id,
            name,
            approved: during.get(Measure::Approved),
            rejected: during.get(Measure::Rejected),
            unopened: during.get(Measure::Unopened),
            median_open_ms: during.quantile(0.5),
            undone: during.get(Measure::Undone),
            failed: during.get(Measure::Failed),
        }
    }
}

/// The figures of a workspace or of one of its departments.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Metrics {
    pub department: Option<Department>,
    pub from: DateTime<Utc>,
    /// Exclusive. It may be ahead: today ends at midnight.
    pub to: DateTime<Utc>,
    /// The IANA zone whose days and hours are meant.
    pub tz: String,
    /// When this was read.
    pub as_of: DateTime<Utc>,
    pub figures: Figures,
    /// The same of the range before: as many days, or as long, and no further into it than this one is.
    pub previous: Figures,
    pub previous_from: DateTime<Utc>,
    pub previous_to: DateTime<Utc>,
    /// What waits now, the worst first; each risk once.
    pub pending: Vec<PendingRisk>,
    pub step: Step,
    /// The range in its parts, the first first.
    pub slices: Vec<Slice>,
    /// Teams of the department, or all that are not archived.
    pub teams: Vec<TeamFigures>,
    /// Who reviewed, in the whole workspace: an owner sees all, a reviewer their own.
    pub reviewers: Vec<ReviewerFigures>,
}
