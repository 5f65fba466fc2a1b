//! Saved views of the approvals list: list, create, change, remove.

use super::extract::{IfMatch, Json, Path, Versioned};
use super::problem::ApiResult;
use crate::domain::ids::SavedViewId;
use crate::domain::page::Page;
use crate::domain::saved_view::{NewSavedView, PatchSavedView, SavedView};
use crate::server::services::ctx::{Allowed, OwnAccount};
use crate::server::services::saved_views;
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(patch, remove))
}

/// List the views that you may use: your own, then the shared ones, each in the order in which they were made.
#[utoipa::path(get, path = "/views", tag = "views", operation_id = "views_list",
    responses((status = 200, description = "All of them", body = Page<SavedView>)))]
async fn list(State(state): State<AppState>, by: Allowed<OwnAccount>) -> ApiResult<Json<Page<SavedView>>> {
    Ok(Json(saved_views::saved_view_list(&by, &state.db).await?))
}

/// Save a view.
#[utoipa::path(post, path = "/views", tag = "views", operation_id = "views_create", request_body = NewSavedView,
    responses((status = 201, description = "The new view", body = SavedView)))]
async fn create(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
    Json(input): Json<NewSavedView>,
) -> ApiResult<(StatusCode, Versioned<SavedView>)> {
    let made = saved_views::saved_view_create(&by, &state.db, input).await?;
    Ok((StatusCode::CREATED, Versioned(made.version, made)))
}

/// Change a view: your own, or as an admin a shared one. With `If-Match`, only the version that was seen.
#[utoipa::path(patch, path = "/views/{id}", tag = "views", operation_id = "views_patch",
    params(("id" = SavedViewId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = PatchSavedView, responses((status = 200, description = "As it is now", body = SavedView)))]
async fn patch(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
    Path(id): Path<SavedViewId>,
    IfMatch(version): IfMatch,
    Json(input): Json<PatchSavedView>,
) -> ApiResult<Versioned<SavedView>> {
    let changed = saved_views::saved_view_patch(&by, &state.db, id, input, version).await?;
    Ok(Versioned(changed.version, changed))
}

/// Remove a view: your own, or as an admin a shared one.
#[utoipa::path(delete, path = "/views/{id}", tag = "views", operation_id = "views_remove",
    params(("id" = SavedViewId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    responses((status = 204, description = "Gone")))]
async fn remove(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
    Path(id): Path<SavedViewId>,
    IfMatch(version): IfMatch,
) -> ApiResult<StatusCode> {
    saved_views::saved_view_delete(&by, &state.db, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
