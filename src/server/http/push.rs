//! The browsers in which a member gets notifications.

use super::extract::{Json, Path};
use super::problem::ApiResult;
use crate::domain::ids::PushSubscriptionId;
use crate::domain::page::Page;
use crate::domain::push::{PushKey, PushSubscription, SubscribePush};
use crate::server::services::ctx::{Allowed, OwnAccount};
use crate::server::services::notifications::{push_key, subscriptions};
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::StatusCode;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, subscribe))
        .routes(routes!(remove))
        .routes(routes!(test))
        .routes(routes!(key))
}

/// List your browsers that get notifications, in the order in which they were added.
#[utoipa::path(get, path = "/notifications/push", tag = "notifications", operation_id = "push_list",
    responses((status = 200, description = "All of them", body = Page<PushSubscription>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
) -> ApiResult<Json<Page<PushSubscription>>> {
    Ok(Json(subscriptions::push_list(&by, &state.db).await?))
}

/// Send your notifications to a browser too, with what its `PushManager.subscribe` gave. The same endpoint again changes
/// the browser's keys and name.
#[utoipa::path(post, path = "/notifications/push", tag = "notifications", operation_id = "push_subscribe",
    request_body = SubscribePush, responses(
        (status = 201, description = "The browser was added", body = PushSubscription),
        (status = 200, description = "It was there, and is as it is now", body = PushSubscription)))]
async fn subscribe(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
    Json(input): Json<SubscribePush>,
) -> ApiResult<(StatusCode, Json<PushSubscription>)> {
    let rules = state.config.webhooks.guard();
    let (subscription, is_new) = subscriptions::push_subscribe(&by, &state.db, input, &rules).await?;
    Ok((if is_new { StatusCode::CREATED } else { StatusCode::OK }, Json(subscription)))
}

/// Send no more notifications to one of your browsers.
#[utoipa::path(delete, path = "/notifications/push/{id}", tag = "notifications", operation_id = "push_remove",
    params(("id" = PushSubscriptionId, Path)), responses((status = 204, description = "Gone")))]
async fn remove(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
    Path(id): Path<PushSubscriptionId>,
) -> ApiResult<StatusCode> {
    subscriptions::push_remove(&by, &state.db, id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Send a test to one of your browsers. What came of it is in the list a moment later.
#[utoipa::path(post, path = "/notifications/push/{id}/test", tag = "notifications", operation_id = "push_test",
    params(("id" = PushSubscriptionId, Path)),
    responses((status = 202, description = "It is on its way", body = PushSubscription)))]
async fn test(
    State(state): State<AppState>,
    by: Allowed<OwnAccount>,
    Path(id): Path<PushSubscriptionId>,
) -> ApiResult<(StatusCode, Json<PushSubscription>)> {
    Ok((StatusCode::ACCEPTED, Json(subscriptions::push_test(&by, &state.db, id).await?)))
}

/// Get the key that a browser subscribes with: its `applicationServerKey`.
#[utoipa::path(get, path = "/notifications/push-key", tag = "notifications", operation_id = "push_key",
    responses((status = 200, description = "The installation's public key", body = PushKey)))]
async fn key(State(state): State<AppState>, by: Allowed<OwnAccount>) -> ApiResult<Json<PushKey>> {
    Ok(Json(push_key::push_key(&by, &state.db).await?))
}
