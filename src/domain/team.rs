//! Teams: agents of one department with an autonomy level.

use super::autonomy::AutonomyLevel;
use super::ids::{AgentId, TeamId};
use super::text;
use super::workspace::Department;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

wire_enum! {
    pub enum TeamStatus {
        Active = "active",
        Paused = "paused",
        Archived = "archived",
    }
}

/// Most agents in one team.
pub const MAX_MEMBERS: i64 = 200;

wire_enum! {
    pub enum TeamRole {
        Coordinator = "coordinator",
        Specialist = "specialist",
        Support = "support",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Team {
    pub id: TeamId,
    pub name: String,
    pub description: String,
    pub department: Department,
    pub autonomy_level: AutonomyLevel,
    /// Action types that always need approval, whatever the level.
    pub approval_required: Vec<String>,
    pub required_approvals: i64,
    pub status: TeamStatus,
    pub frozen_at: Option<DateTime<Utc>>,
    pub member_count: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTeam {
    #[validate(custom(function = "text::name"))]
    pub name: String,
    #[validate(custom(function = "text::note"))]
    #[serde(default)]
    pub description: String,
    pub department: Department,
    #[serde(default = "supervised")]
    pub autonomy_level: AutonomyLevel,
    #[validate(custom(function = "action_types"))]
    #[serde(default)]
    pub approval_required: Vec<String>,
    #[validate(range(min = 1, max = 10, message = "must be between 1 and 10"))]
    #[serde(default = "one")]
    pub required_approvals: i64,
}

fn supervised() -> AutonomyLevel {
    AutonomyLevel::Supervised
}

fn one() -> i64 {
    1
}

fn action_types(list: &[String]) -> Result<(), ValidationError> {
    if list.len() > 100 {
        return Err(ValidationError::new("length").with_message("must be at most 100 action types".into()));
    }
    list.iter().try_for_each(|name| super::action::action_type_name(name))
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchTeam {
    #[validate(custom(function = "text::name"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[validate(custom(function = "text::note"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<Department>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub autonomy_level: Option<AutonomyLevel>,
    #[validate(custom(function = "action_types"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub approval_required: Option<Vec<String>>,
    #[validate(range(min = 1, max = 10, message = "must be between 1 and 10"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_approvals: Option<i64>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<TeamStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub frozen: Option<bool>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct TeamMember {
    pub team_id: TeamId,
    pub agent_id: AgentId,
    pub agent_name: String,
    pub role: TeamRole,
    /// 0 to 100; the coordinator asks higher ones first.
    pub priority: i64,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewTeamMember {
    pub agent_id: AgentId,
    #[serde(default = "specialist")]
    pub role: TeamRole,
    #[validate(range(min = 0, max = 100, message = "must be between 0 and 100"))]
    #[serde(default)]
    pub priority: i64,
}

fn specialist() -> TeamRole {
    TeamRole::Specialist
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RemoveTeamMember {
    pub agent_id: AgentId,
}

/// Filters of the list; empty strings count as absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct TeamFilter {
    /// `active`, `paused` or `archived`; absent: all but `archived`; `all` for every status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub department: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
