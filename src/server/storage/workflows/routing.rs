//! What the orchestrator knows of agents.

use super::super::read::At;
use super::super::{Conn, StorageError};
use crate::domain::ids::{AgentId, TeamId, WorkspaceId};
use crate::domain::routing::{Candidate, TeamOf};
use crate::domain::team_config::TeamConfig;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// Agents, each in each of its teams, that are looked at.
const MOST: i64 = 500;

#[derive(FromRow)]
struct CandidateRow {
    id: Uuid,
    name: String,
    description: String,
    capabilities: String,
    can_work: bool,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    department: Option<String>,
    team_config: Option<String>,
    frozen: bool,
    open_count: i64,
    completed_count: i64,
    failed_count: i64,
}

impl Conn {
    /// The active agents of a workspace, each once for every active team that it is in; `since`: where history begins.
    pub async fn routing_candidates(
        &mut self,
        workspace: WorkspaceId,
        since: DateTime<Utc>,
    ) -> Result<Vec<Candidate>, StorageError> {
        let rows: Vec<CandidateRow> = self
            .fetch_all(
                sql!(
                    "SELECT g.id, g.name, g.description, g.capabilities, (g.playbook IS NOT NULL OR g.model IS NOT NULL OR g.kind = 'external') AS can_work, ",
                    "t.id AS team_id, t.name AS team_name, t.department, t.config AS team_config, ",
                    "(t.frozen_at IS NOT NULL) AS frozen, ",
                    "COALESCE(c.open_count, 0) AS open_count, COALESCE(c.completed_count, 0) AS completed_count, ",
                    "COALESCE(c.failed_count, 0) AS failed_count FROM agents g ",
                    "LEFT JOIN agent_team_members m ON m.workspace_id = g.workspace_id AND m.agent_id = g.id ",
                    "LEFT JOIN agent_teams t ON t.id = m.team_id AND t.status = 'active' ",
                    "LEFT JOIN (SELECT agent_id, ",
                    "SUM(CASE WHEN finished_at IS NULL THEN 1 ELSE 0 END) AS open_count, ",
                    "SUM(CASE WHEN status = 'completed' AND created_at >= $2 THEN 1 ELSE 0 END) AS completed_count, ",
                    "SUM(CASE WHEN status = 'failed' AND created_at >= $2 THEN 1 ELSE 0 END) AS failed_count ",
                    "FROM agent_workflow_executions WHERE workspace_id = $1 AND agent_id IS NOT NULL ",
                    "AND (finished_at IS NULL OR created_at >= $2) GROUP BY agent_id) c ON c.agent_id = g.id ",
                    "WHERE g.workspace_id = $1 AND g.status = 'active' ORDER BY g.name, t.name LIMIT $3"
                ),
                args![workspace, since, MOST],
            )
            .await?;
        let mut found = Vec::new();
        for row in rows {
            let at = At { table: "agents", row: row.id };
            let team = match (row.team_id, row.team_name, row.department, row.team_config) {
                (Some(id), Some(name), Some(department), Some(config)) => {
                    let of_team = At { table: "agent_teams", row: id };
                    let config: TeamConfig = of_team.json("config", &config)?;
                    Some(TeamOf {
                        id: TeamId(id),
                        name,
                        department: of_team.word("department", &department)?,
                        frozen: row.frozen,
                        capabilities: config.capabilities,
                    })
                }
                _ => None,
            };
            found.push(Candidate {
                agent_id: AgentId(row.id),
                agent_name: row.name,
                description: row.description,
                capabilities: at.json("capabilities", &row.capabilities)?,
                can_work: row.can_work,
                team,
                open: row.open_count,
                completed: row.completed_count,
                failed: row.failed_count,
            });
        }
        Ok(found)
    }
}
