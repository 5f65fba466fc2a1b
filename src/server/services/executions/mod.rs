//! Executions: starting, reading, pausing, resuming, cancelling, retrying. What takes them further is the engine's
//! handler in `server::executions`.

pub mod change;
pub mod line;
mod read;
pub mod start;
mod task;

pub use change::execution_change;
pub use read::{execution_get, execution_list};
pub use start::execution_start;
pub use task::result_of;

use crate::domain::approval::ActorRef;
use crate::domain::event::Topic;
use crate::domain::execution::{Execution, ExecutionKind, Step, StepStatus};
use crate::domain::ids::{ExecutionId, StepId, WorkspaceId};
use crate::server::services::approvals::QUEUE_DEFAULT;
use crate::server::storage::{AuditEntry, NewJob, Tx};
use chrono::{DateTime, Utc};
use serde_json::json;

/// Takes an execution further; the payload names it.
pub const ADVANCE: &str = "execution.advance";
/// The same, at a time that a step waits for. A kind of its own, so that a timer never stands for what is due now.
pub const TIMER: &str = "execution.timer";

/// Looks whether what was sealed into the audit trail starts workflows or wakes steps of a workspace.
pub const EVENTS: &str = "workflow.events";
/// Starts what is due by its schedule, in all workspaces.
pub const SCHEDULES: &str = "workflow.schedules";
/// Asks the model of a `model` step.
pub const MODEL: &str = "execution.model";
/// The queue of calls to models: slow, and apart so that nothing waits for them.
pub const QUEUE_MODELS: &str = "models";
/// Cancels an execution whose parent no longer needs it.
pub const CANCEL: &str = "execution.cancel";

/// An execution goes on as soon as this transaction is committed. Without a key: one that waits might be taken and run
/// before the commit, and then nobody would look at what this transaction brought.
pub fn advance_job(workspace: WorkspaceId, execution: ExecutionId, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: workspace,
        queue: QUEUE_DEFAULT,
        kind: ADVANCE,
        payload: json!({ "executionId": execution }),
        priority: 0,
        run_at,
        max_attempts: 20,
        dedupe_key: None,
    }
}

/// A step of an execution is due then.
pub fn timer_job(
    workspace: WorkspaceId,
    execution: ExecutionId,
    step: StepId,
    run_at: DateTime<Utc>,
) -> NewJob {
    NewJob {
        kind: TIMER,
        dedupe_key: Some(format!("{step}@{}", run_at.timestamp_micros())),
        ..advance_job(workspace, execution, run_at)
    }
}

/// The model of a step is asked as soon as this transaction is committed.
pub fn model_job(
    workspace: WorkspaceId,
    execution: ExecutionId,
    step: StepId,
    attempt: i64,
    run_at: DateTime<Utc>,
) -> NewJob {
    NewJob {
        kind: MODEL,
        queue: QUEUE_MODELS,
        payload: json!({ "executionId": execution, "stepId": step, "attempt": attempt }),
        ..advance_job(workspace, execution, run_at)
    }
}

/// An execution ends as soon as this transaction is committed. By a job, because whoever asks has the parent locked,
/// and executions are locked one at a time.
pub fn cancel_job(workspace: WorkspaceId, execution: ExecutionId, run_at: DateTime<Utc>) -> NewJob {
    NewJob { kind: CANCEL, ..advance_job(workspace, execution, run_at) }
}

/// Somebody follows events, and rows were sealed.
pub fn events_job(workspace: WorkspaceId, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: workspace,
        queue: QUEUE_DEFAULT,
        kind: EVENTS,
        payload: json!({}),
        priority: 0,
        run_at,
        max_attempts: 20,
        // As with `advance_job`.
        dedupe_key: None,
    }
}

/// The audit row and the event of one change of an execution.
pub fn note_execution(tx: &mut Tx, execution: &Execution, by: ActorRef, event: &'static str, text: String) {
    let mut row = AuditEntry::new(execution.workspace_id, by, event, text);
    row.team_id = execution.team_id;
    row.agent_id = execution.agent_id;
    row.error.clone_from(&execution.error);
    row.execution = Some(execution.id);
    let mut result = json!({ "executionId": execution.id, "status": execution.status });
    let ended = !execution.status.is_open();
    if ended && execution.kind != ExecutionKind::Task && execution.parent_id.is_none() {
        // Whoever started it is told.
        row.concerns = Some(execution.started_by.id);
        result["top"] = json!(true);
    }
    row.result = Some(result);
    tx.audit(row);
    tx.emit(execution.workspace_id, Topic::Execution, execution.id.0);
}

/// The audit row of a step that ended.
pub fn note_step(tx: &mut Tx, execution: &Execution, step: &Step, by: ActorRef) {
    let event = match step.status {
        StepStatus::Completed => "step.completed",
        StepStatus::Failed => "step.failed",
        _ => "step.cancelled",
    };
    let text = format!("{}: {} {}", execution.title, step.name, step.status);
    let mut row = AuditEntry::new(execution.workspace_id, by, event, text);
    row.team_id = execution.team_id;
    row.approval_id = step.approval_id;
    row.error.clone_from(&step.error);
    row.result = Some(json!({ "executionId": execution.id, "stepId": step.id, "key": step.key }));
    tx.audit(row);
}
