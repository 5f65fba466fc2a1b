//! The chain over the audit trail: its state, its check, its checkpoints, and the key that signs them.

use super::extract::{Json, Query};
use super::problem::ApiResult;
use crate::domain::chain::{ChainCheck, ChainFrom, ChainState, Checkpoint, PublicKey};
use crate::domain::page::{Page, PageQuery};
use crate::server::services::audit_chain;
use crate::server::services::ctx::{Administer, Allowed, ReadAudit};
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(state))
        .routes(routes!(verify))
        .routes(routes!(checkpoints, sign))
        .routes(routes!(public_key))
}

/// How the workspace's chain stands: its last row, what waits for its seal, the newest checkpoint.
#[utoipa::path(get, path = "/audit/chain", tag = "audit", operation_id = "audit_chain",
    responses((status = 200, description = "As it is now", body = ChainState)))]
async fn state(State(state): State<AppState>, by: Allowed<ReadAudit>) -> ApiResult<Json<ChainState>> {
    Ok(Json(audit_chain::chain_state(&by, &state.db).await?))
}

/// Verify the chain in the database, for at most 3 s at a time: go on from `checkedTo` until it is `complete`.
#[utoipa::path(get, path = "/audit/chain/verify", tag = "audit", operation_id = "audit_verify", params(ChainFrom),
    responses((status = 200, description = "What was found", body = ChainCheck)))]
async fn verify(
    State(state): State<AppState>,
    by: Allowed<ReadAudit>,
    Query(from): Query<ChainFrom>,
) -> ApiResult<Json<ChainCheck>> {
    Ok(Json(audit_chain::chain_verify(&by, &state.db, &from).await?))
}

/// List the signed checkpoints, the newest first. Keep them elsewhere: they prove that the chain was not cut.
#[utoipa::path(get, path = "/audit/checkpoints", tag = "audit", operation_id = "audit_checkpoints", params(PageQuery),
    responses((status = 200, description = "A page of checkpoints", body = Page<Checkpoint>)))]
async fn checkpoints(
    State(state): State<AppState>,
    by: Allowed<ReadAudit>,
    Query(query): Query<PageQuery>,
) -> ApiResult<Json<Page<Checkpoint>>> {
    Ok(Json(audit_chain::checkpoint_list(&by, &state.db, &query).await?))
}

/// Sign where the chain ends now. At the same end it is the same checkpoint.
#[utoipa::path(post, path = "/audit/checkpoints", tag = "audit", operation_id = "audit_checkpoint",
    responses((status = 201, description = "The checkpoint", body = Checkpoint)))]
async fn sign(
    State(state): State<AppState>,
    by: Allowed<Administer>,
) -> ApiResult<(StatusCode, Json<Checkpoint>)> {
    Ok((StatusCode::CREATED, Json(audit_chain::checkpoint_make(&by, &state.db).await?)))
}

/// The public key of this installation, which checkpoints are signed with. It needs no credential.
#[utoipa::path(get, path = "/audit/public-key", tag = "audit", operation_id = "audit_public_key", security(()),
    responses((status = 200, description = "The key", body = PublicKey)))]
async fn public_key(State(state): State<AppState>) -> ApiResult<Json<PublicKey>> {
    Ok(Json(audit_chain::public_key(&state.db).await?))
}
