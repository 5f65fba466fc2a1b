//! What a reviewer has opened, and with which data: bulk decisions ask for it.
//!
//! Opening is no change of state of the approval: it writes no audit row and no event.

use super::read;
use crate::domain::approval::ApprovalDetail;
use crate::domain::ids::{ApprovalId, UserId};
use crate::domain::member::Permission;
use crate::domain::opening::MAX_ASKED;
use crate::domain::page::Page;
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, ReadApprovals};
use crate::server::storage::{Db, StorageError};
use chrono::TimeDelta;
use std::time::Duration;

/// An open page asks again at every change: what was kept within this time is not kept again.
const FRESH: TimeDelta = TimeDelta::minutes(1);
/// The reader waits no longer than this for the write.
const PATIENCE: Duration = Duration::from_secs(2);

/// Everything the detail page shows; of a person who may decide it is kept that they saw it. What cannot be kept is
/// not: the reading goes on.
pub async fn open(by: &Allowed<ReadApprovals>, db: &Db, id: ApprovalId) -> AppResult<ApprovalDetail> {
    let detail = read::detail(by, db, id).await?;
    let decides = by.principal().may(Permission::DecideApprovals);
    if let Some(user) = by.principal().user_id().filter(|_| decides) {
        let kept = keep(by, db, id, user, &detail.approval.args_hash);
        match tokio::time::timeout(PATIENCE, kept).await {
            Ok(Ok(())) => {}
            Ok(Err(fault)) => tracing::warn!(%fault, %id, "that an approval was opened could not be kept"),
            Err(_) => tracing::warn!(%id, "that an approval was opened could not be kept in time"),
        }
    }
    Ok(detail)
}

async fn keep(
    by: &Allowed<ReadApprovals>,
    db: &Db,
    id: ApprovalId,
    user: UserId,
    args_hash: &str,
) -> Result<(), StorageError> {
    let before = db.read().await?.approval_opened_at(by.workspace(), id, user, args_hash).await?;
    if let Some(before) = before
        && db.now().await? - before < FRESH
    {
        return Ok(());
    }
    let mut tx = db.begin().await?;
    tx.approval_open(by.workspace(), id, user, args_hash).await?;
    tx.commit().await
}

/// Those of `ids`, in their order, that the asking member has opened with the data that they have now. Of an agent
/// nothing is kept; another workspace's ids are not among the answer.
pub async fn opened(
    by: &Allowed<ReadApprovals>,
    db: &Db,
    ids: Vec<ApprovalId>,
) -> AppResult<Page<ApprovalId>> {
    if ids.len() > MAX_ASKED {
        return Err(AppError::invalid("ids", format!("must be at most {MAX_ASKED}")));
    }
    let Some(user) = by.principal().user_id() else {
        return Ok(Page { items: Vec::new(), next_cursor: None });
    };
    let opened = db.read().await?.approvals_opened(by.workspace(), user, &ids).await?;
    let items = ids.into_iter().filter(|id| opened.contains(id)).collect();
    Ok(Page { items, next_cursor: None })
}
