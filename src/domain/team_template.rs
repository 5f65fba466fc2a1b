//! Team templates (`templates/teams/*.yaml`): a department's team with its agents and what they do.

use super::autonomy::AutonomyLevel;
use super::playbook::Playbook;
use super::team::TeamRole;
use super::text;
use super::workspace::Department;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct TeamTemplate {
    /// How others name it, such as `sales`; also the name of its file.
    pub key: String,
    pub name: String,
    pub department: Department,
    pub description: String,
    pub autonomy_level: AutonomyLevel,
    /// Action types that always need approval, whatever the level.
    pub approval_required: Vec<String>,
    /// One of them is the coordinator.
    pub members: Vec<MemberTemplate>,
}

/// An agent of the team, and its place there.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MemberTemplate {
    /// How playbooks and workflows name the agent.
    pub name: String,
    pub role: TeamRole,
    /// 0 to 100; the coordinator asks higher ones first.
    pub priority: i64,
    pub description: String,
    /// What a model is told before anything else.
    pub instructions: String,
    /// What work it suits: lower-case words joined by `_`.
    pub capabilities: Vec<String>,
    /// The action types that it may use.
    pub tools: Vec<String>,
    /// What it does without a model.
    pub playbook: Playbook,
}

/// Makes a team of a template, with its agents.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FromTeamTemplate {
    /// The template's key.
    #[validate(
        length(min = 1, max = 64, message = "must be 1 to 64 characters"),
        custom(function = "text::no_nul")
    )]
    pub template: String,
    /// Absent: the template's name.
    #[validate(custom(function = "text::name"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    /// Absent: the template's.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub autonomy_level: Option<AutonomyLevel>,
    /// The names of the members that are wanted; absent: all of them.
    #[validate(length(max = 50, message = "must be at most 50"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub members: Option<Vec<String>>,
}
