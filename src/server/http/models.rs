//! Language models: which there are, what they were used for, how far they may be.

use super::extract::Json;
use super::problem::ApiResult;
use crate::domain::model::{ModelLimits, Models};
use crate::server::services::ctx::{Administer, Allowed, ReadSettings};
use crate::server::services::models;
use crate::server::state::AppState;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(get)).routes(routes!(get_limits, set_limits))
}

/// The models of this server, what the last 24 hours' use of them was, and the last 50 calls.
#[utoipa::path(get, path = "/models", tag = "models", operation_id = "models_get",
    responses((status = 200, description = "All about models", body = Models)))]
async fn get(State(state): State<AppState>, by: Allowed<ReadSettings>) -> ApiResult<Json<Models>> {
    Ok(Json(models::models_get(&by, &state.db, &state.config).await?))
}

/// How far the workspace's agents together may use models.
#[utoipa::path(get, path = "/models/limits", tag = "models", operation_id = "model_limits_get",
    responses((status = 200, description = "The limits", body = ModelLimits)))]
async fn get_limits(
    State(state): State<AppState>,
    by: Allowed<ReadSettings>,
) -> ApiResult<Json<ModelLimits>> {
    Ok(Json(models::model_limits_get(&by, &state.db).await?))
}

/// Replace those limits.
#[utoipa::path(put, path = "/models/limits", tag = "models", operation_id = "model_limits_set",
    request_body = ModelLimits, responses((status = 200, description = "The limits", body = ModelLimits)))]
async fn set_limits(
    State(state): State<AppState>,
    by: Allowed<Administer>,
    Json(limits): Json<ModelLimits>,
) -> ApiResult<Json<ModelLimits>> {
    Ok(Json(models::model_limits_set(&by, &state.db, limits).await?))
}
