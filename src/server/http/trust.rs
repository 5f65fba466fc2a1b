//! Learned trust: what is suggested and granted, accept, decline, revoke.

use super::extract::{IfMatch, Json, Path, Query, Versioned};
use super::problem::ApiResult;
use crate::domain::ids::TrustGrantId;
use crate::domain::page::Page;
use crate::domain::trust::{DeclineTrust, RevokeTrust, TrustDetail, TrustFilter, TrustGrant};
use crate::server::services::ctx::{Administer, Allowed, ReadTeams, WriteTeams};
use crate::server::services::trust;
use crate::server::state::AppState;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list))
        .routes(routes!(get))
        .routes(routes!(accept))
        .routes(routes!(decline))
        .routes(routes!(revoke))
}

/// List what is suggested and what is granted, newest first.
#[utoipa::path(get, path = "/trust", tag = "trust", operation_id = "trust_list", params(TrustFilter),
    responses((status = 200, description = "A page of them", body = Page<TrustGrant>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadTeams>,
    Query(filter): Query<TrustFilter>,
) -> ApiResult<Json<Page<TrustGrant>>> {
    Ok(Json(trust::list(&by, &state.db, &filter).await?))
}

/// One, with the approvals that it rests on and what the last 30 days would have been under it.
#[utoipa::path(get, path = "/trust/{id}", tag = "trust", operation_id = "trust_get",
    params(("id" = TrustGrantId, Path)), responses((status = 200, description = "All about it", body = TrustDetail)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadTeams>,
    Path(id): Path<TrustGrantId>,
) -> ApiResult<Versioned<TrustDetail>> {
    let found = trust::get(&by, &state.db, id).await?;
    Ok(Versioned(found.grant.version, found))
}

/// Accept a suggestion: for 30 days the type runs by itself on the team, up to the risk that was suggested. An owner
/// or admin does, who owns no agent of the team and none whose approvals are the evidence.
#[utoipa::path(post, path = "/trust/{id}/accept", tag = "trust", operation_id = "trust_accept",
    params(("id" = TrustGrantId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    responses((status = 200, description = "The grant", body = TrustGrant)))]
async fn accept(
    State(state): State<AppState>,
    by: Allowed<Administer>,
    Path(id): Path<TrustGrantId>,
    IfMatch(version): IfMatch,
) -> ApiResult<Versioned<TrustGrant>> {
    let grant = trust::accept(&by, &state.db, id, version).await?;
    Ok(Versioned(grant.version, grant))
}

/// Decline a suggestion. It comes back only once there is new evidence.
#[utoipa::path(post, path = "/trust/{id}/decline", tag = "trust", operation_id = "trust_decline",
    params(("id" = TrustGrantId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = DeclineTrust, responses((status = 200, description = "Declined", body = TrustGrant)))]
async fn decline(
    State(state): State<AppState>,
    by: Allowed<Administer>,
    Path(id): Path<TrustGrantId>,
    IfMatch(version): IfMatch,
    Json(input): Json<DeclineTrust>,
) -> ApiResult<Versioned<TrustGrant>> {
    let grant = trust::decline(&by, &state.db, id, input, version).await?;
    Ok(Versioned(grant.version, grant))
}

/// Revoke a grant: people decide again.
#[utoipa::path(post, path = "/trust/{id}/revoke", tag = "trust", operation_id = "trust_revoke",
    params(("id" = TrustGrantId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = RevokeTrust, responses((status = 200, description = "Revoked", body = TrustGrant)))]
async fn revoke(
    State(state): State<AppState>,
    by: Allowed<WriteTeams>,
    Path(id): Path<TrustGrantId>,
    IfMatch(version): IfMatch,
    Json(input): Json<RevokeTrust>,
) -> ApiResult<Versioned<TrustGrant>> {
    let grant = trust::revoke(&by, &state.db, id, input, version).await?;
    Ok(Versioned(grant.version, grant))
}
