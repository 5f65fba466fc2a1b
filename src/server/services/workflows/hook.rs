//! Webhooks that start workflows: their secrets, and what a signed message brings about.

use super::{find, note_workflow};
use crate::domain::approval::ActorRef;
use crate::domain::canonical::Data;
use crate::domain::ids::{WorkflowId, WorkspaceId};
use crate::domain::workflow::Trigger;
use crate::domain::workflow::hook::{HookStarted, WorkflowHook, WorkflowSecret};
use crate::domain::{AppError, AppResult};
use crate::server::actions::outside::signature;
use crate::server::services::change::{entry, lost};
use crate::server::services::ctx::{Allowed, ReadWorkflows, WriteWorkflows, system_actor};
use crate::server::services::executions::start::{Line, keep_start, start_workflow};
use crate::server::services::secrets;
use crate::server::storage::Db;
use crate::server::storage::workflows::secrets::HookSecrets;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;

/// After a new secret was made, senders have this long to learn it.
const FORMER_LASTS: TimeDelta = TimeDelta::hours(24);
/// How far the time in a message may be from now, in seconds.
const TOLERANCE: u64 = 5 * 60;
/// The longest id of a message, in characters.
const ID_MAX: usize = 200;
/// What is tried in vain where there is no secret, so that the time it takes does not tell.
const NOBODYS: &str = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA=";

/// A message as it came. A header that is not there is an empty text.
#[derive(Clone, Copy, Debug)]
pub struct Message<'a> {
    pub id: &'a str,
    pub timestamp: &'a str,
    pub signature: &'a str,
    pub body: &'a [u8],
}

/// Where a workflow's webhooks go, and how its secret stands. `public_url`: how others reach this server.
pub async fn hook_get(
    by: &Allowed<ReadWorkflows>,
    db: &Db,
    id: WorkflowId,
    public_url: &str,
) -> AppResult<WorkflowHook> {
    let now = db.now().await?;
    let mut conn = db.read().await?;
    find(&mut conn, by.workspace(), id).await?;
    let times = conn.workflow_secret_times(by.workspace(), id).await?;
    let former_until = times.and_then(|(_, former_until)| former_until).filter(|until| *until > now);
    let made_at = times.map(|(made_at, _)| made_at);
    Ok(WorkflowHook { url: address(public_url, id), made_at, former_until })
}

/// Gives a workflow that webhooks start a secret; the one before it counts too for a day. The answer is the only
/// one that shows it. `public_url`: how others reach this server.
pub async fn hook_secret(
    by: &Allowed<WriteWorkflows>,
    db: &Db,
    id: WorkflowId,
    public_url: &str,
) -> AppResult<WorkflowSecret> {
    let secret = secrets::webhook_key()?;
    let mut tx = db.begin().await?;
    let workflow = find(&mut tx, by.workspace(), id).await?;
    if workflow.trigger != Trigger::Webhook {
        return Err(AppError::refused("No webhook starts this workflow. Choose that first."));
    }
    let until = tx.now() + FORMER_LASTS;
    tx.workflow_secret_set(&workflow, &secret, until)
        .await
        .map_err(|fault| if fault.is_foreign_key_violation() { lost() } else { fault.into() })?;
    let text = format!("Made a secret for the webhooks of the workflow {}", workflow.name);
    note_workflow(&mut tx, id, workflow.team_id, entry(by, "workflow.secret_made", text));
    tx.commit().await?;
    Ok(WorkflowSecret { secret, url: address(public_url, id) })
}

/// Starts an execution of the published version with the body as `input.event`. A repeat with the same id answers
/// with the first execution, also when that was removed. Whatever is wrong with the signature, and whatever is not
/// there, is the same [`AppError::BadSignature`].
pub async fn hook_receive(db: &Db, id: WorkflowId, message: &Message<'_>) -> AppResult<HookStarted> {
    let now = db.now().await?;
    let secrets = db.read().await?.hook_secrets(id, now).await?;
    let is_signed = is_signed(message, secrets.as_ref(), now);
    let workspace = match secrets {
        Some(secrets) if is_signed => WorkspaceId(secrets.workspace_id),
        _ => return Err(AppError::BadSignature),
    };
    if message.id.len() > ID_MAX {
        return Err(AppError::invalid("webhook-id", "must be at most 200 characters"));
    }
    let text = std::str::from_utf8(message.body).map_err(|_| AppError::invalid("", "is not UTF-8"))?;
    let event = Data::parse(text)?;
    let key = format!("webhook/{id}/{}", message.id);
    let mut tx = db.begin().await?;
    let first = match tx.execution_by_start_key(workspace, &key).await? {
        Some(first) => Some(first.id),
        None => tx.execution_removed(workspace, &key).await?,
    };
    if let Some(execution_id) = first {
        return Ok(HookStarted { execution_id });
    }
    let workflow = tx.workflow_get(workspace, id).await?.filter(|found| found.trigger == Trigger::Webhook);
    // It was one a moment ago.
    let workflow = workflow.ok_or(AppError::BadSignature)?;
    let by = ActorRef { name: format!("Webhook of {}", workflow.name), ..system_actor() };
    let input = json!({ "event": event });
    let made = start_workflow(&mut tx, &workflow, input, by, Some(key.clone()), Line::default()).await?;
    let started = keep_start(tx, workspace, Some(&key), made).await?;
    Ok(HookStarted { execution_id: started.id })
}

fn address(public_url: &str, id: WorkflowId) -> String {
    format!("{public_url}/api/hooks/{id}")
}

/// Whether one of these secrets signed the message, now. Does the same work whatever there is.
fn is_signed(message: &Message<'_>, secrets: Option<&HookSecrets>, now: DateTime<Utc>) -> bool {
    let (present, former) = match secrets {
        Some(secrets) => (&*secrets.secret, secrets.former.as_deref().unwrap_or(&secrets.secret)),
        None => (NOBODYS, NOBODYS),
    };
    let sent = message.timestamp.parse::<i64>().ok();
    let verify = |secret| {
        signature::verify(secret, message.id, sent.unwrap_or_default(), message.body, message.signature)
    };
    let signed = verify(present) | verify(former);
    let is_now = sent.is_some_and(|sent| now.timestamp().abs_diff(sent) <= TOLERANCE);
    signed && is_now && secrets.is_some() && !message.id.is_empty()
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    const SENT: i64 = 1_614_265_330;

    fn secrets(secret: &str, former: Option<&str>) -> HookSecrets {
        HookSecrets {
            workspace_id: Uuid::nil(),
            secret: secret.to_owned(),
            former: former.map(str::to_owned),
        }
    }

    fn at(seconds: i64) -> DateTime<Utc> {
        DateTime::from_timestamp(seconds, 0).unwrap()
    }

    #[test]
    fn nobodys_secret_signs_nothing() {
        let timestamp = SENT.to_string();
        let signature = signature::sign(NOBODYS, "a", SENT, b"{}").unwrap();
        let message = Message { id: "a", timestamp: &timestamp, signature: &signature, body: b"{}" };
        let known = secrets(&signature::secret(&[7; 32]), None);
        assert!(!is_signed(&message, None, at(SENT)));
        assert!(!is_signed(&message, Some(&known), at(SENT)));
        assert!(is_signed(&message, Some(&secrets(NOBODYS, None)), at(SENT)), "it is a secret like others");
    }

    #[test]
    fn both_secrets_count_for_five_minutes_around_now() {
        let (present, former) = (signature::secret(&[7; 32]), signature::secret(&[8; 32]));
        let both = secrets(&present, Some(&former));
        let timestamp = SENT.to_string();
        for secret in [&present, &former] {
            let signature = signature::sign(secret, "a", SENT, b"{}").unwrap();
            let message = Message { id: "a", timestamp: &timestamp, signature: &signature, body: b"{}" };
            for (now, counts) in [(0, true), (300, true), (-300, true), (301, false), (-301, false)] {
                assert_eq!(is_signed(&message, Some(&both), at(SENT + now)), counts, "{now}");
            }
            assert!(!is_signed(&Message { body: b"{ }", ..message }, Some(&both), at(SENT)));
            assert!(!is_signed(&Message { timestamp: "now", ..message }, Some(&both), at(SENT)));
        }
        let signature = signature::sign(&present, "", SENT, b"{}").unwrap();
        let message = Message { id: "", timestamp: &timestamp, signature: &signature, body: b"{}" };
        assert!(!is_signed(&message, Some(&both), at(SENT)), "a message without an id");
    }
}
