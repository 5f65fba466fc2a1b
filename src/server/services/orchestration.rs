//! The orchestrator: who should do something, handing a task to an agent, running a team.

use super::ctx::{Allowed, RunTeams};
use super::executions::start::begin;
use crate::domain::agent::AgentStatus;
use crate::domain::execution::{Execution, ExecutionKind};
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::orchestration::{DelegateTask, RunTeam};
use crate::domain::routing::{Route, RouteTask, route};
use crate::domain::team::{TeamRole, TeamStatus};
use crate::domain::{AppError, AppResult};
use crate::server::storage::workflows::executions::{Does, NewExecution};
use crate::server::storage::{Db, Tx};
use chrono::TimeDelta;
use serde_json::{Map, Value, json};
use validator::Validate;

/// What counts as an agent's history.
const HISTORY: TimeDelta = TimeDelta::days(30);
/// The longest title of an execution, in characters.
const TITLE_MAX: usize = 200;

/// Ranks the agents that could do a task. It starts nothing.
pub async fn route_task(by: &Allowed<RunTeams>, db: &Db, task: RouteTask) -> AppResult<Route> {
    task.validate()?;
    let now = db.now().await?;
    let candidates = db.read().await?.routing_candidates(by.workspace(), now - HISTORY).await?;
    Ok(route(&task, &candidates))
}

/// Hands a task to one agent. A repeat with the same `externalRef` answers with the first execution.
pub async fn delegate_task(by: &Allowed<RunTeams>, db: &Db, task: DelegateTask) -> AppResult<Execution> {
    task.validate()?;
    let mut tx = db.begin().await?;
    if let Some(team) = task.team_id {
        team_works(&mut tx, by, team).await?;
    }
    let run = Run {
        kind: ExecutionKind::Task,
        agent: task.agent_id,
        team: task.team_id,
        objective: task.objective,
        input: task.input.to_value(),
        external_ref: task.external_ref,
    };
    start(tx, by, run).await
}

/// Runs a team: its coordinator works on the objective and hands over to members.
pub async fn team_run(by: &Allowed<RunTeams>, db: &Db, team: TeamId, input: RunTeam) -> AppResult<Execution> {
    input.validate()?;
    let mut tx = db.begin().await?;
    team_works(&mut tx, by, team).await?;
    let members = tx.team_member_list(by.workspace(), team).await?;
    let coordinator = members
        .into_iter()
        .find(|member| member.role == TeamRole::Coordinator)
        .ok_or_else(|| AppError::refused("This team has no coordinator, who would plan its work."))?;
    let run = Run {
        kind: ExecutionKind::TeamRun,
        agent: coordinator.agent_id,
        team: Some(team),
        objective: input.objective,
        input: input.input.to_value(),
        external_ref: input.external_ref,
    };
    start(tx, by, run).await
}

struct Run {
    kind: ExecutionKind,
    agent: AgentId,
    team: Option<TeamId>,
    objective: String,
    input: Value,
    external_ref: Option<String>,
}

async fn team_works(tx: &mut Tx, by: &Allowed<RunTeams>, team: TeamId) -> AppResult<()> {
    let found = tx.team_get(by.workspace(), team).await?.ok_or_else(|| AppError::not_found("team"))?;
    match found.status {
        TeamStatus::Active => Ok(()),
        status => Err(AppError::refused(format!("The team {} is {status}.", found.name))),
    }
}

async fn start(mut tx: Tx, by: &Allowed<RunTeams>, run: Run) -> AppResult<Execution> {
    let workspace = by.workspace();
    let actor = by.actor();
    let key = run.external_ref.map(|name| format!("{}/{}/{}/{name}", run.kind, run.agent, actor.id));
    if let Some(key) = &key
        && let Some(first) = tx.execution_by_start_key(workspace, key).await?
    {
        return Ok(first);
    }
    let agent = tx
        .agent_get(workspace, run.agent)
        .await?
        .ok_or_else(|| AppError::invalid("/agentId", "is not an agent of this workspace"))?;
    if agent.status != AgentStatus::Active {
        return Err(AppError::refused(format!("The agent {} is {}.", agent.name, agent.status)));
    }
    let playbook = tx.agent_playbook(agent.id).await?.ok_or_else(|| {
        AppError::refused(format!("The agent {} has neither a model nor a playbook.", agent.name))
    })?;
    let mut given = match run.input {
        Value::Object(map) => map,
        _ => Map::new(),
    };
    given.insert("objective".to_owned(), json!(run.objective));
    let new = NewExecution {
        workspace_id: workspace,
        kind: run.kind,
        title: run.objective.chars().take(TITLE_MAX).collect(),
        does: Does::Definition(playbook.definition()),
        team_id: run.team,
        agent_id: Some(agent.id),
        input: Value::Object(given),
        parent: None,
        depth: 0,
        started_by: actor,
        start_key: key.clone(),
    };
    match begin(&mut tx, new).await? {
        Some(made) => {
            tx.commit().await?;
            Ok(made)
        }
        // The same start was committed between the look and now.
        None => tx.execution_by_start_key(workspace, &key.unwrap_or_default()).await?.ok_or_else(|| {
            AppError::Unavailable { detail: "The same start is being kept. Try again.".to_owned() }
        }),
    }
}
