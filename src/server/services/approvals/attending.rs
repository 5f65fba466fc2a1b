//! "I am on it", and no longer.

use super::{audit_of, decide, locked, record, still_waits};
use crate::domain::approval::Approval;
use crate::domain::attending::{ATTEND_SECONDS, Attend, Attending};
use crate::domain::error::ConflictDetail;
use crate::domain::ids::ApprovalId;
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, Approver, DecideApprovals};
use crate::server::storage::Db;
use chrono::TimeDelta;

/// Tells the others that this reviewer looks at it, from now on for a while.
pub async fn attend(
    by: &Allowed<DecideApprovals>,
    db: &Db,
    id: ApprovalId,
    input: Attend,
) -> AppResult<Approval> {
    let approver = Approver::new(by)?;
    let (mut tx, found) = locked(db, approver.workspace(), id).await?;
    decide::may_decide(&found, &approver)?;
    let mut approval = found.approval;
    let now = tx.now();
    still_waits(&approval, now)?;
    let other = approval.attending.as_ref().filter(|on| on.user_id != approver.user_id() && on.until > now);
    if let Some(other) = other.filter(|_| !input.take_over) {
        return Err(AppError::Conflict {
            detail: format!("{} is on it.", other.name),
            conflict: ConflictDetail {
                status: approval.status.as_str().to_owned(),
                by: Some(other.name.clone()),
                at: Some(other.until),
            },
        });
    }
    let actor = approver.actor();
    let until = now + TimeDelta::seconds(ATTEND_SECONDS);
    let attending = Attending { user_id: approver.user_id(), name: actor.name.clone(), until };
    tx.approval_attend(approver.workspace(), id, Some(&attending)).await?;
    let text = format!("Is on: {}", approval.sentence);
    record(&mut tx, audit_of(&approval, actor, "approval.attended", text));
    tx.commit().await?;
    approval.attending = Some(attending);
    approval.version += 1;
    Ok(approval)
}

/// Takes that back. Nothing happens where this reviewer is not the one.
pub async fn leave(by: &Allowed<DecideApprovals>, db: &Db, id: ApprovalId) -> AppResult<Approval> {
    let approver = Approver::new(by)?;
    let (mut tx, found) = locked(db, approver.workspace(), id).await?;
    let mut approval = found.approval;
    if approval.attending.as_ref().is_none_or(|on| on.user_id != approver.user_id()) {
        return Ok(approval);
    }
    tx.approval_attend(approver.workspace(), id, None).await?;
    let text = format!("Is no longer on: {}", approval.sentence);
    record(&mut tx, audit_of(&approval, approver.actor(), "approval.left", text));
    tx.commit().await?;
    approval.attending = None;
    approval.version += 1;
    Ok(approval)
}
