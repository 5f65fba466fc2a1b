//! The evidence bundle of one approval.

use super::{comments, read};
use crate::domain::chain::{ChainRow, CheckpointKind, EVIDENCE_FORMAT, Evidence};
use crate::domain::ids::ApprovalId;
use crate::domain::{AppError, AppResult};
use crate::server::chain::evidence::{proofs, signed_text};
use crate::server::chain::keys::Signer;
use crate::server::services::ctx::{Allowed, ReadApprovals, ReadAudit};
use crate::server::services::fault::internal;
use crate::server::storage::Db;
use crate::server::storage::audit::{AuditQuery, Order};
use serde_json::Value;
use std::time::Duration;

/// An approval has a row for each of its at most 200 comments, and few others.
const ROWS: u32 = 1_000;
/// How often, and how many times, to look whether the newest row has its seal.
const SEAL_WAIT: (Duration, u32) = (Duration::from_millis(100), 12);

/// Everything that proves who saw what, who decided and what ran, as one signed file. It takes both permissions: to
/// read approvals, and to read the audit trail.
pub async fn evidence(by: &Allowed<ReadApprovals>, db: &Db, id: ApprovalId) -> AppResult<Evidence> {
    by.ctx().clone().allow::<ReadAudit>()?;
    let workspace = by.workspace();
    let approval = read::get(by, db, id).await?;
    let mut rows = sealed_rows(by, db, id).await?;
    let signer = Signer::of(db).await?;
    rows.sort_by_key(|row| (row.seq.is_none(), row.seq, row.executed_at, row.id));
    let proofs = proofs(db, &signer, workspace, &rows).await?;
    let mut conn = db.read().await?;
    let opens = conn.approval_opens(workspace, id).await?;
    let comments = comments::readable(by, &mut conn, id).await?;
    let anchor = conn.checkpoint_last(workspace, CheckpointKind::Anchor).await?;
    drop(conn);
    let mut evidence = Evidence {
        format: EVIDENCE_FORMAT.to_owned(),
        made_at: db.now().await?,
        approval,
        opens,
        comments,
        rows,
        proofs,
        removed_to: anchor.map(|anchor| anchor.seq),
        public_key: signer.checker().public_key(),
        signature: String::new(),
    };
    // As a reader will have it: a number may be another one once it was text.
    let text = serde_json::to_string(&evidence).map_err(|fault| internal(&fault))?;
    let bundle: Value = serde_json::from_str(&text).map_err(|fault| internal(&fault))?;
    evidence.signature = signer.sign_text(&signed_text(&bundle));
    Ok(evidence)
}

/// Its audit rows; what was written just now gets a moment to be sealed.
async fn sealed_rows(
    by: &Allowed<ReadApprovals>,
    db: &Db,
    id: ApprovalId,
) -> Result<Vec<ChainRow>, AppError> {
    let query =
        AuditQuery { approval: Some(id), order: Order::OldestFirst, limit: ROWS, ..AuditQuery::default() };
    let (pause, mut tries) = SEAL_WAIT;
    loop {
        let rows = db.read().await?.audit_list_exact(by.workspace(), &query).await?;
        tries = tries.saturating_sub(1);
        if tries == 0 || rows.iter().all(|row| row.seq.is_some()) {
            return Ok(rows);
        }
        tokio::time::sleep(pause).await;
    }
}
