//! Teams.

use super::agents::Shown;
use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{TeamId, WorkspaceId};
use crate::domain::team::{NewTeam, Team, TeamStatus};
use crate::domain::team_config::{Escalation, TeamConfig};
use crate::domain::workspace::Department;
use crate::{args, sql};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct TeamRow {
    id: Uuid,
    name: String,
    description: String,
    department: String,
    autonomy_level: String,
    approval_required: String,
    required_approvals: i64,
    status: String,
    frozen_at: Option<Ts>,
    member_count: i64,
    version: i64,
    created_at: Ts,
    updated_at: Ts,
}

impl TryFrom<TeamRow> for Team {
    type Error = CorruptRow;

    fn try_from(row: TeamRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_teams", row: row.id };
        Ok(Self {
            id: TeamId(row.id),
            department: at.word("department", &row.department)?,
            autonomy_level: at.word("autonomy_level", &row.autonomy_level)?,
            approval_required: at.json("approval_required", &row.approval_required)?,
            status: at.word("status", &row.status)?,
            name: row.name,
            description: row.description,
            required_approvals: row.required_approvals,
            frozen_at: row.frozen_at.map(Into::into),
            member_count: row.member_count,
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}

impl Conn {
    /// By name, from after `after`.
    pub async fn team_list(
        &mut self,
        workspace: WorkspaceId,
        shown: Shown<&'static str>,
        department: Option<Department>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Team>, StorageError> {
        let rows: Vec<TeamRow> = self
            .fetch_all(
                sql!(
                    "SELECT t.id, t.name, t.description, t.department, t.autonomy_level, t.approval_required, ",
                    "t.required_approvals, t.status, t.frozen_at, (SELECT COUNT(*) FROM agent_team_members m ",
                    "WHERE m.workspace_id = t.workspace_id AND m.team_id = t.id) AS member_count, t.version, ",
                    "t.created_at, t.updated_at FROM agent_teams t WHERE t.workspace_id = $1 AND t.name > $2 ",
                    "AND (t.status = $3 OR $3 = 'all' OR ($3 = 'current' AND t.status <> 'archived')) ",
                    "AND (t.department = $4 OR $4 IS NULL) ORDER BY t.name LIMIT $5"
                ),
                args![
                    workspace,
                    after,
                    shown.as_str(),
                    department.map(Department::as_str),
                    i64::from(limit)
                ],
            )
            .await?;
        Ok(all(rows)?)
    }

    pub async fn team_get(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
    ) -> Result<Option<Team>, StorageError> {
        let row: Option<TeamRow> = self
            .fetch_optional(
                sql!(
                    "SELECT t.id, t.name, t.description, t.department, t.autonomy_level, t.approval_required, ",
                    "t.required_approvals, t.status, t.frozen_at, (SELECT COUNT(*) FROM agent_team_members m ",
                    "WHERE m.workspace_id = t.workspace_id AND m.team_id = t.id) AS member_count, t.version, ",
                    "t.created_at, t.updated_at FROM agent_teams t WHERE t.workspace_id = $1 AND t.id = $2"
                ),
                args![workspace, team],
            )
            .await?;
        Ok(row.map(Team::try_from).transpose()?)
    }

    /// How a team works, and the version of the team.
    pub async fn team_config(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
    ) -> Result<Option<(TeamConfig, i64)>, StorageError> {
        let row: Option<(String, i64)> = self
            .fetch_optional(
                sql!("SELECT config, version FROM agent_teams WHERE workspace_id = $1 AND id = $2"),
                args![workspace, team],
            )
            .await?;
        let Some((text, version)) = row else { return Ok(None) };
        Ok(Some((At { table: "agent_teams", row: team.0 }.json("config", &text)?, version)))
    }

    /// When a team tells whom of what waits; where there is none, as the workspace has it.
    pub async fn team_escalation(
        &mut self,
        workspace: WorkspaceId,
        team: Option<TeamId>,
    ) -> Result<Escalation, StorageError> {
        let Some(team) = team else { return Ok(Escalation::default()) };
        let found = self.team_config(workspace, team).await?;
        Ok(found.and_then(|(config, _)| config.escalation).unwrap_or_default())
    }

    /// Has an approval ever named the team?
    pub async fn team_has_acted(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
    ) -> Result<bool, StorageError> {
        let (acted,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS ",
                    "(SELECT 1 FROM agent_pending_actions WHERE workspace_id = $1 AND team_id = $2)"
                ),
                args![workspace, team],
            )
            .await?;
        Ok(acted)
    }
}

impl Tx {
    /// Fails with a unique violation when the name is taken.
    pub async fn team_insert(
        &mut self,
        workspace: WorkspaceId,
        new: &NewTeam,
    ) -> Result<TeamId, StorageError> {
        let (id, now) = (TeamId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO agent_teams (id, workspace_id, name, description, department, autonomy_level, ",
                "approval_required, required_approvals, status, created_at, updated_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $10)"
            ),
            args![
                id,
                workspace,
                &new.name,
                &new.description,
                new.department.as_str(),
                new.autonomy_level.as_str(),
                Arg::json(&new.approval_required),
                new.required_approvals,
                TeamStatus::Active.as_str(),
                now
            ],
        )
        .await?;
        Ok(id)
    }

    /// Writes what may change of a team, but for the freeze. `false`: its version is no longer the one that was read.
    pub async fn team_update(&mut self, workspace: WorkspaceId, team: &Team) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_teams SET name = $4, description = $5, department = $6, autonomy_level = $7, ",
                    "approval_required = $8, required_approvals = $9, status = $10, version = version + 1, ",
                    "updated_at = $11 WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![
                    workspace,
                    team.id,
                    team.version,
                    &team.name,
                    &team.description,
                    team.department.as_str(),
                    team.autonomy_level.as_str(),
                    Arg::json(&team.approval_required),
                    team.required_approvals,
                    team.status.as_str(),
                    now
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Writes how a team works. `false`: its version is no longer the one that was read.
    pub async fn team_set_config(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        version: i64,
        config: &TeamConfig,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_teams SET config = $4, limited = $5, version = version + 1, updated_at = $6 ",
                    "WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![workspace, team, version, Arg::json(config), config.is_limited(), now],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Holds the team's row until the end. `false`: there is no such team, or it is archived.
    pub async fn team_lock(&mut self, workspace: WorkspaceId, team: TeamId) -> Result<bool, StorageError> {
        let now = self.now();
        let held = self
            .execute(
                sql!(
                    "UPDATE agent_teams SET updated_at = $3 ",
                    "WHERE workspace_id = $1 AND id = $2 AND status <> 'archived'"
                ),
                args![workspace, team, now],
            )
            .await?;
        Ok(held == 1)
    }

    /// Fails with a foreign key violation when an approval names the team. `false`: its version has changed.
    pub async fn team_delete(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        version: i64,
    ) -> Result<bool, StorageError> {
        self.execute(
            sql!("DELETE FROM agent_team_members WHERE workspace_id = $1 AND team_id = $2"),
            args![workspace, team],
        )
        .await?;
        let deleted = self
            .execute(
                sql!("DELETE FROM agent_teams WHERE workspace_id = $1 AND id = $2 AND version = $3"),
                args![workspace, team, version],
            )
            .await?;
        Ok(deleted == 1)
    }
}
