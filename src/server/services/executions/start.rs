//! Starting executions.

use super::{advance_job, note_execution};
use crate::domain::agent::{Agent, AgentKind, AgentStatus};
use crate::domain::approval::ActorRef;
use crate::domain::execution::{Execution, ExecutionKind};
use crate::domain::ids::{ExecutionId, StepId, TeamId, WorkflowId, WorkspaceId};
use crate::domain::message;
use crate::domain::workflow::{ExecuteWorkflow, Trigger, Workflow, WorkflowStatus, tool_loop};
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, RunWorkflows};
use crate::server::storage::agents::WorksBy;
use crate::server::storage::workflows::executions::{Does, NewExecution};
use crate::server::storage::{Db, Tx};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use uuid::Uuid;
use validator::Validate;

/// The longest title of an execution, in characters.
const TITLE_MAX: usize = 200;

/// Starts an execution of the published version. A repeat with the same `externalRef` answers with the first one, as
/// long as that is kept.
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
    if let Some(first) = started_before(&mut tx, workspace, key.as_deref()).await? {
        return Ok(first);
    }
    let input = input.input.to_value();
    let made = start_workflow(&mut tx, &workflow, input, actor, key.clone(), Line::default()).await?;
    keep_start(tx, workspace, key.as_deref(), made).await
}

/// What the same start led to before. Refused where that is no longer kept: it was started, and is not again.
pub async fn started_before(
    tx: &mut Tx,
    workspace: WorkspaceId,
    key: Option<&str>,
) -> AppResult<Option<Execution>> {
    let Some(key) = key else { return Ok(None) };
    if let Some(first) = tx.execution_by_start_key(workspace, key).await? {
        return Ok(Some(first));
    }
    match tx.execution_removed(workspace, key).await? {
        Some(_) => Err(AppError::refused(
            "This was started before, and that execution is no longer kept. Another externalRef starts another one.",
        )),
        None => Ok(None),
    }
}

/// What names the start that a workflow's schedule makes for a slot.
pub fn slot_key(workflow: WorkflowId, slot: DateTime<Utc>) -> String {
    format!("schedule/{workflow}/{}", slot.timestamp())
}

/// The workflow and the slot of a [`slot_key`].
pub fn slot_of(key: &str) -> Option<(WorkflowId, DateTime<Utc>)> {
    let (workflow, slot) = key.strip_prefix("schedule/")?.split_once('/')?;
    Some((workflow.parse().ok()?, DateTime::from_timestamp(slot.parse().ok()?, 0)?))
}

/// What names the start that an event of the trail makes.
pub fn event_key(workflow: WorkflowId, event: Uuid) -> String {
    format!("event/{workflow}/{event}")
}

/// Whether an event made this start. Whoever reads events passes each once, whatever is kept.
pub fn is_of_event(key: &str) -> bool {
    key.starts_with("event/")
}

/// Commits a start; where the same one was committed between the look and now, that one is the answer.
pub async fn keep_start(
    mut tx: Tx,
    workspace: WorkspaceId,
    key: Option<&str>,
    made: Option<Execution>,
) -> AppResult<Execution> {
    if let Some(made) = made {
        tx.commit().await?;
        return Ok(made);
    }
    let detail = "The same start is being kept. Try again.".to_owned();
    started_before(&mut tx, workspace, key).await?.ok_or(AppError::Unavailable { detail })
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

/// An objective for an agent.
pub struct Task {
    pub kind: ExecutionKind,
    pub objective: String,
    /// What the agent is given beside the objective.
    pub input: Value,
    /// The team whose autonomy its actions have.
    pub team_id: Option<TeamId>,
    pub started_by: ActorRef,
    pub start_key: Option<String>,
    pub line: Line,
}

/// Puts an agent's work on an objective in line, by its model or its playbook; an external agent without either
/// gets it as a message. `None`: there is one with this start key.
pub async fn start_task(
    tx: &mut Tx,
    workspace: WorkspaceId,
    agent: &Agent,
    task: Task,
) -> AppResult<Option<Execution>> {
    if agent.status != AgentStatus::Active {
        return Err(AppError::refused(format!("The agent {} is {}.", agent.name, agent.status)));
    }
    let definition = match tx.agent_works_by(agent.id).await? {
        Some(WorksBy::Model) => tool_loop::begin(&agent.name),
        Some(WorksBy::Playbook(playbook)) => playbook.definition(),
        None if agent.kind == AgentKind::External => tool_loop::by_message(&agent.name, message::LASTS),
        None => {
            return Err(AppError::refused(format!(
                "The agent {} has neither a model nor a playbook.",
                agent.name
            )));
        }
    };
    let mut input = match task.input {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    let title = task.objective.chars().take(TITLE_MAX).collect();
    input.insert("objective".to_owned(), json!(task.objective));
    let new = NewExecution {
        workspace_id: workspace,
        kind: task.kind,
        title,
        does: Does::Definition(definition),
        team_id: task.team_id,
        agent_id: Some(agent.id),
        input: Value::Object(input),
        depth: task.line.depth,
        parent: task.line.parent,
        started_by: task.started_by,
        start_key: task.start_key,
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_of_a_slot_says_which_it_is() {
        let (workflow, slot) = (WorkflowId(Uuid::from_u128(7)), DateTime::UNIX_EPOCH);
        let key = slot_key(workflow, slot);
        assert_eq!(slot_of(&key), Some((workflow, slot)));
        assert!(is_of_event(&event_key(workflow, Uuid::nil())) && !is_of_event(&key));
        for other in [
            "",
            "schedule/",
            "schedule/7/1",
            "webhook/a/b",
            "schedule/00000000-0000-0000-0000-000000000007/x",
        ] {
            assert_eq!(slot_of(other), None, "{other}");
        }
    }
}
