//! Taking away executions that ended long ago: one that no other waits for with everything below it, or nothing of it.
//!
//! On PostgreSQL whoever takes a tree away holds every execution of it, as whoever takes one further or retries it
//! does: what is read here stays so until the end.

use super::super::{Arg, Conn, StorageError, Ts, Tx};
use crate::domain::ids::{ExecutionId, WorkflowId, WorkspaceId};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

/// An execution that ended long ago and that no other waits for.
#[derive(Clone, Debug)]
pub struct OldExecution {
    pub id: ExecutionId,
    pub finished_at: DateTime<Utc>,
    /// Itself and all that is below it. Empty: something of it is needed still.
    pub tree: Vec<ExecutionId>,
    /// How many rows go with the tree, as far as its executions know: themselves and their steps.
    pub rows: i64,
}

#[derive(FromRow)]
struct TreeRow {
    root: Uuid,
    id: Uuid,
    finished_at: Option<Ts>,
    steps_made: i64,
    asks: bool,
}

impl TreeRow {
    /// It has not ended, or ended later, or has an action that is not decided or not performed: who started the
    /// execution may not decide that, and nothing else says who it was.
    fn is_needed(&self, before: DateTime<Utc>) -> bool {
        self.asks || self.finished_at.is_none_or(|ended| ended.0 >= before)
    }
}

impl Conn {
    /// The execution that a start with this key led to, where it was removed.
    pub async fn execution_removed(
        &mut self,
        workspace: WorkspaceId,
        key: &str,
    ) -> Result<Option<ExecutionId>, StorageError> {
        let row: Option<(Uuid,)> = self
            .fetch_optional(
                sql!(
                    "SELECT execution_id FROM agent_workflow_starts WHERE workspace_id = $1 AND start_key = $2"
                ),
                args![workspace, key],
            )
            .await?;
        Ok(row.map(|(id,)| ExecutionId(id)))
    }

    /// Whether an active workflow's schedule counts for this slot.
    pub async fn schedule_counts(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
        slot: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let (counts,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM agent_workflows WHERE workspace_id = $1 AND id = $2 ",
                    "AND status = 'active' AND active_since < $3)"
                ),
                args![workspace, workflow, slot],
            )
            .await?;
        Ok(counts)
    }
}

impl Tx {
    /// The executions of a workspace that no other waits for and that ended before `before`, the first to end first,
    /// after `after`: when one ended, and its id. Each with its tree; held until the end.
    pub async fn executions_old(
        &mut self,
        workspace: WorkspaceId,
        before: DateTime<Utc>,
        after: (DateTime<Utc>, Uuid),
        limit: i64,
    ) -> Result<Vec<OldExecution>, StorageError> {
        let ended = self.dialect(
            sql!(
                "SELECT id, finished_at FROM agent_workflow_executions WHERE workspace_id = $1 ",
                "AND parent_id IS NULL AND finished_at IS NOT NULL AND finished_at < $2 ",
                "AND (finished_at, id) > ($3, $4) ORDER BY finished_at, id LIMIT $5"
            ),
            sql!(
                "SELECT id, finished_at FROM agent_workflow_executions WHERE workspace_id = $1 ",
                "AND parent_id IS NULL AND finished_at IS NOT NULL AND finished_at < $2 ",
                "AND (finished_at, id) > ($3, $4) ORDER BY finished_at, id LIMIT $5 FOR UPDATE SKIP LOCKED"
            ),
        );
        let (ended_at, id) = after;
        let roots: Vec<(Uuid, Ts)> =
            self.fetch_all(ended, args![workspace, before, ended_at, id, limit]).await?;
        if roots.is_empty() {
            return Ok(Vec::new());
        }
        // SQLite keeps the order of a CROSS JOIN: from the tree to its rows, whatever it thinks of their number.
        let below = self.dialect(
            sql!(
                "WITH RECURSIVE tree(root, id) AS (SELECT unhex(value), unhex(value) FROM json_each($2) UNION ALL ",
                "SELECT tree.root, c.id FROM tree CROSS JOIN agent_workflow_executions c ON c.workspace_id = $1 ",
                "AND c.parent_id = tree.id) SELECT tree.root AS root, e.id, e.finished_at, e.steps_made, ",
                "EXISTS (SELECT 1 FROM agent_pending_actions a WHERE a.workflow_execution_id = e.id ",
                "AND (a.status = 'pending' OR a.outcome IN ('queued', 'running'))) AS asks ",
                "FROM tree CROSS JOIN agent_workflow_executions e ON e.id = tree.id"
            ),
            sql!(
                "WITH RECURSIVE tree(root, id) AS (SELECT CAST(value AS UUID), CAST(value AS UUID) ",
                "FROM json_array_elements_text(CAST($2 AS JSON)) UNION ALL SELECT tree.root, c.id FROM tree ",
                "JOIN agent_workflow_executions c ON c.workspace_id = $1 AND c.parent_id = tree.id) ",
                "SELECT tree.root AS root, e.id, e.finished_at, e.steps_made, ",
                "EXISTS (SELECT 1 FROM agent_pending_actions a WHERE a.workflow_execution_id = e.id ",
                "AND (a.status = 'pending' OR a.outcome IN ('queued', 'running'))) AS asks ",
                "FROM tree JOIN agent_workflow_executions e ON e.id = tree.id ORDER BY e.id FOR UPDATE OF e"
            ),
        );
        let ids = Arg::ids(roots.iter().map(|(id, _)| *id));
        let rows: Vec<TreeRow> = self.fetch_all(below, args![workspace, ids]).await?;
        let mut trees: HashMap<Uuid, Vec<TreeRow>> = HashMap::new();
        for row in rows {
            trees.entry(row.root).or_default().push(row);
        }
        let old = roots.into_iter().map(|(id, ended)| {
            let mut tree = trees.remove(&id).unwrap_or_default();
            if tree.iter().any(|row| row.is_needed(before)) {
                tree.clear();
            }
            OldExecution {
                id: ExecutionId(id),
                finished_at: ended.into(),
                rows: tree.iter().map(|row| 1 + row.steps_made).sum(),
                tree: tree.iter().map(|row| ExecutionId(row.id)).collect(),
            }
        });
        Ok(old.collect())
    }

    /// Takes these executions away with all that is only theirs. The caller has [`Tx::executions_old`] hold them.
    /// Returns the starts among them that had a key.
    pub async fn executions_remove(
        &mut self,
        ids: &[ExecutionId],
    ) -> Result<Vec<(String, ExecutionId)>, StorageError> {
        let these = self.dialect(
            "IN (SELECT unhex(value) FROM json_each($1))",
            "IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($1 AS JSON)))",
        );
        let ids = Arg::ids(ids.iter().copied());
        let keys = format!(
            "SELECT start_key, id FROM agent_workflow_executions WHERE start_key IS NOT NULL AND id {these}"
        );
        let keys: Vec<(String, Uuid)> = self.fetch_all(keys, args![ids.clone()]).await?;
        let attempts = format!(
            "DELETE FROM agent_workflow_attempts WHERE step_id IN \
             (SELECT id FROM agent_workflow_steps WHERE execution_id {these})"
        );
        self.execute(attempts, args![ids.clone()]).await?;
        // Whatever points at an execution goes before it.
        for (table, column) in [
            ("agent_workflow_steps", "execution_id"),
            ("model_calls", "execution_id"),
            ("agent_team_line", "execution_id"),
            ("agent_workflow_executions", "id"),
        ] {
            let sql = format!("DELETE FROM {table} WHERE {column} {these}");
            self.execute(sql, args![ids.clone()]).await?;
        }
        Ok(keys.into_iter().map(|(key, id)| (key, ExecutionId(id))).collect())
    }

    /// Keeps, with the commit, that a start with this key was made by an execution that is removed.
    pub fn execution_start_keep(&mut self, workspace: WorkspaceId, key: &str, execution: ExecutionId) {
        let now = self.now();
        self.at_commit(
            sql!(
                "INSERT INTO agent_workflow_starts (workspace_id, start_key, execution_id, removed_at) ",
                "VALUES ($1, $2, $3, $4) ON CONFLICT DO NOTHING"
            ),
            args![workspace, key, execution, now],
        );
    }

    /// A workflow's schedule counts from this slot on at the earliest.
    pub async fn schedule_passed(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
        slot: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE agent_workflows SET active_since = $3 WHERE workspace_id = $1 AND id = $2 ",
                "AND active_since < $3"
            ),
            args![workspace, workflow, slot],
        )
        .await?;
        Ok(())
    }
}
