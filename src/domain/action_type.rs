//! What a workspace says about action types: built-in ones that it re-classes, and its own.

use super::canonical::Data;
use super::catalogue::{Executor, Reversibility};
use super::error::{AppError, AppResult};
use super::ids::{ActionTypeId, WebhookId};
use super::risk::RiskLevel;
use super::{action, text};
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// Most types of its own that a workspace registers, which bounds the list.
pub const MAX_CUSTOM: i64 = 500;

/// What a workspace decides about one type.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionTypeTerms {
    pub title: String,
    pub risk_level: RiskLevel,
    /// JSON Schema 2020-12 of the action data; the catalogue's counts where the type is built in.
    pub schema: Option<Data>,
    pub executor: Executor,
    pub webhook_id: Option<WebhookId>,
    pub required_approvals: i64,
}

/// A workspace's row about one type: a re-classed built-in (`custom` is false) or one of its own.
#[derive(Clone, Debug, PartialEq)]
pub struct ActionTypeSetting {
    pub id: ActionTypeId,
    pub name: String,
    pub custom: bool,
    pub terms: ActionTypeTerms,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// An action type as this workspace has it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ActionType {
    /// The `actionType` of a submission.
    pub name: String,
    pub title: String,
    /// What it does, in a sentence; empty for the workspace's own.
    pub summary: String,
    /// `false`: built in.
    pub custom: bool,
    /// Before the data raises it.
    pub risk_level: RiskLevel,
    /// The catalogue's level, where the type is built in.
    pub default_risk_level: Option<RiskLevel>,
    pub reversibility: Reversibility,
    pub executor: Executor,
    pub webhook_id: Option<WebhookId>,
    pub required_approvals: i64,
    /// JSON Schema 2020-12 of the action data.
    pub schema: Option<Data>,
    /// Absent while a built-in type is as it came.
    pub version: Option<i64>,
}

wire_enum! {
    /// Who performs a type of the workspace's own.
    pub enum CustomExecutor {
        Agent = "agent",
        Webhook = "webhook",
    }
}

impl From<CustomExecutor> for Executor {
    fn from(executor: CustomExecutor) -> Self {
        match executor {
            CustomExecutor::Agent => Self::Agent,
            CustomExecutor::Webhook => Self::Webhook,
        }
    }
}

/// Re-classes a built-in type in one workspace.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ReclassActionType {
    pub risk_level: RiskLevel,
    #[validate(range(min = 1, max = 10, message = "must be between 1 and 10"))]
    #[serde(default = "one")]
    pub required_approvals: i64,
}

fn one() -> i64 {
    1
}

/// Registers a type of the workspace's own.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewActionType {
    #[validate(custom(function = "action::action_type_name"))]
    pub name: String,
    #[validate(custom(function = "text::name"))]
    pub title: String,
    pub risk_level: RiskLevel,
    /// JSON Schema 2020-12 of the action data; absent: any object.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub schema: Option<Data>,
    pub executor: CustomExecutor,
    /// Where a `webhook` executor sends the action.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub webhook_id: Option<WebhookId>,
    #[validate(range(min = 1, max = 10, message = "must be between 1 and 10"))]
    #[serde(default = "one")]
    pub required_approvals: i64,
}

/// Changes a type of the workspace's own. A type that names a webhook with another executor is refused.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchActionType {
    #[validate(custom(function = "text::name"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub title: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub risk_level: Option<RiskLevel>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub schema: Option<Data>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub executor: Option<CustomExecutor>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub webhook_id: Option<WebhookId>,
    #[validate(range(min = 1, max = 10, message = "must be between 1 and 10"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub required_approvals: Option<i64>,
}

/// A webhook executor needs its webhook, and no other executor has one.
pub fn check_executor(executor: Executor, webhook: Option<WebhookId>) -> AppResult<()> {
    match (executor, webhook) {
        (Executor::Webhook, None) => {
            Err(AppError::invalid("/webhookId", "name the webhook that performs this type"))
        }
        (Executor::Builtin | Executor::Mail | Executor::Agent, Some(_)) => {
            Err(AppError::invalid("/webhookId", "only a type with the executor \"webhook\" has a webhook"))
        }
        (Executor::Webhook, Some(_)) | (Executor::Builtin | Executor::Mail | Executor::Agent, None) => Ok(()),
    }
}
