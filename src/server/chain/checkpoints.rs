//! Checkpoints by the hour: a workspace whose chain has grown gets a signed statement of where it ends.

use super::keys::Signer;
use crate::domain::chain::{Checkpoint, CheckpointKind};
use crate::domain::ids::WorkspaceId;
use crate::server::engine::{
    CronEntry, Done, HOUSEKEEPING_QUEUE, Handler, Job, JobCx, JobError, ScheduleError,
};
use crate::server::storage::{Db, StorageError};
use async_trait::async_trait;
use serde_json::json;
use uuid::Uuid;

const KIND: &str = "audit.checkpoint";
/// Workspaces of one reading.
const PAGE: i64 = 500;

/// Signs where the workspace's chain ends now, unless that is signed already. `None`: no row is sealed yet.
///
/// It leaves no row in the audit trail: that would move the head, and there would be no end of checkpoints.
pub async fn checkpoint_now(
    db: &Db,
    signer: &Signer,
    workspace: WorkspaceId,
) -> Result<Option<Checkpoint>, StorageError> {
    let mut conn = db.read().await?;
    let last = conn.checkpoint_last(workspace, CheckpointKind::Head).await?;
    let Some(head) = conn.chain_head(workspace).await? else { return Ok(None) };
    drop(conn);
    if last.as_ref().is_some_and(|last| last.seq >= head.mark.seq) {
        return Ok(last);
    }
    let mut tx = db.begin().await?;
    let made = signer.sign(CheckpointKind::Head, workspace, &head.mark, tx.now());
    // Another node may have signed the same head at another time; one statement about it is enough.
    if !tx.checkpoint_insert(&made).await? {
        return db.read().await?.checkpoint_last(workspace, CheckpointKind::Head).await;
    }
    tx.commit().await?;
    Ok(Some(made))
}

/// Goes over all workspaces.
pub struct SignCheckpoints;

#[async_trait]
impl Handler for SignCheckpoints {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: Job, cx: &JobCx) -> Result<Done, JobError> {
        let signer = Signer::of(cx.db()).await?;
        let mut after = Uuid::nil();
        loop {
            let page = cx.db().read().await?.workspaces_after(after, PAGE).await?;
            let Some((last, _)) = page.last() else { return Ok(Done::Finish) };
            after = last.0;
            for (workspace, _) in page {
                checkpoint_now(cx.db(), &signer, workspace).await?;
            }
        }
    }
}

/// The schedule of checkpoints, for the engine.
pub fn checkpoint_cron() -> Result<CronEntry, ScheduleError> {
    CronEntry::for_all_workspaces(KIND, "3 * * * *", HOUSEKEEPING_QUEUE, KIND, json!({}))
}
