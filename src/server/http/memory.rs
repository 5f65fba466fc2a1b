//! Memory: list, store, read, change, share, forget, recall.

use super::extract::{IfMatch, Json, Path, Query, Versioned};
use super::problem::ApiResult;
use crate::domain::ids::MemoryId;
use crate::domain::memory::{Memory, MemoryFilter, NewMemory, PatchMemory, RecallMemory, ShareMemory};
use crate::domain::page::Page;
use crate::server::services::ctx::{Allowed, ReadMemory, WriteMemory};
use crate::server::services::memory;
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, patch, remove))
        .routes(routes!(share))
        .routes(routes!(recall))
}

/// List memories. An agent's token sees its own, its teams' and the workspace's.
#[utoipa::path(get, path = "/memory", tag = "memory", operation_id = "memory_list", params(MemoryFilter),
    responses((status = 200, description = "A page of memories", body = Page<Memory>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadMemory>,
    Query(filter): Query<MemoryFilter>,
) -> ApiResult<Json<Page<Memory>>> {
    Ok(Json(memory::memory_list(&by, &state.db, &filter).await?))
}

/// Store a memory: for an agent alone, for a team, or for the whole workspace.
#[utoipa::path(post, path = "/memory", tag = "memory", operation_id = "memory_create", request_body = NewMemory,
    responses((status = 201, description = "The new memory", body = Memory)))]
async fn create(
    State(state): State<AppState>,
    by: Allowed<WriteMemory>,
    Json(input): Json<NewMemory>,
) -> ApiResult<Response> {
    let made = memory::memory_create(&by, &state.db, input).await?;
    let mut response = (StatusCode::CREATED, Versioned(made.version, &made)).into_response();
    if let Ok(place) = format!("{}/memory/{}", super::API_BASE, made.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One memory. This does not count as reading.
#[utoipa::path(get, path = "/memory/{id}", tag = "memory", operation_id = "memory_get", params(("id" = MemoryId, Path)),
    responses((status = 200, description = "The memory", body = Memory)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadMemory>,
    Path(id): Path<MemoryId>,
) -> ApiResult<Versioned<Memory>> {
    let found = memory::memory_get(&by, &state.db, id).await?;
    Ok(Versioned(found.version, found))
}

/// Change a memory. With `If-Match`, only the version that was seen. An agent changes what is its own.
#[utoipa::path(patch, path = "/memory/{id}", tag = "memory", operation_id = "memory_patch",
    params(("id" = MemoryId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = PatchMemory, responses((status = 200, description = "As it is now", body = Memory)))]
async fn patch(
    State(state): State<AppState>,
    by: Allowed<WriteMemory>,
    Path(id): Path<MemoryId>,
    IfMatch(version): IfMatch,
    Json(input): Json<PatchMemory>,
) -> ApiResult<Versioned<Memory>> {
    let changed = memory::memory_patch(&by, &state.db, id, input, version).await?;
    Ok(Versioned(changed.version, changed))
}

/// Forget a memory.
#[utoipa::path(delete, path = "/memory/{id}", tag = "memory", operation_id = "memory_remove",
    params(("id" = MemoryId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    responses((status = 204, description = "Gone")))]
async fn remove(
    State(state): State<AppState>,
    by: Allowed<WriteMemory>,
    Path(id): Path<MemoryId>,
    IfMatch(version): IfMatch,
) -> ApiResult<StatusCode> {
    memory::memory_delete(&by, &state.db, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// Share a memory with the agents of a team, or with the whole workspace. More agents see it then, and none fewer.
#[utoipa::path(post, path = "/memory/{id}/share", tag = "memory", operation_id = "memory_share",
    params(("id" = MemoryId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = ShareMemory, responses((status = 200, description = "As it is now", body = Memory)))]
async fn share(
    State(state): State<AppState>,
    by: Allowed<WriteMemory>,
    Path(id): Path<MemoryId>,
    IfMatch(version): IfMatch,
    Json(input): Json<ShareMemory>,
) -> ApiResult<Versioned<Memory>> {
    let shared = memory::memory_share(&by, &state.db, id, input, version).await?;
    Ok(Versioned(shared.version, shared))
}

/// Recall memories by their words. What is found counts as read, and what is read often rises to the next tier.
#[utoipa::path(post, path = "/memory/recall", tag = "memory", operation_id = "memory_recall", request_body = RecallMemory,
    responses((status = 200, description = "What was found, on one page", body = Page<Memory>)))]
async fn recall(
    State(state): State<AppState>,
    by: Allowed<WriteMemory>,
    Json(input): Json<RecallMemory>,
) -> ApiResult<Json<Page<Memory>>> {
    Ok(Json(memory::memory_recall(&by, &state.db, input).await?))
}
