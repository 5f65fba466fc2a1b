//! What is looked at by the clock: notices that were left, queues that grew long, digests that are due.

use super::digest;
use crate::domain::notification::NoticeKind;
use crate::server::engine::{CronEntry, Done, Handler, Job, JobCx, JobError, ScheduleError};
use crate::server::services::ctx::system_actor;
use crate::server::storage::notices::{NewNotice, QUEUE_NOTICES, collect_job};
use crate::server::storage::{Db, StorageError};
use async_trait::async_trait;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;

const WATCH: &str = "notices.watch";
/// A notice is told within seconds. One that is older missed its job, which began just before it was committed.
const OVERDUE: TimeDelta = TimeDelta::seconds(30);
/// More than so many waiting approvals are many; people are told again once it was half of that.
const MANY: i64 = 50;

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Look {
    /// For notices that nobody was told of.
    Overdue,
    /// For workspaces where many approvals wait.
    ManyWaiting,
    /// For members whose digest is due.
    Digests,
}

#[derive(Deserialize)]
struct Payload {
    look: Look,
}

pub struct Watch;

#[async_trait]
impl Handler for Watch {
    fn kind(&self) -> &'static str {
        WATCH
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let Payload { look } = job.payload()?;
        match look {
            Look::Overdue => overdue(cx.db()).await?,
            Look::ManyWaiting => many_waiting(cx.db()).await?,
            Look::Digests => digest::digests_due(cx.db()).await?,
        }
        Ok(Done::Finish)
    }
}

async fn overdue(db: &Db) -> Result<(), StorageError> {
    let before = db.now().await? - OVERDUE;
    for workspace in db.read().await?.notices_overdue(before).await? {
        let mut tx = db.begin().await?;
        let now = tx.now();
        tx.enqueue(collect_job(workspace, now));
        tx.commit().await?;
    }
    Ok(())
}

async fn many_waiting(db: &Db) -> Result<(), StorageError> {
    let found = db.read().await?.workspaces_waiting(MANY + 1).await?;
    for (workspace, waiting, told) in found {
        let tell = !told && waiting > MANY;
        let again = told && waiting <= MANY / 2;
        if !(tell || again) {
            continue;
        }
        let mut tx = db.begin().await?;
        if tx.many_waiting_set(workspace, tell).await? {
            if tell {
                tx.notice_write(NewNotice {
                    workspace_id: workspace,
                    kind: NoticeKind::ManyWaiting,
                    event: "approvals.many_waiting",
                    actor_id: system_actor().id,
                    approval_id: None,
                    team_id: None,
                    execution_id: None,
                    description: format!("More than {MANY} approvals wait for a decision."),
                });
            }
            tx.commit().await?;
        }
    }
    Ok(())
}

/// The schedules, for the engine.
pub fn notices_cron() -> Result<Vec<CronEntry>, ScheduleError> {
    [
        ("overdue", "* * * * *", Look::Overdue),
        ("many_waiting", "*/5 * * * *", Look::ManyWaiting),
        // Zones are whole quarters of an hour apart.
        ("digests", "*/15 * * * *", Look::Digests),
    ]
    .into_iter()
    .map(|(name, schedule, look)| {
        CronEntry::for_all_workspaces(
            format!("{WATCH}.{name}"),
            schedule,
            QUEUE_NOTICES,
            WATCH,
            json!({ "look": look }),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schedule_reads_and_every_payload_is_one_of_ours() {
        for entry in notices_cron().unwrap() {
            let job = (entry.job)(chrono::DateTime::UNIX_EPOCH);
            serde_json::from_value::<Payload>(job.payload).unwrap();
        }
    }
}
