//! The engine of executions: takes each one further, a transaction at a time (`shared/DISPATCH.md`, rule 7).
//!
//! A waiting step holds no job. Whatever it waits for (a decision, an outcome, a time, an event, another execution)
//! enqueues [`ADVANCE`] in its own transaction; the handler locks the execution, looks at what has come, and moves on.
//! An action is begun at the beginning of a transaction and commits with its effect, its outcome and what follows, so
//! that it happens once however often the server is killed.
//!
//! A model is asked by a job of its own, [`CallModel`], which holds no transaction meanwhile: it leaves the answer with
//! the step. Killed in the middle it asks again; a model does nothing by itself, so that costs tokens and no more.

mod advance;
mod begin;
mod call_model;
mod conversation;
mod events;
mod line;
mod look;
mod message;
mod schedules;
mod settle;
mod think;
mod work;

pub use advance::{Advance, CancelChild, Timer};
pub use call_model::CallModel;
pub use events::Events;
pub use line::TeamLine;
pub use schedules::{Schedules, schedules_cron, start_due};

use crate::domain::AppError;
use crate::domain::ids::ExecutionId;
use crate::server::engine::JobError;
use crate::server::storage::StorageError;
use crate::server::storage::jobs::Job;
use serde::Deserialize;

/// What a job about an execution carries.
#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutExecution {
    execution_id: ExecutionId,
}

impl AboutExecution {
    fn of(job: &Job) -> Result<ExecutionId, JobError> {
        Ok(job.payload::<Self>()?.execution_id)
    }
}

/// How a step's attempt ended.
#[derive(Clone, Debug)]
struct Failure {
    /// In words, for people and for `steps.<key>.error`.
    cause: String,
    /// Whether another attempt could end otherwise. What people refused, or what is wrong by itself, could not.
    again: bool,
}

impl Failure {
    /// One that another attempt would meet again.
    fn lasting(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), again: false }
    }

    fn passing(cause: impl Into<String>) -> Self {
        Self { cause: cause.into(), again: true }
    }
}

/// Why a step does not go on as it began.
enum Stop {
    /// Its attempt failed.
    Failed(Failure),
    /// The server's trouble, which the job tries again.
    Fault(AppError),
}

impl From<AppError> for Stop {
    /// What is refused or not valid fails the step; a fault of the server's does not.
    fn from(error: AppError) -> Self {
        match error {
            AppError::Internal { .. } | AppError::Unavailable { .. } => Self::Fault(error),
            AppError::Invalid { errors } => {
                let said: Vec<String> =
                    errors.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
                Self::from(format!("The action's data is not valid: {}", said.join("; ")))
            }
            other => Self::from(other.to_string()),
        }
    }
}

impl From<StorageError> for Stop {
    fn from(fault: StorageError) -> Self {
        Self::Fault(fault.into())
    }
}

/// In words, what another attempt would meet again.
impl From<String> for Stop {
    fn from(cause: String) -> Self {
        Self::Failed(Failure::lasting(cause))
    }
}
