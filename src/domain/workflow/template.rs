//! Workflow templates (`templates/workflows/*.yaml`): what a workflow can be made of.

use super::{Definition, Trigger};
use crate::domain::canonical::Data;
use crate::domain::ids::TeamId;
use crate::domain::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WorkflowTemplate {
    /// How [`FromTemplate`] names it, such as `lead-to-customer`; also the name of its file.
    pub key: String,
    pub name: String,
    pub description: String,
    /// The key of the team template whose agents its steps name.
    pub team: String,
    #[serde(default)]
    pub trigger: Trigger,
    /// An input to try it with.
    #[serde(default)]
    pub example: Data,
    pub definition: Definition,
}

/// Makes a workflow of a template. It is a draft like any other one.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct FromTemplate {
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
    /// The team whose autonomy its actions have; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
}
