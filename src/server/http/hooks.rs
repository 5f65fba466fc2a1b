//! Webhooks that start workflows. Their signature lets them in: they need no credential.

use super::extract::{Json, Path};
use super::problem::ApiResult;
use crate::domain::canonical::Data;
use crate::domain::ids::WorkflowId;
use crate::domain::workflow::hook::HookStarted;
use crate::server::services::workflows::hook::{self, Message};
use crate::server::state::AppState;
use axum::body::Bytes;
use axum::extract::State;
use axum::http::{HeaderMap, StatusCode};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Beside the API's base, because senders outside call it.
pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(receive))
}

/// Start a workflow by a webhook, signed with the workflow's secret as Standard Webhooks says. The body, a JSON
/// object, is the input's `event`. A repeat with the same `webhook-id` answers with the first execution. Whatever is
/// wrong with the signature, and whatever workflow is not there, is the same 401. It needs no credential.
#[utoipa::path(post, path = "/api/hooks/{id}", tag = "workflows", operation_id = "hooks_receive",
    security(()), params(("id" = WorkflowId, Path),
        ("webhook-id" = String, Header, description = "The message's id, at most 200 characters"),
        ("webhook-timestamp" = i64, Header,
            description = "Seconds since 1970, at most five minutes from now"),
        ("webhook-signature" = String, Header,
            description = "`v1,` and the base64 of HMAC-SHA256 over `id.timestamp.body`; or several, with spaces")),
    request_body = Data, responses((status = 202, description = "The execution", body = HookStarted)))]
async fn receive(
    State(state): State<AppState>,
    Path(id): Path<WorkflowId>,
    headers: HeaderMap,
    body: Bytes,
) -> ApiResult<(StatusCode, Json<HookStarted>)> {
    let text = |name: &str| headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default();
    let message = Message {
        id: text("webhook-id"),
        timestamp: text("webhook-timestamp"),
        signature: text("webhook-signature"),
        body: &body,
    };
    Ok((StatusCode::ACCEPTED, Json(hook::hook_receive(&state.db, id, &message).await?)))
}
