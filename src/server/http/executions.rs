//! Executions of workflows, of team objectives and of delegated tasks: list, read, pause, resume, cancel, retry.

use super::extract::{Json, Path, Query, Versioned};
use super::problem::ApiResult;
use crate::domain::execution::{ChangeExecution, Execution, ExecutionDetail, ExecutionFilter};
use crate::domain::ids::ExecutionId;
use crate::domain::page::Page;
use crate::server::services::ctx::{Allowed, ReadWorkflows, RunWorkflows};
use crate::server::services::executions;
use crate::server::state::AppState;
use axum::extract::State;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(get, change))
}

/// List executions, newest first. Without `kind`, those that a step of another one started are left out.
#[utoipa::path(get, path = "/workflows/executions", tag = "workflows", operation_id = "executions_list",
    params(ExecutionFilter), responses((status = 200, description = "A page of executions", body = Page<Execution>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadWorkflows>,
    Query(filter): Query<ExecutionFilter>,
) -> ApiResult<Json<Page<Execution>>> {
    Ok(Json(executions::execution_list(&by, &state.db, &filter).await?))
}

/// One execution with its steps, the newest 500 of them. The event stream names it with each change: topic `execution`.
#[utoipa::path(get, path = "/workflows/executions/{id}", tag = "workflows", operation_id = "executions_get",
    params(("id" = ExecutionId, Path)),
    responses((status = 200, description = "The execution", body = ExecutionDetail)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadWorkflows>,
    Path(id): Path<ExecutionId>,
) -> ApiResult<Versioned<ExecutionDetail>> {
    let found = executions::execution_get(&by, &state.db, id).await?;
    Ok(Versioned(found.execution.version, found))
}

/// Pause, resume or cancel an execution, or retry the step that it failed by. What its state does not allow is refused.
#[utoipa::path(patch, path = "/workflows/executions/{id}", tag = "workflows", operation_id = "executions_change",
    params(("id" = ExecutionId, Path)), request_body = ChangeExecution,
    responses((status = 200, description = "As it is now", body = Execution)))]
async fn change(
    State(state): State<AppState>,
    by: Allowed<RunWorkflows>,
    Path(id): Path<ExecutionId>,
    Json(input): Json<ChangeExecution>,
) -> ApiResult<Versioned<Execution>> {
    let changed = executions::execution_change(&by, &state.db, id, input).await?;
    Ok(Versioned(changed.version, changed))
}
