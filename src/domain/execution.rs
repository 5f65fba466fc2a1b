//! Executions: runs of workflows, of team objectives and of delegated tasks, and their steps.

use super::approval::ActorRef;
use super::ids::{AgentId, ApprovalId, ExecutionId, StepId, TeamId, WorkflowId, WorkspaceId};
use super::text;
use super::workflow::StepKind;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

wire_enum! {
    pub enum ExecutionKind {
        Workflow = "workflow",
        /// A team works on an objective.
        TeamRun = "team_run",
        /// One agent works on an objective.
        Task = "task",
    }
}

wire_enum! {
    pub enum ExecutionStatus {
        /// In line, because as many run as the workflow allows.
        Queued = "queued",
        Running = "running",
        /// For people, a time, an event or another execution.
        Waiting = "waiting",
        Paused = "paused",
        Completed = "completed",
        Failed = "failed",
        Cancelled = "cancelled",
    }
}

impl ExecutionStatus {
    /// Whether it may still go on.
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Queued | Self::Running | Self::Waiting | Self::Paused)
    }
}

wire_enum! {
    pub enum StepStatus {
        Pending = "pending",
        Running = "running",
        Waiting = "waiting",
        Completed = "completed",
        Failed = "failed",
        Skipped = "skipped",
        Cancelled = "cancelled",
    }
}

impl StepStatus {
    pub const fn is_open(self) -> bool {
        matches!(self, Self::Pending | Self::Running | Self::Waiting)
    }
}

wire_enum! {
    /// What an open step waits for.
    pub enum WaitsFor {
        /// People: its approval is pending, or its outcome is unknown.
        Approval = "approval",
        /// The effect of its action.
        Outcome = "outcome",
        /// A time.
        Timer = "timer",
        /// The pause before its next attempt.
        Retry = "retry",
        Event = "event",
        /// Another execution.
        Child = "child",
        /// The paths of a `parallel` step.
        Paths = "paths",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    pub id: ExecutionId,
    pub workspace_id: WorkspaceId,
    pub kind: ExecutionKind,
    /// The workflow's name, or the objective.
    pub title: String,
    pub workflow_id: Option<WorkflowId>,
    pub workflow_version: Option<i64>,
    pub team_id: Option<TeamId>,
    pub team_name: Option<String>,
    pub agent_id: Option<AgentId>,
    pub agent_name: Option<String>,
    pub status: ExecutionStatus,
    #[schema(value_type = Object)]
    pub input: Value,
    #[schema(value_type = Option<Object>)]
    pub output: Option<Value>,
    pub error: Option<String>,
    /// The execution that started this one.
    pub parent_id: Option<ExecutionId>,
    pub started_by: ActorRef,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
}

/// An execution with its steps, the newest 500 of them.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ExecutionDetail {
    #[serde(flatten)]
    pub execution: Execution,
    pub steps: Vec<Step>,
    /// How many there are altogether.
    pub step_count: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Step {
    pub id: StepId,
    /// In the order in which they were opened, from 1.
    pub seq: i64,
    pub key: String,
    pub name: String,
    pub kind: StepKind,
    /// The `parallel` step on one of whose paths it is.
    pub scope_id: Option<StepId>,
    pub status: StepStatus,
    /// From 1; 0 before the first.
    pub attempt: i64,
    pub waits_for: Option<WaitsFor>,
    #[schema(value_type = Option<Object>)]
    pub input: Option<Value>,
    #[schema(value_type = Option<Object>)]
    pub output: Option<Value>,
    pub error: Option<String>,
    pub approval_id: Option<ApprovalId>,
    pub child_id: Option<ExecutionId>,
    /// When it goes on by itself.
    pub due_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: Option<DateTime<Utc>>,
    /// The attempts before the present one.
    pub attempts: Vec<Attempt>,
}

/// One attempt that failed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attempt {
    pub number: i64,
    pub error: String,
    pub approval_id: Option<ApprovalId>,
    pub child_id: Option<ExecutionId>,
    pub started_at: Option<DateTime<Utc>>,
    pub finished_at: DateTime<Utc>,
}

wire_enum! {
    pub enum ExecutionAction {
        /// No new step begins until it is resumed.
        Pause = "pause",
        Resume = "resume",
        /// Open steps end, and what waits for approval is withdrawn.
        Cancel = "cancel",
        /// A failed execution goes on with another attempt of the step that failed.
        RetryStep = "retry_step",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChangeExecution {
    pub action: ExecutionAction,
    /// For `retry_step`: the failed step; absent: the one that the execution failed by.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub step_id: Option<StepId>,
    #[validate(custom(function = "text::note"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub reason: Option<String>,
}

/// Filters of the list, newest first; empty strings count as absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ExecutionFilter {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<String>,
    /// `workflow`, `team_run` or `task`; absent: those that nobody's step started.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub kind: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub workflow_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}
