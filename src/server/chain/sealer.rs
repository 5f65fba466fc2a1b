//! The sealer: gives committed audit rows their place in the chain, soon after the commit and beside it.
//!
//! On PostgreSQL a row may be committed after one that is younger: the chain's order is the order of sealing, in which
//! each committed row comes once. Every node has a sealer. Who moves a workspace's head first seals; the others see
//! that it moved, and look again.

use super::keys::Signer;
use crate::domain::chain::{CheckpointKind, Mark};
use crate::domain::ids::WorkspaceId;
use crate::server::services::executions::events_job;
use crate::server::storage::{Db, StorageError};
use crate::server::wake::Pause;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Rows that one transaction seals: few enough that SQLite's one writer is soon free again.
const BATCH: i64 = 200;
/// At most so often: what commits meanwhile is sealed together.
const SEAL_EVERY: Duration = Duration::from_millis(100);
/// A node that commits and dies leaves its rows to the others: they look this often.
const POLL: Duration = Duration::from_millis(700);
/// A checkpoint is made at the first head past each such number, so that a proof needs no more rows than this.
const CHECKPOINT_EVERY: i64 = 10_000;

/// The sealer's task. One per process.
pub struct Sealer {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Sealer {
    /// Starts sealing. Needs a runtime, and an up-to-date schema.
    pub async fn start(db: &Db) -> Result<Self, StorageError> {
        let signer = Signer::of(db).await?;
        let sealer = Self { stop: CancellationToken::new(), tasks: TaskTracker::new() };
        let (stop, db) = (sealer.stop.clone(), db.clone());
        sealer.tasks.spawn(async move { stop.run_until_cancelled(seal_for_ever(db, signer)).await });
        Ok(sealer)
    }

    /// Stops. What is not sealed yet is sealed at the next start, or by another node.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn seal_for_ever(db: Db, signer: Signer) {
    let mut pause = Pause::default();
    loop {
        match round(&db, &signer).await {
            Ok(Round { full: true, .. }) => pause.reset(),
            Ok(Round { lost: true, .. }) => tokio::time::sleep(SEAL_EVERY).await,
            Ok(_) => {
                pause.reset();
                let _ = tokio::time::timeout(POLL, db.wakes.audit.notified()).await;
                tokio::time::sleep(SEAL_EVERY).await;
            }
            Err(fault) => {
                tracing::warn!(%fault, "audit rows could not be sealed");
                tokio::time::sleep(pause.next()).await;
            }
        }
    }
}

/// Seals everything that is committed now; for whoever cannot wait for the task.
pub async fn seal_waiting(db: &Db) -> Result<(), StorageError> {
    let signer = Signer::of(db).await?;
    loop {
        let Round { full, lost } = round(db, &signer).await?;
        if !full && !lost {
            return Ok(());
        }
    }
}

/// What one look at all workspaces came to.
#[derive(Clone, Copy, Debug, Default)]
struct Round {
    /// There may be more rows in some workspace.
    full: bool,
    /// Another node was sealing some workspace.
    lost: bool,
}

/// One batch of each workspace that has unsealed rows. What fails for one does not keep the others waiting.
async fn round(db: &Db, signer: &Signer) -> Result<Round, StorageError> {
    let mut round = Round::default();
    let (mut after, mut failed) = (Uuid::nil(), None);
    loop {
        let next = db.read().await?.chain_waiting_after(after).await?;
        let Some(workspace) = next else { return failed.map_or(Ok(round), Err) };
        match seal_batch(db, signer, workspace).await {
            Ok(Some(sealed)) => round.full |= sealed == BATCH as usize,
            Ok(None) => round.lost = true,
            Err(fault) => failed = Some(fault),
        }
        after = workspace.0;
    }
}

/// Seals up to [`BATCH`] rows of one workspace. `None`: another sealer was at it, and nothing was done.
///
/// Everything is read and computed before the transaction, which only writes: a head that still is where it was read
/// proves that the rows read are still unsealed.
async fn seal_batch(db: &Db, signer: &Signer, workspace: WorkspaceId) -> Result<Option<usize>, StorageError> {
    let mut conn = db.read().await?;
    let seen = conn.chain_head(workspace).await?.map_or_else(Mark::genesis, |head| head.mark);
    let mut rows = conn.chain_unsealed(workspace, BATCH).await?;
    let followed = conn.events_followed(workspace).await?;
    drop(conn);
    let mut head = seen.clone();
    for row in &mut rows {
        head = row.seal(&head);
    }
    if rows.is_empty() {
        return Ok(Some(0));
    }
    let mut tx = db.begin().await?;
    if !tx.chain_advance(workspace, &seen, &head).await? {
        return Ok(None);
    }
    if tx.chain_seal(workspace, &rows).await? != rows.len() as u64 {
        // A row went away or was sealed past the head, which nobody does but by hand: look again.
        return Ok(None);
    }
    if seen.seq / CHECKPOINT_EVERY < head.seq / CHECKPOINT_EVERY {
        let checkpoint = signer.sign(CheckpointKind::Head, workspace, &head, tx.now());
        tx.checkpoint_insert(&checkpoint).await?;
    }
    if followed {
        let now = tx.now();
        tx.enqueue(events_job(workspace, now));
    }
    tx.commit().await?;
    Ok(Some(rows.len()))
}
