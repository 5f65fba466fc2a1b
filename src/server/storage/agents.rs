//! Agents.

use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::agent::{Agent, AgentStatus, NewAgent};
use crate::domain::agent_profile::AgentProfile;
use crate::domain::ids::{AgentId, UserId, WorkspaceId};
use crate::domain::playbook::Playbook;
use crate::{args, sql};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct ProfileRow {
    instructions: String,
    capabilities: String,
    tools: String,
    model: Option<String>,
    limits: String,
    playbook: Option<String>,
}

/// What takes an agent from an objective to a result.
#[derive(Clone, Debug)]
pub enum WorksBy {
    Model,
    Playbook(Playbook),
}

#[derive(FromRow)]
struct AgentRow {
    id: Uuid,
    name: String,
    description: String,
    kind: String,
    status: String,
    owner_id: Option<Uuid>,
    version: i64,
    created_at: Ts,
    updated_at: Ts,
}

impl TryFrom<AgentRow> for Agent {
    type Error = CorruptRow;

    fn try_from(row: AgentRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agents", row: row.id };
        Ok(Self {
            id: AgentId(row.id),
            kind: at.word("kind", &row.kind)?,
            status: at.word("status", &row.status)?,
            name: row.name,
            description: row.description,
            owner_id: row.owner_id.map(UserId),
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}

/// Which statuses a list of agents or teams shows, as its statements read them.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shown<S> {
    All,
    /// All but the archived.
    Current,
    Only(S),
}

impl Shown<&'static str> {
    pub(super) fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Current => "current",
            Self::Only(status) => status,
        }
    }
}

impl Conn {
    /// By name, from after `after`.
    pub async fn agent_list(
        &mut self,
        workspace: WorkspaceId,
        shown: Shown<&'static str>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Agent>, StorageError> {
        let rows: Vec<AgentRow> = self
            .fetch_all(
                sql!(
                    "SELECT id, name, description, kind, status, owner_id, version, created_at, updated_at ",
                    "FROM agents WHERE workspace_id = $1 AND name > $2 AND (status = $3 OR $3 = 'all' ",
                    "OR ($3 = 'current' AND status <> 'archived')) ORDER BY name LIMIT $4"
                ),
                args![workspace, after, shown.as_str(), i64::from(limit)],
            )
            .await?;
        Ok(all(rows)?)
    }

    pub async fn agent_get(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
    ) -> Result<Option<Agent>, StorageError> {
        let row: Option<AgentRow> = self
            .fetch_optional(
                sql!(
                    "SELECT id, name, description, kind, status, owner_id, version, created_at, updated_at ",
                    "FROM agents WHERE workspace_id = $1 AND id = $2"
                ),
                args![workspace, agent],
            )
            .await?;
        Ok(row.map(Agent::try_from).transpose()?)
    }

    /// Those of `names` that an agent of the workspace has which is not archived.
    pub async fn agents_named(
        &mut self,
        workspace: WorkspaceId,
        names: &[String],
    ) -> Result<Vec<String>, StorageError> {
        let sql = self.dialect(
            sql!(
                "SELECT name FROM agents WHERE workspace_id = $1 AND status <> 'archived' ",
                "AND name IN (SELECT value FROM json_each($2))"
            ),
            sql!(
                "SELECT name FROM agents WHERE workspace_id = $1 AND status <> 'archived' ",
                "AND name IN (SELECT json_array_elements_text(CAST($2 AS JSON)))"
            ),
        );
        let rows: Vec<(String,)> = self.fetch_all(sql, args![workspace, Arg::json(&names)]).await?;
        Ok(rows.into_iter().map(|(name,)| name).collect())
    }

    pub async fn agent_profile(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
    ) -> Result<Option<AgentProfile>, StorageError> {
        let row: Option<ProfileRow> = self
            .fetch_optional(
                sql!(
                    "SELECT instructions, capabilities, tools, model, limits, playbook FROM agents ",
                    "WHERE workspace_id = $1 AND id = $2"
                ),
                args![workspace, agent],
            )
            .await?;
        let at = At { table: "agents", row: agent.0 };
        let Some(row) = row else { return Ok(None) };
        Ok(Some(AgentProfile {
            instructions: row.instructions,
            capabilities: at.json("capabilities", &row.capabilities)?,
            tools: at.json("tools", &row.tools)?,
            model: row.model,
            limits: at.json("limits", &row.limits)?,
            playbook: row.playbook.map(|text| at.json("playbook", &text)).transpose()?,
        }))
    }

    /// The action types that an agent may use in executions; none: whatever the gate lets it.
    pub async fn agent_tools(&mut self, agent: AgentId) -> Result<Vec<String>, StorageError> {
        let row: Option<(String,)> =
            self.fetch_optional(sql!("SELECT tools FROM agents WHERE id = $1"), args![agent]).await?;
        let at = At { table: "agents", row: agent.0 };
        Ok(row.map(|(text,)| at.json("tools", &text)).transpose()?.unwrap_or_default())
    }

    /// What an agent works with. `None`: nothing.
    pub async fn agent_works_by(&mut self, agent: AgentId) -> Result<Option<WorksBy>, StorageError> {
        let row: Option<(Option<String>, Option<String>)> = self
            .fetch_optional(sql!("SELECT model, playbook FROM agents WHERE id = $1"), args![agent])
            .await?;
        let at = At { table: "agents", row: agent.0 };
        Ok(match row {
            Some((Some(_), _)) => Some(WorksBy::Model),
            Some((None, Some(playbook))) => Some(WorksBy::Playbook(at.json("playbook", &playbook)?)),
            _ => None,
        })
    }

    pub async fn agent_by_name(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
    ) -> Result<Option<Agent>, StorageError> {
        let row: Option<AgentRow> = self
            .fetch_optional(
                sql!(
                    "SELECT id, name, description, kind, status, owner_id, version, created_at, updated_at ",
                    "FROM agents WHERE workspace_id = $1 AND name = $2"
                ),
                args![workspace, name],
            )
            .await?;
        Ok(row.map(Agent::try_from).transpose()?)
    }

    /// Has the agent ever asked for an action?
    pub async fn agent_has_acted(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
    ) -> Result<bool, StorageError> {
        let (acted,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM agent_pending_actions WHERE workspace_id = $1 AND agent_id = $2) ",
                    "OR EXISTS (SELECT 1 FROM agent_action_audit_log WHERE workspace_id = $1 AND actor_id = $2)"
                ),
                args![workspace, agent],
            )
            .await?;
        Ok(acted)
    }
}

impl Tx {
    /// `false`: the agent's version is no longer the one that was read.
    pub async fn agent_set_profile(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
        version: i64,
        profile: &AgentProfile,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agents SET instructions = $4, capabilities = $5, tools = $6, model = $7, limits = $8, ",
                    "playbook = $9, version = version + 1, updated_at = $10 ",
                    "WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![
                    workspace,
                    agent,
                    version,
                    &profile.instructions,
                    Arg::json(&profile.capabilities),
                    Arg::json(&profile.tools),
                    profile.model.as_deref(),
                    Arg::json(&profile.limits),
                    profile.playbook.as_ref().map_or(Arg::Text(None), Arg::json),
                    now
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Fails with a unique violation when the name is taken.
    pub async fn agent_insert(
        &mut self,
        workspace: WorkspaceId,
        new: &NewAgent,
    ) -> Result<AgentId, StorageError> {
        let (id, now) = (AgentId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO agents (id, workspace_id, name, description, kind, status, owner_id, created_at, ",
                "updated_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $8)"
            ),
            args![
                id,
                workspace,
                &new.name,
                &new.description,
                new.kind.as_str(),
                AgentStatus::Active.as_str(),
                new.owner_id,
                now
            ],
        )
        .await?;
        Ok(id)
    }

    /// Writes what may change of an agent. `false`: its version is no longer the one that was read.
    pub async fn agent_update(
        &mut self,
        workspace: WorkspaceId,
        agent: &Agent,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agents SET name = $4, description = $5, status = $6, version = version + 1, ",
                    "updated_at = $7 WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![
                    workspace,
                    agent.id,
                    agent.version,
                    &agent.name,
                    &agent.description,
                    agent.status.as_str(),
                    now
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Takes an agent out of all teams.
    pub async fn agent_leave_teams(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
    ) -> Result<u64, StorageError> {
        self.execute(
            sql!("DELETE FROM agent_team_members WHERE workspace_id = $1 AND agent_id = $2"),
            args![workspace, agent],
        )
        .await
    }

    /// Fails with a foreign key violation when the agent has acted. `false`: its version has changed.
    pub async fn agent_delete(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
        version: i64,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!("DELETE FROM agents WHERE workspace_id = $1 AND id = $2 AND version = $3"),
                args![workspace, agent, version],
            )
            .await?;
        Ok(deleted == 1)
    }
}
