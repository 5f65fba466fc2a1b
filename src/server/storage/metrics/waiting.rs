//! What figures show beside counts: deadlines, last activities, who reviews.

use crate::domain::ids::{TeamId, UserId, WorkspaceId};
use crate::domain::risk::RiskLevel;
use crate::domain::workspace::Department;
use crate::server::storage::approvals::risk_order;
use crate::server::storage::{Conn, StorageError, Ts};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use std::collections::HashMap;
use uuid::Uuid;

impl Conn {
    /// The first deadline of what waits with this risk. It walks past other departments' rows: ask where there is one.
    pub async fn pending_first_deadline(
        &mut self,
        workspace: WorkspaceId,
        department: Option<Department>,
        risk: RiskLevel,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let (sql, args) = match department {
            None => (
                sql!(
                    "SELECT a.expires_at FROM agent_pending_actions a WHERE a.workspace_id = $1 ",
                    "AND a.status = 'pending' AND a.risk_order = $2 ORDER BY a.expires_at, a.id LIMIT 1"
                ),
                args![workspace, risk_order(risk)],
            ),
            Some(department) => (
                sql!(
                    "SELECT a.expires_at FROM agent_pending_actions a WHERE a.workspace_id = $1 ",
                    "AND a.status = 'pending' AND a.risk_order = $2 AND (a.team_id IN (SELECT d.id ",
                    "FROM agent_teams d WHERE d.workspace_id = $1 AND d.department = $3) ",
                    "OR ($3 = 'general' AND a.team_id IS NULL)) ORDER BY a.expires_at, a.id LIMIT 1"
                ),
                args![workspace, risk_order(risk), department.as_str()],
            ),
        };
        let row: Option<(Ts,)> = self.fetch_optional(sql, args).await?;
        Ok(row.map(|(at,)| at.into()))
    }

    /// When something about each team was last written into the audit trail.
    pub async fn teams_last_activity(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<HashMap<TeamId, DateTime<Utc>>, StorageError> {
        let rows: Vec<(Uuid, Option<Ts>)> = self
            .fetch_all(
                sql!(
                    "SELECT t.id, (SELECT MAX(a.executed_at) FROM agent_action_audit_log a ",
                    "WHERE a.workspace_id = $1 AND a.team_id = t.id) AS last FROM agent_teams t ",
                    "WHERE t.workspace_id = $1"
                ),
                args![workspace],
            )
            .await?;
        Ok(rows.into_iter().filter_map(|(id, last)| Some((TeamId(id), last?.into()))).collect())
    }

    /// Members by name: all, or one.
    pub async fn reviewers(
        &mut self,
        workspace: WorkspaceId,
        only: Option<UserId>,
    ) -> Result<Vec<(UserId, String)>, StorageError> {
        let rows: Vec<(Uuid, String)> = self
            .fetch_all(
                sql!(
                    "SELECT m.user_id, u.name FROM members m JOIN users u ON u.id = m.user_id ",
                    "WHERE m.workspace_id = $1 AND (m.user_id = $2 OR $2 IS NULL) ORDER BY u.name, u.id"
                ),
                args![workspace, only],
            )
            .await?;
        Ok(rows.into_iter().map(|(id, name)| (UserId(id), name)).collect())
    }
}
