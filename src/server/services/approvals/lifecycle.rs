//! What else may happen to an approval: undo, withdraw, extend, claim, outcome, retry.

use super::{
    CLAIM_TIMEOUT, PERFORM, QUEUE_DEFAULT, audit_of, locked, lost, perform_job, record, start_clocks,
    stop_clocks,
};
use crate::domain::approval::{ActorRef, Approval, ApprovalStatus, Extend, MAX_EXPIRY_SECONDS, Withdraw};
use crate::domain::catalogue::Executor;
use crate::domain::ids::ApprovalId;
use crate::domain::outcome::{OutcomeStatus, ReportOutcome, ReportedStatus};
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{
    Allowed, Approver, DecideApprovals, Holder, ReportOutcomes, SubmitActions, system_actor,
};
use crate::server::services::trust;
use crate::server::storage::approvals::{Deciding, Finished, Performing};
use crate::server::storage::{Db, NewJob, Tx};
use chrono::TimeDelta;
use serde_json::json;
use validator::Validate;

/// A claimed action whose agent says nothing for this long has an unknown outcome.
const CLAIM_LIMIT: TimeDelta = TimeDelta::hours(1);

async fn done(mut tx: Tx, approval: &Approval) -> AppResult<Approval> {
    let approval = tx
        .approval_get(approval.workspace_id, approval.id)
        .await?
        .ok_or_else(|| AppError::not_found("approval"))?;
    tx.commit().await?;
    Ok(approval)
}

/// Takes an approval back, inside the hold: nothing ran, and the request waits again.
pub async fn undo(by: &Allowed<DecideApprovals>, db: &Db, id: ApprovalId) -> AppResult<Approval> {
    let approver = Approver::new(by)?;
    let (mut tx, found) = locked(db, approver.workspace(), id).await?;
    super::decide::may_decide(&found, &approver)?;
    let approval = found.approval;
    if !tx.approval_undo(approver.workspace(), id).await? {
        return Err(match approval.status {
            ApprovalStatus::Approved => AppError::Conflict {
                detail: "The hold is over: the action was released and can no longer be undone.".to_owned(),
                conflict: crate::domain::error::ConflictDetail {
                    status: approval.outcome.status.as_str().to_owned(),
                    by: approval.reviewer_name,
                    at: approval.hold_until.or(approval.reviewed_at),
                },
            },
            _ => lost(&approval, tx.now()),
        });
    }
    taken_back(&mut tx, &approval).await?;
    trust::undone(&mut tx, &approval).await?;
    let escalation = tx.team_escalation(approval.workspace_id, approval.team_id).await?;
    start_clocks(&mut tx, &approval, approval.expires_at, escalation);
    let text = format!("Took back the approval of: {}", approval.sentence);
    let mut entry = audit_of(&approval, approver.actor(), "approval.undone", text);
    entry.counted.reviewer = approval.reviewed_by;
    record(&mut tx, entry);
    done(tx, &approval).await
}

/// What goes with an approval that was taken back: its performance, its votes, its place in the pattern.
async fn taken_back(tx: &mut Tx, approval: &Approval) -> AppResult<()> {
    tx.job_cancel_ready(PERFORM, &approval.id.to_string());
    tx.votes_clear(approval.workspace_id, approval.id).await?;
    Ok(tx.pattern_undone(approval.workspace_id, approval.id).await?)
}

/// The requester no longer wants it.
pub async fn withdraw(
    by: &Allowed<SubmitActions>,
    db: &Db,
    id: ApprovalId,
    input: Withdraw,
) -> AppResult<Approval> {
    input.validate()?;
    let (mut tx, Deciding { approval, agent_owner_id, .. }) = locked(db, by.workspace(), id).await?;
    let me = by.actor();
    let mine = approval.requested_by.id == me.id
        || (approval.agent_id.is_some() && approval.agent_id == by.principal().agent_id())
        || (agent_owner_id.is_some() && agent_owner_id == by.principal().user_id());
    if !mine {
        return Err(AppError::forbidden("Only who asked for an action can withdraw it."));
    }
    if !withdraw_in(&mut tx, &approval, me, input.reason.as_deref()).await? {
        return Err(lost(&approval, tx.now()));
    }
    done(tx, &approval).await
}

/// Withdraws what still waits. `false`: it no longer does.
pub async fn withdraw_in(
    tx: &mut Tx,
    approval: &Approval,
    by: ActorRef,
    reason: Option<&str>,
) -> AppResult<bool> {
    if !tx.approval_withdraw(approval.workspace_id, approval.id, reason).await? {
        return Ok(false);
    }
    stop_clocks(tx, approval.id);
    let text = format!("Withdrew: {}", approval.sentence);
    record(tx, audit_of(approval, by, "approval.withdrawn", text));
    Ok(true)
}

/// What became of a request that nobody needs any more.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Released {
    /// It will not happen, or has happened.
    Over,
    /// It is being performed, or nobody knows whether it was.
    UnderWay,
}

/// Ends what nobody needs any more, as far as that is still possible: what waits is withdrawn, and what was approved is
/// taken back inside its hold.
pub async fn release(tx: &mut Tx, approval: &Approval, reason: &str) -> AppResult<Released> {
    let (workspace, id) = (approval.workspace_id, approval.id);
    if withdraw_in(tx, approval, system_actor(), Some(reason)).await? {
        return Ok(Released::Over);
    }
    if tx.approval_undo(workspace, id).await? {
        taken_back(tx, approval).await?;
        let text = format!("Took back, because nobody needs it any more: {}", approval.sentence);
        record(tx, audit_of(approval, system_actor(), "approval.undone", text));
        withdraw_in(tx, approval, system_actor(), Some(reason)).await?;
        return Ok(Released::Over);
    }
    // Somebody decided between the look and now.
    let now = tx.approval_get(workspace, id).await?.map(|approval| approval.outcome.status);
    Ok(match now {
        Some(OutcomeStatus::Queued | OutcomeStatus::Running | OutcomeStatus::Unknown) => Released::UnderWay,
        _ => Released::Over,
    })
}

/// Gives reviewers more time.
pub async fn extend(
    by: &Allowed<DecideApprovals>,
    db: &Db,
    id: ApprovalId,
    input: Extend,
) -> AppResult<Approval> {
    input.validate()?;
    let approver = Approver::new(by)?;
    let (mut tx, found) = locked(db, approver.workspace(), id).await?;
    super::decide::may_decide(&found, &approver)?;
    let approval = found.approval;
    let until = approval.expires_at + TimeDelta::seconds(input.seconds);
    if until > tx.now() + TimeDelta::seconds(MAX_EXPIRY_SECONDS) {
        return Err(AppError::invalid("/seconds", "an approval can wait at most 90 days from now"));
    }
    if !tx.approval_extend(approver.workspace(), id, approval.expires_at, until).await? {
        return Err(lost(&approval, tx.now()));
    }
    stop_clocks(&mut tx, id);
    let escalation = tx.team_escalation(approval.workspace_id, approval.team_id).await?;
    start_clocks(&mut tx, &approval, until, escalation);
    let mut entry = audit_of(
        &approval,
        approver.actor(),
        "approval.extended",
        format!("Gave more time to: {}", approval.sentence),
    );
    entry.result = Some(json!({ "expiresAt": until }));
    record(&mut tx, entry);
    done(tx, &approval).await
}

/// An external agent takes an approved action of its own, once, to perform it.
pub async fn claim(by: &Allowed<ReportOutcomes>, db: &Db, id: ApprovalId) -> AppResult<Approval> {
    let Some(agent) = by.principal().agent_id() else {
        return Err(AppError::forbidden("Only the agent that asked can claim its action."));
    };
    let (mut tx, Deciding { approval, executor, .. }) = locked(db, by.workspace(), id).await?;
    if approval.agent_id != Some(agent) {
        return Err(AppError::forbidden("Only the agent that asked can claim its action."));
    }
    if executor != Executor::Agent {
        return Err(AppError::refused("Countersign performs this action itself; there is nothing to claim."));
    }
    let Some(performing) = tx.outcome_start(by.workspace(), id, Some(agent)).await? else {
        return Err(not_claimable(&approval));
    };
    let run_at = tx.now() + CLAIM_LIMIT;
    tx.enqueue(NewJob {
        workspace_id: by.workspace(),
        queue: QUEUE_DEFAULT,
        kind: CLAIM_TIMEOUT,
        payload: json!({ "approvalId": id, "fence": performing.fence }),
        priority: 0,
        run_at,
        max_attempts: 20,
        dedupe_key: Some(format!("{id}/{}", performing.fence)),
    });
    let text = format!("Took to perform: {}", approval.sentence);
    record(&mut tx, audit_of(&approval, by.actor(), "action.claimed", text));
    done(tx, &approval).await
}

fn not_claimable(approval: &Approval) -> AppError {
    let conflict = |detail: &str| AppError::Conflict {
        detail: detail.to_owned(),
        conflict: crate::domain::error::ConflictDetail {
            status: approval.outcome.status.as_str().to_owned(),
            by: approval.agent_name.clone(),
            at: approval.claimed_at,
        },
    };
    match (approval.status, approval.outcome.status) {
        (ApprovalStatus::Pending, _) => AppError::refused("This action is not approved yet."),
        (ApprovalStatus::Approved | ApprovalStatus::AutoApproved, OutcomeStatus::Queued) => {
            AppError::refused(
                "This action cannot start yet: it is inside its hold, or automatic work is frozen. Try again later.",
            )
        }
        (ApprovalStatus::Approved | ApprovalStatus::AutoApproved, _) => {
            conflict("This action was already claimed.")
        }
        _ => conflict("This action was not approved."),
    }
}

/// What happened: by the agent that claimed it, or by a person about an unknown outcome.
pub async fn report(
    by: &Allowed<ReportOutcomes>,
    db: &Db,
    id: ApprovalId,
    input: ReportOutcome,
) -> AppResult<Approval> {
    let input = input.checked()?;
    let (mut tx, found) = locked(db, by.workspace(), id).await?;
    let how = Finished {
        status: match input.status {
            ReportedStatus::Succeeded => OutcomeStatus::Succeeded,
            ReportedStatus::Failed => OutcomeStatus::Failed,
        },
        error: input.error,
        result: input.result.map(|result| result.to_value()),
    };
    let written = match &by.principal().holder {
        Holder::Agent { agent_id, .. } => {
            if found.claimed_by != Some(*agent_id) {
                return Err(AppError::forbidden("Only the agent that claimed this action can report on it."));
            }
            let fence = Performing { id, workspace_id: by.workspace(), fence: found.fence };
            tx.outcome_finish(fence, &how).await?
        }
        Holder::Human { .. } => tx.outcome_settle(by.workspace(), id, &how).await?,
    };
    let approval = found.approval;
    if !written {
        return Err(AppError::Conflict {
            detail: format!(
                "The outcome of this action is {}; nothing can be reported.",
                approval.outcome.status
            ),
            conflict: crate::domain::error::ConflictDetail {
                status: approval.outcome.status.as_str().to_owned(),
                by: None,
                at: approval.outcome.finished_at,
            },
        });
    }
    outcome_recorded(&mut tx, &approval, by.actor(), &how).await?;
    done(tx, &approval).await
}

/// Audit row and event of an outcome; a failed one counts against trust.
pub async fn outcome_recorded(
    tx: &mut Tx,
    approval: &Approval,
    actor: ActorRef,
    how: &Finished,
) -> AppResult<()> {
    let (event, verb) = match how.status {
        OutcomeStatus::Succeeded => ("action.succeeded", "Done"),
        OutcomeStatus::Failed => ("action.failed", "Failed"),
        _ => ("action.unknown", "Outcome unknown"),
    };
    let mut entry = audit_of(approval, actor, event, format!("{verb}: {}", approval.sentence));
    entry.success = match how.status {
        OutcomeStatus::Succeeded => Some(true),
        OutcomeStatus::Failed => Some(false),
        _ => None,
    };
    entry.error = how.error.clone();
    entry.counted.reviewer = approval.reviewed_by;
    entry.result = how.result.clone();
    entry.duration_ms =
        approval.outcome.started_at.map(|started| (tx.now() - started).num_milliseconds().max(0));
    record(tx, entry);
    if how.status == OutcomeStatus::Failed {
        trust::failed(tx, approval).await?;
    }
    Ok(())
}

/// A person asks for another try of a failed or unknown outcome.
pub async fn retry(by: &Allowed<DecideApprovals>, db: &Db, id: ApprovalId) -> AppResult<Approval> {
    let approver = Approver::new(by)?;
    let (mut tx, found) = locked(db, approver.workspace(), id).await?;
    // What ran by a grant was approved by nobody, and the grant ended with the failure: this person lets it run.
    if found.approval.trust_grant_id.is_some() {
        super::decide::may_decide(&found, &approver)?;
    }
    let Deciding { approval, executor, .. } = found;
    if !tx.outcome_retry(approver.workspace(), id).await? {
        return Err(AppError::Conflict {
            detail: format!(
                "The outcome of this action is {}; only a failed or unknown one can be tried again.",
                approval.outcome.status
            ),
            conflict: crate::domain::error::ConflictDetail {
                status: approval.outcome.status.as_str().to_owned(),
                by: None,
                at: approval.outcome.finished_at,
            },
        });
    }
    if executor != Executor::Agent {
        let now = tx.now();
        tx.enqueue(perform_job(&approval, now));
    }
    let text = format!("Asked to try again: {}", approval.sentence);
    record(&mut tx, audit_of(&approval, approver.actor(), "action.retried", text));
    done(tx, &approval).await
}
