//! Deleting what is over, so that the database does not grow with what nobody reads: a job per sweep, by cron.

use super::{CronEntry, Done, HOUSEKEEPING_QUEUE, Handler, Job, JobCx, JobError, ScheduleError};
use crate::server::storage::{Db, StorageError, cron, events, jobs, sweep};
use async_trait::async_trait;
use chrono::TimeDelta;
use serde::{Deserialize, Serialize};
use serde_json::json;

const KIND: &str = "housekeeping";
/// Rows that one transaction deletes: small enough that nobody waits for it.
const BATCH: i64 = 1_000;

const EVENTS_KEPT: TimeDelta = TimeDelta::days(7);
const IDEMPOTENCY_KEYS_KEPT: TimeDelta = TimeDelta::hours(24);
const CRON_FIRES_KEPT: TimeDelta = TimeDelta::days(7);
const SIGN_IN_ATTEMPTS_KEPT: TimeDelta = TimeDelta::hours(24);
/// After their executions were removed: nobody repeats a start after so long.
const STARTS_KEPT: TimeDelta = TimeDelta::days(365);

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Sweep {
    FinishedJobs,
    OldEvents,
    ExpiredSessions,
    IdempotencyKeys,
    CronFires,
    SignInAttempts,
    Notifications,
    ExecutionStarts,
}

#[derive(Deserialize)]
struct Payload {
    sweep: Sweep,
}

/// The handler of all sweeps.
pub struct Housekeeping;

#[async_trait]
impl Handler for Housekeeping {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let Payload { sweep } = job.payload()?;
        let mut total = 0;
        loop {
            let deleted = sweep.batch(cx.db()).await?;
            total += deleted;
            if deleted < BATCH as u64 || cx.is_cancelled() {
                tracing::debug!(?sweep, total, "swept");
                return Ok(Done::Finish);
            }
        }
    }
}

impl Sweep {
    async fn batch(self, db: &Db) -> Result<u64, StorageError> {
        let mut tx = db.begin().await?;
        let now = tx.now();
        let deleted = match self {
            Self::FinishedJobs => jobs::jobs_delete_finished(&mut tx, BATCH).await?,
            Self::OldEvents => events::events_delete_before(&mut tx, now - EVENTS_KEPT, BATCH).await?,
            Self::ExpiredSessions => sweep::sessions_delete_expired(&mut tx, BATCH).await?,
            Self::IdempotencyKeys => {
                sweep::idempotency_keys_delete_before(&mut tx, now - IDEMPOTENCY_KEYS_KEPT, BATCH).await?
            }
            // All in one: a schedule has at most some thousands in a week.
            Self::CronFires => {
                cron::cron_fires_delete_before(&mut tx, now - CRON_FIRES_KEPT).await?;
                0
            }
            Self::SignInAttempts => {
                sweep::sign_in_attempts_delete_before(&mut tx, now - SIGN_IN_ATTEMPTS_KEPT, BATCH).await?
            }
            Self::Notifications => sweep::notifications_delete_old(&mut tx, BATCH).await?,
            Self::ExecutionStarts => {
                sweep::execution_starts_delete_before(&mut tx, now - STARTS_KEPT, BATCH).await?
            }
        };
        tx.commit().await?;
        Ok(deleted)
    }
}

/// The schedules of all sweeps, for [`super::Engine::start`].
pub fn housekeeping_cron() -> Result<Vec<CronEntry>, ScheduleError> {
    [
        ("finished_jobs", "* * * * *", Sweep::FinishedJobs),
        ("old_events", "7 * * * *", Sweep::OldEvents),
        ("expired_sessions", "17 * * * *", Sweep::ExpiredSessions),
        ("idempotency_keys", "27 * * * *", Sweep::IdempotencyKeys),
        ("cron_fires", "37 * * * *", Sweep::CronFires),
        ("sign_in_attempts", "47 * * * *", Sweep::SignInAttempts),
        ("notifications", "57 * * * *", Sweep::Notifications),
        ("execution_starts", "33 * * * *", Sweep::ExecutionStarts),
    ]
    .into_iter()
    .map(|(name, schedule, sweep)| {
        CronEntry::for_all_workspaces(
            format!("{KIND}.{name}"),
            schedule,
            HOUSEKEEPING_QUEUE,
            KIND,
            json!({ "sweep": sweep }),
        )
    })
    .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_schedule_reads_and_every_payload_is_one_of_ours() {
        let entries = housekeeping_cron().unwrap();
        assert_eq!(entries.len(), 8);
        for entry in entries {
            let job = (entry.job)(chrono::DateTime::UNIX_EPOCH);
            serde_json::from_value::<Payload>(job.payload).unwrap();
        }
    }
}
