//! Approvals: submitting, reading, deciding, and everything that may happen to one afterwards.

pub mod attending;
pub mod bulk;
pub mod comments;
pub mod decide;
mod drift;
pub mod evidence;
pub mod expiry;
pub mod fields;
pub mod lifecycle;
pub mod opening;
pub mod read;
mod similar;
pub mod snooze;
pub mod submit;

use crate::domain::approval::{ActorRef, Approval, ApprovalStatus};
use crate::domain::error::ConflictDetail;
use crate::domain::event::Topic;
use crate::domain::ids::{ApprovalId, WorkspaceId};
use crate::domain::team_config::Escalation;
use crate::domain::{AppError, AppResult};
use crate::server::services::executions::advance_job;
use crate::server::services::notifications::remind::remind_job;
use crate::server::storage::approvals::Deciding;
use crate::server::storage::{AuditEntry, Db, NewJob, Tx};
use chrono::{DateTime, Utc};
use serde_json::json;

/// Performs an approved action; the payload names it.
pub const PERFORM: &str = "action.perform";
/// Expires an approval at its deadline.
pub const EXPIRE: &str = "approval.expire";
/// Tells people that an approval waits, again and again until its deadline.
pub const REMIND: &str = "approval.remind";
/// Puts a claimed action whose agent never reported to `unknown`.
pub const CLAIM_TIMEOUT: &str = "action.claim_timeout";
/// Brings back what a member put aside.
pub const WAKE: &str = "approval.wake";
/// Re-creates what a freeze may have dropped.
pub const THAW: &str = "approvals.thaw";

pub const QUEUE_ACTIONS: &str = "actions";
pub const QUEUE_DEFAULT: &str = "default";

/// The audit row of something that happened to an approval, with the data as signed.
pub fn audit_of(
    approval: &Approval,
    actor: ActorRef,
    event: &'static str,
    description: impl Into<String>,
) -> AuditEntry {
    AuditEntry {
        team_id: approval.team_id,
        agent_id: approval.agent_id,
        approval_id: Some(approval.id),
        action_type: Some(approval.action_type.clone()),
        action_data: Some(approval.action_data.canonical()),
        risk_level: Some(approval.risk_level),
        was_automatic: approval.status == ApprovalStatus::AutoApproved,
        execution: approval.workflow_execution_id,
        ..AuditEntry::new(approval.workspace_id, actor, event, description)
    }
}

/// The changes of an approval after which a step that waits for it goes on.
const SETTLES: [&str; 7] = [
    "approval.undone",
    "approval.rejected",
    "approval.expired",
    "approval.withdrawn",
    "action.succeeded",
    "action.failed",
    "action.unknown",
];

/// Audit row and event of one change of an approval. The execution whose step waits for it goes on by the same
/// transaction.
pub fn record(tx: &mut Tx, entry: AuditEntry) {
    let (workspace, subject) = (entry.workspace_id, entry.approval_id);
    if let Some(execution) = entry.execution
        && SETTLES.contains(&entry.event)
        && tx.advancing() != Some(execution)
    {
        let now = tx.now();
        tx.enqueue(advance_job(workspace, execution, now));
    }
    tx.audit(entry);
    if let Some(id) = subject {
        tx.emit(workspace, Topic::Approval, id.0);
    }
}

pub fn perform_job(approval: &Approval, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: approval.workspace_id,
        queue: QUEUE_ACTIONS,
        kind: PERFORM,
        payload: json!({ "approvalId": approval.id }),
        priority: approval.risk_level as i64,
        run_at,
        max_attempts: 5,
        dedupe_key: Some(approval.id.to_string()),
    }
}

pub fn expire_job(approval: &Approval, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: approval.workspace_id,
        queue: QUEUE_DEFAULT,
        kind: EXPIRE,
        payload: json!({ "approvalId": approval.id }),
        priority: 0,
        run_at,
        max_attempts: 20,
        dedupe_key: Some(approval.id.to_string()),
    }
}

/// Starts the clocks of an approval that waits from now on. `escalation`: its team's.
fn start_clocks(tx: &mut Tx, approval: &Approval, until: DateTime<Utc>, escalation: Escalation) {
    tx.enqueue(expire_job(approval, until));
    let now = tx.now();
    tx.enqueue(remind_job(approval.workspace_id, approval.id, now, until, escalation));
}

/// Stops them: the approval waits no more, or gets new ones.
fn stop_clocks(tx: &mut Tx, id: ApprovalId) {
    for clock in [EXPIRE, REMIND] {
        tx.job_cancel_ready(clock, &id.to_string());
    }
}

/// An approval, locked until the end of the transaction, and what a change must know of it.
async fn locked(db: &Db, workspace: WorkspaceId, id: ApprovalId) -> AppResult<(Tx, Deciding)> {
    let (tx, found) = db.begin_deciding(workspace, id).await?;
    Ok((tx, found.ok_or_else(|| AppError::not_found("approval"))?))
}

/// Refuses what only a waiting approval allows, once it is decided or overdue.
fn still_waits(approval: &Approval, now: DateTime<Utc>) -> AppResult<()> {
    let overdue = approval.expires_at <= now && !approval.expiry_paused;
    if approval.status != ApprovalStatus::Pending || overdue { Err(lost(approval, now)) } else { Ok(()) }
}

/// The refusal of a transition that somebody else already made impossible: who, how and when.
pub fn lost(approval: &Approval, now: DateTime<Utc>) -> AppError {
    let overdue =
        approval.status == ApprovalStatus::Pending && approval.expires_at <= now && !approval.expiry_paused;
    let status = if overdue { ApprovalStatus::Expired } else { approval.status };
    let by = match status {
        ApprovalStatus::Withdrawn => Some(approval.requested_by.name.clone()),
        ApprovalStatus::Expired | ApprovalStatus::AutoApproved => Some("Countersign".to_owned()),
        _ => approval.reviewer_name.clone(),
    };
    let at = if overdue { Some(approval.expires_at) } else { approval.reviewed_at };
    let detail = match (&status, &by, at) {
        (ApprovalStatus::Pending, ..) => {
            "This approval changed while you were deciding. Look at it again.".to_owned()
        }
        (status, Some(by), Some(at)) => {
            format!(
                "This approval was already {} by {by} on {}.",
                words(*status),
                at.format("%Y-%m-%d %H:%M:%S UTC")
            )
        }
        (status, ..) => format!("This approval was already {}.", words(*status)),
    };
    AppError::Conflict { detail, conflict: ConflictDetail { status: status.as_str().to_owned(), by, at } }
}

fn words(status: ApprovalStatus) -> &'static str {
    match status {
        ApprovalStatus::Pending => "changed",
        ApprovalStatus::Approved => "approved",
        ApprovalStatus::Rejected => "rejected",
        ApprovalStatus::Expired => "expired",
        ApprovalStatus::Withdrawn => "withdrawn",
        ApprovalStatus::AutoApproved => "let through",
    }
}
