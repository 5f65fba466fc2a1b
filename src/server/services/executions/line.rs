//! The line before a team: its executions wait there until it is open and has room, in the order in which they
//! came.
//!
//! Whoever changes what the line hangs on (an end, the team's configuration, an opening hour, an arrival) holds
//! the team's row and lets in whoever may begin now, so that nobody is left behind whatever comes at the same
//! moment. What an execution started never waits here: who waits for it would hold what it waits for.

use super::advance_job;
use crate::domain::AppResult;
use crate::domain::execution::Execution;
use crate::domain::ids::{TeamId, WorkspaceId};
use crate::domain::team_config::TeamConfig;
use crate::server::services::approvals::QUEUE_DEFAULT;
use crate::server::services::team_hours;
use crate::server::storage::{NewJob, Tx};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// Lets in those in line of a team; the payload names it.
pub const TEAM_LINE: &str = "team.line";

/// Executions that one transaction lets in.
const AT_ONCE: i64 = 200;
/// A look at a line that was given up is tried again after this.
const LATER: TimeDelta = TimeDelta::minutes(10);

/// The line of a team is looked at then, once however many ask for it.
fn line_job(workspace: WorkspaceId, team: TeamId, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: workspace,
        queue: QUEUE_DEFAULT,
        kind: TEAM_LINE,
        payload: json!({ "teamId": team }),
        priority: 0,
        run_at,
        max_attempts: 20,
        dedupe_key: Some(format!("{team}@{}", run_at.timestamp_micros())),
    }
}

/// Where an execution stands before its team.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// It begins as far as the team is concerned.
    LetIn,
    /// It waits, as it did before.
    Waits,
    /// It waits from now on; until now it stood in its workflow's line.
    Back,
}

/// Lets in as many as there is room for. The caller holds the team's row, and `config` is what it says.
pub async fn let_in(tx: &mut Tx, workspace: WorkspaceId, team: TeamId, config: &TeamConfig) -> AppResult<()> {
    let now = tx.now();
    if let Some(opening) = opening_after(config, now) {
        if tx.team_line_waits(workspace, team).await? {
            tx.enqueue(line_job(workspace, team, opening));
        }
        return Ok(());
    }
    let room = match config.concurrent_tasks {
        Some(limit) => limit - tx.team_under_way(workspace, team).await?,
        None => AT_ONCE,
    };
    if room <= 0 {
        return Ok(());
    }
    let let_in = tx.team_line_let_in(workspace, team, room.min(AT_ONCE)).await?;
    let more = i64::try_from(let_in.len()).is_ok_and(|count| count == AT_ONCE);
    for id in let_in {
        if tx.advancing() != Some(id) {
            tx.enqueue(advance_job(workspace, id, now));
        }
    }
    if more {
        tx.enqueue(line_job(workspace, team, now));
    }
    Ok(())
}

/// When a team opens that is closed now.
fn opening_after(config: &TeamConfig, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
    let opening = team_hours::next_opening(config.working_hours.as_ref()?, now);
    (opening > now).then_some(opening)
}

/// Looks at the line of a team.
pub async fn look(tx: &mut Tx, workspace: WorkspaceId, team: TeamId) -> AppResult<()> {
    match tx.team_line_lock(workspace, team, true).await? {
        Some(config) => let_in(tx, workspace, team, &config).await,
        None => Ok(()),
    }
}

/// The line of a team is looked at once more: a look was given up, and those in line hang on it.
pub fn look_later(tx: &mut Tx, workspace: WorkspaceId, team: TeamId) {
    let later = tx.now() + LATER;
    tx.enqueue(line_job(workspace, team, later));
}

/// Where an execution stands that the transaction has locked, once its team has looked at its line.
pub async fn place(tx: &mut Tx, execution: &Execution) -> AppResult<Place> {
    let (workspace, id) = (execution.workspace_id, execution.id);
    let Some(team) = execution.team_id else { return Ok(Place::LetIn) };
    let Some(config) = tx.team_line_lock(workspace, team, true).await? else { return Ok(Place::LetIn) };
    let before = tx.team_line_place(id).await?;
    if before.is_none() {
        tx.team_line_join(workspace, team, id).await?;
    }
    // Let in while the team was open, it waited for its workflow until the team closed.
    if before == Some(true) && opening_after(&config, tx.now()).is_some() {
        tx.team_line_back(id).await?;
    }
    let_in(tx, workspace, team, &config).await?;
    Ok(match (tx.team_line_place(id).await?, before) {
        (Some(true), _) => Place::LetIn,
        (_, Some(false)) => Place::Waits,
        _ => Place::Back,
    })
}

/// An execution ended, by the transaction that has it locked: the next ones of its team are let in.
pub async fn left(tx: &mut Tx, execution: &Execution) -> AppResult<()> {
    let (workspace, id) = (execution.workspace_id, execution.id);
    let Some(team) = execution.team_id else { return Ok(()) };
    let waited = execution.started_at.is_none();
    // A team that makes nobody wait is left alone. Only who advances can trust what it reads of that without the
    // team's row: it holds the workspace, and so does who changes that.
    let always = waited || tx.advancing().is_none();
    let Some(config) = tx.team_line_lock(workspace, team, always).await? else { return Ok(()) };
    if waited {
        tx.team_line_leave(id).await?;
    }
    let_in(tx, workspace, team, &config).await
}
