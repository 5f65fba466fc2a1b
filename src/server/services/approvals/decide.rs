//! Deciding: approve, reject, edit and approve, vote. Shown = decided = executed.

use super::fields::{self, Fields};
use super::{audit_of, drift, locked, lost, perform_job, record, still_waits};
use crate::domain::approval::{Approval, ApprovalStatus, Decide, Decided};
use crate::domain::canonical::Data;
use crate::domain::catalogue::{self, Executor, SeenRecord};
use crate::domain::ids::ApprovalId;
use crate::domain::metrics::Counted;
use crate::domain::outcome::OutcomeStatus;
use crate::domain::risk::RiskLevel;
use crate::domain::{AppError, AppResult};
use crate::server::services::autonomy::AutonomyService;
use crate::server::services::ctx::{Allowed, Approver, DecideApprovals};
use crate::server::services::gate;
use crate::server::storage::approvals::{Deciding, Decision};
use crate::server::storage::{Db, Tx};
use chrono::TimeDelta;
use validator::Validate;

/// A reviewer's decision on one approval. With several required approvals it may be one vote of them.
pub async fn decide(
    by: &Allowed<DecideApprovals>,
    db: &Db,
    id: ApprovalId,
    decision: Decide,
) -> AppResult<Decided> {
    decision.validate()?;
    approve(&Approver::new(by)?, db, id, decision, None, Bulk::No).await
}

/// Whether the decision is one of many: critical actions are not decided in bulk, and high ones approved only once
/// this reviewer has opened them with this data.
#[derive(Clone, Copy, PartialEq)]
pub(super) enum Bulk {
    No,
    Yes,
}

/// `edited` is read against the data that the decision's hash names.
pub(super) async fn approve(
    approver: &Approver,
    db: &Db,
    id: ApprovalId,
    mut decision: Decide,
    edited: Option<&Fields>,
    bulk: Bulk,
) -> AppResult<Decided> {
    let (mut tx, found) = locked(db, approver.workspace(), id).await?;
    may_decide(&found, approver)?;
    let is_repeat = approver.key().is_some()
        && approver.key() == found.decision_key.as_deref()
        && found.approval.reviewed_by == Some(approver.user_id());
    let Deciding { mut approval, executor, .. } = found;
    if is_repeat && approval.status.is_decided() {
        // The same request again: its first answer was lost on the way, the decision was not.
        return Ok(Decided { approval, votes_missing: 0 });
    }
    let now = tx.now();
    still_waits(&approval, now)?;
    if approval.args_hash != decision.args_hash {
        return Err(AppError::Changed {
            detail: "The data of this approval is not what you saw. Look at it again, then decide."
                .to_owned(),
        });
    }
    if bulk == Bulk::Yes && approval.risk_level == RiskLevel::Critical {
        return Err(AppError::refused("Critical actions are decided one by one."));
    }
    let unseen_high = bulk == Bulk::Yes && decision.approved && approval.risk_level == RiskLevel::High && {
        let (workspace, user) = (approver.workspace(), approver.user_id());
        tx.approval_opened_at(workspace, id, user, &approval.args_hash).await?.is_none()
    };
    if unseen_high {
        return Err(AppError::refused("High-risk actions are approved in bulk only after you opened each."));
    }
    if decision.approved {
        drift::look_again(&mut tx, &approval, decision.records_hash.as_deref()).await?;
    }
    if let Some(edited) = edited {
        decision.edited_action_data = Some(fields::edited(&mut tx, &approval, edited).await?);
    }
    let edited = match decision.edited_action_data {
        Some(ref data) if decision.approved && data.hash() != approval.args_hash => {
            edit(&mut tx, approver, &mut approval, data).await?;
            true
        }
        Some(_) if !decision.approved => {
            return Err(AppError::invalid("/editedActionData", "a rejection cannot change the data"));
        }
        _ => false,
    };
    if decision.approved && approval.risk_level == RiskLevel::Critical {
        confirm(&mut tx, &approval, decision.confirmation.as_deref()).await?;
    }
    if decision.approved && approval.required_approvals > 1 {
        let missing = vote(&mut tx, approver, &approval, &decision).await?;
        if missing > 0 {
            let approval = reread(&mut tx, &approval).await?;
            tx.commit().await?;
            return Ok(Decided { approval, votes_missing: missing });
        }
    }
    settle(&mut tx, approver, &mut approval, executor, &decision, edited).await?;
    if edited || approval.required_approvals > 1 {
        approval = reread(&mut tx, &approval).await?;
    }
    tx.commit().await?;
    Ok(Decided { approval, votes_missing: 0 })
}

/// The requester and the agent's owner cannot decide on their own action, nor can who started the execution that asks: by
/// a workflow one would else approve what one asked for oneself.
pub(super) fn may_decide(found: &Deciding, approver: &Approver) -> AppResult<()> {
    let me = approver.user_id();
    if found.approval.requested_by.id == me.0
        || found.agent_owner_id == Some(me)
        || found.execution_starter == Some(me)
    {
        return Err(AppError::OwnRequest);
    }
    Ok(())
}

async fn reread(tx: &mut Tx, approval: &Approval) -> AppResult<Approval> {
    tx.approval_get(approval.workspace_id, approval.id).await?.ok_or_else(|| AppError::not_found("approval"))
}

/// Replaces the data: a new hash, the risk weighed again, earlier votes fall.
async fn edit(tx: &mut Tx, approver: &Approver, approval: &mut Approval, data: &Data) -> AppResult<()> {
    let facts = tx
        .gate_facts(approval.workspace_id, approval.agent_id, approval.team_id, &approval.action_type)
        .await?
        .ok_or_else(|| AppError::not_found("workspace"))?;
    let risk = gate::assess(&facts, &approval.action_type, data).map_err(at_edited_data)?;
    let old_hash = std::mem::replace(&mut approval.args_hash, data.hash());
    let before = approval.action_data.to_value();
    approval.action_data = data.clone();
    let title = facts.action_type.as_ref().filter(|own| own.custom).map(|own| own.title.as_str());
    let records = drift::records_of(tx, approval.workspace_id, &approval.action_type, data).await?;
    let sentence = catalogue::sentence_about(&approval.action_type, title, data, &records);
    let before_words = std::mem::replace(&mut approval.sentence, sentence);
    if approval.description == before_words {
        approval.description = approval.sentence.clone();
    }
    let risk_before = std::mem::replace(&mut approval.risk_level, risk.level);
    approval.risk_reasons = risk.reasons;
    let seen: Vec<SeenRecord> = records.iter().map(SeenRecord::from).collect();
    if !tx.approval_edit(approval, &old_hash, &seen).await? {
        return Err(lost(approval, tx.now()));
    }
    tx.votes_clear(approval.workspace_id, approval.id).await?;
    approval.votes.clear();
    let mut entry = audit_of(
        approval,
        approver.actor(),
        "approval.edited",
        format!("Changed the data of: {}", approval.sentence),
    );
    entry.result = Some(serde_json::json!({ "before": before }));
    entry.counted.risk_before = Some(risk_before);
    record(tx, entry);
    Ok(())
}

/// The schema speaks of `/actionData`; here the caller sent `/editedActionData`.
fn at_edited_data(error: AppError) -> AppError {
    match error {
        AppError::Invalid { mut errors } => {
            for fault in &mut errors {
                fault.pointer = fault.pointer.replacen("/actionData", "/editedActionData", 1);
            }
            AppError::Invalid { errors }
        }
        other => other,
    }
}

/// A critical action needs its target typed.
async fn confirm(tx: &mut Tx, approval: &Approval, typed: Option<&str>) -> AppResult<()> {
    let preview = super::read::preview_of(tx, approval).await?;
    if typed.map(str::trim) == Some(preview.target.trim()) {
        return Ok(());
    }
    Err(AppError::invalid(
        "/confirmation",
        format!("this action is critical: send its target, \"{}\", as the confirmation", preview.target),
    ))
}

/// Adds this reviewer's vote; returns how many are still missing.
async fn vote(tx: &mut Tx, approver: &Approver, approval: &Approval, decision: &Decide) -> AppResult<i64> {
    let notes = decision.review_notes.as_deref();
    if !tx
        .vote_insert(approval.workspace_id, approval.id, approver.user_id(), &approval.args_hash, notes)
        .await?
    {
        return Err(AppError::Conflict {
            detail: "You have already voted on this approval.".to_owned(),
            conflict: crate::domain::error::ConflictDetail {
                status: approval.status.as_str().to_owned(),
                by: Some(approver.actor().name),
                at: None,
            },
        });
    }
    let votes =
        approval.votes.iter().filter(|v| v.approved && v.args_hash == approval.args_hash).count() as i64 + 1;
    let text =
        format!("Voted to approve ({votes} of {}): {}", approval.required_approvals, approval.sentence);
    record(tx, audit_of(approval, approver.actor(), "approval.voted", text));
    Ok((approval.required_approvals - votes).max(0))
}

/// The decision itself, with its audit row, event, job and pattern. `approval` becomes what is then stored, as far as
/// this step changes it.
async fn settle(
    tx: &mut Tx,
    approver: &Approver,
    approval: &mut Approval,
    executor: Executor,
    decision: &Decide,
    edited: bool,
) -> AppResult<()> {
    let now = tx.now();
    let held = decision.approved && approval.risk_level.is_held() && approver.hold_seconds() > 0;
    let hold_until = held.then(|| now + TimeDelta::seconds(approver.hold_seconds()));
    let (status, outcome, event, verb) = if decision.approved {
        (ApprovalStatus::Approved, OutcomeStatus::Queued, "approval.approved", "Approved")
    } else {
        (ApprovalStatus::Rejected, OutcomeStatus::None, "approval.rejected", "Rejected")
    };
    let won = tx
        .approval_decide(&Decision {
            id: approval.id,
            workspace_id: approval.workspace_id,
            status,
            by: approver.user_id(),
            notes: decision.review_notes.clone(),
            args_hash: approval.args_hash.clone(),
            hold_until,
            outcome,
            key: approver.key().map(str::to_owned),
        })
        .await?;
    if !won {
        return Err(lost(&reread(tx, approval).await?, now));
    }
    approval.status = status;
    approval.reviewed_by = Some(approver.user_id());
    approval.reviewer_name = Some(approver.actor().name);
    approval.reviewed_at = Some(now);
    approval.review_notes.clone_from(&decision.review_notes);
    approval.hold_until = hold_until;
    approval.outcome.status = outcome;
    approval.version += 1;
    if decision.approved && executor != Executor::Agent {
        tx.enqueue(perform_job(approval, hold_until.unwrap_or(now)));
    }
    super::stop_clocks(tx, approval.id);
    AutonomyService::record_approval_pattern(tx, approval, approver.user_id(), decision.approved, edited)
        .await?;
    let user = approver.user_id();
    let opened_at = tx.approval_first_opened_at(approval.workspace_id, approval.id, user).await?;
    let mut entry = audit_of(approval, approver.actor(), event, format!("{verb}: {}", approval.sentence));
    entry.counted = Counted {
        reviewer: Some(user),
        decided_after: Some(now - approval.created_at),
        open_for: opened_at.map(|at| now - at),
        risk_before: None,
    };
    entry.result = Some(serde_json::json!({
        "argsHash": approval.args_hash, "notes": decision.review_notes, "holdUntil": hold_until,
    }));
    record(tx, entry);
    Ok(())
}
