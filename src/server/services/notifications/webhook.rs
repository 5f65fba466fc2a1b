//! Notices for webhooks: written by the batch, one message for each kind; tried again over three days; and a webhook
//! that nothing reaches for that long is switched off, which its admins are told.

use super::tell::Item;
use crate::domain::ids::{WebhookDeliveryId, WebhookId, WorkspaceId};
use crate::domain::notification::NoticeKind;
use crate::domain::text::reveal_text;
use crate::domain::webhook::WebhookFormat;
use crate::server::actions::outside::Delivery;
use crate::server::actions::outside::webhook::Target;
use crate::server::actions::perform::Executors;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::ctx::system_actor;
use crate::server::storage::jobs::Job;
use crate::server::storage::notices::QUEUE_NOTICES;
use crate::server::storage::webhook_deliveries::Delivering;
use crate::server::storage::{AuditEntry, Db, NewJob, StorageError, Tx};
use async_trait::async_trait;
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::collections::BTreeMap;
use std::fmt::Write;

/// Calls a webhook with one message.
pub const DELIVER: &str = "webhook.deliver";

/// The waits after each try: ten tries in a little more than three days.
const WAITS: [TimeDelta; 9] = [
    TimeDelta::seconds(5),
    TimeDelta::minutes(5),
    TimeDelta::minutes(30),
    TimeDelta::hours(2),
    TimeDelta::hours(5),
    TimeDelta::hours(10),
    TimeDelta::hours(14),
    TimeDelta::hours(20),
    TimeDelta::hours(24),
];
/// A webhook that nothing reached for this long is switched off.
const PATIENCE: TimeDelta = TimeDelta::days(3);
/// So many things of one message are written out.
const ITEMS: usize = 50;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct OneMessage {
    delivery_id: WebhookDeliveryId,
}

/// The job of one message: of its first try, or of its replay.
pub fn deliver_job(workspace: WorkspaceId, id: WebhookDeliveryId, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: workspace,
        queue: QUEUE_NOTICES,
        kind: DELIVER,
        payload: json!(OneMessage { delivery_id: id }),
        priority: 0,
        run_at,
        // The tries are counted by the delivery; a node that dies in one spends none of the others.
        max_attempts: 50,
        dedupe_key: None,
    }
}

/// Writes what each webhook gets of these groups.
pub(super) async fn fan_out(
    tx: &mut Tx,
    workspace: WorkspaceId,
    groups: &BTreeMap<NoticeKind, Vec<Item>>,
    public_url: &str,
) -> Result<(), StorageError> {
    let now = tx.now();
    for webhook in tx.webhooks_noticed(workspace).await? {
        for (kind, items) in groups.iter().filter(|(kind, _)| webhook.notices.contains(kind)) {
            let title = kind.title_of(i64::try_from(items.len()).unwrap_or(i64::MAX));
            let payload = match webhook.format {
                WebhookFormat::Standard => standard(workspace, *kind, &title, items, public_url, now),
                WebhookFormat::Slack => slack(&title, items, public_url),
            };
            let id = tx
                .webhook_delivery_insert(workspace, webhook.id, *kind, &title, &payload.to_string())
                .await?;
            tx.enqueue(deliver_job(workspace, id, now));
        }
    }
    Ok(())
}

fn standard(
    workspace: WorkspaceId,
    kind: NoticeKind,
    title: &str,
    items: &[Item],
    public_url: &str,
    now: DateTime<Utc>,
) -> Value {
    let item = |item: &Item| {
        json!({
            "text": item.line,
            "subjectId": item.subject,
            "critical": item.critical,
            "url": format!("{public_url}{}", item.href),
        })
    };
    json!({
        "type": format!("notice.{kind}"),
        "timestamp": now.to_rfc3339_opts(SecondsFormat::Micros, true),
        "data": {
            "workspaceId": workspace,
            "title": title,
            "count": items.len(),
            "items": items.iter().take(ITEMS).map(item).collect::<Vec<_>>(),
        },
    })
}

/// Text in Slack's mrkdwn, where only `&`, `<` and `>` have a meaning that others can use.
fn slack(title: &str, items: &[Item], public_url: &str) -> Value {
    let safe = |text: &str| reveal_text(text).replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;");
    let mut text = format!("*{}*", safe(title));
    for item in items.iter().take(ITEMS) {
        let line: String =
            item.line.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(300).collect();
        let _ = write!(text, "\n• {} (<{public_url}{}|open>)", safe(&line), item.href);
    }
    if items.len() > ITEMS {
        let _ = write!(text, "\n… and {} more", items.len() - ITEMS);
    }
    json!({ "text": text })
}

pub struct Deliver {
    pub executors: Executors,
}

#[async_trait]
impl Handler for Deliver {
    fn kind(&self) -> &'static str {
        DELIVER
    }

    /// A receiver knows a repeat by its `webhook-id`, so that a try that broke off is simply made again.
    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let OneMessage { delivery_id } = job.payload()?;
        let workspace = job.workspace_id;
        let mut tx = cx.db().begin().await?;
        let now = tx.now();
        let Some(delivering) = tx.webhook_delivery_start(workspace, delivery_id).await? else {
            return Ok(Done::Finish);
        };
        let Some(target) = tx.webhook_target(workspace, delivering.webhook, now).await? else {
            tx.webhook_delivery_failed(workspace, delivery_id, "The webhook is switched off.", None).await?;
            cx.finish(&mut tx).await?;
            tx.commit().await?;
            return Ok(Done::Finished);
        };
        let payload: Value = serde_json::from_str(&delivering.payload)
            .map_err(|fault| JobError::permanent(fault.to_string()))?;
        cx.past_swap();
        tx.commit().await?;
        let target: Target = target.into();
        let answer =
            self.executors.webhooks.call(delivery_id.0, &target, &payload, delivering.attempt, now).await;
        match record(cx.db(), workspace, delivery_id, &delivering, &answer).await? {
            None => Ok(Done::Finish),
            Some((at, cause)) => Err(JobError::RetryAt { at, cause }),
        }
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        let OneMessage { delivery_id } = job.payload()?;
        tx.webhook_delivery_failed(job.workspace_id, delivery_id, cause, None).await?;
        Ok(())
    }
}

/// What came of a try; when the next one is, with the reason.
async fn record(
    db: &Db,
    workspace: WorkspaceId,
    id: WebhookDeliveryId,
    delivering: &Delivering,
    answer: &Delivery,
) -> Result<Option<(DateTime<Utc>, String)>, StorageError> {
    let mut tx = db.begin().await?;
    let next = match answer {
        Delivery::Done(said) => {
            let said = format!("The webhook answered {}.", said["status"]);
            tx.webhook_delivery_done(workspace, id, &said).await?;
            tx.webhook_reached(workspace, delivering.webhook).await?;
            None
        }
        // Both are tried again: notices may arrive twice, and the receiver can tell by the id.
        Delivery::Refused(cause) | Delivery::Unknown(cause) => {
            let tried = usize::try_from(delivering.attempt - 1).unwrap_or(usize::MAX);
            let next_at = WAITS.get(tried).map(|wait| tx.now() + *wait);
            tx.webhook_delivery_failed(workspace, id, cause, next_at).await?;
            if let Some(since) = tx.webhook_missed(workspace, delivering.webhook).await?
                && since + PATIENCE <= tx.now()
            {
                switch_off(&mut tx, workspace, delivering.webhook).await?;
            }
            next_at.map(|at| (at, cause.clone()))
        }
    };
    tx.commit().await?;
    Ok(next)
}

async fn switch_off(tx: &mut Tx, workspace: WorkspaceId, webhook: WebhookId) -> Result<(), StorageError> {
    let reason = format!("Nothing reached it for {} days.", PATIENCE.num_days());
    if let Some(name) = tx.webhook_switch_off(workspace, webhook, &reason).await? {
        let description =
            format!("Switched off the webhook {name}: nothing reached it for {} days", PATIENCE.num_days());
        tx.audit(AuditEntry::new(workspace, system_actor(), "webhook.switched_off", description));
        tx.emit(workspace, crate::domain::event::Topic::Webhook, webhook.0);
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;
    use uuid::Uuid;

    fn item(line: &str) -> Item {
        Item { line: line.to_owned(), href: "/approvals/7".to_owned(), subject: None, critical: true }
    }

    #[test]
    fn slack_reads_text_in_which_nothing_is_a_command() {
        let text =
            slack("An approval needs you", &[item("Pay <!channel> & go\n\u{202e}")], "https://c.example");
        assert_eq!(
            text["text"],
            "*An approval needs you*\n• Pay &lt;!channel&gt; &amp; go [U+202E] (<https://c.example/approvals/7|open>)"
        );
        let many: Vec<_> = (0..60).map(|_| item("x")).collect();
        assert!(slack("t", &many, "").to_string().contains("… and 10 more"));
    }

    #[test]
    fn programs_read_kind_count_and_items() {
        let at = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let all: Vec<_> = (0..60).map(|_| item("x")).collect();
        let message =
            standard(WorkspaceId(Uuid::nil()), NoticeKind::Outcome, "t", &all, "https://c.example", at);
        assert_eq!(message["type"], "notice.outcome");
        assert_eq!(
            (&message["data"]["count"], message["data"]["items"].as_array().unwrap().len()),
            (&json!(60), 50)
        );
        assert_eq!(message["data"]["items"][0]["url"], "https://c.example/approvals/7");
    }

    #[test]
    fn ten_tries_are_longer_than_the_patience() {
        let whole: TimeDelta = WAITS.iter().sum();
        assert!(whole > PATIENCE && whole < PATIENCE + TimeDelta::days(1), "{whole}");
    }
}
