//! Pausing, resuming, cancelling and retrying, by people and by agents that may run workflows.

use super::{advance_job, line, note_execution, note_step, task};
use crate::domain::approval::ActorRef;
use crate::domain::error::ConflictDetail;
use crate::domain::execution::{
    ChangeExecution, Execution, ExecutionAction, ExecutionStatus, StepStatus, WaitsFor,
};
use crate::domain::ids::{ExecutionId, WorkspaceId};
use crate::domain::workflow::StepKind;
use crate::domain::{AppError, AppResult};
use crate::server::services::approvals::lifecycle::{Released, release};
use crate::server::services::ctx::{Allowed, RunWorkflows, system_actor};
use crate::server::storage::workflows::executions::Running;
use crate::server::storage::workflows::steps::KeptStep;
use crate::server::storage::{Db, Tx};
use std::collections::HashSet;
use validator::Validate;

/// Pauses, resumes, cancels or retries; 409 where its state does not allow that.
pub async fn execution_change(
    by: &Allowed<RunWorkflows>,
    db: &Db,
    id: ExecutionId,
    input: ChangeExecution,
) -> AppResult<Execution> {
    input.validate()?;
    let (mut tx, found) = db.begin_advancing(by.workspace(), id).await?;
    let mut running = found.ok_or_else(|| AppError::not_found("execution"))?;
    // Cancelling takes back what people approved: an agent does that to nothing but its own.
    if by.principal().agent_id().is_some() && running.execution.started_by.id != by.actor().id {
        return Err(AppError::forbidden("An agent changes only the executions that it started."));
    }
    let status = running.execution.status;
    match input.action {
        ExecutionAction::Pause => {
            allowed(&running.execution, status.is_open() && status != ExecutionStatus::Paused)?;
            running.execution.status = ExecutionStatus::Paused;
            keep(&mut tx, &running).await?;
            note_execution(
                &mut tx,
                &running.execution,
                by.actor(),
                "execution.paused",
                said("Paused", &running, &input),
            );
            // Whoever would have begun is none of the line any more: the next one looks.
            let limited = running.execution.workflow_id.filter(|_| running.max_running.is_some());
            if let (None, Some(workflow)) = (running.execution.started_at, limited) {
                let now = tx.now();
                if let Some(next) = tx.execution_next_in_line(by.workspace(), workflow).await? {
                    tx.enqueue(advance_job(by.workspace(), next, now));
                }
            }
        }
        ExecutionAction::Resume => {
            allowed(&running.execution, status == ExecutionStatus::Paused)?;
            running.execution.status = match running.execution.started_at {
                Some(_) => ExecutionStatus::Running,
                None => ExecutionStatus::Queued,
            };
            keep(&mut tx, &running).await?;
            note_execution(
                &mut tx,
                &running.execution,
                by.actor(),
                "execution.resumed",
                said("Resumed", &running, &input),
            );
            wake(&mut tx, &running.execution);
        }
        ExecutionAction::Cancel => {
            allowed(&running.execution, status.is_open())?;
            let text = said("Cancelled", &running, &input);
            cancel(&mut tx, &mut running, by.actor(), text).await?;
        }
        ExecutionAction::RetryStep => {
            allowed(&running.execution, status == ExecutionStatus::Failed)?;
            retry(&mut tx, &mut running, &input).await?;
            let text = said("Retried", &running, &input);
            note_execution(&mut tx, &running.execution, by.actor(), "execution.retried", text);
            wake(&mut tx, &running.execution);
        }
    }
    tx.commit().await?;
    Ok(running.execution)
}

fn said(verb: &str, running: &Running, input: &ChangeExecution) -> String {
    match input.reason.as_deref().map(str::trim).filter(|reason| !reason.is_empty()) {
        Some(reason) => format!("{verb} {}: {reason}", running.execution.title),
        None => format!("{verb} {}", running.execution.title),
    }
}

fn allowed(execution: &Execution, may: bool) -> AppResult<()> {
    if may {
        return Ok(());
    }
    Err(AppError::Conflict {
        detail: format!("This execution is {}.", execution.status),
        conflict: ConflictDetail {
            status: execution.status.as_str().to_owned(),
            by: None,
            at: execution.finished_at,
        },
    })
}

fn wake(tx: &mut Tx, execution: &Execution) {
    let now = tx.now();
    tx.enqueue(advance_job(execution.workspace_id, execution.id, now));
}

async fn keep(tx: &mut Tx, running: &Running) -> AppResult<()> {
    Ok(tx.execution_update(&running.execution, running.steps_made).await?)
}

/// Ends an execution and everything that it still waits for.
pub async fn cancel(tx: &mut Tx, running: &mut Running, by: ActorRef, text: String) -> AppResult<()> {
    let execution = &mut running.execution;
    end_steps(tx, execution, &by).await?;
    execution.status = ExecutionStatus::Cancelled;
    execution.finished_at = Some(tx.now());
    keep(tx, running).await?;
    note_execution(tx, &running.execution, by, "execution.cancelled", text);
    ended(tx, &running.execution, running.max_running).await
}

/// Fails an execution that the engine cannot take further, in the transaction in which its job is given up.
pub async fn break_off(tx: &mut Tx, workspace: WorkspaceId, id: ExecutionId, cause: &str) -> AppResult<()> {
    tx.execution_lock(workspace, id).await?;
    let Some(mut execution) = tx.execution_get(workspace, id).await? else { return Ok(()) };
    if !execution.status.is_open() {
        return Ok(());
    }
    end_steps(tx, &execution, &system_actor()).await?;
    execution.status = ExecutionStatus::Failed;
    execution.error = Some(format!("It could not be taken further: {cause}"));
    execution.finished_at = Some(tx.now());
    tx.execution_end(&execution).await?;
    let text = format!("Failed: {}", execution.title);
    note_execution(tx, &execution, system_actor(), "execution.failed", text);
    let limit = match execution.workflow_id {
        Some(workflow) => tx.workflow_get(workspace, workflow).await?.and_then(|found| found.max_running),
        None => None,
    };
    ended(tx, &execution, limit).await
}

/// Closes all open steps, with what they wait for.
async fn end_steps(tx: &mut Tx, execution: &Execution, by: &ActorRef) -> AppResult<()> {
    for mut kept in tx.steps_open(execution.workspace_id, execution.id).await? {
        let_go(tx, execution, &kept).await?;
        end(tx, &mut kept, StepStatus::Cancelled);
        note_step(tx, execution, &kept.step, by.clone());
    }
    Ok(())
}

/// Who waits for an execution that ended goes on: its parent, and the next in line of its workflow and of its team.
/// `limit`: where as many run at once, the workflow is locked before looking, so that nobody who counts this one is
/// left in line. Its row comes before the team's.
pub async fn ended(tx: &mut Tx, execution: &Execution, limit: Option<i64>) -> AppResult<()> {
    let (workspace, now) = (execution.workspace_id, tx.now());
    match execution.parent_id {
        Some(parent) => {
            tx.enqueue(advance_job(workspace, parent, now));
        }
        // What failed can be tried again, and needs what it knew.
        None if execution.status == ExecutionStatus::Failed => {}
        None => tx.memory_let_go(workspace, execution.id).await?,
    }
    // Without a limit nobody is in line.
    if let (Some(workflow), Some(_)) = (execution.workflow_id, limit) {
        tx.workflow_lock(workspace, workflow).await?;
        if let Some(next) = tx.execution_next_in_line(workspace, workflow).await? {
            tx.enqueue(advance_job(workspace, next, now));
        }
    }
    line::left(tx, execution).await
}

fn end(tx: &mut Tx, kept: &mut KeptStep, status: StepStatus) {
    kept.step.status = status;
    kept.step.waits_for = None;
    kept.step.finished_at = Some(tx.now());
    kept.event = None;
    tx.step_update(kept);
}

/// Ends what a step asked for or started, as far as that is still possible.
pub async fn let_go(tx: &mut Tx, execution: &Execution, kept: &KeptStep) -> AppResult<Released> {
    let workspace = execution.workspace_id;
    if kept.step.waits_for == Some(WaitsFor::Child)
        && let Some(child) = kept.step.child_id
    {
        let now = tx.now();
        tx.enqueue(super::cancel_job(workspace, child, now));
    }
    task::take_back(tx, execution, kept).await?;
    let Some(approval) = kept.step.approval_id else { return Ok(Released::Over) };
    match tx.approval_get(workspace, approval).await? {
        Some(approval) => release(tx, &approval, "The execution no longer needs it.").await,
        None => Ok(Released::Over),
    }
}

/// Opens the step that failed for another attempt, and with it every step that was cancelled by that failure.
async fn retry(tx: &mut Tx, running: &mut Running, input: &ChangeExecution) -> AppResult<()> {
    let execution = &running.execution;
    let at = execution.finished_at.ok_or_else(|| AppError::refused("This execution has not ended."))?;
    let mut steps = tx.steps_to_retry(execution.workspace_id, execution.id, at).await?;
    // A failure that another step answered stays as it is, and so does what a parallel step that failed had inside.
    let mut open = HashSet::new();
    steps.retain(|kept| {
        let step = &kept.step;
        let place = running.definition.place(&step.key);
        let answered = place.is_some_and(|at| running.definition.steps[at].on_failure.is_some());
        let reopened = (step.status == StepStatus::Cancelled || !answered)
            && step.scope_id.is_none_or(|scope| open.contains(&scope));
        if reopened {
            open.insert(step.id);
        }
        reopened
    });
    if !steps.iter().any(|kept| {
        kept.step.status == StepStatus::Failed && input.step_id.is_none_or(|id| id == kept.step.id)
    }) {
        return Err(AppError::invalid("/stepId", "is not a step that this execution failed by"));
    }
    for kept in &mut steps {
        let was_failed = kept.step.status == StepStatus::Failed;
        if was_failed && kept.step.attempt > 0 {
            let error = kept.step.error.clone().unwrap_or_default();
            tx.attempt_insert(execution.workspace_id, &kept.step, &error);
        }
        let is_parallel = kept.step.kind == StepKind::Parallel;
        // A parallel step stands open while its paths run.
        kept.step.status = if is_parallel { StepStatus::Running } else { StepStatus::Pending };
        kept.step.waits_for = is_parallel.then_some(WaitsFor::Paths);
        kept.step.error = None;
        kept.step.output = None;
        kept.step.approval_id = None;
        kept.step.child_id = None;
        kept.step.due_at = None;
        kept.timeout_at = None;
        kept.step.finished_at = None;
        tx.step_update(kept);
    }
    running.execution.status = ExecutionStatus::Running;
    running.execution.error = None;
    running.execution.finished_at = None;
    Ok(tx.execution_update(&running.execution, running.steps_made).await?)
}
