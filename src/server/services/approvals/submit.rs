//! Submitting an action: the gate lets it run, holds it for people, or denies it.

use super::{audit_of, drift, perform_job, record, start_clocks};
use crate::domain::action::{SubmitAction, SubmitVerdict, Submitted};
use crate::domain::approval::{Approval, ApprovalStatus, DEFAULT_EXPIRY_SECONDS};
use crate::domain::autonomy::Verdict;
use crate::domain::catalogue::{self, Executor, SeenRecord};
use crate::domain::ids::ApprovalId;
use crate::domain::outcome::{Outcome, OutcomeStatus};
use crate::domain::record::Record;
use crate::domain::{AppError, AppResult};
use crate::server::actions::builtin;
use crate::server::services::ctx::{Allowed, SubmitActions};
use crate::server::services::gate::{self, Judged};
use crate::server::storage::approvals::{Finished, NewApproval};
use crate::server::storage::gate::GateFacts;
use crate::server::storage::trust::TrustKey;
use crate::server::storage::{AuditEntry, Db, Tx};
use chrono::TimeDelta;
use serde_json::json;
use validator::Validate;

/// Submits an action to the gate.
pub async fn submit(by: &Allowed<SubmitActions>, db: &Db, action: SubmitAction) -> AppResult<Submitted> {
    run(by, db, action, false).await
}

/// Queues an action for people, whatever the gate would say. A denied agent stays denied.
pub async fn queue(by: &Allowed<SubmitActions>, db: &Db, action: SubmitAction) -> AppResult<Approval> {
    let submitted = run(by, db, action, true).await?;
    submitted.approval.ok_or_else(|| AppError::forbidden(submitted.reasons.join(" ")))
}

async fn run(
    by: &Allowed<SubmitActions>,
    db: &Db,
    action: SubmitAction,
    ask_anyway: bool,
) -> AppResult<Submitted> {
    action.validate()?;
    match (by.principal().agent_id(), action.agent_id) {
        (Some(own), Some(named)) if own != named => {
            return Err(AppError::forbidden("An agent's token acts for its own agent only."));
        }
        _ => {}
    }
    match attempt(by, db, &action, ask_anyway, None).await? {
        Attempt::Done(submitted) => Ok(*submitted),
        // The effect was refused and rolled back with everything else: keep the request with that outcome.
        Attempt::EffectRefused(cause) => match attempt(by, db, &action, ask_anyway, Some(cause)).await? {
            Attempt::Done(submitted) => Ok(*submitted),
            Attempt::EffectRefused(cause) => Err(AppError::refused(cause)),
        },
    }
}

/// What became of a submission in a transaction.
pub enum Attempt {
    Done(Box<Submitted>),
    /// In words, why the effect of an action that the gate let through was refused.
    EffectRefused(String),
}

async fn attempt(
    by: &Allowed<SubmitActions>,
    db: &Db,
    action: &SubmitAction,
    ask_anyway: bool,
    refused: Option<String>,
) -> AppResult<Attempt> {
    let mut tx = db.begin_unfreezable(by.workspace()).await?;
    if let Some(execution) = action.workflow_execution_id
        && tx.execution_get(by.workspace(), execution).await?.is_none()
    {
        return Err(AppError::invalid("/workflowExecutionId", "is not an execution of this workspace"));
    }
    if let Some(id) = repeated(&mut tx, by, action).await? {
        return reuse(&mut tx, by, id).await;
    }
    let done = submit_in(&mut tx, by, action, ask_anyway, refused).await?;
    // What was refused is rolled back with everything else.
    if let Attempt::Done(_) = done {
        tx.commit().await?;
    }
    Ok(done)
}

/// One submission in a transaction under which nobody freezes the workspace. After [`Attempt::EffectRefused`] drop the
/// transaction and submit again in another one, with that cause as `refused`.
pub async fn submit_in(
    tx: &mut Tx,
    by: &Allowed<SubmitActions>,
    action: &SubmitAction,
    ask_anyway: bool,
    refused: Option<String>,
) -> AppResult<Attempt> {
    let workspace = by.workspace();
    let agent = by.principal().agent_id().or(action.agent_id);
    let facts = tx
        .gate_facts(workspace, agent, action.team_id, &action.action_type)
        .await?
        .ok_or_else(|| AppError::not_found("workspace"))?;
    gate::require_named(&facts, agent, action.team_id)?;
    let mut judged = trusted(tx, by, &facts, action, refused.is_some()).await?;
    if ask_anyway && judged.verdict == Verdict::Execute {
        judged.verdict = Verdict::NeedsApproval;
        judged.reasons = vec!["The requester asked for approval.".to_owned()];
    }
    // Asking for several approvals is asking for approval.
    if action.required_approvals.is_some_and(|n| n > 1) && judged.verdict == Verdict::Execute {
        judged.verdict = Verdict::NeedsApproval;
        judged.reasons = vec!["The requester asked for several approvals.".to_owned()];
    }
    let records = drift::records_of(tx, workspace, &action.action_type, &action.action_data).await?;
    let new = build(tx, by, action, &facts, &judged, &records);
    match judged.verdict {
        Verdict::Deny => {
            let entry = AuditEntry {
                approval_id: None,
                success: Some(false),
                error: Some(judged.reasons.join(" ")),
                ..audit_of(
                    &new.approval,
                    by.actor(),
                    "action.denied",
                    format!("Denied: {}", new.approval.sentence),
                )
            };
            tx.audit(entry);
            Ok(Attempt::Done(Box::new(Submitted {
                verdict: SubmitVerdict::Denied,
                reasons: judged.reasons,
                approval: None,
                outcome: None,
            })))
        }
        Verdict::NeedsApproval => {
            if !tx.approval_insert(&new).await? {
                return raced(tx, by, action).await;
            }
            let escalation = facts.team.as_ref().map(|team| team.escalation).unwrap_or_default();
            start_clocks(tx, &new.approval, new.approval.expires_at, escalation);
            let text = format!("Asked for approval: {}", new.approval.sentence);
            record(tx, audit_of(&new.approval, by.actor(), "approval.requested", text));
            submitted(tx, by, new.approval.id, SubmitVerdict::Pending, judged.reasons).await
        }
        Verdict::Execute => {
            if !tx.approval_insert(&new).await? {
                return raced(tx, by, action).await;
            }
            if let Some(cause) = execute(tx, &new, by, refused).await? {
                return Ok(Attempt::EffectRefused(cause));
            }
            submitted(tx, by, new.approval.id, SubmitVerdict::Executed, judged.reasons).await
        }
    }
}

/// The gate's answer. Where a grant of trust lets the action run, the grant stands until the transaction ends, so that
/// nothing runs by one that is over. `will_fail`: the transaction is going to count a failure against it.
async fn trusted(
    tx: &mut Tx,
    by: &Allowed<SubmitActions>,
    facts: &GateFacts,
    action: &SubmitAction,
    will_fail: bool,
) -> AppResult<Judged> {
    let (asker, now) = (by.principal().agent_id(), tx.now());
    let judge = |facts: &GateFacts| gate::judge(facts, &action.action_type, &action.action_data, asker, now);
    let judged = judge(facts)?;
    let Some(grant) = judged.grant else { return Ok(judged) };
    if let Some(team) = facts.team.as_ref().filter(|_| will_fail) {
        let workspace = by.workspace();
        tx.trust_lock(TrustKey { workspace, team: team.id, action_type: &action.action_type }).await?;
    }
    if tx.trust_hold(by.workspace(), grant).await? {
        return Ok(judged);
    }
    // It ended between the two looks.
    judge(&GateFacts { grant: None, ..facts.clone() })
}

/// Lets an action run. A built-in effect happens here and now, in this transaction; `Some(cause)`: the effect was
/// refused and the transaction must be dropped.
async fn execute(
    tx: &mut Tx,
    new: &NewApproval,
    by: &Allowed<SubmitActions>,
    refused: Option<String>,
) -> AppResult<Option<String>> {
    let approval = &new.approval;
    let text = format!("Let through: {}", approval.sentence);
    let mut entry = audit_of(approval, by.actor(), "action.auto_approved", text);
    entry.result = approval.trust_grant_id.map(|id| json!({ "trustGrantId": id }));
    record(tx, entry);
    match new.executor {
        Executor::Agent => {}
        Executor::Mail | Executor::Webhook => {
            let now = tx.now();
            tx.enqueue(perform_job(approval, now));
        }
        Executor::Builtin => {
            let how = match refused {
                Some(cause) => Finished { status: OutcomeStatus::Failed, error: Some(cause), result: None },
                None => match builtin::perform(tx, approval).await? {
                    Ok(result) => {
                        Finished { status: OutcomeStatus::Succeeded, error: None, result: Some(result) }
                    }
                    Err(cause) => return Ok(Some(cause)),
                },
            };
            if let Some(performing) = tx.outcome_start(approval.workspace_id, approval.id, None).await? {
                builtin::finish(tx, approval, performing, &how).await?;
            }
        }
    }
    Ok(None)
}

async fn submitted(
    tx: &mut Tx,
    by: &Allowed<SubmitActions>,
    id: ApprovalId,
    verdict: SubmitVerdict,
    reasons: Vec<String>,
) -> AppResult<Attempt> {
    let approval =
        tx.approval_get(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("approval"))?;
    let outcome = (verdict == SubmitVerdict::Executed).then(|| approval.outcome.clone());
    Ok(Attempt::Done(Box::new(Submitted { verdict, reasons, approval: Some(approval), outcome })))
}

async fn repeated(
    tx: &mut Tx,
    by: &Allowed<SubmitActions>,
    action: &SubmitAction,
) -> AppResult<Option<ApprovalId>> {
    let key = by.ctx().idempotency_key.as_deref();
    if action.external_ref.is_none() && key.is_none() {
        return Ok(None);
    }
    Ok(tx.approval_repeated(by.workspace(), by.actor().id, action.external_ref.as_deref(), key).await?)
}

/// A repeat of a request is answered with what became of the first one.
async fn reuse(tx: &mut Tx, by: &Allowed<SubmitActions>, id: ApprovalId) -> AppResult<Attempt> {
    let approval =
        tx.approval_get(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("approval"))?;
    let executed = approval.status == ApprovalStatus::AutoApproved;
    Ok(Attempt::Done(Box::new(Submitted {
        verdict: if executed { SubmitVerdict::Executed } else { SubmitVerdict::Pending },
        reasons: approval.gate_reasons.clone(),
        outcome: executed.then(|| approval.outcome.clone()),
        approval: Some(approval),
    })))
}

/// Another request with the same key was committed between our look and our write.
async fn raced(tx: &mut Tx, by: &Allowed<SubmitActions>, action: &SubmitAction) -> AppResult<Attempt> {
    match repeated(tx, by, action).await? {
        Some(id) => reuse(tx, by, id).await,
        None => {
            Err(AppError::Unavailable { detail: "The same request is being kept. Try again.".to_owned() })
        }
    }
}

fn build(
    tx: &Tx,
    by: &Allowed<SubmitActions>,
    action: &SubmitAction,
    facts: &GateFacts,
    judged: &Judged,
    records: &[Record],
) -> NewApproval {
    let now = tx.now();
    let executes = judged.verdict == Verdict::Execute;
    let frozen = facts.workspace_frozen || facts.team.as_ref().is_some_and(|team| team.frozen);
    let title = judged.custom_title.as_deref();
    let sentence = catalogue::sentence_about(&action.action_type, title, &action.action_data, records);
    let description =
        action.description.clone().filter(|text| !text.trim().is_empty()).unwrap_or_else(|| sentence.clone());
    let approval = Approval {
        id: ApprovalId(tx.id()),
        workspace_id: by.workspace(),
        team_id: facts.team.as_ref().map(|team| team.id),
        agent_id: facts.agent.as_ref().map(|agent| agent.id),
        workflow_execution_id: action.workflow_execution_id,
        action_type: action.action_type.clone(),
        action_data: action.action_data.clone(),
        sentence,
        description,
        risk_level: judged.risk.level,
        risk_reasons: judged.risk.reasons.clone(),
        gate_reasons: judged.reasons.clone(),
        trust_grant_id: judged.grant.filter(|_| executes),
        status: if executes { ApprovalStatus::AutoApproved } else { ApprovalStatus::Pending },
        reviewed_by: None,
        reviewed_at: executes.then_some(now),
        review_notes: None,
        expires_at: now + TimeDelta::seconds(action.expires_in_seconds.unwrap_or(DEFAULT_EXPIRY_SECONDS)),
        expiry_paused: frozen,
        created_at: now,
        args_hash: action.action_data.hash(),
        version: 1,
        required_approvals: judged.required_approvals.max(action.required_approvals.unwrap_or(1)),
        votes: Vec::new(),
        requested_by: by.actor(),
        external_ref: action.external_ref.clone(),
        hold_until: None,
        outcome: Outcome {
            status: if executes { OutcomeStatus::Queued } else { OutcomeStatus::None },
            attempts: 0,
            started_at: None,
            finished_at: None,
            error: None,
            result: None,
        },
        team_name: facts.team.as_ref().map(|team| team.name.clone()),
        agent_name: facts.agent.as_ref().map(|agent| agent.name.clone()),
        reviewer_name: None,
        claimed_at: None,
        original_data: None,
        attending: None,
        comment_count: 0,
    };
    NewApproval {
        approval,
        executor: judged.executor,
        idempotency_key: by.ctx().idempotency_key.clone(),
        expiry_paused_at: frozen.then_some(now),
        seen: records.iter().map(SeenRecord::from).collect(),
    }
}
