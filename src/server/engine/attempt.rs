//! One attempt of one job: run it, then write down how it ended.

use super::Shared;
use super::handler::{Done, Handler, JobCx, JobError};
use super::running::{Entered, Signals};
use crate::server::storage::StorageError;
use crate::server::storage::jobs::{self, Job};
use crate::server::wake::Pause;
use chrono::TimeDelta;
use futures::FutureExt;
use std::any::Any;
use std::panic::AssertUnwindSafe;
use std::sync::Arc;

/// How long a job of a kind that this program does not know waits for a node that does (during an upgrade).
const UNKNOWN_KIND_WAIT: TimeDelta = TimeDelta::minutes(1);

pub(super) async fn attempt(shared: Arc<Shared>, job: Job, signals: Signals, entered: Entered) {
    let handler = shared.handlers.get(job.kind.as_str()).cloned();
    let ended = tokio::select! {
        biased;
        () = signals.abort.cancelled() => return,
        ended = run(&shared, handler.as_deref(), &job, &signals) => ended,
    };
    if let Err(cause) = &ended {
        tracing::info!(job = %job.id, kind = job.kind, attempt = job.attempt, %cause, "the attempt did not succeed");
    }
    let mut pause = Pause::default();
    loop {
        let settled = tokio::select! {
            biased;
            () = signals.abort.cancelled() => return,
            settled = settle(&shared, handler.as_deref(), &job, &ended) => settled,
        };
        match settled {
            Ok(()) => return,
            Err(fault) => {
                tracing::warn!(job = %job.id, kind = job.kind, %fault, "the job's end could not be written");
                if entered.is_lost() {
                    return;
                }
                tokio::time::sleep(pause.next()).await;
            }
        }
    }
}

async fn run(
    shared: &Shared,
    handler: Option<&dyn Handler>,
    job: &Job,
    signals: &Signals,
) -> Result<Done, JobError> {
    let Some(handler) = handler else {
        tracing::error!(job = %job.id, kind = job.kind, "no handler for this kind of job; it waits for a node that has one");
        return Err(JobError::Snooze { until: shared.db.now().await? + UNKNOWN_KIND_WAIT });
    };
    let cx = JobCx::new(shared.db.clone(), job.held(), signals.past_swap.clone(), signals.cancel.clone());
    AssertUnwindSafe(handler.run(job.clone(), &cx))
        .catch_unwind()
        .await
        .unwrap_or_else(|panic| Err(JobError::retry(panic_text(&*panic))))
}

/// Writes down how an attempt ended. What is no longer ours is left alone.
async fn settle(
    shared: &Shared,
    handler: Option<&dyn Handler>,
    job: &Job,
    ended: &Result<Done, JobError>,
) -> Result<(), JobError> {
    let held = job.held();
    let (cause, kept) = match ended {
        Ok(Done::Finished) => return Ok(()),
        Ok(Done::Finish) => {
            let mut tx = shared.db.begin().await?;
            let finished = jobs::job_finish(&mut tx, held).await?;
            tx.commit().await?;
            if !finished {
                tracing::warn!(job = %job.id, kind = job.kind, "finished after the lease was lost");
            }
            return Ok(());
        }
        Err(JobError::LeaseLost) => return Ok(()),
        Err(JobError::Snooze { until }) => {
            let mut tx = shared.db.begin().await?;
            let snoozed = jobs::job_snooze(&mut tx, held, *until).await?;
            tx.commit().await?;
            ("the job was cancelled", snoozed)
        }
        Err(JobError::Permanent { cause }) => (cause.as_str(), false),
        Err(JobError::Retry { cause } | JobError::RetryAt { cause, .. })
            if job.attempt >= job.max_attempts =>
        {
            (cause.as_str(), false)
        }
        Err(JobError::Retry { cause }) => {
            let mut tx = shared.db.begin().await?;
            let wait = shared.settings.backoff.wait(job.id, job.attempt);
            let at = tx.now() + TimeDelta::from_std(wait).unwrap_or(TimeDelta::hours(1));
            let kept = jobs::job_retry(&mut tx, held, at, cause).await?;
            tx.commit().await?;
            (cause.as_str(), kept)
        }
        Err(JobError::RetryAt { at, cause }) => {
            let mut tx = shared.db.begin().await?;
            let kept = jobs::job_retry(&mut tx, held, *at, cause).await?;
            tx.commit().await?;
            (cause.as_str(), kept)
        }
    };
    if kept { Ok(()) } else { give_up(shared, handler, job, cause).await }
}

/// Ends a job without success, and tells its handler in the same transaction. Does nothing when the job is lost.
pub(super) async fn give_up(
    shared: &Shared,
    handler: Option<&dyn Handler>,
    job: &Job,
    cause: &str,
) -> Result<(), JobError> {
    let mut tx = shared.db.begin().await?;
    if !jobs::job_give_up(&mut tx, job.held(), cause).await? {
        return Ok(());
    }
    if let Some(handler) = handler {
        AssertUnwindSafe(handler.given_up(&mut tx, job, cause))
            .catch_unwind()
            .await
            .unwrap_or_else(|panic| Err(JobError::retry(panic_text(&*panic))))?;
    }
    tx.commit().await?;
    tracing::error!(job = %job.id, kind = job.kind, attempt = job.attempt, cause, "the job is given up");
    Ok(())
}

fn panic_text(panic: &(dyn Any + Send)) -> String {
    let text = panic
        .downcast_ref::<&str>()
        .copied()
        .or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("no text");
    format!("panicked: {text}")
}

/// A step of one of the engine's loops, with an end: a statement on a dead connection would never answer.
pub(super) async fn within<T>(
    limit: std::time::Duration,
    step: impl Future<Output = Result<T, StorageError>>,
) -> Result<T, StepError> {
    match tokio::time::timeout(limit, step).await {
        Ok(done) => Ok(done?),
        Err(_) => Err(StepError::Slow { limit }),
    }
}

#[derive(Debug, thiserror::Error)]
pub(super) enum StepError {
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error("the database gave no answer within {limit:?}")]
    Slow { limit: std::time::Duration },
}
