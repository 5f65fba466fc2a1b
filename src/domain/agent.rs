//! Agents: something that acts.

use super::ids::{AgentId, UserId};
use super::text;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

wire_enum! {
    pub enum AgentKind {
        /// Run by Countersign.
        Internal = "internal",
        /// Calls in with a token.
        External = "external",
    }
}

wire_enum! {
    pub enum AgentStatus {
        Draft = "draft",
        Active = "active",
        Paused = "paused",
        Archived = "archived",
    }
}

impl AgentStatus {
    /// Anything but a way back to `draft`: what has been let loose was never only drafted.
    pub const fn may_become(self, next: Self) -> bool {
        matches!((self, next), (Self::Draft, _) | (_, Self::Active | Self::Paused | Self::Archived))
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub description: String,
    pub kind: AgentKind,
    pub status: AgentStatus,
    /// Cannot approve this agent's actions.
    pub owner_id: Option<UserId>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewAgent {
    #[validate(custom(function = "text::name"))]
    pub name: String,
    #[validate(custom(function = "text::note"))]
    #[serde(default)]
    pub description: String,
    #[serde(default = "external")]
    pub kind: AgentKind,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub owner_id: Option<UserId>,
}

fn external() -> AgentKind {
    AgentKind::External
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchAgent {
    #[validate(custom(function = "text::name"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[validate(custom(function = "text::note"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<AgentStatus>,
}

/// Filters of the list; empty strings count as absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct AgentFilter {
    /// `draft`, `active`, `paused` or `archived`; absent: all but `archived`; `all` for every status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
