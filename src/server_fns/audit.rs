//! The audit trail and its chain.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::audit::{AuditFilter, AuditRow};
use crate::domain::chain::{ChainCheck, ChainFrom, ChainState, Checkpoint};
use crate::domain::page::Page;
use leptos::prelude::*;

/// The audit trail, newest first.
#[server(name = AuditList, prefix = "/api/fn", endpoint = "audit/list", protocol = JsonOrForm)]
pub async fn audit_list(filter: AuditFilter) -> Result<Page<AuditRow>, AppError> {
    use super::door;
    use crate::server::services::{audit, ctx::ReadAudit};
    let (state, by) = door::allowed::<ReadAudit>().await?;
    door::answer(audit::list(&by, &state.db, &filter)).await
}

/// How the workspace's chain stands.
#[server(name = AuditChain, prefix = "/api/fn", endpoint = "audit/chain", protocol = JsonOrForm)]
pub async fn audit_chain() -> Result<ChainState, AppError> {
    use super::door;
    use crate::server::services::{audit_chain, ctx::ReadAudit};
    let (state, by) = door::allowed::<ReadAudit>().await?;
    door::answer(audit_chain::chain_state(&by, &state.db)).await
}

/// Verifies a part of the chain, for at most some seconds.
#[server(name = AuditVerify, prefix = "/api/fn", endpoint = "audit/verify", protocol = JsonOrForm)]
pub async fn audit_verify(from: ChainFrom) -> Result<ChainCheck, AppError> {
    use super::door;
    use crate::server::services::{audit_chain, ctx::ReadAudit};
    let (state, by) = door::allowed::<ReadAudit>().await?;
    door::answer(audit_chain::chain_verify(&by, &state.db, &from)).await
}

/// Signs where the chain ends now.
#[server(name = AuditCheckpoint, prefix = "/api/fn", endpoint = "audit/checkpoint", protocol = JsonOrForm)]
pub async fn audit_checkpoint() -> Result<Checkpoint, AppError> {
    use super::{door, reply};
    use crate::server::services::{audit_chain, ctx::Administer};
    let (state, by) = door::allowed::<Administer>().await?;
    door::answer(async {
        let checkpoint = audit_chain::checkpoint_make(&by, &state.db).await?;
        reply::go_to("/audit?done=checkpoint");
        Ok(checkpoint)
    })
    .await
}
