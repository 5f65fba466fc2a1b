//! What time and use do to memory, a bounded batch of one workspace at a time.

use crate::domain::ids::{ExecutionId, WorkspaceId};
use crate::domain::memory::{MemoryTier, READ_WORTH, READS_COUNTED};
use crate::server::storage::{Conn, StorageError, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

impl Conn {
    /// Workspaces after this id that hold a memory past its expiry at `now`.
    pub async fn workspaces_forgetting(
        &mut self,
        after: Uuid,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<WorkspaceId>, StorageError> {
        let rows: Vec<(Uuid,)> = self
            .fetch_all(
                sql!(
                    "SELECT w.id FROM workspaces w WHERE w.id > $1 AND EXISTS (SELECT 1 FROM agent_shared_memory m ",
                    "WHERE m.workspace_id = w.id AND m.expires_at <= $2) ORDER BY w.id LIMIT $3"
                ),
                args![after, now, limit],
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| WorkspaceId(id)).collect())
    }

    /// Workspaces after this id that hold a memory of this tier which was read.
    pub async fn workspaces_using(
        &mut self,
        after: Uuid,
        tier: MemoryTier,
        limit: i64,
    ) -> Result<Vec<WorkspaceId>, StorageError> {
        let rows: Vec<(Uuid,)> = self
            .fetch_all(
                sql!(
                    "SELECT w.id FROM workspaces w WHERE w.id > $1 AND EXISTS (SELECT 1 FROM agent_shared_memory m ",
                    "WHERE m.workspace_id = w.id AND m.tier = $2 AND m.tier <> 'long_term' AND m.read_count > 0) ",
                    "ORDER BY w.id LIMIT $3"
                ),
                args![after, tier.as_str(), limit],
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| WorkspaceId(id)).collect())
    }
}

/// A rise from one tier to the next, as [`crate::domain::memory::promoted`] has it.
#[derive(Clone, Copy, Debug)]
pub struct Rise {
    pub from: MemoryTier,
    pub to: MemoryTier,
    /// What importance and reading must add up to.
    pub score: i64,
    /// When what rises is forgotten; `None`: it is kept. Whoever gave it longer keeps that.
    pub expires_at: Option<DateTime<Utc>>,
}

impl Tx {
    /// Deletes at most `limit` memories that are past their expiry, and answers how many. One whose time was
    /// prolonged meanwhile stays.
    pub async fn memory_forget(&mut self, workspace: WorkspaceId, limit: i64) -> Result<u64, StorageError> {
        let now = self.now();
        let sql = self.dialect(
            sql!(
                "DELETE FROM agent_shared_memory WHERE workspace_id = $1 AND expires_at <= $2 AND id IN ",
                "(SELECT id FROM agent_shared_memory WHERE workspace_id = $1 AND expires_at <= $2 ",
                "ORDER BY id LIMIT $3)"
            ),
            // Locked in the order of those who count readings.
            sql!(
                "WITH held AS MATERIALIZED (SELECT id FROM agent_shared_memory WHERE workspace_id = $1 ",
                "AND expires_at <= $2 ORDER BY id LIMIT $3 FOR UPDATE) ",
                "DELETE FROM agent_shared_memory WHERE workspace_id = $1 AND expires_at <= $2 ",
                "AND id IN (SELECT id FROM held)"
            ),
        );
        self.execute(sql, args![workspace, now, limit]).await
    }

    /// What was put into the short-term memory in an execution, or in one that it started, is forgotten from now on.
    pub async fn memory_let_go(
        &mut self,
        workspace: WorkspaceId,
        execution: ExecutionId,
    ) -> Result<(), StorageError> {
        let now = self.now();
        let sql = self.dialect(
            sql!(
                "WITH RECURSIVE tree(id) AS (SELECT id FROM agent_workflow_executions WHERE id = $2 UNION ALL ",
                "SELECT e.id FROM tree JOIN agent_workflow_executions e ON e.workspace_id = $1 ",
                "AND e.parent_id = tree.id) UPDATE agent_shared_memory SET expires_at = $3 WHERE workspace_id = $1 ",
                "AND tier = 'short_term' AND workflow_execution_id IN (SELECT id FROM tree)"
            ),
            // Locked in the order of those who count readings.
            sql!(
                "WITH RECURSIVE tree(id) AS (SELECT id FROM agent_workflow_executions WHERE id = $2 UNION ALL ",
                "SELECT e.id FROM tree JOIN agent_workflow_executions e ON e.workspace_id = $1 ",
                "AND e.parent_id = tree.id), held AS MATERIALIZED (SELECT id FROM agent_shared_memory ",
                "WHERE workspace_id = $1 AND tier = 'short_term' ",
                "AND workflow_execution_id IN (SELECT id FROM tree) ORDER BY id FOR UPDATE) ",
                "UPDATE agent_shared_memory SET expires_at = $3 WHERE id IN (SELECT id FROM held)"
            ),
        );
        self.execute(sql, args![workspace, execution, now]).await?;
        Ok(())
    }

    /// Lets at most `limit` memories rise that are worth it, and answers how many.
    pub async fn memory_promote(
        &mut self,
        workspace: WorkspaceId,
        rise: Rise,
        limit: i64,
    ) -> Result<u64, StorageError> {
        let now = self.now();
        let sql = self.dialect(
            sql!(
                "UPDATE agent_shared_memory SET tier = $3, expires_at = CASE WHEN $4 IS NULL THEN NULL ",
                "WHEN expires_at IS NULL OR expires_at > $4 THEN expires_at ELSE $4 END, version = version + 1, ",
                "updated_at = $5 WHERE workspace_id = $1 AND tier = $2 AND id IN (SELECT id FROM agent_shared_memory ",
                "WHERE workspace_id = $1 AND tier = $2 AND tier <> 'long_term' AND read_count > 0 ",
                "AND (expires_at IS NULL OR expires_at > $5) ",
                "AND importance + $6 * (CASE WHEN read_count > $7 THEN $7 ELSE read_count END) >= $8 ",
                "ORDER BY id LIMIT $9)"
            ),
            // Locked in the order of those who count readings.
            sql!(
                "WITH held AS MATERIALIZED (SELECT id FROM agent_shared_memory ",
                "WHERE workspace_id = $1 AND tier = $2 AND tier <> 'long_term' AND read_count > 0 ",
                "AND (expires_at IS NULL OR expires_at > $5) ",
                "AND importance + $6 * (CASE WHEN read_count > $7 THEN $7 ELSE read_count END) >= $8 ",
                "ORDER BY id LIMIT $9 FOR NO KEY UPDATE) ",
                "UPDATE agent_shared_memory SET tier = $3, expires_at = CASE WHEN CAST($4 AS TIMESTAMPTZ) IS NULL ",
                "THEN NULL WHEN expires_at IS NULL OR expires_at > $4 THEN expires_at ELSE $4 END, ",
                "version = version + 1, updated_at = $5 WHERE workspace_id = $1 AND tier = $2 ",
                "AND id IN (SELECT id FROM held)"
            ),
        );
        let args = args![
            workspace,
            rise.from.as_str(),
            rise.to.as_str(),
            rise.expires_at,
            now,
            READ_WORTH,
            READS_COUNTED,
            rise.score,
            limit
        ];
        self.execute(sql, args).await
    }
}
