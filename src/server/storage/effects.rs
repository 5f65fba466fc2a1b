//! What built-in actions write beside records, memory and messages apart, and what they read: figures.

use super::{Conn, StorageError, Ts};
use crate::domain::ids::WorkspaceId;
use crate::{args, sql};
use chrono::{DateTime, Utc};

/// Counts of one status in a span of time.
#[derive(Debug, sqlx::FromRow)]
pub struct Figure {
    pub status: String,
    pub outcome: String,
    pub count: i64,
}

impl Conn {
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
