//! The guarded transitions of an outcome (`shared/DISPATCH.md`, rule 1).

use crate::domain::ids::{AgentId, ApprovalId, WorkspaceId};
use crate::domain::outcome::OutcomeStatus;
use crate::domain::team_config::Escalation;
use crate::server::storage::gate::escalation;
use crate::server::storage::{StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use serde_json::Value;
use sqlx::FromRow;
use uuid::Uuid;

/// The right to perform once: whoever holds this fence may write the result.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Performing {
    pub id: ApprovalId,
    pub workspace_id: WorkspaceId,
    pub fence: i64,
}

/// How it ended.
#[derive(Clone, Debug)]
pub struct Finished {
    /// `Succeeded`, `Failed` or `Unknown`.
    pub status: OutcomeStatus,
    pub error: Option<String>,
    pub result: Option<Value>,
}

/// What a freeze may have stopped of an approval.
#[derive(Clone, Copy, Debug)]
pub struct ToResume {
    pub id: ApprovalId,
    /// It is decided and to be performed; else it waits for people.
    pub queued: bool,
    pub expires_at: DateTime<Utc>,
    /// Its team's.
    pub escalation: Escalation,
}

#[derive(FromRow)]
struct ToResumeRow {
    id: Uuid,
    queued: bool,
    expires_at: Ts,
    team_id: Option<Uuid>,
    config: Option<String>,
}

impl Tx {
    /// `queued → running`, committed before anything happens outside. `None`: never call.
    pub async fn outcome_start(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
        claimed_by: Option<AgentId>,
    ) -> Result<Option<Performing>, StorageError> {
        let now = self.now();
        let row: Option<(i64,)> = self
            .fetch_optional(
                sql!(
                    "UPDATE agent_pending_actions SET outcome = 'running', fence = fence + 1, ",
                    "outcome_attempts = outcome_attempts + 1, outcome_started_at = $3, outcome_finished_at = NULL, ",
                    "outcome_error = NULL, outcome_result = NULL, claimed_by = $4, ",
                    "claimed_at = CASE WHEN $5 THEN $3 ELSE claimed_at END, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND outcome = 'queued' ",
                    "AND status IN ('approved', 'auto_approved') AND (hold_until IS NULL OR hold_until <= $3) ",
                    "AND NOT EXISTS (SELECT 1 FROM workspaces w WHERE w.id = $1 AND w.frozen_at IS NOT NULL) ",
                    "AND NOT EXISTS (SELECT 1 FROM agent_teams t WHERE t.id = agent_pending_actions.team_id ",
                    "AND t.frozen_at IS NOT NULL) RETURNING fence"
                ),
                args![workspace, id, now, claimed_by, claimed_by.is_some()],
            )
            .await?;
        Ok(row.map(|(fence,)| Performing { id, workspace_id: workspace, fence }))
    }

    /// `running | unknown → succeeded | failed | unknown`, by the holder of the fence.
    pub async fn outcome_finish(&mut self, by: Performing, how: &Finished) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET outcome = $4, outcome_finished_at = $5, outcome_error = $6, ",
                    "outcome_result = $7, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND outcome IN ('running', 'unknown') ",
                    "AND outcome <> $4"
                ),
                args![
                    by.workspace_id,
                    by.id,
                    by.fence,
                    how.status.as_str(),
                    now,
                    how.error.as_deref(),
                    how.result.as_ref().map(Value::to_string)
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `running → unknown`: a former try never recorded its end.
    pub async fn outcome_lose(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
        fence: i64,
        cause: &str,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET outcome = 'unknown', outcome_finished_at = $4, ",
                    "outcome_error = $5, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND fence = $3 AND outcome = 'running'"
                ),
                args![workspace, id, fence, now, cause],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `queued → failed`: it will not be tried again and nothing ran.
    pub async fn outcome_give_up(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
        cause: &str,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET outcome = 'failed', outcome_finished_at = $3, ",
                    "outcome_error = $4, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND outcome = 'queued'"
                ),
                args![workspace, id, now, cause],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `failed | unknown → queued`, by a person's word.
    pub async fn outcome_retry(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
    ) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET outcome = 'queued', hold_until = NULL, claimed_at = NULL, ",
                    "claimed_by = NULL, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND outcome IN ('failed', 'unknown')"
                ),
                args![workspace, id],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `unknown → succeeded | failed`, by a person's word.
    pub async fn outcome_settle(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
        how: &Finished,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET outcome = $3, outcome_finished_at = $4, outcome_error = $5, ",
                    "outcome_result = $6, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND outcome = 'unknown'"
                ),
                args![
                    workspace,
                    id,
                    how.status.as_str(),
                    now,
                    how.error.as_deref(),
                    how.result.as_ref().map(Value::to_string)
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Approvals of a thawed workspace or team whose jobs may have been dropped while it was frozen: those queued,
    /// and those pending with their deadline. One page, after `after`.
    pub async fn approvals_to_resume(
        &mut self,
        workspace: WorkspaceId,
        after: Uuid,
    ) -> Result<Vec<ToResume>, StorageError> {
        let rows: Vec<ToResumeRow> = self
            .fetch_all(
                sql!(
                    "SELECT a.id, (a.outcome = 'queued') AS queued, a.expires_at, t.id AS team_id, t.config ",
                    "FROM agent_pending_actions a LEFT JOIN agent_teams t ON t.id = a.team_id ",
                    "WHERE a.workspace_id = $1 AND a.id > $2 AND (a.status = 'pending' ",
                    "OR (a.outcome = 'queued' AND a.executor <> 'agent')) ORDER BY a.id LIMIT 500"
                ),
                args![workspace, after],
            )
            .await?;
        let mut found = Vec::new();
        for row in rows {
            let escalation = match (row.team_id, row.config) {
                (Some(team), Some(config)) => escalation(team, &config)?,
                _ => Escalation::default(),
            };
            found.push(ToResume {
                id: ApprovalId(row.id),
                queued: row.queued,
                expires_at: row.expires_at.into(),
                escalation,
            });
        }
        Ok(found)
    }
}
