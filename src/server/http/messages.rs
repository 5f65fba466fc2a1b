//! Messages: send, list, read; an agent's inbox; dead letters.

use super::extract::{Json, Path, Query};
use super::problem::ApiResult;
use super::wait::Wait;
use crate::domain::ids::MessageId;
use crate::domain::message::{Acknowledge, Message, MessageFilter, NewMessage, Redeliver, TakeMessages};
use crate::domain::page::Page;
use crate::server::services::ctx::{Allowed, ReadMessages, WriteMessages};
use crate::server::services::messages;
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, send))
        .routes(routes!(take))
        .routes(routes!(get))
        .routes(routes!(acknowledge))
        .routes(routes!(redeliver))
}

/// Messages, newest first; `threads=true` for the first of each thread, `threadId` for one thread. An agent sees what it
/// sent and what it was sent.
#[utoipa::path(get, path = "/messages", tag = "messages", operation_id = "messages_list", params(MessageFilter),
    responses((status = 200, description = "A page of messages", body = Page<Message>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadMessages>,
    Query(filter): Query<MessageFilter>,
) -> ApiResult<Json<Page<Message>>> {
    Ok(Json(messages::list(&by, &state.db, &filter).await?))
}

/// Send a message to an agent, to all agents of a team, or to whoever sent what it answers.
#[utoipa::path(post, path = "/messages", tag = "messages", operation_id = "messages_send", request_body = NewMessage,
    responses((status = 201, description = "The message", body = Message)))]
async fn send(
    State(state): State<AppState>,
    by: Allowed<WriteMessages>,
    Json(input): Json<NewMessage>,
) -> ApiResult<Response> {
    let sent = messages::send(&by, &state.db, input).await?;
    let mut response = (StatusCode::CREATED, Json(&sent)).into_response();
    if let Ok(place) = format!("{}/messages/{}", super::API_BASE, sent.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// Take what waits in your inbox, the most urgent first (agents only). What you take is handed out again after a minute
/// unless you acknowledge it, ten times at most; so each message arrives at least once. With `wait`, an empty answer is
/// held until something comes or the time is over. The event stream names your inbox, too: topic `message` with your id.
#[utoipa::path(post, path = "/messages/take", tag = "messages", operation_id = "messages_take", params(Wait),
    request_body = TakeMessages, responses((status = 200, description = "What you took", body = Page<Message>)))]
async fn take(
    State(state): State<AppState>,
    by: Allowed<WriteMessages>,
    Query(wait): Query<Wait>,
    Json(input): Json<TakeMessages>,
) -> ApiResult<Json<Page<Message>>> {
    // Listening starts before the first look, so that nothing falls between the two.
    let inbox = by.principal().agent_id().map(|agent| agent.0).unwrap_or_default();
    let mut changes = state.events.get()?.wait_for(by.workspace(), inbox);
    let mut taken = messages::take(&by, &state.db, &input).await?;
    if let Some(deadline) = wait.deadline() {
        while taken.items.is_empty() && changes.changed(deadline).await {
            taken = messages::take(&by, &state.db, &input).await?;
        }
    }
    Ok(Json(taken))
}

/// One message.
#[utoipa::path(get, path = "/messages/{id}", tag = "messages", operation_id = "messages_get",
    params(("id" = MessageId, Path)), responses((status = 200, description = "The message", body = Message)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadMessages>,
    Path(id): Path<MessageId>,
) -> ApiResult<Json<Message>> {
    Ok(Json(messages::get(&by, &state.db, id).await?))
}

/// Say what became of a message in your inbox (agents only): `read` while you work on it, `processed` at the end,
/// `failed` to have it handed out again later. Saying the same again changes nothing.
#[utoipa::path(post, path = "/messages/{id}/acknowledge", tag = "messages", operation_id = "messages_acknowledge",
    params(("id" = MessageId, Path)), request_body = Acknowledge,
    responses((status = 200, description = "The message as it is now", body = Message)))]
async fn acknowledge(
    State(state): State<AppState>,
    by: Allowed<WriteMessages>,
    Path(id): Path<MessageId>,
    Json(input): Json<Acknowledge>,
) -> ApiResult<Json<Message>> {
    Ok(Json(messages::acknowledge(&by, &state.db, id, input).await?))
}

/// Send a dead letter to its agent again (people only).
#[utoipa::path(post, path = "/messages/{id}/redeliver", tag = "messages", operation_id = "messages_redeliver",
    params(("id" = MessageId, Path)), request_body = Redeliver,
    responses((status = 200, description = "The message as it is now", body = Message)))]
async fn redeliver(
    State(state): State<AppState>,
    by: Allowed<WriteMessages>,
    Path(id): Path<MessageId>,
    Json(input): Json<Redeliver>,
) -> ApiResult<Json<Message>> {
    Ok(Json(messages::redeliver(&by, &state.db, id, input).await?))
}
