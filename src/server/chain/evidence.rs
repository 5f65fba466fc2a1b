//! The chain's part of an evidence bundle: proofs that some rows lead to signed checkpoints, and the signature.

use super::keys::Signer;
use crate::domain::canonical::canonical;
use crate::domain::chain::{ChainProof, ChainRow, Checkpoint, CheckpointKind, Mark};
use crate::domain::ids::WorkspaceId;
use crate::server::storage::{Db, StorageError};
use serde_json::Value;
use uuid::Uuid;

/// Rows of one reading.
const PAGE: i64 = 500;

/// Proofs for sealed rows, given in the chain's order: each leads from the first row that needs one to the next
/// checkpoint. There is one at every 10,000th row, so a proof is no longer than that. Behind the last one it is the
/// head as it is now, signed here and kept nowhere else.
pub async fn proofs(
    db: &Db,
    signer: &Signer,
    workspace: WorkspaceId,
    rows: &[ChainRow],
) -> Result<Vec<ChainProof>, StorageError> {
    let mut proofs: Vec<ChainProof> = Vec::new();
    for row in rows {
        let (Some(seq), Some(prev_hash)) = (row.seq, row.prev_hash.as_ref()) else { continue };
        if proofs.last().is_some_and(|proof| proof.checkpoint.seq >= seq) {
            continue;
        }
        let Some(checkpoint) = covering(db, signer, workspace, seq).await? else { continue };
        let from = Mark { seq: seq - 1, hash: prev_hash.clone() };
        let digests = digests(db, workspace, from.seq, checkpoint.seq).await?;
        proofs.push(ChainProof { from, digests, checkpoint });
    }
    Ok(proofs)
}

async fn covering(
    db: &Db,
    signer: &Signer,
    workspace: WorkspaceId,
    seq: i64,
) -> Result<Option<Checkpoint>, StorageError> {
    let mut conn = db.read().await?;
    if let Some(kept) = conn.checkpoint_covering(workspace, seq).await? {
        return Ok(Some(kept));
    }
    let head = conn.chain_head(workspace).await?;
    drop(conn);
    let now = db.now().await?;
    Ok(head.map(|head| signer.sign(CheckpointKind::Head, workspace, &head.mark, now)))
}

/// The digests of the rows behind `from`, up to `to`.
async fn digests(db: &Db, workspace: WorkspaceId, from: i64, to: i64) -> Result<Vec<String>, StorageError> {
    let mut digests = Vec::new();
    let mut after = (from, Uuid::max());
    loop {
        let page = db.read().await?.chain_after(workspace, after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(digests) };
        after = (last.seq.unwrap_or(to), last.id);
        digests.extend(page.iter().filter(|row| row.seq <= Some(to)).map(ChainRow::digest));
        if after.0 >= to {
            return Ok(digests);
        }
    }
}

/// The text that a bundle's signature is over: all of it but the signature.
pub fn signed_text(bundle: &Value) -> String {
    let mut rest = bundle.clone();
    if let Some(fields) = rest.as_object_mut() {
        fields.remove("signature");
    }
    canonical(&rest)
}
