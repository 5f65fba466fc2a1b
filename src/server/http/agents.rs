//! Agents: list, create, read, change, remove.

use super::extract::{IfMatch, Json, Path, Query, Versioned};
use super::problem::ApiResult;
use crate::domain::agent::{Agent, AgentFilter, NewAgent, PatchAgent};
use crate::domain::agent_profile::AgentProfile;
use crate::domain::ids::AgentId;
use crate::domain::page::Page;
use crate::server::services::agent_profiles;
use crate::server::services::agents;
use crate::server::services::ctx::{Allowed, ReadAgents, WriteAgents};
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
        .routes(routes!(profile, set_profile))
}

/// List agents.
#[utoipa::path(get, path = "/agents", tag = "agents", operation_id = "agents_list", params(AgentFilter),
    responses((status = 200, description = "A page of agents", body = Page<Agent>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadAgents>,
    Query(filter): Query<AgentFilter>,
) -> ApiResult<Json<Page<Agent>>> {
    Ok(Json(agents::agent_list(&by, &state.db, &filter).await?))
}

/// Create an agent.
#[utoipa::path(post, path = "/agents", tag = "agents", operation_id = "agents_create", request_body = NewAgent,
    responses((status = 201, description = "The new agent", body = Agent)))]
async fn create(
    State(state): State<AppState>,
    by: Allowed<WriteAgents>,
    Json(input): Json<NewAgent>,
) -> ApiResult<Response> {
    let made = agents::agent_create(&by, &state.db, input).await?;
    let mut response = (StatusCode::CREATED, Versioned(made.version, &made)).into_response();
    if let Ok(place) = format!("{}/agents/{}", super::API_BASE, made.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One agent.
#[utoipa::path(get, path = "/agents/{id}", tag = "agents", operation_id = "agents_get", params(("id" = AgentId, Path)),
    responses((status = 200, description = "The agent", body = Agent)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadAgents>,
    Path(id): Path<AgentId>,
) -> ApiResult<Versioned<Agent>> {
    let found = agents::agent_get(&by, &state.db, id).await?;
    Ok(Versioned(found.version, found))
}

/// Change an agent. With `If-Match`, only the version that was seen.
#[utoipa::path(patch, path = "/agents/{id}", tag = "agents", operation_id = "agents_patch",
    params(("id" = AgentId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = PatchAgent, responses((status = 200, description = "As it is now", body = Agent)))]
async fn patch(
    State(state): State<AppState>,
    by: Allowed<WriteAgents>,
    Path(id): Path<AgentId>,
    IfMatch(version): IfMatch,
    Json(input): Json<PatchAgent>,
) -> ApiResult<Versioned<Agent>> {
    let changed = agents::agent_patch(&by, &state.db, id, input, version).await?;
    Ok(Versioned(changed.version, changed))
}

/// Remove an agent; one that has history is archived instead.
#[utoipa::path(delete, path = "/agents/{id}", tag = "agents", operation_id = "agents_remove",
    params(("id" = AgentId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    responses((status = 204, description = "Gone")))]
async fn remove(
    State(state): State<AppState>,
    by: Allowed<WriteAgents>,
    Path(id): Path<AgentId>,
    IfMatch(version): IfMatch,
) -> ApiResult<StatusCode> {
    agents::agent_delete(&by, &state.db, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// What an agent is told, is good at, may use, and does without a model.
#[utoipa::path(get, path = "/agents/{id}/profile", tag = "agents", operation_id = "agents_profile",
    params(("id" = AgentId, Path)), responses((status = 200, description = "Its profile", body = AgentProfile)))]
async fn profile(
    State(state): State<AppState>,
    by: Allowed<ReadAgents>,
    Path(id): Path<AgentId>,
) -> ApiResult<Json<AgentProfile>> {
    Ok(Json(agent_profiles::agent_profile_get(&by, &state.db, id).await?))
}

/// Replace an agent's profile. With `If-Match`, only the version of the agent that was seen.
#[utoipa::path(put, path = "/agents/{id}/profile", tag = "agents", operation_id = "agents_set_profile",
    params(("id" = AgentId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = AgentProfile, responses((status = 200, description = "As it is now", body = AgentProfile)))]
async fn set_profile(
    State(state): State<AppState>,
    by: Allowed<WriteAgents>,
    Path(id): Path<AgentId>,
    IfMatch(version): IfMatch,
    Json(input): Json<AgentProfile>,
) -> ApiResult<Json<AgentProfile>> {
    Ok(Json(agent_profiles::agent_profile_set(&by, &state.db, id, input, version).await?))
}
