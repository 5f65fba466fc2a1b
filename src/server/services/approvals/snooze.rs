//! Putting an approval aside for a while, and what brings it back.

use super::{QUEUE_DEFAULT, WAKE, audit_of, locked, record, still_waits};
use crate::domain::AppResult;
use crate::domain::approval::ApprovalStatus;
use crate::domain::ids::{ApprovalId, UserId};
use crate::domain::snooze::{Snooze, Snoozed};
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::ctx::{Allowed, Approver, DecideApprovals, system_actor};
use crate::server::storage::approvals::Deciding;
use crate::server::storage::jobs::Job;
use crate::server::storage::{Db, NewJob};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::json;
use validator::Validate;

/// Takes a pending approval out of this member's own list until a time.
pub async fn snooze(
    by: &Allowed<DecideApprovals>,
    db: &Db,
    id: ApprovalId,
    input: Snooze,
) -> AppResult<Snoozed> {
    input.validate()?;
    let approver = Approver::new(by)?;
    let (workspace, user) = (approver.workspace(), approver.user_id());
    let (mut tx, Deciding { approval, .. }) = locked(db, workspace, id).await?;
    let now = tx.now();
    still_waits(&approval, now)?;
    let until = input.moment(&approval, now)?;
    tx.snooze_set(workspace, user, id, until).await?;
    let about = AboutSnooze { approval_id: id, user_id: user };
    tx.job_cancel_ready(WAKE, &about.key());
    tx.enqueue(NewJob {
        workspace_id: workspace,
        queue: QUEUE_DEFAULT,
        kind: WAKE,
        payload: json!(about),
        priority: 0,
        run_at: until,
        max_attempts: 20,
        dedupe_key: Some(about.key()),
    });
    let text = format!("Put aside: {}", approval.sentence);
    let mut entry = audit_of(&approval, approver.actor(), "approval.snoozed", text);
    entry.result = Some(json!({ "until": until }));
    record(&mut tx, entry);
    tx.commit().await?;
    Ok(Snoozed { approval, snoozed_until: Some(until) })
}

/// Brings it back before its time. Nothing happens where this member did not put it aside.
pub async fn wake(by: &Allowed<DecideApprovals>, db: &Db, id: ApprovalId) -> AppResult<Snoozed> {
    let approver = Approver::new(by)?;
    let (workspace, user) = (approver.workspace(), approver.user_id());
    let (mut tx, Deciding { approval, .. }) = locked(db, workspace, id).await?;
    if tx.snooze_delete(workspace, user, id).await? {
        tx.job_cancel_ready(WAKE, &AboutSnooze { approval_id: id, user_id: user }.key());
        // Once it is decided, it is in nobody's list.
        if approval.status == ApprovalStatus::Pending {
            let text = format!("Took up again: {}", approval.sentence);
            record(&mut tx, audit_of(&approval, approver.actor(), "approval.woken", text));
        }
        tx.commit().await?;
    }
    Ok(Snoozed { approval, snoozed_until: None })
}

/// The payload of [`Wake`].
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct AboutSnooze {
    approval_id: ApprovalId,
    user_id: UserId,
}

impl AboutSnooze {
    /// A member has one snooze of an approval.
    fn key(&self) -> String {
        format!("{}/{}", self.approval_id, self.user_id)
    }
}

/// Says that an approval is back, once its time is over: the list shows it from that moment on, and open pages ask
/// again.
pub struct Wake;

#[async_trait]
impl Handler for Wake {
    fn kind(&self) -> &'static str {
        WAKE
    }

    /// Guarded by the time, so that a stale timer does nothing. Of what was decided meanwhile only the row goes.
    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let AboutSnooze { approval_id, user_id } = job.payload()?;
        let workspace = job.workspace_id;
        let mut tx = cx.db().begin().await?;
        if tx.snooze_end(workspace, user_id, approval_id).await?
            && let Some(approval) = tx.approval_get(workspace, approval_id).await?
            && approval.status == ApprovalStatus::Pending
        {
            let whose = tx.user_get(user_id).await?.map_or_else(|| "a member".to_owned(), |user| user.name);
            let text = format!("Back with {whose}: {}", approval.sentence);
            record(&mut tx, audit_of(&approval, system_actor(), "approval.woken", text));
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }
}
