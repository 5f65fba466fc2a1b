//! The lines in which executions wait to begin: each workflow's, and before that each team's.
//!
//! Who waits for a team has a row in `agent_team_line`, which only the holder of the team's row lets in: executions
//! are locked one at a time, so nobody else's own row can say it. What is not let in stands in no workflow's line.

use super::super::read::At;
use super::super::{Conn, StorageError, Tx};
use crate::domain::ids::{ExecutionId, TeamId, WorkflowId, WorkspaceId};
use crate::domain::team_config::TeamConfig;
use crate::{args, sql};
use uuid::Uuid;

impl Conn {
    /// How many executions of a workflow are under way.
    pub async fn executions_under_way(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
    ) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                sql!(
                    "SELECT COUNT(*) FROM agent_workflow_executions WHERE workspace_id = $1 AND workflow_id = $2 ",
                    "AND status IN ('queued', 'running', 'waiting', 'paused') AND started_at IS NOT NULL"
                ),
                args![workspace, workflow],
            )
            .await?;
        Ok(count)
    }

    /// The execution of a workflow that has been in line longest.
    pub async fn execution_next_in_line(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
    ) -> Result<Option<ExecutionId>, StorageError> {
        Ok(self.executions_in_line(workspace, workflow, 1).await?.pop())
    }

    /// The executions of a workflow that have been in line longest.
    pub async fn executions_in_line(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
        limit: i64,
    ) -> Result<Vec<ExecutionId>, StorageError> {
        let rows: Vec<(Uuid,)> = self
            .fetch_all(
                sql!(
                    "SELECT e.id FROM agent_workflow_executions e ",
                    "WHERE e.workspace_id = $1 AND e.workflow_id = $2 AND e.status = 'queued' ",
                    "AND NOT EXISTS (SELECT 1 FROM agent_team_line l WHERE l.execution_id = e.id ",
                    "AND l.let_in = FALSE) ORDER BY e.id LIMIT $3"
                ),
                args![workspace, workflow, limit],
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| ExecutionId(id)).collect())
    }

    /// How many executions of a team are under way, those that it let in and that have not begun included. Exact only
    /// for the holder of the team's row, and but for children, which nobody lets in.
    pub async fn team_under_way(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
    ) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                sql!(
                    "SELECT (SELECT COUNT(*) FROM agent_workflow_executions WHERE workspace_id = $1 AND team_id = $2 ",
                    "AND status IN ('queued', 'running', 'waiting', 'paused') AND started_at IS NOT NULL) ",
                    "+ (SELECT COUNT(*) FROM agent_team_line WHERE workspace_id = $1 AND team_id = $2 ",
                    "AND let_in = TRUE)"
                ),
                args![workspace, team],
            )
            .await?;
        Ok(count)
    }

    /// Whether the team let this execution in; `None`: it does not stand in its line.
    pub async fn team_line_place(&mut self, id: ExecutionId) -> Result<Option<bool>, StorageError> {
        let row: Option<(bool,)> = self
            .fetch_optional(sql!("SELECT let_in FROM agent_team_line WHERE execution_id = $1"), args![id])
            .await?;
        Ok(row.map(|(let_in,)| let_in))
    }

    /// Whether anybody waits for the team.
    pub async fn team_line_waits(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
    ) -> Result<bool, StorageError> {
        let (waits,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM agent_team_line ",
                    "WHERE workspace_id = $1 AND team_id = $2 AND let_in = FALSE)"
                ),
                args![workspace, team],
            )
            .await?;
        Ok(waits)
    }
}

impl Tx {
    /// Holds the team's row until the end, and reads how the team works. `always`: also where that makes nobody wait;
    /// else `None` then.
    pub async fn team_line_lock(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        always: bool,
    ) -> Result<Option<TeamConfig>, StorageError> {
        let sql = self.dialect(
            sql!("SELECT config FROM agent_teams WHERE workspace_id = $1 AND id = $2 AND (limited OR $3)"),
            sql!(
                "SELECT config FROM agent_teams WHERE workspace_id = $1 AND id = $2 AND (limited OR $3) ",
                "FOR NO KEY UPDATE"
            ),
        );
        let row: Option<(String,)> = self.fetch_optional(sql, args![workspace, team, always]).await?;
        let at = At { table: "agent_teams", row: team.0 };
        Ok(row.map(|(text,)| at.json("config", &text)).transpose()?)
    }

    /// With the commit a new execution stands in its team's line, if the team makes anybody wait.
    pub(super) fn team_line_stand(&mut self, workspace: WorkspaceId, team: TeamId, id: ExecutionId) {
        self.at_commit(
            sql!(
                "INSERT INTO agent_team_line (execution_id, workspace_id, team_id) SELECT $1, workspace_id, id ",
                "FROM agent_teams WHERE workspace_id = $2 AND id = $3 AND limited"
            ),
            args![id, workspace, team],
        );
    }

    /// Puts an execution into its team's line that came before the team made anybody wait.
    pub async fn team_line_join(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        id: ExecutionId,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!("INSERT INTO agent_team_line (execution_id, workspace_id, team_id) VALUES ($1, $2, $3)"),
            args![id, workspace, team],
        )
        .await?;
        Ok(())
    }

    /// Lets in those that have waited for a team longest, at most `limit`; in that order. The caller holds the team.
    pub async fn team_line_let_in(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        limit: i64,
    ) -> Result<Vec<ExecutionId>, StorageError> {
        let rows: Vec<(Uuid,)> = self
            .fetch_all(
                sql!(
                    "UPDATE agent_team_line SET let_in = TRUE WHERE execution_id IN (",
                    "SELECT l.execution_id FROM agent_team_line l ",
                    "JOIN agent_workflow_executions e ON e.id = l.execution_id ",
                    "WHERE l.workspace_id = $1 AND l.team_id = $2 AND l.let_in = FALSE AND e.status = 'queued' ",
                    "ORDER BY l.execution_id LIMIT $3) RETURNING execution_id"
                ),
                args![workspace, team, limit],
            )
            .await?;
        let mut let_in: Vec<ExecutionId> = rows.into_iter().map(|(id,)| ExecutionId(id)).collect();
        // RETURNING has no order.
        let_in.sort_unstable();
        Ok(let_in)
    }

    /// Puts an execution back that was let in. The caller holds it and the team.
    pub async fn team_line_back(&mut self, id: ExecutionId) -> Result<(), StorageError> {
        self.execute(sql!("UPDATE agent_team_line SET let_in = FALSE WHERE execution_id = $1"), args![id])
            .await?;
        Ok(())
    }

    /// Takes an execution out of its team's line: it begins, or has ended. The caller holds it, and the team unless it
    /// was let in.
    pub async fn team_line_leave(&mut self, id: ExecutionId) -> Result<(), StorageError> {
        self.execute(sql!("DELETE FROM agent_team_line WHERE execution_id = $1"), args![id]).await?;
        Ok(())
    }
}
