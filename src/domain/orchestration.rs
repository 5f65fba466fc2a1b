//! Handing over work: to an agent, or to a team.

use super::canonical::Data;
use super::ids::{AgentId, TeamId};
use super::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// One agent works on an objective.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DelegateTask {
    pub agent_id: AgentId,
    /// The team whose autonomy its actions have; absent: none.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    #[validate(
        length(min = 1, max = 10000, message = "must be 1 to 10,000 characters"),
        custom(function = "text::no_nul")
    )]
    pub objective: String,
    /// What the agent is given beside the objective.
    #[serde(default)]
    pub input: Data,
    /// The caller's own name for this task: a repeat answers with the first execution, and is refused once that is no
    /// longer kept.
    #[validate(
        length(min = 1, max = 200, message = "must be 1 to 200 characters"),
        custom(function = "text::no_nul")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
}

/// A team works on an objective: its coordinator plans, and hands over to members.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RunTeam {
    #[validate(
        length(min = 1, max = 10000, message = "must be 1 to 10,000 characters"),
        custom(function = "text::no_nul")
    )]
    pub objective: String,
    /// What the coordinator is given beside the objective.
    #[serde(default)]
    pub input: Data,
    /// The caller's own name for this run: a repeat answers with the first execution, and is refused once that is no
    /// longer kept.
    #[validate(
        length(min = 1, max = 200, message = "must be 1 to 200 characters"),
        custom(function = "text::no_nul")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
}
