//! Workflows that start by a schedule.

use crate::domain::AppResult;
use crate::domain::workflow::Trigger;
use crate::server::engine::{CronEntry, Done, Handler, JobCx, JobError, Schedule, ScheduleError};
use crate::server::services::approvals::QUEUE_DEFAULT;
use crate::server::services::ctx::system_actor;
use crate::server::services::executions::SCHEDULES;
use crate::server::services::executions::start::{Line, slot_key, start_workflow};
use crate::server::storage::Db;
use crate::server::storage::jobs::Job;
use crate::server::storage::workflows::triggers::Scheduled;
use async_trait::async_trait;
use serde_json::json;
use uuid::Uuid;

/// Workflows of one reading.
const PAGE: i64 = 200;

/// Looks every minute. Of slots that passed while nothing ran, the latest starts its workflow, once.
pub struct Schedules;

#[async_trait]
impl Handler for Schedules {
    fn kind(&self) -> &'static str {
        SCHEDULES
    }

    async fn run(&self, _job: Job, cx: &JobCx) -> Result<Done, JobError> {
        start_due(cx.db()).await?;
        Ok(Done::Finish)
    }
}

pub fn schedules_cron() -> Result<CronEntry, ScheduleError> {
    CronEntry::for_all_workspaces("workflow schedules", "* * * * *", QUEUE_DEFAULT, SCHEDULES, json!({}))
}

/// Starts what is due and was not started for its slot.
pub async fn start_due(db: &Db) -> AppResult<()> {
    let mut after = Uuid::nil();
    loop {
        let page = db.read().await?.workflows_scheduled(after, PAGE).await?;
        let Some(last) = page.last() else { return Ok(()) };
        after = last.id.0;
        for scheduled in &page {
            if let Err(fault) = start(db, scheduled).await {
                tracing::warn!(workflow = %scheduled.id, %fault, "a workflow was not started by its schedule");
            }
        }
    }
}

async fn start(db: &Db, scheduled: &Scheduled) -> AppResult<()> {
    let Trigger::Schedule { cron, zone } = &scheduled.trigger else { return Ok(()) };
    // Both were read when the workflow was kept; a zone that the program no longer knows starts nothing.
    let Ok(zone) = zone.parse() else { return Ok(()) };
    let Ok(schedule) = Schedule::parse(cron, zone) else { return Ok(()) };
    let now = db.now().await?;
    let Some(slot) = schedule.latest(now).filter(|slot| *slot > scheduled.since) else { return Ok(()) };
    let key = slot_key(scheduled.id, slot);
    // Mostly the slot is an old one, and looking takes no lock.
    let mut conn = db.read().await?;
    if conn.execution_by_start_key(scheduled.workspace_id, &key).await?.is_some() {
        return Ok(());
    }
    drop(conn);
    let mut tx = db.begin().await?;
    // What it started for the slot may have been removed just now; then the schedule counts from that slot on.
    if !tx.schedule_counts(scheduled.workspace_id, scheduled.id, slot).await? {
        return Ok(());
    }
    let Some(workflow) = tx.workflow_get(scheduled.workspace_id, scheduled.id).await? else { return Ok(()) };
    let input = json!({ "slot": slot });
    start_workflow(&mut tx, &workflow, input, system_actor(), Some(key), Line::default()).await?;
    tx.commit().await?;
    Ok(())
}
