//! The orchestrator: who should do something, handing over a task, running a team, teams from templates.

use super::extract::{Json, Path, Versioned};
use super::problem::ApiResult;
use crate::domain::execution::Execution;
use crate::domain::ids::TeamId;
use crate::domain::orchestration::{DelegateTask, RunTeam};
use crate::domain::routing::{Route, RouteTask};
use crate::domain::team::Team;
use crate::domain::team_template::{FromTeamTemplate, TeamTemplate};
use crate::server::services::ctx::{Allowed, ReadTeams, RunTeams, WriteTeams};
use crate::server::services::{orchestration, team_templates};
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
        .routes(routes!(route))
        .routes(routes!(delegate))
        .routes(routes!(run))
        .routes(routes!(templates, from_template))
}

/// Who should do something: agents and their teams, best first, with reasons. It starts nothing.
#[utoipa::path(post, path = "/route", tag = "orchestration", operation_id = "tasks_route", request_body = RouteTask,
    responses((status = 200, description = "Candidates, best first", body = Route)))]
async fn route(
    State(state): State<AppState>,
    by: Allowed<RunTeams>,
    Json(input): Json<RouteTask>,
) -> ApiResult<Json<Route>> {
    Ok(Json(orchestration::route_task(&by, &state.db, input).await?))
}

/// Hand a task to an agent, as an execution of its own.
#[utoipa::path(post, path = "/delegate", tag = "orchestration", operation_id = "tasks_delegate",
    request_body = DelegateTask, responses((status = 202, description = "Its execution", body = Execution)))]
async fn delegate(
    State(state): State<AppState>,
    by: Allowed<RunTeams>,
    Json(input): Json<DelegateTask>,
) -> ApiResult<Response> {
    Ok(started(orchestration::delegate_task(&by, &state.db, input).await?))
}

/// Run a team: its coordinator works on the objective and hands over to members.
#[utoipa::path(post, path = "/teams/{id}/run", tag = "orchestration", operation_id = "teams_run",
    params(("id" = TeamId, Path)), request_body = RunTeam,
    responses((status = 202, description = "Its execution", body = Execution)))]
async fn run(
    State(state): State<AppState>,
    by: Allowed<RunTeams>,
    Path(id): Path<TeamId>,
    Json(input): Json<RunTeam>,
) -> ApiResult<Response> {
    Ok(started(orchestration::team_run(&by, &state.db, id, input).await?))
}

/// Templates of teams.
#[utoipa::path(get, path = "/teams/templates", tag = "teams", operation_id = "team_templates",
    responses((status = 200, description = "The templates", body = Templates)))]
async fn templates(_by: Allowed<ReadTeams>) -> Json<Templates> {
    Json(Templates { items: team_templates::list().to_vec() })
}

/// Make a team and its agents of a template.
#[utoipa::path(post, path = "/teams/templates", tag = "teams", operation_id = "teams_from_template",
    request_body = FromTeamTemplate, responses((status = 201, description = "The new team", body = Team)))]
async fn from_template(
    State(state): State<AppState>,
    by: Allowed<WriteTeams>,
    Json(input): Json<FromTeamTemplate>,
) -> ApiResult<Response> {
    let made = team_templates::team_from_template(&by, &state.db, input).await?;
    let mut response = (StatusCode::CREATED, Versioned(made.version, &made)).into_response();
    if let Ok(place) = format!("{}/teams/{}", super::API_BASE, made.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

fn started(execution: Execution) -> Response {
    let place = format!("{}/workflows/executions/{}", super::API_BASE, execution.id);
    let mut response = (StatusCode::ACCEPTED, Versioned(execution.version, &execution)).into_response();
    if let Ok(place) = place.parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    response
}

/// The templates of the program; their number is fixed, so there is no cursor.
#[derive(Serialize, ToSchema)]
struct Templates {
    items: Vec<TeamTemplate>,
}
