//! Notifications: a member's own.

use super::extract::{Json, Query};
use super::problem::ApiResult;
use crate::domain::notification::{Notification, NotificationFilter, ReadNotifications, Unread};
use crate::domain::page::Page;
use crate::server::services::ctx::{Allowed, OwnAccount};
use crate::server::services::notifications;
use crate::server::state::AppState;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(read))
}

/// List your notifications, the newest first.
#[utoipa::path(get, path = "/notifications", tag = "notifications", operation_id = "notifications_list",
    params(NotificationFilter), responses((status = 200, description = "A page of them", body = Page<Notification>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
    Query(filter): Query<NotificationFilter>,
) -> ApiResult<Json<Page<Notification>>> {
    Ok(Json(notifications::notification_list(&by, &state.db, &filter).await?))
}

/// Mark your notifications as read: those named, or all. Answers how many are left unread, at most 100.
#[utoipa::path(post, path = "/notifications/read", tag = "notifications", operation_id = "notifications_read",
    request_body = ReadNotifications, responses((status = 200, description = "How many are left", body = Unread)))]
async fn read(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
    Json(input): Json<ReadNotifications>,
) -> ApiResult<Json<Unread>> {
    Ok(Json(notifications::notification_read(&by, &state.db, input).await?))
}
