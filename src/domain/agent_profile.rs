//! What an internal agent is told, what it is good at, what it may use, and whether it works with a model or a
//! playbook.

use super::action::action_type_name;
use super::model::{ModelLimits, model_name};
use super::playbook::Playbook;
use super::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

/// Longest instructions, in characters.
const INSTRUCTIONS_MAX: usize = 20_000;

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct AgentProfile {
    /// What a model is told before anything else.
    #[validate(custom(function = "instructions"))]
    pub instructions: String,
    /// What work it suits: lower-case words joined by `_`, such as `lead_qualification`.
    #[validate(custom(function = "words"))]
    pub capabilities: Vec<String>,
    /// The action types that it may use in executions; none: whatever the gate lets it.
    #[validate(custom(function = "words"))]
    pub tools: Vec<String>,
    /// The name of the model that it works with; absent: it follows its playbook.
    #[validate(custom(function = "model_name"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub model: Option<String>,
    /// How far it may use its model.
    #[validate(nested)]
    pub limits: ModelLimits,
    /// What it does without a model.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub playbook: Option<Playbook>,
}

fn instructions(found: &str) -> Result<(), ValidationError> {
    text::no_nul(found)?;
    if found.chars().count() > INSTRUCTIONS_MAX {
        return Err(ValidationError::new("length").with_message("must be at most 20,000 characters".into()));
    }
    Ok(())
}

fn words(list: &[String]) -> Result<(), ValidationError> {
    if list.len() > 100 {
        return Err(ValidationError::new("length").with_message("must be at most 100".into()));
    }
    list.iter().try_for_each(|word| action_type_name(word))
}
