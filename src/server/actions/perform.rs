//! Performing what was decided, once (`shared/DISPATCH.md`, rule 1).
//!
//! Built-in effects commit with their outcome. For effects outside, the swap `queued → running` is committed before
//! the call and the result after it; whatever is found `running` without its performer ends as `unknown`.

use super::AboutApproval;
use super::builtin;
use super::outside::Delivery;
use super::outside::mail::{Mailer, OutgoingMail};
use super::outside::push::PushClient;
use super::outside::webhook::{Target, WebhookClient};
use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::catalogue::{self, Effect, Executor};
use crate::domain::outcome::OutcomeStatus;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::models::ModelClients;
use crate::server::services::approvals::{PERFORM, lifecycle};
use crate::server::services::ctx::system_actor;
use crate::server::storage::approvals::{Deciding, Finished, Performing};
use crate::server::storage::jobs::Job;
use crate::server::storage::webhooks::WebhookTarget;
use crate::server::storage::{Db, Tx};
use async_trait::async_trait;
use serde_json::json;
use std::sync::Arc;

/// What performs effects outside.
#[derive(Clone)]
pub struct Executors {
    pub mailer: Arc<Mailer>,
    pub webhooks: Arc<WebhookClient>,
    pub push: Arc<PushClient>,
    pub models: ModelClients,
    /// How browsers reach this server, for the links of e-mails; without a slash at the end.
    pub public_url: Arc<str>,
}

pub struct Perform {
    pub executors: Executors,
}

#[async_trait]
impl Handler for Perform {
    fn kind(&self) -> &'static str {
        PERFORM
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let id = AboutApproval::of(&job)?;
        let mut tx = cx.db().begin().await?;
        let Some(found) = tx.approval_for_decision(job.workspace_id, id).await? else {
            return Ok(Done::Finish);
        };
        if !matches!(found.approval.status, ApprovalStatus::Approved | ApprovalStatus::AutoApproved) {
            return Ok(Done::Finish);
        }
        match found.approval.outcome.status {
            OutcomeStatus::Queued => {}
            OutcomeStatus::Running => return self.abandoned(tx, cx, &found).await,
            _ => return Ok(Done::Finish),
        }
        if let Some(hold) = found.approval.hold_until
            && hold > tx.now()
        {
            return Err(JobError::Snooze { until: hold });
        }
        match found.executor {
            // The agent claims it; there is nothing for us to perform.
            Executor::Agent => Ok(Done::Finish),
            Executor::Builtin => self.inside(tx, cx, &found.approval).await,
            Executor::Mail | Executor::Webhook => self.outside(tx, cx, &found).await,
        }
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        let id = AboutApproval::of(job)?;
        let Some(found) = tx.approval_for_decision(job.workspace_id, id).await? else { return Ok(()) };
        let workspace = found.approval.workspace_id;
        let status = match found.approval.outcome.status {
            OutcomeStatus::Queued if tx.outcome_give_up(workspace, id, cause).await? => OutcomeStatus::Failed,
            OutcomeStatus::Running if tx.outcome_lose(workspace, id, found.fence, cause).await? => {
                OutcomeStatus::Unknown
            }
            _ => return Ok(()),
        };
        let how = Finished { status, error: Some(cause.to_owned()), result: None };
        ended(tx, &found.approval, &how).await
    }
}

impl Perform {
    /// A former try was cut off between its swap and its record: the effect may have happened.
    async fn abandoned(&self, mut tx: Tx, cx: &JobCx, found: &Deciding) -> Result<Done, JobError> {
        let approval = &found.approval;
        let answer = match found.executor {
            Executor::Mail => self.executors.mailer.ask(approval.id).await,
            _ => None,
        };
        let how = match answer {
            Some(Delivery::Done(result)) => {
                Finished { status: OutcomeStatus::Succeeded, error: None, result: Some(result) }
            }
            Some(Delivery::Refused(cause)) => {
                Finished { status: OutcomeStatus::Failed, error: Some(cause), result: None }
            }
            _ => Finished {
                status: OutcomeStatus::Unknown,
                error: Some("The server stopped while this ran. It may or may not have happened.".to_owned()),
                result: None,
            },
        };
        let fence = Performing { id: approval.id, workspace_id: approval.workspace_id, fence: found.fence };
        if tx.outcome_finish(fence, &how).await? {
            ended(&mut tx, approval, &how).await?;
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }

    /// One transaction: the effects, the outcome, the audit row, the end of the job.
    async fn inside(&self, mut tx: Tx, cx: &JobCx, approval: &Approval) -> Result<Done, JobError> {
        let Some(performing) = tx.outcome_start(approval.workspace_id, approval.id, None).await? else {
            return Ok(Done::Finish);
        };
        let cause = match builtin::perform(&mut tx, approval).await? {
            Ok(result) => {
                let how = Finished { status: OutcomeStatus::Succeeded, error: None, result: Some(result) };
                builtin::finish(&mut tx, approval, performing, &how).await?;
                cx.finish(&mut tx).await?;
                tx.commit().await?;
                return Ok(Done::Finished);
            }
            Err(cause) => cause,
        };
        // The effects are rolled back with everything else; the refusal is recorded by itself.
        drop(tx);
        let mut tx = cx.db().begin().await?;
        if let Some(performing) = tx.outcome_start(approval.workspace_id, approval.id, None).await? {
            let how = Finished { status: OutcomeStatus::Failed, error: Some(cause), result: None };
            builtin::finish(&mut tx, approval, performing, &how).await?;
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }

    /// Swap, commit, call, record.
    async fn outside(&self, mut tx: Tx, cx: &JobCx, found: &Deciding) -> Result<Done, JobError> {
        let approval = &found.approval;
        let Some(performing) = tx.outcome_start(approval.workspace_id, approval.id, None).await? else {
            return Ok(Done::Finish);
        };
        let call = match self.prepare(&mut tx, found).await? {
            Ok(call) => call,
            Err(cause) => {
                let how = Finished { status: OutcomeStatus::Failed, error: Some(cause), result: None };
                tx.outcome_finish(performing, &how).await?;
                ended(&mut tx, approval, &how).await?;
                cx.finish(&mut tx).await?;
                tx.commit().await?;
                return Ok(Done::Finished);
            }
        };
        tx.emit(approval.workspace_id, crate::domain::event::Topic::Approval, approval.id.0);
        cx.past_swap();
        tx.commit().await?;
        let how = match self.call(cx.db(), approval, &call).await {
            Delivery::Done(result) => {
                Finished { status: OutcomeStatus::Succeeded, error: None, result: Some(result) }
            }
            Delivery::Refused(cause) => {
                Finished { status: OutcomeStatus::Failed, error: Some(cause), result: None }
            }
            Delivery::Unknown(cause) => {
                Finished { status: OutcomeStatus::Unknown, error: Some(cause), result: None }
            }
        };
        record_until_kept(cx.db(), approval, performing, &how).await;
        Ok(Done::Finish)
    }

    async fn prepare(&self, tx: &mut Tx, found: &Deciding) -> Result<Result<Call, String>, JobError> {
        let (approval, now) = (&found.approval, tx.now());
        if catalogue::find(&approval.action_type).is_none() {
            return self.prepare_own(tx, approval).await;
        }
        let effects = match catalogue::plan(&approval.action_type, &approval.action_data) {
            Ok(effects) => effects,
            Err(fault) => return Ok(Err(fault.to_string())),
        };
        for effect in effects {
            match effect {
                Effect::Mail(mail) => {
                    return Ok(Ok(Call::Mail(OutgoingMail {
                        to: mail.to,
                        cc: mail.cc,
                        bcc: mail.bcc,
                        reply_to: mail.reply_to,
                        subject: mail.subject,
                        body: mail.body,
                    })));
                }
                Effect::Webhook { webhook_id, payload } => {
                    return Ok(match tx.webhook_target(approval.workspace_id, webhook_id, now).await? {
                        Some(target) => {
                            Ok(Call::Webhook { target: target.into(), payload: payload.to_value() })
                        }
                        None => Err("There is no such webhook, or it is switched off.".to_owned()),
                    });
                }
                _ => {}
            }
        }
        Ok(Err("This action has nothing to send.".to_owned()))
    }

    /// A type of the workspace's own goes to its webhook, with the whole action as payload.
    async fn prepare_own(&self, tx: &mut Tx, approval: &Approval) -> Result<Result<Call, String>, JobError> {
        let facts = tx
            .gate_facts(approval.workspace_id, None, None, &approval.action_type)
            .await?
            .and_then(|facts| facts.action_type);
        let now = tx.now();
        let Some(webhook) = facts.and_then(|own| own.webhook_id) else {
            return Ok(Err("This action type has no webhook any more.".to_owned()));
        };
        Ok(match tx.webhook_target(approval.workspace_id, webhook, now).await? {
            Some(target) => Ok(Call::Webhook {
                target: target.into(),
                payload: json!({
                    "type": approval.action_type,
                    "approvalId": approval.id,
                    "argsHash": approval.args_hash,
                    "actionData": approval.action_data,
                }),
            }),
            None => Err("There is no such webhook, or it is switched off.".to_owned()),
        })
    }

    async fn call(&self, db: &Db, approval: &Approval, call: &Call) -> Delivery {
        match call {
            Call::Mail(mail) => self.executors.mailer.send(approval.id, mail).await,
            Call::Webhook { target, payload } => {
                let attempt = approval.outcome.attempts + 1;
                self.executors.webhooks.call(approval.id.0, target, payload, attempt, db.clock.now()).await
            }
        }
    }
}

impl From<WebhookTarget> for Target {
    fn from(found: WebhookTarget) -> Self {
        Self { url: found.url, secret: found.secret, old_secret: found.old_secret }
    }
}

enum Call {
    Mail(OutgoingMail),
    Webhook { target: Target, payload: serde_json::Value },
}

/// Writes the result of a call, in a commit of its own and whatever became of the lease: a late truth still lands.
/// The database may be away for a while; the swap is committed, so giving up would leave a false `running`.
async fn record_until_kept(db: &Db, approval: &Approval, by: Performing, how: &Finished) {
    let mut wait = std::time::Duration::from_millis(100);
    for _ in 0..12 {
        match try_record(db, approval, by, how).await {
            Ok(()) => return,
            Err(fault) => {
                tracing::warn!(approval = %approval.id, %fault, "the outcome could not be kept; trying again")
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(std::time::Duration::from_secs(10));
    }
    tracing::error!(approval = %approval.id, "the outcome was not kept; it will be shown as unknown");
}

async fn try_record(db: &Db, approval: &Approval, by: Performing, how: &Finished) -> Result<(), JobError> {
    let mut tx = db.begin().await?;
    if tx.outcome_finish(by, how).await? {
        ended(&mut tx, approval, how).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Audit row and event; what did not succeed is a notice by that.
async fn ended(tx: &mut Tx, approval: &Approval, how: &Finished) -> Result<(), JobError> {
    let current = tx.approval_get(approval.workspace_id, approval.id).await?;
    let approval = current.as_ref().unwrap_or(approval);
    lifecycle::outcome_recorded(tx, approval, system_actor(), how).await?;
    Ok(())
}
