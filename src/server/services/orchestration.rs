//! The orchestrator: who should do something, handing a task to an agent, running a team.

use super::ctx::{Allowed, RunTeams};
use super::executions::start::{Line, Task, keep_start, start_task, started_before};
use crate::domain::execution::{Execution, ExecutionKind};
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::orchestration::{DelegateTask, RunTeam};
use crate::domain::routing::{Route, RouteTask, route};
use crate::domain::team::{TeamRole, TeamStatus};
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Db, Tx};
use chrono::TimeDelta;
use validator::Validate;

/// What counts as an agent's history.
const HISTORY: TimeDelta = TimeDelta::days(30);

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
    let work = Task {
        kind: ExecutionKind::Task,
        objective: task.objective,
        input: task.input.to_value(),
        team_id: task.team_id,
        started_by: by.actor(),
        start_key: task.external_ref,
        line: Line::default(),
    };
    start(tx, by, task.agent_id, work).await
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
    let work = Task {
        kind: ExecutionKind::TeamRun,
        objective: input.objective,
        input: input.input.to_value(),
        team_id: Some(team),
        started_by: by.actor(),
        start_key: input.external_ref,
        line: Line::default(),
    };
    start(tx, by, coordinator.agent_id, work).await
}

async fn team_works(tx: &mut Tx, by: &Allowed<RunTeams>, team: TeamId) -> AppResult<()> {
    let found = tx.team_get(by.workspace(), team).await?.ok_or_else(|| AppError::not_found("team"))?;
    match found.status {
        TeamStatus::Active => Ok(()),
        status => Err(AppError::refused(format!("The team {} is {status}.", found.name))),
    }
}

async fn start(mut tx: Tx, by: &Allowed<RunTeams>, agent: AgentId, task: Task) -> AppResult<Execution> {
    let workspace = by.workspace();
    // Callers name their starts apart from each other.
    let key = task.start_key.map(|name| format!("{}/{agent}/{}/{name}", task.kind, task.started_by.id));
    if let Some(first) = started_before(&mut tx, workspace, key.as_deref()).await? {
        return Ok(first);
    }
    let agent = tx
        .agent_get(workspace, agent)
        .await?
        .ok_or_else(|| AppError::invalid("/agentId", "is not an agent of this workspace"))?;
    let made = start_task(&mut tx, workspace, &agent, Task { start_key: key.clone(), ..task }).await?;
    keep_start(tx, workspace, key.as_deref(), made).await
}
