//! What a kind of job is: [`Handler`], what it gets ([`JobCx`]) and how it ends ([`Done`], [`JobError`]).

use crate::domain::AppError;
use crate::server::storage::jobs::{self, BadPayload, HeldJob, Job};
use crate::server::storage::{Db, StorageError, Tx};
use async_trait::async_trait;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use tokio_util::sync::CancellationToken;

/// Performs one kind of job. A job may run more than once, so a handler either
///
/// - has effects in our database only, and ends them with [`JobCx::finish`] in the same transaction; or
/// - has an effect outside, and obeys rule 1 of shared/DISPATCH.md: [`JobCx::past_swap`], then the action's own
///   compare-and-swap in a commit of its own, then the call, then its result in a commit of its own (never
///   together with `finish`: a late truth must land even when the lease is lost), then [`Done::Finish`].
#[async_trait]
pub trait Handler: Send + Sync + 'static {
    fn kind(&self) -> &'static str;

    /// One attempt. Dropped at its next await when the lease is lost, unless it is past the swap. Blocking work
    /// belongs in `spawn_blocking`. A panic is a failed attempt.
    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError>;

    /// The job is given up: dead, or cancelled while it ran. Runs in the transaction that says so, which is tried
    /// again later when this fails. Whoever waits for the job must be told here.
    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        let _ = (tx, job, cause);
        Ok(())
    }
}

/// How an attempt succeeded.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Done {
    /// The engine is to mark the job as done.
    Finish,
    /// The handler has done so, with [`JobCx::finish`] or [`JobCx::snooze`] in a transaction that is committed.
    Finished,
}

/// How an attempt did not succeed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum JobError {
    /// Try again after the usual wait.
    #[error("{cause}")]
    Retry { cause: String },
    /// Try again at a time that the target named.
    #[error("{cause}")]
    RetryAt { at: DateTime<Utc>, cause: String },
    /// No attempt can succeed: given up at once.
    #[error("{cause}")]
    Permanent { cause: String },
    /// Not yet: no failure, and no attempt spent.
    #[error("put off until {until}")]
    Snooze { until: DateTime<Utc> },
    /// The job is somebody else's by now. What this attempt wanted to write must be rolled back.
    #[error("the lease was lost")]
    LeaseLost,
}

impl JobError {
    pub fn retry(cause: impl Into<String>) -> Self {
        Self::Retry { cause: cause.into() }
    }

    pub fn permanent(cause: impl Into<String>) -> Self {
        Self::Permanent { cause: cause.into() }
    }
}

impl From<StorageError> for JobError {
    fn from(fault: StorageError) -> Self {
        match fault {
            StorageError::Corrupt(_) => Self::permanent(fault.to_string()),
            _ => Self::retry(fault.to_string()),
        }
    }
}

impl From<BadPayload> for JobError {
    fn from(fault: BadPayload) -> Self {
        Self::permanent(fault.to_string())
    }
}

impl From<AppError> for JobError {
    fn from(fault: AppError) -> Self {
        Self::retry(fault.to_string())
    }
}

/// What an attempt knows of its claim.
pub struct JobCx {
    db: Db,
    held: HeldJob,
    past_swap: Arc<AtomicBool>,
    cancel: CancellationToken,
}

impl JobCx {
    pub(super) fn new(db: Db, held: HeldJob, past_swap: Arc<AtomicBool>, cancel: CancellationToken) -> Self {
        Self { db, held, past_swap, cancel }
    }

    pub fn db(&self) -> &Db {
        &self.db
    }

    /// Marks the job as done in the transaction of its effects. On [`JobError::LeaseLost`] return it, so that the
    /// transaction is dropped. After the commit return [`Done::Finished`].
    pub async fn finish(&self, tx: &mut Tx) -> Result<(), JobError> {
        if jobs::job_finish(tx, self.held).await? { Ok(()) } else { Err(JobError::LeaseLost) }
    }

    /// Puts the job off in the transaction of its effects, without spending an attempt. As [`JobCx::finish`].
    pub async fn snooze(&self, tx: &mut Tx, until: DateTime<Utc>) -> Result<(), JobError> {
        if jobs::job_snooze(tx, self.held, until).await? { Ok(()) } else { Err(JobError::LeaseLost) }
    }

    /// From here on a lost lease no longer ends this attempt, because the effect may be under way. Call it just
    /// before the swap is committed: between the two there must be no moment at which it could be dropped.
    pub fn past_swap(&self) {
        self.past_swap.store(true, Ordering::SeqCst);
    }

    /// Somebody asked to cancel this job. What is not under way yet should be left.
    pub fn is_cancelled(&self) -> bool {
        self.cancel.is_cancelled()
    }

    /// Waits until somebody asks to cancel this job.
    pub async fn cancelled(&self) {
        self.cancel.cancelled().await;
    }
}
