//! What time does to approvals: expiry, claims that are never reported, and the catching up after a freeze.

use super::{
    CLAIM_TIMEOUT, EXPIRE, PERFORM, QUEUE_ACTIONS, QUEUE_DEFAULT, THAW, audit_of, expire_job, lifecycle,
    record,
};
use crate::domain::approval::ApprovalStatus;
use crate::domain::ids::ApprovalId;
use crate::domain::outcome::OutcomeStatus;
use crate::server::actions::AboutApproval;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::ctx::system_actor;
use crate::server::services::executions::advance_job;
use crate::server::services::notifications::remind::remind_job;
use crate::server::storage::NewJob;
use crate::server::storage::approvals::{Finished, ToResume};
use crate::server::storage::jobs::Job;
use async_trait::async_trait;
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

pub struct Expire;

#[async_trait]
impl Handler for Expire {
    fn kind(&self) -> &'static str {
        EXPIRE
    }

    /// The swap is guarded by status and time, so a stale timer does nothing; a moved deadline gets a new timer.
    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let id = AboutApproval::of(&job)?;
        let mut tx = cx.db().begin().await?;
        if tx.approval_expire(job.workspace_id, id).await? {
            if let Some(approval) = tx.approval_get(job.workspace_id, id).await? {
                let text = format!("Expired undecided: {}", approval.sentence);
                record(&mut tx, audit_of(&approval, system_actor(), "approval.expired", text));
            }
        } else if let Some(approval) = tx.approval_get(job.workspace_id, id).await?
            && approval.status == ApprovalStatus::Pending
            && !approval.expiry_paused
        {
            tx.enqueue(expire_job(&approval, approval.expires_at));
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Claimed {
    approval_id: ApprovalId,
    fence: i64,
}

pub struct ClaimTimeout;

#[async_trait]
impl Handler for ClaimTimeout {
    fn kind(&self) -> &'static str {
        CLAIM_TIMEOUT
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let Claimed { approval_id, fence } = job.payload()?;
        let mut tx = cx.db().begin().await?;
        let cause = "The agent took this action and did not report what happened.";
        if tx.outcome_lose(job.workspace_id, approval_id, fence, cause).await?
            && let Some(approval) = tx.approval_get(job.workspace_id, approval_id).await?
        {
            let how =
                Finished { status: OutcomeStatus::Unknown, error: Some(cause.to_owned()), result: None };
            lifecycle::outcome_recorded(&mut tx, &approval, system_actor(), &how).await?;
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }
}

/// After a freeze: timers and performances whose jobs came due meanwhile are enqueued again, and executions go on. Page
/// by page, each in a transaction of its own; jobs that exist already are left alone by their dedupe key.
pub struct Thaw;

#[async_trait]
impl Handler for Thaw {
    fn kind(&self) -> &'static str {
        THAW
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let mut after = Uuid::nil();
        loop {
            let mut tx = cx.db().begin().await?;
            let rows = tx.approvals_to_resume(job.workspace_id, after).await?;
            let now = tx.now();
            for &ToResume { id, queued, expires_at, escalation } in &rows {
                tx.enqueue(NewJob {
                    workspace_id: job.workspace_id,
                    queue: if queued { QUEUE_ACTIONS } else { QUEUE_DEFAULT },
                    kind: if queued { PERFORM } else { EXPIRE },
                    payload: json!({ "approvalId": id }),
                    priority: 0,
                    run_at: if queued { now } else { expires_at },
                    max_attempts: if queued { 5 } else { 20 },
                    dedupe_key: Some(id.to_string()),
                });
                if !queued {
                    tx.enqueue(remind_job(job.workspace_id, id, now, expires_at, escalation));
                }
            }
            let last = rows.last().map(|row| row.id.0);
            tx.commit().await?;
            match last {
                Some(id) => after = id,
                None => break,
            }
        }
        after = Uuid::nil();
        loop {
            let mut tx = cx.db().begin().await?;
            let open = tx.executions_open(job.workspace_id, after, 500).await?;
            let now = tx.now();
            for id in &open {
                tx.enqueue(advance_job(job.workspace_id, *id, now));
            }
            match open.last() {
                Some(last) => after = last.0,
                None => cx.finish(&mut tx).await?,
            }
            tx.commit().await?;
            if open.is_empty() {
                return Ok(Done::Finished);
            }
        }
    }
}
