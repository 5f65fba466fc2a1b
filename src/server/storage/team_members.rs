//! Which agents are in which team.

use super::read::{At, all};
use super::{Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{AgentId, TeamId, WorkspaceId};
use crate::domain::team::{NewTeamMember, TeamMember, TeamRole};
use crate::{args, sql};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct TeamMemberRow {
    team_id: Uuid,
    agent_id: Uuid,
    agent_name: String,
    role: String,
    priority: i64,
    created_at: Ts,
}

impl TryFrom<TeamMemberRow> for TeamMember {
    type Error = CorruptRow;

    fn try_from(row: TeamMemberRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_team_members", row: row.agent_id };
        Ok(Self {
            team_id: TeamId(row.team_id),
            agent_id: AgentId(row.agent_id),
            role: at.word("role", &row.role)?,
            agent_name: row.agent_name,
            priority: row.priority,
            created_at: row.created_at.into(),
        })
    }
}

/// Another agent of a team, as a model is told of it.
#[derive(Clone, Debug)]
pub struct Colleague {
    pub name: String,
    pub role: TeamRole,
    pub capabilities: Vec<String>,
}

#[derive(FromRow)]
struct ColleagueRow {
    id: Uuid,
    name: String,
    role: String,
    capabilities: String,
}

impl TryFrom<ColleagueRow> for Colleague {
    type Error = CorruptRow;

    fn try_from(row: ColleagueRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agents", row: row.id };
        Ok(Self {
            name: row.name,
            role: at.word("role", &row.role)?,
            capabilities: at.json("capabilities", &row.capabilities)?,
        })
    }
}

impl Conn {
    /// All members, at most [`crate::domain::team::MAX_MEMBERS`]: coordinators first, then by priority.
    pub async fn team_member_list(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
    ) -> Result<Vec<TeamMember>, StorageError> {
        let rows: Vec<TeamMemberRow> = self
            .fetch_all(
                sql!(
                    "SELECT m.team_id, m.agent_id, a.name AS agent_name, m.role, m.priority, m.created_at ",
                    "FROM agent_team_members m JOIN agents a ON a.id = m.agent_id ",
                    "WHERE m.workspace_id = $1 AND m.team_id = $2 ",
                    "ORDER BY CASE m.role WHEN 'coordinator' THEN 0 ELSE 1 END, m.priority DESC, a.name"
                ),
                args![workspace, team],
            )
            .await?;
        Ok(all(rows)?)
    }

    /// Whom a member may hand over to: the other active members that have something to work by. The coordinator first.
    pub async fn team_colleagues(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        member: AgentId,
    ) -> Result<Vec<Colleague>, StorageError> {
        let rows: Vec<ColleagueRow> = self
            .fetch_all(
                sql!(
                    "SELECT a.id, a.name, m.role, a.capabilities FROM agent_team_members m ",
                    "JOIN agents a ON a.id = m.agent_id WHERE m.workspace_id = $1 AND m.team_id = $2 ",
                    "AND m.agent_id <> $3 AND a.status = 'active' ",
                    "AND (a.playbook IS NOT NULL OR a.model IS NOT NULL OR a.kind = 'external') ",
                    "ORDER BY CASE m.role WHEN 'coordinator' THEN 0 ELSE 1 END, m.priority DESC, a.name"
                ),
                args![workspace, team, member],
            )
            .await?;
        Ok(all(rows)?)
    }

    /// Is the agent in the team?
    pub async fn team_has_member(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        agent: AgentId,
    ) -> Result<bool, StorageError> {
        let (has,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM agent_team_members ",
                    "WHERE workspace_id = $1 AND team_id = $2 AND agent_id = $3)"
                ),
                args![workspace, team, agent],
            )
            .await?;
        Ok(has)
    }
}

impl Tx {
    /// Fails with a unique violation when the agent is in the team already.
    pub async fn team_member_insert(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        new: &NewTeamMember,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "INSERT INTO agent_team_members (workspace_id, team_id, agent_id, role, priority, created_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            args![workspace, team, new.agent_id, new.role.as_str(), new.priority, now],
        )
        .await?;
        Ok(())
    }

    /// `false`: the agent was not in the team.
    pub async fn team_member_delete(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        agent: AgentId,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!(
                    "DELETE FROM agent_team_members WHERE workspace_id = $1 AND team_id = $2 AND agent_id = $3"
                ),
                args![workspace, team, agent],
            )
            .await?;
        Ok(deleted == 1)
    }
}
