//! The audit trail: one row for every change of state, written in the same transaction.

use super::approval::ActorRef;
use super::ids::{AgentId, ApprovalId, AuditId, TeamId, WorkspaceId};
use super::risk::RiskLevel;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct AuditRow {
    pub id: AuditId,
    /// Place in the workspace's sealed chain; absent until sealed.
    pub seq: Option<i64>,
    pub workspace_id: WorkspaceId,
    pub team_id: Option<TeamId>,
    pub agent_id: Option<AgentId>,
    pub actor: ActorRef,
    /// What happened, such as `approval.approved`.
    pub event: String,
    pub action_type: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub action_data: Option<Value>,
    pub description: String,
    pub approval_id: Option<ApprovalId>,
    pub risk_level: Option<RiskLevel>,
    pub was_automatic: bool,
    pub success: Option<bool>,
    pub error: Option<String>,
    #[schema(value_type = Option<Object>)]
    pub result: Option<Value>,
    pub duration_ms: Option<i64>,
    pub executed_at: DateTime<Utc>,
    pub prev_hash: Option<String>,
    pub hash: Option<String>,
}

/// Filters of the audit list; empty strings count as absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AuditFilter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_id: Option<String>,
    /// A user's or agent's id.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub actor_id: Option<String>,
    /// Of teams of this department; `general` also has what is of no team.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    /// A user's id: what is about approvals that they gave, such as its outcome or its undoing.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub reviewer_id: Option<String>,
    /// `true` or `false`: decisions before which the deciding one had opened the approval, or had not.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub opened: Option<String>,
    /// An event such as `approval.approved`, or its first part such as `approval`; several with commas between them.
    #[validate(length(max = 64, message = "must be at most 64 characters"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub action_type: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<String>,
    /// `true` or `false`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub automatic: Option<String>,
    /// Words in the description, the actor's name, the event, the action type, the error or the data.
    #[validate(length(max = 200, message = "must be at most 200 characters"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// RFC 3339 time, inclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
    /// RFC 3339 time, exclusive.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub to: Option<String>,
    /// `json` (the default), `csv` or `ndjson`. The last two give everything that fits, unless `limit` or `cursor` asks
    /// for a page.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub format: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
