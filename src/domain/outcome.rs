//! What happened when an action was performed. Decided is not performed.

use super::error::AppError;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

wire_enum! {
    pub enum OutcomeStatus {
        /// Not decided, rejected, expired or withdrawn: nothing was performed.
        None = "none",
        Queued = "queued",
        Running = "running",
        Succeeded = "succeeded",
        Failed = "failed",
        /// It may or may not have happened: a person must say.
        Unknown = "unknown",
    }
}

/// What can happen to an outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeMove {
    Queue,
    /// The decision was undone before anything ran.
    Unqueue,
    Start,
    Succeed,
    Fail,
    /// The effect may have happened and its record is missing.
    Lose,
    /// A person asks for another try.
    Retry,
}

impl OutcomeMove {
    pub const ALL: &'static [Self] =
        &[Self::Queue, Self::Unqueue, Self::Start, Self::Succeed, Self::Fail, Self::Lose, Self::Retry];
}

impl OutcomeStatus {
    pub const fn is_terminal(self) -> bool {
        matches!(self, Self::Succeeded)
    }

    /// The state after `step`, or `None` where the step does not apply (DESIGN.md, State machines).
    pub const fn after(self, step: OutcomeMove) -> Option<Self> {
        use OutcomeMove as M;
        match (self, step) {
            (Self::None, M::Queue) => Some(Self::Queued),
            (Self::Queued, M::Unqueue) => Some(Self::None),
            (Self::Queued, M::Start) => Some(Self::Running),
            // A definite refusal before the start, such as a missing executor.
            (Self::Queued | Self::Running | Self::Unknown, M::Fail) => Some(Self::Failed),
            (Self::Running | Self::Unknown, M::Succeed) => Some(Self::Succeeded),
            (Self::Running, M::Lose) => Some(Self::Unknown),
            (Self::Failed | Self::Unknown, M::Retry) => Some(Self::Queued),
            _ => None,
        }
    }
}

/// An outcome with its times, as the API gives it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Outcome {
    pub status: OutcomeStatus,
    pub attempts: i64,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    pub error: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
}

/// What a performer says happened: an external agent, or a person about an `unknown` outcome.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, validator::Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReportOutcome {
    /// `succeeded` or `failed`.
    pub status: ReportedStatus,
    #[validate(custom(function = "super::text::note"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub error: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub result: Option<super::canonical::Data>,
}

wire_enum! {
    pub enum ReportedStatus {
        Succeeded = "succeeded",
        Failed = "failed",
    }
}

impl ReportOutcome {
    /// A failure needs its reason.
    pub fn checked(self) -> Result<Self, AppError> {
        validator::Validate::validate(&self)?;
        match (&self.status, self.error.as_deref().map(str::trim)) {
            (ReportedStatus::Failed, None | Some("")) => {
                Err(AppError::invalid("/error", "say what failed when the status is \"failed\""))
            }
            _ => Ok(self),
        }
    }
}
