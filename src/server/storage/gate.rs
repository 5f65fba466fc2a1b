//! The facts that the gate looks at, in one query.

use super::read::At;
use super::{Conn, CorruptRow, StorageError, Ts};
use crate::domain::agent::AgentStatus;
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::catalogue::Executor;
use crate::domain::ids::{AgentId, TeamId, TrustGrantId, UserId, WebhookId, WorkspaceId};
use crate::domain::risk::RiskLevel;
use crate::domain::team::TeamStatus;
use crate::domain::team_config::{Escalation, TeamConfig};
use crate::domain::trust::{Granted, TrustStatus};
use crate::{args, sql};
use std::str::FromStr;
use uuid::Uuid;

/// What the workspace says about an action's surroundings.
#[derive(Clone, Debug)]
pub struct GateFacts {
    pub workspace_frozen: bool,
    /// Mail domains that are ours.
    pub internal_domains: Vec<String>,
    pub agent: Option<AgentFacts>,
    pub team: Option<TeamFacts>,
    pub action_type: Option<TypeFacts>,
    /// The grant of trust for this team and type.
    pub grant: Option<Granted>,
}

#[derive(Clone, Debug)]
pub struct AgentFacts {
    pub id: AgentId,
    pub name: String,
    pub status: AgentStatus,
    pub owner_id: Option<UserId>,
}

#[derive(Clone, Debug)]
pub struct TeamFacts {
    pub id: TeamId,
    pub name: String,
    pub autonomy: AutonomyLevel,
    pub approval_required: Vec<String>,
    pub required_approvals: i64,
    pub status: TeamStatus,
    pub frozen: bool,
    /// The acting agent belongs to it.
    pub has_agent: bool,
    /// When it tells whom of what waits.
    pub escalation: Escalation,
}

/// The workspace's word on an action type: a re-classed built-in, or one of its own.
#[derive(Clone, Debug)]
pub struct TypeFacts {
    pub custom: bool,
    pub title: String,
    pub risk: RiskLevel,
    pub data_schema: Option<String>,
    pub executor: Executor,
    pub webhook_id: Option<WebhookId>,
    pub required_approvals: i64,
}

#[derive(sqlx::FromRow)]
struct GateRow {
    workspace_frozen_at: Option<Ts>,
    internal_domains: String,
    agent_id: Option<Uuid>,
    agent_name: Option<String>,
    agent_status: Option<String>,
    agent_owner_id: Option<Uuid>,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    autonomy_level: Option<String>,
    approval_required: Option<String>,
    team_required_approvals: Option<i64>,
    team_status: Option<String>,
    team_frozen_at: Option<Ts>,
    team_config: Option<String>,
    member_id: Option<Uuid>,
    type_id: Option<Uuid>,
    type_custom: Option<bool>,
    type_title: Option<String>,
    type_risk: Option<String>,
    type_schema: Option<String>,
    type_executor: Option<String>,
    type_webhook_id: Option<Uuid>,
    type_required_approvals: Option<i64>,
    grant_id: Option<Uuid>,
    grant_risk: Option<String>,
    grant_by: Option<Uuid>,
    grant_by_name: Option<String>,
    grant_at: Option<Ts>,
    grant_until: Option<Ts>,
    grant_approvals: Option<i64>,
}

impl Conn {
    /// The facts for `agent` (if any) acting on `team`. Without a team, the strictest team that the agent belongs to
    /// counts, so that leaving the team out never loosens the rule. `None`: no such workspace.
    pub async fn gate_facts(
        &mut self,
        workspace: WorkspaceId,
        agent: Option<AgentId>,
        team: Option<TeamId>,
        action_type: &str,
    ) -> Result<Option<GateFacts>, StorageError> {
        let row: Option<GateRow> = self
            .fetch_optional(
                sql!(
                    "SELECT w.frozen_at AS workspace_frozen_at, w.internal_domains, g.id AS agent_id, ",
                    "g.name AS agent_name, g.status AS agent_status, g.owner_id AS agent_owner_id, t.id AS team_id, ",
                    "t.name AS team_name, t.autonomy_level, t.approval_required, ",
                    "t.required_approvals AS team_required_approvals, t.status AS team_status, ",
                    "t.frozen_at AS team_frozen_at, t.config AS team_config, m.agent_id AS member_id, ",
                    "y.id AS type_id, ",
                    "y.custom AS type_custom, y.title AS type_title, y.risk_level AS type_risk, ",
                    "y.data_schema AS type_schema, y.executor AS type_executor, y.webhook_id AS type_webhook_id, ",
                    "y.required_approvals AS type_required_approvals, r.id AS grant_id, r.risk_level AS grant_risk, ",
                    "r.decided_by AS grant_by, u.name AS grant_by_name, r.decided_at AS grant_at, ",
                    "r.expires_at AS grant_until, r.approvals_in_row AS grant_approvals FROM workspaces w ",
                    "LEFT JOIN agents g ON g.workspace_id = w.id AND g.id = $2 ",
                    "LEFT JOIN agent_teams t ON t.workspace_id = w.id AND t.id = COALESCE($3, (",
                    "SELECT s.id FROM agent_team_members b JOIN agent_teams s ON s.id = b.team_id ",
                    "WHERE b.workspace_id = $1 AND b.agent_id = $2 AND s.status <> 'archived' ",
                    "ORDER BY CASE s.autonomy_level WHEN 'supervised' THEN 0 WHEN 'semi_autonomous' THEN 1 ELSE 2 END, ",
                    "s.id LIMIT 1)) ",
                    "LEFT JOIN agent_team_members m ON m.workspace_id = w.id AND m.team_id = t.id AND m.agent_id = $2 ",
                    "LEFT JOIN action_types y ON y.workspace_id = w.id AND y.name = $4 ",
                    "LEFT JOIN trust_grants r ON r.workspace_id = w.id AND r.team_id = t.id AND r.action_type = $4 ",
                    "AND r.status = 'accepted' LEFT JOIN users u ON u.id = r.decided_by WHERE w.id = $1"
                ),
                args![workspace, agent, team, action_type],
            )
            .await?;
        Ok(row.map(|row| row.into_facts(workspace, action_type)).transpose()?)
    }
}

impl GateRow {
    fn into_facts(self, workspace: WorkspaceId, action_type: &str) -> Result<GateFacts, CorruptRow> {
        let grant = self.grant(action_type)?;
        let agent = match self.agent_id {
            None => None,
            Some(id) => Some(AgentFacts {
                id: AgentId(id),
                name: self.agent_name.unwrap_or_default(),
                status: word("agents", "status", id, self.agent_status)?,
                owner_id: self.agent_owner_id.map(UserId),
            }),
        };
        let team = match self.team_id {
            None => None,
            Some(id) => Some(TeamFacts {
                id: TeamId(id),
                name: self.team_name.unwrap_or_default(),
                autonomy: word("agent_teams", "autonomy_level", id, self.autonomy_level)?,
                approval_required: list(
                    "agent_teams",
                    "approval_required",
                    id,
                    self.approval_required.as_deref(),
                )?,
                required_approvals: self.team_required_approvals.unwrap_or(1),
                status: word("agent_teams", "status", id, self.team_status)?,
                frozen: self.team_frozen_at.is_some(),
                has_agent: self.member_id.is_some(),
                escalation: escalation(id, self.team_config.as_deref().unwrap_or("{}"))?,
            }),
        };
        let own_type = match self.type_id {
            None => None,
            Some(id) => Some(TypeFacts {
                custom: self.type_custom.unwrap_or(false),
                title: self.type_title.unwrap_or_default(),
                risk: word("action_types", "risk_level", id, self.type_risk)?,
                data_schema: self.type_schema,
                executor: word("action_types", "executor", id, self.type_executor)?,
                webhook_id: self.type_webhook_id.map(WebhookId),
                required_approvals: self.type_required_approvals.unwrap_or(1),
            }),
        };
        Ok(GateFacts {
            workspace_frozen: self.workspace_frozen_at.is_some(),
            internal_domains: list(
                "workspaces",
                "internal_domains",
                workspace.0,
                Some(&self.internal_domains),
            )?,
            agent,
            team,
            action_type: own_type,
            grant,
        })
    }

    fn grant(&self, action_type: &str) -> Result<Option<Granted>, CorruptRow> {
        let (Some(id), Some(team)) = (self.grant_id, self.team_id) else { return Ok(None) };
        let (Some(by), Some(at), Some(until)) = (self.grant_by, self.grant_at, self.grant_until) else {
            return Err(CorruptRow::new("trust_grants", "decided_by", id, "nobody accepted it"));
        };
        Ok(Some(Granted {
            id: TrustGrantId(id),
            team_id: TeamId(team),
            action_type: action_type.to_owned(),
            risk_level: word("trust_grants", "risk_level", id, self.grant_risk.clone())?,
            // The statement finds no other.
            status: TrustStatus::Accepted,
            granted_by: UserId(by),
            granted_by_name: self.grant_by_name.clone().unwrap_or_default(),
            granted_at: at.into(),
            expires_at: until.into(),
            approvals_in_row: self.grant_approvals.unwrap_or_default(),
        }))
    }
}

/// When a team tells whom of what waits, from how it works.
pub(super) fn escalation(team: Uuid, config: &str) -> Result<Escalation, CorruptRow> {
    let config: TeamConfig = At { table: "agent_teams", row: team }.json("config", config)?;
    Ok(config.escalation.unwrap_or_default())
}

fn word<T: FromStr>(
    table: &'static str,
    column: &'static str,
    id: Uuid,
    text: Option<String>,
) -> Result<T, CorruptRow>
where
    T::Err: std::fmt::Display,
{
    text.unwrap_or_default().parse().map_err(|cause| CorruptRow::new(table, column, id, cause))
}

fn list(
    table: &'static str,
    column: &'static str,
    id: Uuid,
    text: Option<&str>,
) -> Result<Vec<String>, CorruptRow> {
    serde_json::from_str(text.unwrap_or("[]")).map_err(|cause| CorruptRow::new(table, column, id, cause))
}
