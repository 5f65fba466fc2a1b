//! What starts workflows and wakes steps beside people: events of the audit trail, and schedules.

use super::super::read::At;
use super::super::{Arg, Conn, StorageError, Ts, Tx};
use crate::domain::ids::{ExecutionId, StepId, WorkflowId, WorkspaceId};
use crate::domain::workflow::Trigger;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use std::collections::BTreeSet;
use uuid::Uuid;

/// Who follows an event since when: a workflow that it starts, or a step that waits for it.
#[derive(Clone, Debug)]
pub enum Follower {
    Starts(WorkflowId),
    Wakes { step: StepId, execution: ExecutionId },
}

#[derive(Clone, Debug)]
pub struct Follows {
    pub follower: Follower,
    pub event: String,
    pub since: DateTime<Utc>,
}

/// A sealed row of the audit trail, as far as workflows read it.
#[derive(Clone, Debug)]
pub struct Happened {
    pub seq: i64,
    pub id: Uuid,
    pub event: String,
    pub description: String,
    pub actor_kind: String,
    pub actor_id: Uuid,
    pub actor_name: String,
    pub approval_id: Option<Uuid>,
    pub result: Option<Value>,
    pub executed_at: DateTime<Utc>,
    /// The workflow in one of whose executions it happened.
    pub within: Option<WorkflowId>,
    /// How many executions brought that one about.
    pub depth: Option<i64>,
}

#[derive(FromRow)]
struct HappenedRow {
    seq: i64,
    id: Uuid,
    event: String,
    description: String,
    actor_kind: String,
    actor_id: Uuid,
    actor_name: String,
    approval_id: Option<Uuid>,
    result: Option<String>,
    executed_at: Ts,
    within: Option<Uuid>,
    depth: Option<i64>,
}

/// An active workflow with a schedule.
#[derive(Clone, Debug)]
pub struct Scheduled {
    pub workspace_id: WorkspaceId,
    pub id: WorkflowId,
    pub trigger: Trigger,
    pub since: DateTime<Utc>,
}

impl Conn {
    /// Whether an active workflow or a waiting step follows events.
    pub async fn events_followed(&mut self, workspace: WorkspaceId) -> Result<bool, StorageError> {
        let (followed,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM agent_workflows WHERE workspace_id = $1 AND status = 'active' ",
                    "AND trigger_kind = 'event') OR EXISTS (SELECT 1 FROM agent_workflow_steps ",
                    "WHERE workspace_id = $1 AND event IS NOT NULL AND status = 'waiting' AND event NOT LIKE 'message:%')"
                ),
                args![workspace],
            )
            .await?;
        Ok(followed)
    }

    /// The step that waits for exactly this, and its execution.
    pub async fn step_that_awaits(
        &mut self,
        workspace: WorkspaceId,
        event: &str,
    ) -> Result<Option<(StepId, ExecutionId)>, StorageError> {
        let row: Option<(Uuid, Uuid)> = self
            .fetch_optional(
                sql!(
                    "SELECT id, execution_id FROM agent_workflow_steps WHERE workspace_id = $1 AND event = $2 ",
                    "AND status = 'waiting' AND due_at IS NULL LIMIT 1"
                ),
                args![workspace, event],
            )
            .await?;
        Ok(row.map(|(step, execution)| (StepId(step), ExecutionId(execution))))
    }

    /// The events that an active workflow or a waiting step follows.
    pub async fn events_followed_by_name(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Vec<String>, StorageError> {
        let workflows = self.event_workflows(workspace).await?;
        let steps: Vec<(String,)> = self
            .fetch_all(
                sql!(
                    "SELECT DISTINCT event FROM agent_workflow_steps WHERE workspace_id = $1 AND event IS NOT NULL ",
                    "AND status = 'waiting' AND due_at IS NULL AND event NOT LIKE 'message:%'"
                ),
                args![workspace],
            )
            .await?;
        let names = workflows.into_iter().map(|one| one.event).chain(steps.into_iter().map(|(event,)| event));
        Ok(names.collect::<BTreeSet<_>>().into_iter().collect())
    }

    async fn event_workflows(&mut self, workspace: WorkspaceId) -> Result<Vec<Follows>, StorageError> {
        let workflows: Vec<(Uuid, String, Ts)> = self
            .fetch_all(
                sql!(
                    "SELECT id, trigger_data, active_since FROM agent_workflows WHERE workspace_id = $1 ",
                    "AND status = 'active' AND trigger_kind = 'event' AND active_since IS NOT NULL"
                ),
                args![workspace],
            )
            .await?;
        let mut found = Vec::new();
        for (id, trigger, since) in workflows {
            let at = At { table: "agent_workflows", row: id };
            if let Trigger::Event { event } = at.json("trigger_data", &trigger)? {
                let follower = Follower::Starts(WorkflowId(id));
                found.push(Follows { follower, event, since: since.into() });
            }
        }
        Ok(found)
    }

    /// Who follows one of these events.
    pub async fn event_followers(
        &mut self,
        workspace: WorkspaceId,
        events: &[&str],
    ) -> Result<Vec<Follows>, StorageError> {
        let mut found = self.event_workflows(workspace).await?;
        found.retain(|one| events.contains(&one.event.as_str()));
        let sql = self.dialect(
            sql!(
                "SELECT id, execution_id, event, started_at FROM agent_workflow_steps WHERE workspace_id = $1 ",
                "AND event IN (SELECT value FROM json_each($2)) AND status = 'waiting' AND due_at IS NULL ORDER BY id"
            ),
            sql!(
                "SELECT id, execution_id, event, started_at FROM agent_workflow_steps WHERE workspace_id = $1 ",
                "AND event IN (SELECT json_array_elements_text(CAST($2 AS JSON))) AND status = 'waiting' ",
                "AND due_at IS NULL ORDER BY id"
            ),
        );
        let steps: Vec<(Uuid, Uuid, String, Ts)> =
            self.fetch_all(sql, args![workspace, Arg::json(&events)]).await?;
        found.extend(steps.into_iter().map(|(step, execution, event, since)| Follows {
            follower: Follower::Wakes { step: StepId(step), execution: ExecutionId(execution) },
            event,
            since: since.into(),
        }));
        Ok(found)
    }

    /// How far the chain of a workspace is sealed.
    pub async fn sealed_to(&mut self, workspace: WorkspaceId) -> Result<i64, StorageError> {
        let (seq,): (Option<i64>,) = self
            .fetch_one(
                sql!("SELECT MAX(seq) FROM agent_action_audit_log WHERE workspace_id = $1"),
                args![workspace],
            )
            .await?;
        Ok(seq.unwrap_or_default())
    }

    /// Sealed rows with one of these events, from after `after` up to `to`, oldest first.
    pub async fn happened_after(
        &mut self,
        workspace: WorkspaceId,
        after: i64,
        to: i64,
        events: &[String],
        limit: i64,
    ) -> Result<Vec<Happened>, StorageError> {
        let sql = self.dialect(
            sql!(
                "SELECT l.seq, l.id, l.event, l.description, l.actor_kind, l.actor_id, l.actor_name, l.approval_id, ",
                "l.result, l.executed_at, e.workflow_id AS within, e.depth FROM agent_action_audit_log l ",
                "LEFT JOIN agent_pending_actions a ON a.id = l.approval_id ",
                "LEFT JOIN agent_workflow_executions e ON e.workspace_id = l.workspace_id AND e.id = a.workflow_execution_id ",
                "WHERE l.workspace_id = $1 AND l.seq > $2 AND l.seq <= $3 ",
                "AND l.event IN (SELECT value FROM json_each($4)) ORDER BY l.seq LIMIT $5"
            ),
            sql!(
                "SELECT l.seq, l.id, l.event, l.description, l.actor_kind, l.actor_id, l.actor_name, l.approval_id, ",
                "l.result, l.executed_at, e.workflow_id AS within, e.depth FROM agent_action_audit_log l ",
                "LEFT JOIN agent_pending_actions a ON a.id = l.approval_id ",
                "LEFT JOIN agent_workflow_executions e ON e.workspace_id = l.workspace_id AND e.id = a.workflow_execution_id ",
                "WHERE l.workspace_id = $1 AND l.seq > $2 AND l.seq <= $3 ",
                "AND l.event IN (SELECT json_array_elements_text(CAST($4 AS JSON))) ORDER BY l.seq LIMIT $5"
            ),
        );
        let rows: Vec<HappenedRow> =
            self.fetch_all(sql, args![workspace, after, to, Arg::json(&events), limit]).await?;
        let mut found = Vec::new();
        for row in rows {
            let at = At { table: "agent_action_audit_log", row: row.id };
            found.push(Happened {
                result: row.result.as_deref().map(|text| at.json("result", text)).transpose()?,
                seq: row.seq,
                id: row.id,
                event: row.event,
                description: row.description,
                actor_kind: row.actor_kind,
                actor_id: row.actor_id,
                actor_name: row.actor_name,
                approval_id: row.approval_id,
                executed_at: row.executed_at.into(),
                within: row.within.map(WorkflowId),
                depth: row.depth,
            });
        }
        Ok(found)
    }

    /// Active workflows with a schedule, of all workspaces, after `after` in the order of their ids.
    pub async fn workflows_scheduled(
        &mut self,
        after: Uuid,
        limit: i64,
    ) -> Result<Vec<Scheduled>, StorageError> {
        let rows: Vec<(Uuid, Uuid, String, Ts)> = self
            .fetch_all(
                sql!(
                    "SELECT workspace_id, id, trigger_data, active_since FROM agent_workflows WHERE id > $1 ",
                    "AND status = 'active' AND trigger_kind = 'schedule' AND active_since IS NOT NULL ",
                    "ORDER BY id LIMIT $2"
                ),
                args![after, limit],
            )
            .await?;
        let mut found = Vec::new();
        for (workspace, id, trigger, since) in rows {
            let at = At { table: "agent_workflows", row: id };
            found.push(Scheduled {
                workspace_id: WorkspaceId(workspace),
                id: WorkflowId(id),
                trigger: at.json("trigger_data", &trigger)?,
                since: since.into(),
            });
        }
        Ok(found)
    }
}

impl Tx {
    /// How far the trail was read, locked until the end. The first time it begins at the start.
    pub async fn event_cursor(&mut self, workspace: WorkspaceId) -> Result<i64, StorageError> {
        let (seq,): (i64,) = self
            .fetch_one(
                sql!(
                    "INSERT INTO workflow_event_cursors (workspace_id, seq) VALUES ($1, 0) ",
                    "ON CONFLICT (workspace_id) DO UPDATE SET seq = workflow_event_cursors.seq RETURNING seq"
                ),
                args![workspace],
            )
            .await?;
        Ok(seq)
    }

    pub async fn event_cursor_set(&mut self, workspace: WorkspaceId, seq: i64) -> Result<(), StorageError> {
        self.execute(
            sql!("UPDATE workflow_event_cursors SET seq = $2 WHERE workspace_id = $1"),
            args![workspace, seq],
        )
        .await?;
        Ok(())
    }

    /// What a step waited for came. `false`: it waits no more.
    pub async fn step_event_came(&mut self, step: StepId, event: &Value) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_workflow_steps SET output = $2, due_at = $3 ",
                    "WHERE id = $1 AND status = 'waiting' AND event IS NOT NULL AND due_at IS NULL"
                ),
                args![step, event.to_string(), now],
            )
            .await?;
        Ok(changed == 1)
    }
}
