//! Removing what a workspace no longer keeps, without losing the proof of what it keeps: the rows up to a checkpoint
//! go, and a signed anchor at its number says so, which the next row is held against.

use super::keys::Signer;
use crate::domain::chain::CheckpointKind;
use crate::domain::ids::WorkspaceId;
use crate::server::engine::{
    CronEntry, Done, HOUSEKEEPING_QUEUE, Handler, Job, JobCx, JobError, ScheduleError,
};
use crate::server::services::ctx::system_actor;
use crate::server::storage::{AuditEntry, Db, StorageError};
use async_trait::async_trait;
use chrono::TimeDelta;
use serde_json::json;
use uuid::Uuid;

const KIND: &str = "audit.retention";
/// Workspaces of one reading.
const PAGE: i64 = 500;
/// Rows that one transaction deletes: small enough that nobody waits for it.
const BATCH: i64 = 1_000;

/// Removes what is older than the workspace keeps. Returns how many rows went.
///
/// A checkpoint from before that time stands above older rows only, so everything up to it may go. The anchor comes
/// first: rows that are still there below it are still proven by it.
pub async fn remove_old(db: &Db, signer: &Signer, workspace: WorkspaceId) -> Result<u64, StorageError> {
    let mut tx = db.begin().await?;
    let anchor = tx.checkpoint_last(workspace, CheckpointKind::Anchor).await?.map_or(0, |anchor| anchor.seq);
    let mut upto = anchor;
    if let Some(days) = tx.workspace_audit_retention(workspace).await? {
        let before = tx.now() - TimeDelta::days(days);
        if let Some(checkpoint) = tx.checkpoint_before_time(workspace, before).await?
            && checkpoint.seq > anchor
        {
            upto = checkpoint.seq;
            let made = signer.sign(CheckpointKind::Anchor, workspace, &checkpoint.mark(), tx.now());
            tx.checkpoint_insert(&made).await?;
            let text = format!("Removed the audit rows up to number {upto}: they are kept for {days} days");
            tx.audit(AuditEntry::new(workspace, system_actor(), "audit.removed", text));
        }
    }
    tx.commit().await?;
    let mut removed = 0;
    loop {
        let mut tx = db.begin().await?;
        let gone = tx.chain_remove_to(workspace, upto, BATCH).await?;
        tx.commit().await?;
        removed += gone;
        if gone < BATCH as u64 {
            return Ok(removed);
        }
    }
}

/// Goes over all workspaces.
pub struct RemoveOld;

#[async_trait]
impl Handler for RemoveOld {
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
                remove_old(cx.db(), &signer, workspace).await?;
            }
        }
    }
}

/// The schedule of removing, for the engine.
pub fn retention_cron() -> Result<CronEntry, ScheduleError> {
    CronEntry::for_all_workspaces(KIND, "13 * * * *", HOUSEKEEPING_QUEUE, KIND, json!({}))
}
