//! Submitting an action, and what the gate answers.

use super::approval::{Approval, MAX_EXPIRY_SECONDS, MAX_REQUIRED_APPROVALS, MIN_EXPIRY_SECONDS};
use super::canonical::Data;
use super::ids::{AgentId, ExecutionId, TeamId};
use super::outcome::Outcome;
use super::text;
use crate::wire_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubmitAction {
    /// A built-in type or one that the workspace registered: lower-case words joined by `_` or `.`.
    #[validate(custom(function = "action_type_name"))]
    pub action_type: String,
    pub action_data: Data,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// An agent's token implies its agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Why, in the agent's words.
    #[validate(custom(function = "text::note"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[validate(range(min = MIN_EXPIRY_SECONDS, max = MAX_EXPIRY_SECONDS, message = "must be between 10 and 7776000 seconds"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<i64>,
    #[validate(range(min = 1, max = MAX_REQUIRED_APPROVALS, message = "must be between 1 and 10"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_approvals: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub workflow_execution_id: Option<ExecutionId>,
    /// The caller's own name for this request: a repeat answers with the first one.
    #[validate(
        length(min = 1, max = 200, message = "must be 1 to 200 characters"),
        custom(function = "text::no_nul")
    )]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
}

/// 1 to 64 characters: lower-case letters, digits, `_` and `.`, starting with a letter.
pub fn action_type_name(text: &str) -> Result<(), ValidationError> {
    let plain = text.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_' || b == b'.');
    let starts = text.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if plain && starts && text.len() <= 64 {
        Ok(())
    } else {
        Err(ValidationError::new("action_type").with_message(
            "must be 1 to 64 lower-case letters, digits, \"_\" or \".\", starting with a letter".into(),
        ))
    }
}

wire_enum! {
    pub enum SubmitVerdict {
        Executed = "executed",
        Pending = "pending",
        Denied = "denied",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Submitted {
    pub verdict: SubmitVerdict,
    pub reasons: Vec<String>,
    /// Absent when denied: nothing was kept but the audit row.
    pub approval: Option<Approval>,
    pub outcome: Option<Outcome>,
}
