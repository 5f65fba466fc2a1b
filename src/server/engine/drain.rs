//! Running what is due one job after the other in the caller's task, without an engine: for the demo's history,
//! whose clock is not the wall's. Claims, fences and handlers are those of the engine.

use super::handler::{Done, Handler, JobCx, JobError};
use crate::server::storage::jobs::{self, Job};
use crate::server::storage::{Db, StorageError};
use chrono::TimeDelta;
use std::sync::Arc;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

const WORKER: &str = "drain";
const AT_ONCE: usize = 64;
const LEASE: Duration = Duration::from_secs(3_600);

/// Runs the jobs of `queues` until none is due; returns how many ran. Only where no engine runs on this database.
pub async fn run_due(
    db: &Db,
    queues: &[&'static str],
    handlers: &[Arc<dyn Handler>],
) -> Result<usize, StorageError> {
    let mut ran = 0;
    loop {
        let mut tx = db.begin().await?;
        let mut due = Vec::new();
        for queue in queues {
            due.extend(jobs::jobs_claim(&mut tx, queue, AT_ONCE, WORKER, LEASE).await?);
        }
        tx.commit().await?;
        if due.is_empty() {
            return Ok(ran);
        }
        for job in due {
            run_one(db, handlers, job).await?;
            ran += 1;
        }
    }
}

async fn run_one(db: &Db, handlers: &[Arc<dyn Handler>], job: Job) -> Result<(), StorageError> {
    let held = job.held();
    let cx = JobCx::new(db.clone(), held, Arc::default(), CancellationToken::new());
    let ended = match handlers.iter().find(|handler| handler.kind() == job.kind) {
        Some(handler) => handler.run(job.clone(), &cx).await,
        None => Err(JobError::permanent("no handler for this kind of job")),
    };
    let mut tx = db.begin().await?;
    match ended {
        Ok(Done::Finished) | Err(JobError::LeaseLost) => return Ok(()),
        Ok(Done::Finish) => {
            jobs::job_finish(&mut tx, held).await?;
        }
        Err(JobError::Snooze { until }) => {
            jobs::job_snooze(&mut tx, held, until).await?;
        }
        Err(JobError::Retry { cause } | JobError::RetryAt { cause, .. })
            if job.attempt < job.max_attempts =>
        {
            let at = tx.now() + TimeDelta::minutes(1);
            jobs::job_retry(&mut tx, held, at, &cause).await?;
        }
        Err(JobError::Retry { cause } | JobError::RetryAt { cause, .. } | JobError::Permanent { cause }) => {
            tracing::warn!(job = %job.id, kind = job.kind, cause, "the job is given up");
            jobs::job_give_up(&mut tx, held, &cause).await?;
        }
    }
    tx.commit().await
}
