//! What built-in actions write beside records, and what they read: memory, figures.

use super::{Conn, StorageError, Ts, Tx};
use crate::domain::ids::{AgentId, TeamId, WorkspaceId};
use crate::domain::memory::{MemoryCategory, MemoryTier};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A memory before it is written.
pub struct NewMemory<'a> {
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub tier: MemoryTier,
    pub category: MemoryCategory,
    pub content: &'a str,
    pub importance: i64,
    pub expires_at: Option<DateTime<Utc>>,
}

#[derive(Debug, sqlx::FromRow, serde::Serialize)]
#[serde(rename_all = "camelCase")]
pub struct MemoryRow {
    id: Uuid,
    tier: String,
    category: String,
    content: String,
    importance: i64,
}

/// Counts of one status in a span of time.
#[derive(Debug, sqlx::FromRow)]
pub struct Figure {
    pub status: String,
    pub outcome: String,
    pub count: i64,
}

impl Tx {
    pub async fn memory_insert(
        &mut self,
        workspace: WorkspaceId,
        memory: &NewMemory<'_>,
    ) -> Result<Uuid, StorageError> {
        let (id, now) = (self.id(), self.now());
        self.execute(
            sql!(
                "INSERT INTO agent_shared_memory (id, workspace_id, team_id, agent_id, tier, category, content, ",
                "importance, expires_at, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            ),
            args![
                id,
                workspace,
                memory.team,
                memory.agent,
                memory.tier.as_str(),
                memory.category.as_str(),
                memory.content,
                memory.importance,
                memory.expires_at,
                now
            ],
        )
        .await?;
        Ok(id)
    }
}

impl Conn {
    /// The newest memories that are alive; those whose content holds `text` where it is not empty.
    pub async fn memory_find(
        &mut self,
        workspace: WorkspaceId,
        text: &str,
        now: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<MemoryRow>, StorageError> {
        let pattern = format!("%{}%", text.to_lowercase().replace(['%', '_'], " "));
        self.fetch_all(
            sql!(
                "SELECT id, tier, category, content, importance FROM agent_shared_memory WHERE workspace_id = $1 ",
                "AND LOWER(content) LIKE $2 AND (expires_at IS NULL OR expires_at > $3) ",
                "ORDER BY created_at DESC, id DESC LIMIT $4"
            ),
            args![workspace, pattern, now, limit],
        )
        .await
    }

    /// Approvals by status and outcome in a span of time, for one department or all.
    pub async fn figures(
        &mut self,
        workspace: WorkspaceId,
        from: DateTime<Utc>,
        to: DateTime<Utc>,
        department: Option<&str>,
    ) -> Result<Vec<Figure>, StorageError> {
        self.fetch_all(
            sql!(
                "SELECT a.status, a.outcome, COUNT(*) AS count FROM agent_pending_actions a ",
                "LEFT JOIN agent_teams t ON t.id = a.team_id WHERE a.workspace_id = $1 AND a.created_at >= $2 ",
                "AND a.created_at < $3 AND (CAST($4 AS TEXT) IS NULL OR t.department = $4) ",
                "GROUP BY a.status, a.outcome ORDER BY a.status, a.outcome"
            ),
            args![workspace, from, to, department],
        )
        .await
    }

    /// Calendar events that overlap a span: their data holds `startsAt` and `endsAt` as RFC 3339.
    pub async fn events_data(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Vec<(String, String, Ts)>, StorageError> {
        self.fetch_all(
            sql!(
                "SELECT title, data, updated_at FROM records WHERE workspace_id = $1 AND kind = 'event' ",
                "ORDER BY updated_at DESC, id DESC LIMIT 500"
            ),
            args![workspace],
        )
        .await
    }
}
