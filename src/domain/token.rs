//! API tokens: `cs_…`, shown once, stored as a SHA-256.

use super::ids::{AgentId, TokenId, UserId};
use super::member::Permission;
use super::text;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

wire_enum! {
    /// What a token may do. A person's token is also bounded by the person's role.
    pub enum Scope {
        ActionsSubmit = "actions:submit",
        ApprovalsRead = "approvals:read",
        /// For a person's token only: an agent's token cannot be given it.
        ApprovalsDecide = "approvals:decide",
        OutcomesReport = "outcomes:report",
        AuditRead = "audit:read",
        RecordsRead = "records:read",
        RecordsWrite = "records:write",
        Teams = "teams",
        Agents = "agents",
        Events = "events",
        Messages = "messages",
        Memory = "memory",
        TeamsRun = "teams:run",
        /// For a person's token: making and changing workflows, and running them.
        Workflows = "workflows",
        WorkflowsRun = "workflows:run",
        Settings = "settings",
        Account = "account",
    }
}

impl Scope {
    pub const fn grants(self, permission: Permission) -> bool {
        use Permission as P;
        match self {
            Self::ActionsSubmit => matches!(permission, P::SubmitActions | P::CommentApprovals),
            Self::ApprovalsRead => matches!(permission, P::ReadApprovals),
            Self::ApprovalsDecide => {
                matches!(permission, P::DecideApprovals | P::ReadApprovals | P::CommentApprovals)
            }
            Self::OutcomesReport => matches!(permission, P::ReportOutcomes),
            Self::AuditRead => matches!(permission, P::ReadAudit),
            Self::RecordsRead => matches!(permission, P::ReadRecords),
            Self::RecordsWrite => matches!(permission, P::WriteRecords | P::ReadRecords),
            Self::Teams => matches!(permission, P::ReadTeams | P::WriteTeams),
            Self::Agents => matches!(permission, P::ReadAgents | P::WriteAgents),
            Self::Events => matches!(permission, P::ReadEvents),
            Self::Settings => matches!(permission, P::ReadSettings | P::Administer),
            Self::Account => matches!(permission, P::OwnAccount),
            Self::Messages => matches!(permission, P::ReadMessages | P::WriteMessages),
            Self::Memory => matches!(permission, P::ReadMemory | P::WriteMemory),
            Self::WorkflowsRun => matches!(permission, P::ReadWorkflows | P::RunWorkflows),
            Self::Workflows => {
                matches!(permission, P::ReadWorkflows | P::WriteWorkflows | P::RunWorkflows)
            }
            Self::TeamsRun => matches!(permission, P::RunTeams),
        }
    }

    /// Scopes that an agent's token may carry.
    pub const fn is_for_agents(self) -> bool {
        !matches!(
            self,
            Self::ApprovalsDecide
                | Self::Settings
                | Self::Account
                | Self::Agents
                | Self::RecordsWrite
                | Self::Workflows
        )
    }
}

/// Reads `a,b c` as scopes.
pub fn parse_scopes(text: &str) -> Result<Vec<Scope>, super::AppError> {
    let mut scopes: Vec<Scope> =
        text.split([',', ' ']).filter(|word| !word.is_empty()).map(str::parse).collect::<Result<_, _>>()?;
    scopes.sort();
    scopes.dedup();
    Ok(scopes)
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Token {
    pub id: TokenId,
    pub name: String,
    pub agent_id: Option<AgentId>,
    pub user_id: Option<UserId>,
    /// The agent's or the person's name.
    pub holder: String,
    pub scopes: Vec<Scope>,
    pub created_at: DateTime<Utc>,
    pub expires_at: Option<DateTime<Utc>>,
    pub last_used_at: Option<DateTime<Utc>>,
    pub revoked_at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewToken {
    #[validate(custom(function = "text::name"))]
    pub name: String,
    /// Absent: a token of the person who asks.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    #[validate(length(min = 1, max = 20, message = "choose at least one scope"))]
    pub scopes: Vec<Scope>,
    /// Days until it lapses, 1 to 3,650; absent: 365.
    #[validate(range(min = 1, max = 3650, message = "must be between 1 and 3650 days"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_days: Option<i64>,
}

/// The only time a token is shown.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct CreatedToken {
    pub id: TokenId,
    pub token: String,
}
