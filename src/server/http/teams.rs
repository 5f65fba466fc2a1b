//! Teams: list, create, read, change, remove.

use super::extract::{IfMatch, Json, Path, Query, Versioned};
use super::problem::ApiResult;
use crate::domain::ids::TeamId;
use crate::domain::page::Page;
use crate::domain::team::{
    NewTeam, NewTeamMember, PatchTeam, RemoveTeamMember, Team, TeamFilter, TeamMember,
};
use crate::domain::team_config::TeamConfig;
use crate::server::services::ctx::{Allowed, ReadTeams, WriteTeams};
use crate::server::services::{team_config, teams};
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, create))
        .routes(routes!(get, patch, remove))
        .routes(routes!(members, add_member, remove_member))
        .routes(routes!(config, set_config))
}

/// List teams.
#[utoipa::path(get, path = "/teams", tag = "teams", operation_id = "teams_list", params(TeamFilter),
    responses((status = 200, description = "A page of teams", body = Page<Team>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadTeams>,
    Query(filter): Query<TeamFilter>,
) -> ApiResult<Json<Page<Team>>> {
    Ok(Json(teams::team_list(&by, &state.db, &filter).await?))
}

/// Create a team.
#[utoipa::path(post, path = "/teams", tag = "teams", operation_id = "teams_create", request_body = NewTeam,
    responses((status = 201, description = "The new team", body = Team)))]
async fn create(
    State(state): State<AppState>,
    by: Allowed<WriteTeams>,
    Json(input): Json<NewTeam>,
) -> ApiResult<Response> {
    let made = teams::team_create(&by, &state.db, input).await?;
    let mut response = (StatusCode::CREATED, Versioned(made.version, &made)).into_response();
    if let Ok(place) = format!("{}/teams/{}", super::API_BASE, made.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One team.
#[utoipa::path(get, path = "/teams/{id}", tag = "teams", operation_id = "teams_get", params(("id" = TeamId, Path)),
    responses((status = 200, description = "The team", body = Team)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadTeams>,
    Path(id): Path<TeamId>,
) -> ApiResult<Versioned<Team>> {
    let found = teams::team_get(&by, &state.db, id).await?;
    Ok(Versioned(found.version, found))
}

/// Change a team. With `If-Match`, only the version that was seen.
#[utoipa::path(patch, path = "/teams/{id}", tag = "teams", operation_id = "teams_patch",
    params(("id" = TeamId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = PatchTeam, responses((status = 200, description = "As it is now", body = Team)))]
async fn patch(
    State(state): State<AppState>,
    by: Allowed<WriteTeams>,
    Path(id): Path<TeamId>,
    IfMatch(version): IfMatch,
    Json(input): Json<PatchTeam>,
) -> ApiResult<Versioned<Team>> {
    let changed = teams::team_patch(&by, &state.db, id, input, version).await?;
    Ok(Versioned(changed.version, changed))
}

/// Remove a team; one that has history is archived instead.
#[utoipa::path(delete, path = "/teams/{id}", tag = "teams", operation_id = "teams_remove",
    params(("id" = TeamId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    responses((status = 204, description = "Gone")))]
async fn remove(
    State(state): State<AppState>,
    by: Allowed<WriteTeams>,
    Path(id): Path<TeamId>,
    IfMatch(version): IfMatch,
) -> ApiResult<StatusCode> {
    teams::team_delete(&by, &state.db, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// The agents of a team.
#[utoipa::path(get, path = "/teams/{id}/members", tag = "teams", params(("id" = TeamId, Path)),
    responses((status = 200, description = "Its agents", body = Members)))]
async fn members(
    State(state): State<AppState>,
    by: Allowed<ReadTeams>,
    Path(id): Path<TeamId>,
) -> ApiResult<Json<Members>> {
    Ok(Json(Members { items: teams::team_member_list(&by, &state.db, id).await? }))
}

/// Add an agent to a team, or change its role there.
#[utoipa::path(post, path = "/teams/{id}/members", tag = "teams", params(("id" = TeamId, Path)),
    request_body = NewTeamMember, responses((status = 201, description = "Added", body = TeamMember)))]
async fn add_member(
    State(state): State<AppState>,
    by: Allowed<WriteTeams>,
    Path(id): Path<TeamId>,
    Json(input): Json<NewTeamMember>,
) -> ApiResult<(StatusCode, Json<TeamMember>)> {
    Ok((StatusCode::CREATED, Json(teams::team_member_add(&by, &state.db, id, input).await?)))
}

/// Take an agent out of a team.
#[utoipa::path(delete, path = "/teams/{id}/members", tag = "teams", params(("id" = TeamId, Path)),
    request_body = RemoveTeamMember, responses((status = 204, description = "Removed")))]
async fn remove_member(
    State(state): State<AppState>,
    by: Allowed<WriteTeams>,
    Path(id): Path<TeamId>,
    Json(input): Json<RemoveTeamMember>,
) -> ApiResult<StatusCode> {
    teams::team_member_remove(&by, &state.db, id, input.agent_id).await?;
    Ok(StatusCode::NO_CONTENT)
}

/// How a team works: its hours, its tasks at once, whom it tells of what waits, its capabilities.
#[utoipa::path(get, path = "/teams/{id}/config", tag = "teams", operation_id = "teams_config",
    params(("id" = TeamId, Path)),
    responses((status = 200, description = "How it works; the ETag is the team's", body = TeamConfig)))]
async fn config(
    State(state): State<AppState>,
    by: Allowed<ReadTeams>,
    Path(id): Path<TeamId>,
) -> ApiResult<Versioned<TeamConfig>> {
    let (found, version) = team_config::team_config_get(&by, &state.db, id).await?;
    Ok(Versioned(version, found))
}

/// Replace how a team works. With `If-Match`, only the version of the team that was seen.
#[utoipa::path(put, path = "/teams/{id}/config", tag = "teams", operation_id = "teams_set_config",
    params(("id" = TeamId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = TeamConfig, responses((status = 200, description = "As it is now", body = TeamConfig)))]
async fn set_config(
    State(state): State<AppState>,
    by: Allowed<WriteTeams>,
    Path(id): Path<TeamId>,
    IfMatch(version): IfMatch,
    Json(input): Json<TeamConfig>,
) -> ApiResult<Versioned<TeamConfig>> {
    let (kept, version) = team_config::team_config_set(&by, &state.db, id, input, version).await?;
    Ok(Versioned(version, kept))
}

/// The members of a team; their number is bounded, so there is no cursor.
#[derive(Serialize, ToSchema)]
struct Members {
    items: Vec<TeamMember>,
}
