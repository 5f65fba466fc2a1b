//! Workflows: definitions with versions, and what starts them.
//!
//! A workflow has a draft, which may be faulty, and published versions, which are not. An execution keeps the version
//! that it began with.

pub mod check;
pub mod condition;
pub mod definition;
pub mod flow;
pub mod hook;
pub mod template;
#[cfg(test)]
mod tests;
pub mod tool_loop;

pub use definition::{Definition, StepDef, StepKind, StepRun};

use super::canonical::Data;
use super::error::FieldError;
use super::ids::{TeamId, UserId, WorkflowId, WorkspaceId};
use super::params::double_option;
use super::text;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

wire_enum! {
    pub enum WorkflowStatus {
        /// Never published.
        Draft = "draft",
        Active = "active",
        /// Starts nothing new; what runs goes on.
        Paused = "paused",
        Archived = "archived",
    }
}

/// What starts a workflow beside a person, who always can.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum Trigger {
    #[default]
    Manual,
    /// Agents whose token has the scope `workflows:run`.
    AgentRequest,
    /// A row of the audit trail with this event, such as `record.created`; its data is the input.
    Event { event: String },
    /// A cron expression of five fields (minute, hour, day, month, weekday) in a time zone.
    Schedule { cron: String, zone: String },
    /// A message to `/api/hooks/{id}` that the workflow's secret signs; its body is the input's `event`.
    Webhook,
}

impl Trigger {
    /// The word in `kind`.
    pub const fn word(&self) -> &'static str {
        match self {
            Self::Manual => "manual",
            Self::AgentRequest => "agent_request",
            Self::Event { .. } => "event",
            Self::Schedule { .. } => "schedule",
            Self::Webhook => "webhook",
        }
    }
}

/// `noun.verb_in_the_past`, as in the audit trail.
pub fn is_event_name(text: &str) -> bool {
    let mut parts = text.split('.');
    let plain = |part: Option<&str>| {
        part.is_some_and(|part| !part.is_empty() && part.bytes().all(|b| b.is_ascii_lowercase() || b == b'_'))
    };
    plain(parts.next()) && plain(parts.next()) && parts.next().is_none() && text.len() <= 64
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workflow {
    pub id: WorkflowId,
    pub workspace_id: WorkspaceId,
    pub name: String,
    pub description: String,
    /// The team whose autonomy its actions have; `null`: none.
    pub team_id: Option<TeamId>,
    pub team_name: Option<String>,
    pub status: WorkflowStatus,
    pub trigger: Trigger,
    /// Most executions at once; more wait in line. `null`: no limit.
    pub max_running: Option<i64>,
    /// The number of the version that new executions run.
    pub published: Option<i64>,
    /// Whether the draft differs from the published version.
    pub changed: bool,
    pub step_count: i64,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

/// A workflow with its draft.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowDetail {
    #[serde(flatten)]
    pub workflow: Workflow,
    pub draft: Definition,
    /// What keeps the draft from being published.
    pub faults: Vec<FieldError>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowVersion {
    pub number: i64,
    pub definition: Definition,
    pub note: String,
    pub published_by: UserId,
    pub published_by_name: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewWorkflow {
    #[validate(custom(function = "text::name"))]
    pub name: String,
    #[validate(custom(function = "text::note"))]
    #[serde(default)]
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    #[validate(custom(function = "trigger_words"))]
    #[serde(default)]
    pub trigger: Trigger,
    #[validate(range(min = 1, max = 1000, message = "must be between 1 and 1000"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub max_running: Option<i64>,
    pub definition: Definition,
}

/// Absent fields stay as they are; `teamId` and `maxRunning` may become `null`.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchWorkflow {
    #[validate(custom(function = "text::name"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[validate(custom(function = "text::note"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none", with = "double_option")]
    #[schema(value_type = Option<TeamId>)]
    pub team_id: Option<Option<TeamId>>,
    #[validate(custom(function = "trigger_words"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    #[serde(skip_serializing_if = "Option::is_none", with = "double_option")]
    #[schema(value_type = Option<i64>)]
    pub max_running: Option<Option<i64>>,
    /// `active`, `paused` or `archived`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<WorkflowStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<Definition>,
}

/// Publishes the draft as the next version, or a former version again.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PublishWorkflow {
    #[validate(custom(function = "text::note"))]
    pub note: String,
    /// The number of the version to restore; it becomes the draft, too.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub restore: Option<i64>,
}

/// Starts an execution of the published version.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExecuteWorkflow {
    pub input: Data,
    /// The caller's own name for this start: a repeat answers with the first execution, and is refused once that is no
    /// longer kept.
    #[validate(
        length(min = 1, max = 200, message = "must be 1 to 200 characters"),
        custom(function = "text::no_nul")
    )]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
}

/// Filters of the list; empty strings count as absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct WorkflowFilter {
    /// A status; absent: all but `archived`; `all` for every status.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

fn trigger_words(trigger: &Trigger) -> Result<(), ValidationError> {
    let own = |event: &str| ["execution.", "step.", "workflow."].iter().any(|own| event.starts_with(own));
    match trigger {
        Trigger::Event { event } if own(event) => Err(ValidationError::new("event")
            .with_message("must not be an event of workflows, which would start themselves".into())),
        Trigger::Event { event } if !is_event_name(event) => Err(ValidationError::new("event")
            .with_message("must name an event such as \"record.created\"".into())),
        Trigger::Schedule { cron, zone } if cron.len() > 100 || zone.len() > 64 => {
            Err(ValidationError::new("schedule").with_message("is too long".into()))
        }
        _ => Ok(()),
    }
}
