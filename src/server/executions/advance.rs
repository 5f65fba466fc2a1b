//! The jobs that take executions further.

use super::AboutExecution;
use super::work::{Turn, Work};
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::ctx::system_actor;
use crate::server::services::executions::{ADVANCE, CANCEL, TIMER, advance_job, change};
use crate::server::storage::Tx;
use crate::server::storage::jobs::Job;
use async_trait::async_trait;

/// Transactions of one job: an execution that still goes on after as many lets others pass first.
const TURNS: usize = 50;

/// Takes an execution as far as it goes now.
pub struct Advance;

/// The same, at a time that a step waited for.
pub struct Timer;

#[async_trait]
impl Handler for Advance {
    fn kind(&self) -> &'static str {
        ADVANCE
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        advance(job, cx).await
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        Ok(change::break_off(tx, job.workspace_id, AboutExecution::of(job)?, cause).await?)
    }
}

#[async_trait]
impl Handler for Timer {
    fn kind(&self) -> &'static str {
        TIMER
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        advance(job, cx).await
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        Ok(change::break_off(tx, job.workspace_id, AboutExecution::of(job)?, cause).await?)
    }
}

async fn advance(job: Job, cx: &JobCx) -> Result<Done, JobError> {
    let id = AboutExecution::of(&job)?;
    let mut refused = None;
    for _ in 0..TURNS {
        let (mut tx, found) = cx.db().begin_advancing(job.workspace_id, id).await?;
        let Some(running) = found else { return Ok(Done::Finish) };
        let mut work = Work::load(&mut tx, running).await?;
        match work.turn(&mut tx, refused.take()).await? {
            // Dropped with the transaction; the next one keeps the refusal.
            Turn::Refused(step) => refused = Some(step),
            Turn::More => tx.commit().await?,
            Turn::Rest => {
                cx.finish(&mut tx).await?;
                tx.commit().await?;
                return Ok(Done::Finished);
            }
        }
    }
    let mut tx = cx.db().begin().await?;
    let now = tx.now();
    tx.enqueue(advance_job(job.workspace_id, id, now));
    cx.finish(&mut tx).await?;
    tx.commit().await?;
    Ok(Done::Finished)
}

/// Cancels an execution that its parent no longer waits for.
pub struct CancelChild;

#[async_trait]
impl Handler for CancelChild {
    fn kind(&self) -> &'static str {
        CANCEL
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let id = AboutExecution::of(&job)?;
        let (mut tx, found) = cx.db().begin_advancing(job.workspace_id, id).await?;
        if let Some(mut running) = found.filter(|running| running.execution.status.is_open()) {
            let text = format!("Cancelled {}, which nothing waits for any more", running.execution.title);
            change::cancel(&mut tx, &mut running, system_actor(), text).await?;
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        Ok(change::break_off(tx, job.workspace_id, AboutExecution::of(job)?, cause).await?)
    }
}
