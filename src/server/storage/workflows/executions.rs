//! Executions.

use super::super::conditions::Conditions;
use super::super::read::{At, all};
use super::super::{Arg, Conn, CorruptRow, Db, StorageError, Ts, Tx};
use crate::domain::approval::ActorRef;
use crate::domain::execution::{Execution, ExecutionKind, ExecutionStatus};
use crate::domain::ids::{AgentId, ExecutionId, StepId, TeamId, UserId, WorkflowId, WorkspaceId};
use crate::domain::workflow::Definition;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use std::sync::Arc;
use uuid::Uuid;

const COLUMNS: &str = sql!(
    "SELECT e.id, e.workspace_id, e.kind, e.title, e.workflow_id, e.workflow_version, e.team_id, ",
    "t.name AS team_name, e.agent_id, g.name AS agent_name, e.status, e.input, e.output, e.error, e.parent_id, ",
    "e.started_by_kind, e.started_by_id, e.started_by_name, e.version, e.created_at, e.started_at, e.finished_at ",
    "FROM agent_workflow_executions e LEFT JOIN agent_teams t ON t.id = e.team_id ",
    "LEFT JOIN agents g ON g.id = e.agent_id "
);

#[derive(FromRow)]
struct ExecutionRow {
    id: Uuid,
    workspace_id: Uuid,
    kind: String,
    title: String,
    workflow_id: Option<Uuid>,
    workflow_version: Option<i64>,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    agent_id: Option<Uuid>,
    agent_name: Option<String>,
    status: String,
    input: String,
    output: Option<String>,
    error: Option<String>,
    parent_id: Option<Uuid>,
    started_by_kind: String,
    started_by_id: Uuid,
    started_by_name: String,
    version: i64,
    created_at: Ts,
    started_at: Option<Ts>,
    finished_at: Option<Ts>,
}

impl TryFrom<ExecutionRow> for Execution {
    type Error = CorruptRow;

    fn try_from(row: ExecutionRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_workflow_executions", row: row.id };
        Ok(Self {
            id: ExecutionId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            kind: at.word("kind", &row.kind)?,
            status: at.word("status", &row.status)?,
            input: at.json("input", &row.input)?,
            output: row.output.map(|text| at.json("output", &text)).transpose()?,
            started_by: ActorRef {
                kind: at.word("started_by_kind", &row.started_by_kind)?,
                id: row.started_by_id,
                name: row.started_by_name,
            },
            title: row.title,
            workflow_id: row.workflow_id.map(WorkflowId),
            workflow_version: row.workflow_version,
            team_id: row.team_id.map(TeamId),
            team_name: row.team_name,
            agent_id: row.agent_id.map(AgentId),
            agent_name: row.agent_name,
            error: row.error,
            parent_id: row.parent_id.map(ExecutionId),
            version: row.version,
            created_at: row.created_at.into(),
            started_at: row.started_at.map(Into::into),
            finished_at: row.finished_at.map(Into::into),
        })
    }
}

/// An execution before it is kept.
#[derive(Clone, Debug)]
pub struct NewExecution {
    pub workspace_id: WorkspaceId,
    pub kind: ExecutionKind,
    pub title: String,
    pub does: Does,
    pub team_id: Option<TeamId>,
    pub agent_id: Option<AgentId>,
    pub input: Value,
    pub parent: Option<(ExecutionId, StepId)>,
    /// How many executions are above it.
    pub depth: i64,
    pub started_by: ActorRef,
    /// At most one execution of a workspace has it.
    pub start_key: Option<String>,
}

/// What an execution runs.
#[derive(Clone, Debug)]
pub enum Does {
    Version { workflow: WorkflowId, number: i64 },
    Definition(Definition),
}

/// What the engine needs of an execution that it has locked.
#[derive(Clone, Debug)]
pub struct Running {
    pub execution: Execution,
    pub definition: Arc<Definition>,
    pub depth: i64,
    pub steps_made: i64,
    /// The workflow's limit of executions at once.
    pub max_running: Option<i64>,
    /// The workspace or the team stands still.
    pub frozen: bool,
    /// Its team may make it wait before it begins.
    pub team_limits: bool,
}

/// What a page of executions shows.
#[derive(Clone, Debug)]
pub struct ExecutionPage {
    pub status: Option<ExecutionStatus>,
    /// `None`: those that no step started.
    pub kind: Option<ExecutionKind>,
    pub workflow: Option<WorkflowId>,
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub before: (DateTime<Utc>, Uuid),
    pub limit: u32,
}

/// The WHERE of a page.
fn conditions(workspace: WorkspaceId, page: &ExecutionPage) -> Conditions {
    let (at, id) = page.before;
    let mut list = Conditions::new(
        "WHERE e.workspace_id = $1 AND (e.created_at < $2 OR (e.created_at = $2 AND e.id < $3))",
        args![workspace, at, id],
    );
    if let Some(status) = page.status {
        list.and("e.status = ?", args![status.as_str()]);
    }
    match page.kind {
        Some(kind) => list.and("e.kind = ?", args![kind.as_str()]),
        None => list.and("e.parent_id IS NULL", args![]),
    }
    if let Some(workflow) = page.workflow {
        list.and("e.workflow_id = ?", args![workflow]);
    }
    if let Some(team) = page.team {
        list.and("e.team_id = ?", args![team]);
    }
    if let Some(agent) = page.agent {
        list.and("e.agent_id = ?", args![agent]);
    }
    list
}

#[derive(FromRow)]
struct RunningRow {
    definition: String,
    depth: i64,
    steps_made: i64,
    max_running: Option<i64>,
    frozen: bool,
    team_limits: bool,
}

/// Locks an execution and takes the time at which the lock was had, and keeps its workspace from being frozen.
const LOCK: &str = sql!(
    /* postgres */
    "WITH still AS MATERIALIZED (SELECT id FROM workspaces WHERE id = $1 FOR SHARE), ",
    "held AS MATERIALIZED (SELECT id FROM agent_workflow_executions ",
    "WHERE workspace_id = (SELECT id FROM still) AND id = $2 FOR UPDATE) ",
    "SELECT clock_timestamp() FROM (SELECT COUNT(*) FROM held) AS had"
);

impl Db {
    /// A transaction with an execution locked until its end, and what the engine needs of it. Nobody freezes or thaws
    /// its workspace meanwhile.
    pub async fn begin_advancing(
        &self,
        workspace: WorkspaceId,
        id: ExecutionId,
    ) -> Result<(Tx, Option<Running>), StorageError> {
        let mut tx = self.begin_with(LOCK, args![workspace, id]).await?;
        tx.set_advancing(id);
        let Some(execution) = tx.execution_get(workspace, id).await? else { return Ok((tx, None)) };
        let row: RunningRow = tx
            .fetch_one(
                sql!(
                    "SELECT COALESCE(e.definition, v.definition) AS definition, e.depth, ",
                    "e.steps_made, f.max_running, (w.frozen_at IS NOT NULL OR t.frozen_at IS NOT NULL) AS frozen, ",
                    "(e.parent_id IS NULL AND (COALESCE(t.limited, FALSE) OR l.execution_id IS NOT NULL)) ",
                    "AS team_limits FROM agent_workflow_executions e JOIN workspaces w ON w.id = e.workspace_id ",
                    "LEFT JOIN agent_teams t ON t.id = e.team_id ",
                    "LEFT JOIN agent_team_line l ON l.execution_id = e.id ",
                    "LEFT JOIN agent_workflows f ON f.id = e.workflow_id ",
                    "LEFT JOIN agent_workflow_versions v ON v.workflow_id = e.workflow_id ",
                    "AND v.number = e.workflow_version WHERE e.workspace_id = $1 AND e.id = $2"
                ),
                args![workspace, id],
            )
            .await?;
        let at = At { table: "agent_workflow_executions", row: id.0 };
        let definition = at.json("definition", &row.definition)?;
        let running = Running {
            execution,
            definition: Arc::new(definition),
            depth: row.depth,
            steps_made: row.steps_made,
            max_running: row.max_running,
            frozen: row.frozen,
            team_limits: row.team_limits,
        };
        Ok((tx, Some(running)))
    }
}

impl Conn {
    pub async fn execution_get(
        &mut self,
        workspace: WorkspaceId,
        id: ExecutionId,
    ) -> Result<Option<Execution>, StorageError> {
        let sql = format!("{COLUMNS}WHERE e.workspace_id = $1 AND e.id = $2");
        let row: Option<ExecutionRow> = self.fetch_optional(sql, args![workspace, id]).await?;
        Ok(row.map(Execution::try_from).transpose()?)
    }

    /// The person who started an execution, or the one that it comes from; `None`: an agent, or the program by itself.
    pub async fn execution_starter(
        &mut self,
        workspace: WorkspaceId,
        id: ExecutionId,
    ) -> Result<Option<UserId>, StorageError> {
        let row: Option<(Uuid,)> = self
            .fetch_optional(
                sql!(
                    "SELECT started_by_id FROM agent_workflow_executions WHERE workspace_id = $1 AND id = $2 ",
                    "AND started_by_kind = 'user'"
                ),
                args![workspace, id],
            )
            .await?;
        Ok(row.map(|(id,)| UserId(id)))
    }

    /// The execution that was started with this key.
    pub async fn execution_by_start_key(
        &mut self,
        workspace: WorkspaceId,
        key: &str,
    ) -> Result<Option<Execution>, StorageError> {
        let sql = format!("{COLUMNS}WHERE e.workspace_id = $1 AND e.start_key = $2");
        let row: Option<ExecutionRow> = self.fetch_optional(sql, args![workspace, key]).await?;
        Ok(row.map(Execution::try_from).transpose()?)
    }

    /// Newest first.
    pub async fn execution_list(
        &mut self,
        workspace: WorkspaceId,
        page: &ExecutionPage,
    ) -> Result<Vec<Execution>, StorageError> {
        let list = conditions(workspace, page);
        let mut args = list.args;
        args.push(Arg::from(i64::from(page.limit)));
        let sql =
            format!("{COLUMNS}{} ORDER BY e.created_at DESC, e.id DESC LIMIT ${}", list.sql, args.len());
        let rows: Vec<ExecutionRow> = self.fetch_all(sql, args).await?;
        Ok(all(rows)?)
    }

    /// The open executions of a workspace after `after`, in the order of their ids.
    pub async fn executions_open(
        &mut self,
        workspace: WorkspaceId,
        after: Uuid,
        limit: i64,
    ) -> Result<Vec<ExecutionId>, StorageError> {
        let rows: Vec<(Uuid,)> = self
            .fetch_all(
                sql!(
                    "SELECT id FROM agent_workflow_executions WHERE workspace_id = $1 AND id > $2 ",
                    "AND status IN ('queued', 'running', 'waiting') ORDER BY id LIMIT $3"
                ),
                args![workspace, after, limit],
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| ExecutionId(id)).collect())
    }
}

impl Tx {
    /// `false`: another execution of the workspace has the start key.
    pub async fn execution_insert(
        &mut self,
        id: ExecutionId,
        new: &NewExecution,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let (workflow, number, definition) = match &new.does {
            Does::Version { workflow, number } => (Some(*workflow), Some(*number), Arg::Text(None)),
            Does::Definition(definition) => (None, None, Arg::json(definition)),
        };
        let made = self
            .execute(
                sql!(
                    "INSERT INTO agent_workflow_executions (id, workspace_id, kind, title, workflow_id, ",
                    "workflow_version, definition, team_id, agent_id, status, input, parent_id, parent_step_id, depth, ",
                    "started_by_kind, started_by_id, started_by_name, start_key, created_at) ",
                    "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, 'queued', $10, $11, $12, $13, $14, $15, $16, $17, $18) ",
                    "ON CONFLICT DO NOTHING"
                ),
                args![
                    id,
                    new.workspace_id,
                    new.kind.as_str(),
                    &new.title,
                    workflow,
                    number,
                    definition,
                    new.team_id,
                    new.agent_id,
                    new.input.to_string(),
                    new.parent.map(|(execution, _)| execution),
                    new.parent.map(|(_, step)| step),
                    new.depth,
                    new.started_by.kind.as_str(),
                    new.started_by.id,
                    &new.started_by.name,
                    new.start_key.as_deref(),
                    now
                ],
            )
            .await?;
        if made == 1
            && new.parent.is_none()
            && let Some(team) = new.team_id
        {
            self.team_line_stand(new.workspace_id, team, id);
        }
        Ok(made == 1)
    }

    /// Keeps the graph of an execution that has its own. The caller has it locked.
    pub async fn execution_redefine(
        &mut self,
        workspace: WorkspaceId,
        id: ExecutionId,
        definition: &Definition,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE agent_workflow_executions SET definition = $3 WHERE workspace_id = $1 AND id = $2 ",
                "AND workflow_id IS NULL"
            ),
            args![workspace, id, Arg::json(definition)],
        )
        .await?;
        Ok(())
    }

    /// Holds an execution until the end.
    pub async fn execution_lock(
        &mut self,
        workspace: WorkspaceId,
        id: ExecutionId,
    ) -> Result<(), StorageError> {
        let sql = self.dialect(
            sql!("SELECT id FROM agent_workflow_executions WHERE workspace_id = $1 AND id = $2"),
            sql!("SELECT id FROM agent_workflow_executions WHERE workspace_id = $1 AND id = $2 FOR UPDATE"),
        );
        let _: Option<(Uuid,)> = self.fetch_optional(sql, args![workspace, id]).await?;
        Ok(())
    }

    /// Writes that an execution ended, whatever else is known of it.
    pub async fn execution_end(&mut self, execution: &Execution) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE agent_workflow_executions SET status = $3, error = $4, finished_at = $5, ",
                "version = version + 1 WHERE workspace_id = $1 AND id = $2"
            ),
            args![
                execution.workspace_id,
                execution.id,
                execution.status.as_str(),
                execution.error.as_deref(),
                execution.finished_at
            ],
        )
        .await?;
        Ok(())
    }

    /// Writes how an execution stands now. The caller has it locked, and its `steps_made` counted.
    pub async fn execution_update(
        &mut self,
        execution: &Execution,
        steps_made: i64,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE agent_workflow_executions SET status = $3, output = $4, error = $5, started_at = $6, ",
                "finished_at = $7, steps_made = $8, version = version + 1 WHERE workspace_id = $1 AND id = $2"
            ),
            args![
                execution.workspace_id,
                execution.id,
                execution.status.as_str(),
                execution.output.as_ref().map(Value::to_string),
                execution.error.as_deref(),
                execution.started_at,
                execution.finished_at,
                steps_made
            ],
        )
        .await?;
        Ok(())
    }
}
