//! Executions: runs of workflows, of team objectives and of delegated tasks.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::execution::{ChangeExecution, Execution, ExecutionDetail, ExecutionFilter};
use crate::domain::ids::ExecutionId;
use crate::domain::page::Page;
use leptos::prelude::*;

/// The executions, newest first.
#[server(name = ExecutionList, prefix = "/api/fn", endpoint = "executions/list", protocol = JsonOrForm)]
pub async fn execution_list(#[server(default)] filter: ExecutionFilter) -> Result<Page<Execution>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadWorkflows, executions};
    let (state, by) = door::allowed::<ReadWorkflows>().await?;
    door::answer(executions::execution_list(&by, &state.db, &filter)).await
}

/// One execution with its steps, the newest 500 of them.
#[server(name = ExecutionGet, prefix = "/api/fn", endpoint = "executions/get", protocol = JsonOrForm)]
pub async fn execution_get(id: ExecutionId) -> Result<ExecutionDetail, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadWorkflows, executions};
    let (state, by) = door::allowed::<ReadWorkflows>().await?;
    door::answer(executions::execution_get(&by, &state.db, id)).await
}

/// Pauses, resumes or cancels an execution, or retries the step that it failed by.
#[server(name = ExecutionChange, prefix = "/api/fn", endpoint = "executions/change", protocol = JsonOrForm)]
pub async fn execution_change(id: ExecutionId, input: ChangeExecution) -> Result<Execution, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::RunWorkflows, executions};
    let (state, by) = door::allowed::<RunWorkflows>().await?;
    door::answer(async {
        let action = input.action;
        let changed = executions::execution_change(&by, &state.db, id, input).await?;
        reply::go_to(&format!("/executions/{id}?done={action}"));
        Ok(changed)
    })
    .await
}
