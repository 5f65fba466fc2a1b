//! Sending notifications by e-mail. At most one e-mail every few minutes goes to a member, with everything that waits;
//! what is on its way is committed before it is sent, so that nothing is lost and nothing is sent twice by a node that
//! lives. After a crash in between, the same e-mail goes out once more under the same id.

use super::{links, render, times};
use crate::domain::ids::{UserId, WorkspaceId};
use crate::server::actions::outside::Delivery;
use crate::server::actions::perform::Executors;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::storage::deliveries::DeliveryEnd;
use crate::server::storage::jobs::Job;
use crate::server::storage::notices::QUEUE_NOTICES;
use crate::server::storage::{Db, NewJob, StorageError, Tx};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde::{Deserialize, Serialize};
use serde_json::json;

/// Sends one e-mail with what waits for one member.
pub const MAIL: &str = "notices.mail";

/// Two e-mails to one member are at least this far apart; what comes in between goes together.
const APART: TimeDelta = TimeDelta::minutes(5);
/// With the usual waits between them, half a day.
const ATTEMPTS: i64 = 20;

#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
struct ToMember {
    user_id: UserId,
}

/// One for each delivery: a second one finds nothing left to send. A shared one could begin just before the delivery
/// is committed, and miss it.
pub(super) fn mail_job(workspace: WorkspaceId, user: UserId, due_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: workspace,
        queue: QUEUE_NOTICES,
        kind: MAIL,
        payload: json!(ToMember { user_id: user }),
        priority: 0,
        run_at: due_at,
        max_attempts: ATTEMPTS,
        dedupe_key: None,
    }
}

pub struct Mail {
    pub executors: Executors,
}

#[async_trait]
impl Handler for Mail {
    fn kind(&self) -> &'static str {
        MAIL
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let ToMember { user_id } = job.payload()?;
        let workspace = job.workspace_id;
        let mut tx = cx.db().begin().await?;
        let last = tx.delivery_last(workspace, user_id).await?;
        if let Some(next) = last.map(|last| last + APART).filter(|next| *next > tx.now()) {
            return Err(JobError::Snooze { until: next });
        }
        if tx.deliveries_start(workspace, user_id, job.id).await? == 0 {
            return Ok(Done::Finish);
        }
        let found = tx.deliveries_of(workspace, job.id).await?;
        let person = tx.recipient(workspace, user_id).await?;
        let (Some(person), false) = (person, found.is_empty()) else {
            // Who is no longer a member hears nothing more.
            tx.deliveries_end(workspace, job.id, DeliveryEnd::Failed, Some("No longer a member.")).await?;
            cx.finish(&mut tx).await?;
            tx.commit().await?;
            return Ok(Done::Finished);
        };
        let name = tx.workspace_get(workspace).await?.map(|found| found.name).unwrap_or_default();
        let mut items = Vec::with_capacity(found.len());
        for notification in found {
            let link = links::make(&mut tx, workspace, user_id, &notification.href)?;
            items.push(render::MailItem {
                title: notification.title,
                body: notification.body,
                count: notification.count,
                link: format!("{}{link}", self.executors.public_url),
                at: times::on_the_wall(notification.created_at.into(), times::zone(&person.preferences)),
            });
        }
        let settings = format!("{}/settings/notifications", self.executors.public_url);
        let letter = render::letter(&person.email, &name, &items, &settings);
        cx.past_swap();
        tx.commit().await?;
        let delivery = self.executors.mailer.notify(job.id.0, &letter).await;
        record_until_kept(cx.db(), workspace, &job, &delivery).await;
        match delivery {
            Delivery::Refused(cause) => Err(JobError::retry(cause)),
            _ => Ok(Done::Finish),
        }
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        tx.deliveries_end(job.workspace_id, job.id, DeliveryEnd::Failed, Some(cause)).await?;
        Ok(())
    }
}

/// In a commit of its own, whatever became of the lease. The database may be away for a while.
async fn record_until_kept(db: &Db, workspace: WorkspaceId, job: &Job, delivery: &Delivery) {
    let mut wait = std::time::Duration::from_millis(100);
    for _ in 0..12 {
        match record(db, workspace, job, delivery).await {
            Ok(()) => return,
            Err(fault) => tracing::warn!(job = %job.id, %fault, "what became of an e-mail could not be kept"),
        }
        tokio::time::sleep(wait).await;
        wait = (wait * 2).min(std::time::Duration::from_secs(10));
    }
}

async fn record(db: &Db, workspace: WorkspaceId, job: &Job, delivery: &Delivery) -> Result<(), StorageError> {
    let mut tx = db.begin().await?;
    match delivery {
        Delivery::Done(_) => tx.deliveries_end(workspace, job.id, DeliveryEnd::Sent, None).await?,
        Delivery::Refused(cause) => tx.deliveries_wait(workspace, job.id, cause).await?,
        // Perhaps it is there: a second one would be one too many.
        Delivery::Unknown(cause) => {
            tx.deliveries_end(workspace, job.id, DeliveryEnd::Unknown, Some(cause)).await?;
        }
    }
    tx.commit().await
}
