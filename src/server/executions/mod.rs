//! The engine of executions: takes each one further, a transaction at a time (`shared/DISPATCH.md`, rule 7).
//!
//! A waiting step holds no job. Whatever it waits for (a decision, an outcome, a time, an event, another execution)
//! enqueues [`ADVANCE`] in its own transaction; the handler locks the execution, looks at what has come, and moves on.
//! An action is begun at the beginning of a transaction and commits with its effect, its outcome and what follows, so
//! that it happens once however often the server is killed.

mod advance;
mod begin;
mod events;
mod look;
mod schedules;
mod work;

pub use advance::{Advance, CancelChild, Timer};
pub use events::Events;
pub use schedules::{Schedules, schedules_cron, start_due};

use crate::domain::AppError;
use crate::domain::ids::ExecutionId;
use crate::server::engine::JobError;
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

/// An error that is the step's own fault fails the step; any other is the server's trouble and is tried again by the job.
fn of_step(error: AppError) -> Result<Failure, AppError> {
    match error {
        AppError::Internal { .. } | AppError::Unavailable { .. } => Err(error),
        AppError::Invalid { errors } => {
            let said: Vec<String> =
                errors.iter().map(|fault| format!("{} {}", fault.pointer, fault.detail)).collect();
            Ok(Failure::lasting(format!("The action's data is not valid: {}", said.join("; "))))
        }
        other => Ok(Failure::lasting(other.to_string())),
    }
}
