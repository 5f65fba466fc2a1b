//! The chain over the audit trail: how it stands, whether it holds, and its signed checkpoints.

use super::ctx::{Administer, Allowed, ReadAudit};
use crate::domain::chain::{ChainCheck, ChainFrom, ChainState, Checkpoint, CheckpointKind, PublicKey};
use crate::domain::page::{Page, PageQuery};
use crate::domain::params::{given, parsed};
use crate::domain::{AppError, AppResult};
use crate::server::chain::checkpoints::checkpoint_now;
use crate::server::chain::keys::Signer;
use crate::server::chain::verify::database::verify_part;
use crate::server::storage::{Db, cursor};
use serde_json::json;
use std::time::Duration;

/// Unsealed rows are counted to at most so many.
const UNSEALED_BOUND: i64 = 1_000;
/// How long one request verifies.
const VERIFY_FOR: Duration = Duration::from_secs(3);

pub async fn chain_state(by: &Allowed<ReadAudit>, db: &Db) -> AppResult<ChainState> {
    let mut conn = db.read().await?;
    let head = conn.chain_head(by.workspace()).await?;
    Ok(ChainState {
        sealed_at: head.as_ref().map(|head| head.sealed_at),
        head: head.map(|head| head.mark),
        unsealed: conn.chain_unsealed_count(by.workspace(), UNSEALED_BOUND).await?,
        checkpoint: conn.checkpoint_last(by.workspace(), CheckpointKind::Head).await?,
        anchor: conn.checkpoint_last(by.workspace(), CheckpointKind::Anchor).await?,
    })
}

/// Verifies a part of the chain, for at most some seconds.
pub async fn chain_verify(by: &Allowed<ReadAudit>, db: &Db, from: &ChainFrom) -> AppResult<ChainCheck> {
    let mut errors = Vec::new();
    let from: Option<i64> = parsed("from", from.from.as_deref(), &mut errors);
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    let checker = Signer::of(db).await?.checker();
    Ok(verify_part(db, by.workspace(), &checker, from, VERIFY_FOR).await?)
}

/// The statements of where the chain ended, the newest first.
pub async fn checkpoint_list(
    by: &Allowed<ReadAudit>,
    db: &Db,
    query: &PageQuery,
) -> AppResult<Page<Checkpoint>> {
    let limit = cursor::limit(query.limit.as_deref())?;
    let before = match given(query.cursor.as_deref()) {
        None => i64::MAX,
        Some(text) => {
            let [seq] = cursor::decode(text)?;
            seq.as_i64().ok_or_else(cursor::unreadable)?
        }
    };
    let found = db.read().await?.checkpoints_before(by.workspace(), before, i64::from(limit) + 1).await?;
    Ok(cursor::page(found, limit, |last| vec![json!(last.seq)]))
}

/// Signs where the chain ends now. Again at the same end it is the same checkpoint.
pub async fn checkpoint_make(by: &Allowed<Administer>, db: &Db) -> AppResult<Checkpoint> {
    let signer = Signer::of(db).await?;
    checkpoint_now(db, &signer, by.workspace())
        .await?
        .ok_or_else(|| AppError::refused("No row of this workspace is sealed yet. Try again in a second."))
}

/// The public half of the key that signs, for everybody.
pub async fn public_key(db: &Db) -> AppResult<PublicKey> {
    Ok(Signer::of(db).await?.checker().public_key())
}
