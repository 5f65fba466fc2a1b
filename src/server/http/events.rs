//! `GET /events`: what changes in the workspace, as server-sent events.

use super::problem::ApiResult;
use super::sse::{self, FollowItem, LastEventId};
use crate::domain::AppError;
use crate::domain::event::EventData;
use crate::server::events;
use crate::server::services::ctx::{Allowed, ReadEvents};
use crate::server::state::AppState;
use axum::extract::State;
use axum::response::Response;
use futures::StreamExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(follow))
}

/// Follow what changes. Each event has an `id`, a topic as `event`, and `data: {topic, id}`; a comment arrives every
/// 15 s. `Last-Event-ID` resumes without gaps; `event: resync` says that the gap is gone and all must be read anew.
#[utoipa::path(get, path = "/events", tag = "events",
    params(("Last-Event-ID" = Option<String>, Header, description = "The id of the last event that was read")),
    responses((status = 200, description = "The stream", body = String, content_type = "text/event-stream")))]
async fn follow(
    State(state): State<AppState>,
    by: Allowed<ReadEvents>,
    LastEventId(last): LastEventId,
) -> ApiResult<Response> {
    let after = last
        .map(|id| {
            id.parse::<i64>().map_err(|_| AppError::invalid("Last-Event-ID", "is not an id of this stream"))
        })
        .transpose()?;
    let items = state.events.get()?.follow(by.workspace(), after).map(|item| match item {
        events::FollowItem::Event(event) => FollowItem::Event {
            id: event.seq.to_string(),
            data: EventData { topic: event.topic, id: event.subject_id },
        },
        events::FollowItem::Resync { seq } => FollowItem::Resync { id: seq.to_string() },
    });
    Ok(sse::stream(items, state.shutdown.clone()))
}
