//! The evidence bundle of one approval.

use super::extract::{Json, Path};
use super::problem::ApiResult;
use crate::domain::chain::Evidence;
use crate::domain::ids::ApprovalId;
use crate::server::services::approvals::evidence as proving;
use crate::server::services::ctx::{Allowed, ReadApprovals};
use crate::server::state::AppState;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(evidence))
}

/// Everything that proves who saw what, who decided and what ran, as one signed file: `countersign verify-audit
/// --evidence` verifies it away from here. It needs the right to read the audit trail too.
#[utoipa::path(get, path = "/approvals/{id}/evidence", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "The bundle", body = Evidence)))]
async fn evidence(
    State(state): State<AppState>,
    by: Allowed<ReadApprovals>,
    Path(id): Path<ApprovalId>,
) -> ApiResult<Json<Evidence>> {
    Ok(Json(proving::evidence(&by, &state.db, id).await?))
}
