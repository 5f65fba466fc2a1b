//! Performing actions: schemas, effects, executors.

pub mod builtin;
pub mod outside;
pub mod perform;
pub mod read;
pub mod schema;

use crate::domain::ids::ApprovalId;
use crate::server::engine::JobError;
use crate::server::storage::jobs::Job;
use serde::Deserialize;

/// The payload of a job about one approval.
#[derive(Debug, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AboutApproval {
    pub approval_id: ApprovalId,
}

impl AboutApproval {
    pub fn of(job: &Job) -> Result<ApprovalId, JobError> {
        Ok(job.payload::<Self>()?.approval_id)
    }
}
