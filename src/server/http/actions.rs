//! `POST /actions`: an action meets the gate.

use super::extract::Json;
use super::problem::ApiResult;
use crate::domain::action::{SubmitAction, Submitted};
use crate::server::services::autonomy::AutonomyService;
use crate::server::services::ctx::{Allowed, SubmitActions};
use crate::server::state::AppState;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(submit))
}

/// Submit an action. The gate lets it run (`executed`, with its outcome), holds it for people (`pending`, with the
/// approval) or refuses it (`denied`).
#[utoipa::path(post, path = "/actions", tag = "actions", request_body = SubmitAction,
    responses((status = 200, description = "The gate's answer", body = Submitted)))]
async fn submit(
    State(state): State<AppState>,
    by: Allowed<SubmitActions>,
    Json(action): Json<SubmitAction>,
) -> ApiResult<Json<Submitted>> {
    Ok(Json(AutonomyService::new(state.db).submit(&by, action).await?))
}
