//! The steps of executions, and the attempts at them.

use super::super::read::At;
use super::super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::execution::{Attempt, Step, StepStatus, WaitsFor};
use crate::domain::ids::{ApprovalId, ExecutionId, StepId, WorkspaceId};
use crate::domain::workflow::StepKind;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

const COLUMNS: &str = sql!(
    "SELECT s.id, s.seq, s.step_key, s.name, s.kind, s.scope_id, s.status, s.attempt, s.waits_for, s.event, ",
    "s.input, s.output, s.error, s.approval_id, s.child_id, s.due_at, s.timeout_at, s.created_at, s.started_at, ",
    "s.finished_at FROM agent_workflow_steps s "
);

#[derive(FromRow)]
struct StepRow {
    id: Uuid,
    seq: i64,
    step_key: String,
    name: String,
    kind: String,
    scope_id: Option<Uuid>,
    status: String,
    attempt: i64,
    waits_for: Option<String>,
    event: Option<String>,
    input: Option<String>,
    output: Option<String>,
    error: Option<String>,
    approval_id: Option<Uuid>,
    child_id: Option<Uuid>,
    due_at: Option<Ts>,
    timeout_at: Option<Ts>,
    created_at: Ts,
    started_at: Option<Ts>,
    finished_at: Option<Ts>,
}

/// A step as the engine holds it.
#[derive(Clone, Debug)]
pub struct KeptStep {
    pub step: Step,
    /// When its present attempt has taken too long.
    pub timeout_at: Option<DateTime<Utc>>,
    /// The event that it waits for.
    pub event: Option<String>,
}

impl TryFrom<StepRow> for KeptStep {
    type Error = CorruptRow;

    fn try_from(row: StepRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_workflow_steps", row: row.id };
        let json = |column, text: Option<String>| text.map(|text| at.json(column, &text)).transpose();
        let step = Step {
            id: StepId(row.id),
            seq: row.seq,
            key: row.step_key,
            name: row.name,
            kind: at.word::<StepKind>("kind", &row.kind)?,
            scope_id: row.scope_id.map(StepId),
            status: at.word::<StepStatus>("status", &row.status)?,
            attempt: row.attempt,
            waits_for: row
                .waits_for
                .as_deref()
                .map(|word| at.word::<WaitsFor>("waits_for", word))
                .transpose()?,
            input: json("input", row.input)?,
            output: json("output", row.output)?,
            error: row.error,
            approval_id: row.approval_id.map(ApprovalId),
            child_id: row.child_id.map(ExecutionId),
            due_at: row.due_at.map(Into::into),
            created_at: row.created_at.into(),
            started_at: row.started_at.map(Into::into),
            finished_at: row.finished_at.map(Into::into),
            attempts: Vec::new(),
        };
        Ok(Self { step, timeout_at: row.timeout_at.map(Into::into), event: row.event })
    }
}

/// What templates may read of a step that ended.
#[derive(Clone, Debug)]
pub struct EndedStep {
    pub key: String,
    pub status: StepStatus,
    pub output: Option<Value>,
    pub error: Option<String>,
}

#[derive(FromRow)]
struct EndedRow {
    id: Uuid,
    step_key: String,
    status: String,
    output: Option<String>,
    error: Option<String>,
}

#[derive(FromRow)]
struct AttemptRow {
    step_id: Uuid,
    number: i64,
    error: String,
    approval_id: Option<Uuid>,
    child_id: Option<Uuid>,
    started_at: Option<Ts>,
    finished_at: Ts,
}

impl Conn {
    /// The open steps of an execution, oldest first.
    pub async fn steps_open(
        &mut self,
        workspace: WorkspaceId,
        execution: ExecutionId,
    ) -> Result<Vec<KeptStep>, StorageError> {
        let sql = format!(
            "{COLUMNS}WHERE s.workspace_id = $1 AND s.execution_id = $2 \
             AND s.status IN ('pending', 'running', 'waiting') ORDER BY s.seq"
        );
        let rows: Vec<StepRow> = self.fetch_all(sql, args![workspace, execution]).await?;
        Ok(rows.into_iter().map(KeptStep::try_from).collect::<Result<_, _>>()?)
    }

    /// The newest steps of an execution in their order, with the attempts before the present ones, and how many steps
    /// it has altogether.
    pub async fn steps_of(
        &mut self,
        workspace: WorkspaceId,
        execution: ExecutionId,
        limit: i64,
    ) -> Result<(Vec<Step>, i64), StorageError> {
        let sql = format!(
            "{COLUMNS}WHERE s.workspace_id = $1 AND s.execution_id = $2 ORDER BY s.seq DESC LIMIT $3"
        );
        let rows: Vec<StepRow> = self.fetch_all(sql, args![workspace, execution, limit]).await?;
        let kept: Vec<KeptStep> = rows.into_iter().rev().map(KeptStep::try_from).collect::<Result<_, _>>()?;
        let attempts: Vec<AttemptRow> = self
            .fetch_all(
                sql!(
                    "SELECT a.step_id, a.number, a.error, a.approval_id, a.child_id, a.started_at, a.finished_at ",
                    "FROM agent_workflow_attempts a JOIN agent_workflow_steps s ON s.id = a.step_id ",
                    "WHERE s.workspace_id = $1 AND s.execution_id = $2 ORDER BY s.seq DESC, a.number LIMIT $3"
                ),
                args![workspace, execution, limit],
            )
            .await?;
        let mut of_step: HashMap<Uuid, Vec<Attempt>> = HashMap::new();
        for row in attempts {
            of_step.entry(row.step_id).or_default().push(Attempt {
                number: row.number,
                error: row.error,
                approval_id: row.approval_id.map(ApprovalId),
                child_id: row.child_id.map(ExecutionId),
                started_at: row.started_at.map(Into::into),
                finished_at: row.finished_at.into(),
            });
        }
        // It may have been removed since its caller saw it.
        let count: Option<(i64,)> = self
            .fetch_optional(
                sql!("SELECT steps_made FROM agent_workflow_executions WHERE workspace_id = $1 AND id = $2"),
                args![workspace, execution],
            )
            .await?;
        let steps = kept
            .into_iter()
            .map(|kept| Step { attempts: of_step.remove(&kept.step.id.0).unwrap_or_default(), ..kept.step })
            .collect();
        Ok((steps, count.map_or(0, |(count,)| count)))
    }

    /// What templates may read of the steps with these keys: of each, the last that ended.
    pub async fn steps_ended(
        &mut self,
        execution: ExecutionId,
        keys: &[String],
    ) -> Result<Vec<EndedStep>, StorageError> {
        let sql = self.dialect(
            sql!(
                "SELECT s.id, s.step_key, s.status, s.output, s.error FROM json_each($2) k ",
                "JOIN agent_workflow_steps s ON s.id = (SELECT l.id FROM agent_workflow_steps l ",
                "WHERE l.execution_id = $1 AND l.step_key = k.value AND l.status IN ('completed', 'failed') ",
                "ORDER BY l.seq DESC LIMIT 1)"
            ),
            sql!(
                "SELECT s.id, s.step_key, s.status, s.output, s.error ",
                "FROM json_array_elements_text(CAST($2 AS JSON)) k ",
                "JOIN LATERAL (SELECT l.id, l.step_key, l.status, l.output, l.error FROM agent_workflow_steps l ",
                "WHERE l.execution_id = $1 AND l.step_key = k.value AND l.status IN ('completed', 'failed') ",
                "ORDER BY l.seq DESC LIMIT 1) s ON TRUE"
            ),
        );
        let rows: Vec<EndedRow> = self.fetch_all(sql, args![execution, Arg::json(&keys)]).await?;
        let mut found = Vec::new();
        for row in rows {
            let at = At { table: "agent_workflow_steps", row: row.id };
            found.push(EndedStep {
                key: row.step_key,
                status: at.word("status", &row.status)?,
                output: row.output.map(|text| at.json("output", &text)).transpose()?,
                error: row.error,
            });
        }
        Ok(found)
    }

    /// The step that an execution failed by, and with it every step that was cancelled at that moment.
    pub async fn steps_to_retry(
        &mut self,
        workspace: WorkspaceId,
        execution: ExecutionId,
        since: DateTime<Utc>,
    ) -> Result<Vec<KeptStep>, StorageError> {
        let sql = format!(
            "{COLUMNS}WHERE s.workspace_id = $1 AND s.execution_id = $2 AND s.finished_at = $3 \
             AND s.status IN ('failed', 'cancelled') ORDER BY s.seq"
        );
        let rows: Vec<StepRow> = self.fetch_all(sql, args![workspace, execution, since]).await?;
        Ok(rows.into_iter().map(KeptStep::try_from).collect::<Result<_, _>>()?)
    }
}

impl Tx {
    /// Keeps a new step with the commit.
    pub fn step_insert(&mut self, workspace: WorkspaceId, execution: ExecutionId, kept: &KeptStep) {
        let step = &kept.step;
        self.at_commit(
            sql!(
                "INSERT INTO agent_workflow_steps (id, workspace_id, execution_id, seq, step_key, name, kind, scope_id, ",
                "status, attempt, waits_for, event, input, output, error, approval_id, child_id, due_at, timeout_at, ",
                "created_at, started_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, ",
                "$14, $15, $16, $17, $18, $19, $20, $21, $22)"
            ),
            args![
                step.id,
                workspace,
                execution,
                step.seq,
                &step.key,
                &step.name,
                step.kind.as_str(),
                step.scope_id,
                step.status.as_str(),
                step.attempt,
                step.waits_for.map(WaitsFor::as_str),
                kept.event.as_deref(),
                step.input.as_ref().map(Value::to_string),
                step.output.as_ref().map(Value::to_string),
                step.error.as_deref(),
                step.approval_id,
                step.child_id,
                step.due_at,
                kept.timeout_at,
                step.created_at,
                step.started_at,
                step.finished_at
            ],
        );
    }

    /// Writes how a step stands now, with the commit. The caller has its execution locked.
    pub fn step_update(&mut self, kept: &KeptStep) {
        let step = &kept.step;
        self.at_commit(
            sql!(
                "UPDATE agent_workflow_steps SET status = $2, attempt = $3, waits_for = $4, event = $5, input = $6, ",
                "output = $7, error = $8, approval_id = $9, child_id = $10, due_at = $11, timeout_at = $12, ",
                "started_at = $13, finished_at = $14 WHERE id = $1"
            ),
            args![
                step.id,
                step.status.as_str(),
                step.attempt,
                step.waits_for.map(WaitsFor::as_str),
                kept.event.as_deref(),
                step.input.as_ref().map(Value::to_string),
                step.output.as_ref().map(Value::to_string),
                step.error.as_deref(),
                step.approval_id,
                step.child_id,
                step.due_at,
                kept.timeout_at,
                step.started_at,
                step.finished_at
            ],
        );
    }

    /// Keeps an attempt that failed.
    pub fn attempt_insert(&mut self, workspace: WorkspaceId, step: &Step, error: &str) {
        let now = self.now();
        self.at_commit(
            sql!(
                "INSERT INTO agent_workflow_attempts (workspace_id, step_id, number, error, approval_id, child_id, ",
                "started_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8) ON CONFLICT DO NOTHING"
            ),
            args![
                workspace,
                step.id,
                step.attempt,
                error,
                step.approval_id,
                step.child_id,
                step.started_at,
                now
            ],
        );
    }
}
