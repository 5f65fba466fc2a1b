//! Starting executions.

use super::{advance_job, note_execution};
use crate::domain::approval::ActorRef;
use crate::domain::execution::{Execution, ExecutionKind};
use crate::domain::ids::{ExecutionId, StepId, WorkflowId};
use crate::domain::workflow::{ExecuteWorkflow, Trigger, Workflow, WorkflowStatus};
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, RunWorkflows};
use crate::server::storage::workflows::executions::{Does, NewExecution};
use crate::server::storage::{Db, Tx};
use serde_json::Value;
use validator::Validate;

/// Starts an execution of the published version. A repeat with the same `externalRef` answers with the first one.
/// An agent starts what says that agents may.
pub async fn execution_start(
    by: &Allowed<RunWorkflows>,
    db: &Db,
    id: WorkflowId,
    input: ExecuteWorkflow,
) -> AppResult<Execution> {
    input.validate()?;
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let workflow = tx.workflow_get(workspace, id).await?.ok_or_else(|| AppError::not_found("workflow"))?;
    if by.principal().agent_id().is_some() && workflow.trigger != Trigger::AgentRequest {
        return Err(AppError::forbidden("Agents do not start this workflow."));
    }
    // Callers name their starts apart from each other and from the triggers.
    let actor = by.actor();
    let key = input.external_ref.map(|name| format!("{id}/{}/{name}", actor.id));
    if let Some(key) = &key
        && let Some(first) = tx.execution_by_start_key(workspace, key).await?
    {
        return Ok(first);
    }
    let made =
        start_workflow(&mut tx, &workflow, input.input.to_value(), actor, key.clone(), Line::default())
            .await?;
    let Some(made) = made else {
        // The same start was committed between the look and now.
        let key = key.unwrap_or_default();
        return tx.execution_by_start_key(workspace, &key).await?.ok_or_else(|| AppError::Unavailable {
            detail: "The same start is being kept. Try again.".to_owned(),
        });
    };
    tx.commit().await?;
    Ok(made)
}

/// Puts an execution of the published version in line. `None`: there is one with this start key.
pub async fn start_workflow(
    tx: &mut Tx,
    workflow: &Workflow,
    input: Value,
    by: ActorRef,
    start_key: Option<String>,
    line: Line,
) -> AppResult<Option<Execution>> {
    let number = match (workflow.status, workflow.published) {
        (WorkflowStatus::Active, Some(number)) => number,
        (WorkflowStatus::Draft, _) | (_, None) => {
            return Err(AppError::refused("This workflow was never published."));
        }
        (status, _) => {
            return Err(AppError::refused(format!("This workflow is {status}: it starts nothing.")));
        }
    };
    let new = NewExecution {
        workspace_id: workflow.workspace_id,
        kind: ExecutionKind::Workflow,
        title: workflow.name.clone(),
        does: Does::Version { workflow: workflow.id, number },
        team_id: workflow.team_id,
        agent_id: None,
        input,
        depth: line.depth,
        parent: line.parent,
        started_by: by,
        start_key,
    };
    begin(tx, new).await
}

/// Executions that brought about one another: agents that hand over in a circle, and workflows that start one another by
/// their events, end here.
pub const DEPTH_MAX: i64 = 10;

/// What an execution comes from.
#[derive(Clone, Copy, Debug, Default)]
pub struct Line {
    /// What waits for it.
    pub parent: Option<(ExecutionId, StepId)>,
    /// How many executions brought it about, one by another.
    pub depth: i64,
}

/// Keeps a new execution, with its audit row, event and the job that takes it further. `None`: its start key is taken.
pub async fn begin(tx: &mut Tx, new: NewExecution) -> AppResult<Option<Execution>> {
    let id = ExecutionId(tx.id());
    if !tx.execution_insert(id, &new).await? {
        return Ok(None);
    }
    let made =
        tx.execution_get(new.workspace_id, id).await?.ok_or_else(|| AppError::not_found("execution"))?;
    let text = format!("Started {}", made.title);
    note_execution(tx, &made, new.started_by, "execution.started", text);
    let now = tx.now();
    tx.enqueue(advance_job(new.workspace_id, id, now));
    Ok(Some(made))
}
