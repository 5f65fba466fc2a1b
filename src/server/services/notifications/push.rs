//! Sending notifications to browsers, by the way of e-mails: at most one message a minute goes to a browser, with
//! everything that waits for it; what is on its way is committed before it is sent. After a crash in between, the same
//! message goes out once more, and takes the place of the first. A browser that is not subscribed any more is removed.

use super::push_key::push_key_of;
use super::push_text;
use crate::domain::event::Topic;
use crate::domain::ids::{PushSubscriptionId, WorkspaceId};
use crate::server::actions::outside::push::{BrowserKeys, PushMessage, Pushed};
use crate::server::actions::perform::Executors;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::services::change::{entry_of, note};
use crate::server::services::ctx::system_actor;
use crate::server::storage::deliveries::DeliveryEnd;
use crate::server::storage::jobs::Job;
use crate::server::storage::notices::QUEUE_NOTICES;
use crate::server::storage::push_subscriptions::PushTarget;
use crate::server::storage::{Db, NewJob, StorageError, Tx};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sends one message with what waits for one browser.
pub const PUSH: &str = "notices.push";
/// Sends a test to one browser.
pub const TEST: &str = "push.test";

/// Two messages to one browser are at least this far apart; what comes in between goes together.
const APART: TimeDelta = TimeDelta::minutes(1);
/// With the usual waits between them, half a day.
const ATTEMPTS: i64 = 20;
/// Whoever sends a test waits for it.
const TEST_ATTEMPTS: i64 = 3;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToBrowser {
    subscription_id: PushSubscriptionId,
}

/// One for each delivery, as for e-mails.
pub(super) fn push_job(workspace: WorkspaceId, to: PushSubscriptionId, due_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: workspace,
        queue: QUEUE_NOTICES,
        kind: PUSH,
        payload: json!(ToBrowser { subscription_id: to }),
        priority: 0,
        run_at: due_at,
        max_attempts: ATTEMPTS,
        dedupe_key: None,
    }
}

/// A test; one at a time.
pub(super) fn test_job(workspace: WorkspaceId, to: PushSubscriptionId, now: DateTime<Utc>) -> NewJob {
    NewJob {
        kind: TEST,
        max_attempts: TEST_ATTEMPTS,
        dedupe_key: Some(to.to_string()),
        ..push_job(workspace, to, now)
    }
}

pub struct Push {
    pub executors: Executors,
}

#[async_trait]
impl Handler for Push {
    fn kind(&self) -> &'static str {
        PUSH
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let ToBrowser { subscription_id: id } = job.payload()?;
        let workspace = job.workspace_id;
        let mut tx = cx.db().begin().await?;
        let Some(target) = tx.push_target(workspace, id).await? else { return Ok(Done::Finish) };
        let last = tx.push_delivery_last(workspace, id).await?;
        let next = last.map(|last| last + APART).max(target.retry_at);
        if let Some(next) = next.filter(|next| *next > tx.now()) {
            return Err(JobError::Snooze { until: next });
        }
        if tx.push_deliveries_start(workspace, id, job.id).await? == 0 {
            return Ok(Done::Finish);
        }
        let found = tx.deliveries_of(workspace, job.id).await?;
        if tx.recipient(workspace, target.user).await?.is_none() || found.is_empty() {
            // Who is no longer a member hears nothing more.
            tx.deliveries_end(workspace, job.id, DeliveryEnd::Failed, Some("No longer a member.")).await?;
            cx.finish(&mut tx).await?;
            tx.commit().await?;
            return Ok(Done::Finished);
        }
        let message = push_text::message(&found, job.id.0);
        cx.past_swap();
        tx.commit().await?;
        let pushed = send(&self.executors, cx.db(), &target, &message).await?;
        ended(cx.db(), &job, id, &pushed).await
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        tx.deliveries_end(job.workspace_id, job.id, DeliveryEnd::Failed, Some(cause)).await?;
        Ok(())
    }
}

pub struct PushTest {
    pub executors: Executors,
}

#[async_trait]
impl Handler for PushTest {
    fn kind(&self) -> &'static str {
        TEST
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let ToBrowser { subscription_id: id } = job.payload()?;
        let mut conn = cx.db().read().await?;
        let Some(target) = conn.push_target(job.workspace_id, id).await? else { return Ok(Done::Finish) };
        // Who is no longer a member hears nothing more.
        if conn.recipient(job.workspace_id, target.user).await?.is_none() {
            return Ok(Done::Finish);
        }
        drop(conn);
        if let Some(until) = target.retry_at.filter(|at| *at > cx.db().clock.now()) {
            return Err(JobError::Snooze { until });
        }
        let message = push_text::test(id.0);
        let pushed = send(&self.executors, cx.db(), &target, &message).await?;
        ended(cx.db(), &job, id, &pushed).await
    }
}

async fn send(
    executors: &Executors,
    db: &Db,
    target: &PushTarget,
    message: &PushMessage,
) -> Result<Pushed, StorageError> {
    let Ok(keys) = BrowserKeys::read(&target.p256dh, &target.auth) else {
        return Ok(Pushed::Refused("The browser's keys cannot be read.".to_owned()));
    };
    let key = push_key_of(db).await?;
    let now = db.now().await?;
    Ok(executors.push.send(&key, &target.endpoint, &keys, message, now).await)
}

/// Keeps what came of it, and says how the job goes on.
async fn ended(db: &Db, job: &Job, id: PushSubscriptionId, pushed: &Pushed) -> Result<Done, JobError> {
    let retry_at = record_until_kept(db, job, id, pushed).await;
    match (pushed, retry_at) {
        (Pushed::NotNow { cause, .. }, Some(at)) => Err(JobError::RetryAt { at, cause: cause.clone() }),
        (Pushed::NotNow { cause, .. }, None) => Err(JobError::retry(cause.clone())),
        _ => Ok(Done::Finish),
    }
}

/// In a commit of its own, whatever became of the lease. The database may be away for a while. Returns before when the
/// push service wants nothing.
async fn record_until_kept(
    db: &Db,
    job: &Job,
    id: PushSubscriptionId,
    pushed: &Pushed,
) -> Option<DateTime<Utc>> {
    let mut wait = std::time::Duration::from_millis(100);
    for _ in 0..12 {
        match record(db, job, id, pushed).await {
            Ok(retry_at) => return retry_at,
            Err(fault) => {
                tracing::warn!(job = %job.id, %fault, "what became of a push message could not be kept");
            }
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(std::time::Duration::from_secs(10));
    }
    None
}

async fn record(
    db: &Db,
    job: &Job,
    id: PushSubscriptionId,
    pushed: &Pushed,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    let workspace = job.workspace_id;
    let mut retry_at = None;
    let mut tx = db.begin().await?;
    match pushed {
        Pushed::Taken => {
            tx.deliveries_end(workspace, job.id, DeliveryEnd::Sent, None).await?;
            tx.push_reached(workspace, id).await?;
        }
        Pushed::Gone(cause) => remove(&mut tx, workspace, id, cause).await?,
        Pushed::NotNow { cause, wait } => {
            retry_at = wait.map(|wait| tx.now() + wait);
            tx.deliveries_wait(workspace, job.id, cause).await?;
            tx.push_missed(workspace, id, cause, retry_at).await?;
        }
        Pushed::Refused(cause) => {
            tx.deliveries_end(workspace, job.id, DeliveryEnd::Failed, Some(cause)).await?;
            tx.push_missed(workspace, id, cause, None).await?;
        }
    }
    tx.commit().await?;
    Ok(retry_at)
}

/// The browser has withdrawn its permission, or is no more.
async fn remove(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: PushSubscriptionId,
    cause: &str,
) -> Result<(), StorageError> {
    let Some(target) = tx.push_target(workspace, id).await? else { return Ok(()) };
    if tx.push_subscription_delete(workspace, id).await? {
        let description = format!("{} gets no notifications any more: {cause}", target.browser);
        let entry = entry_of(workspace, system_actor(), "member.push_ended", description);
        note(tx, Topic::Member, target.user.0, entry);
    }
    Ok(())
}
