//! Schedules: at each slot one job, whatever the number of nodes. The fire and the job are one transaction.

use super::Shared;
use super::attempt::within;
use crate::domain::ids::WorkspaceId;
use crate::server::storage::cron::{cron_fire, cron_last_fire};
use crate::server::storage::{NewJob, StorageError};
use crate::server::wake::Pause;
use chrono::{DateTime, TimeDelta, Utc};
use chrono_tz::Tz;
use serde_json::Value;
use std::str::FromStr;
use std::sync::Arc;
use std::time::Duration;
use uuid::Uuid;

/// When: five fields, or six with seconds first, in a zone.
#[derive(Clone, Debug)]
pub struct Schedule {
    cron: croner::Cron,
    zone: Tz,
}

#[derive(Debug, thiserror::Error)]
#[error("\"{expression}\" is not a schedule: {cause}")]
pub struct ScheduleError {
    expression: String,
    cause: String,
}

impl Schedule {
    pub fn parse(expression: &str, zone: Tz) -> Result<Self, ScheduleError> {
        let cron = croner::Cron::from_str(expression)
            .map_err(|cause| ScheduleError { expression: expression.to_owned(), cause: cause.to_string() })?;
        Ok(Self { cron, zone })
    }

    pub fn utc(expression: &str) -> Result<Self, ScheduleError> {
        Self::parse(expression, Tz::UTC)
    }

    /// The latest slot at or before `now`.
    pub fn latest(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let slot = self.cron.find_previous_occurrence(&now.with_timezone(&self.zone), true).ok()?;
        Some(slot.with_timezone(&Utc))
    }

    /// The first slot after `now`.
    pub fn next(&self, now: DateTime<Utc>) -> Option<DateTime<Utc>> {
        let slot = self.cron.find_next_occurrence(&now.with_timezone(&self.zone), false).ok()?;
        Some(slot.with_timezone(&Utc))
    }
}

/// What happens to slots that passed while no node ran.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum CatchUp {
    /// They are left out, but for one less than a minute ago.
    Skip,
    /// The latest of them fires, once.
    Once,
}

/// A schedule and the job that it enqueues.
#[derive(Clone)]
pub struct CronEntry {
    /// The identity of the schedule across restarts and nodes.
    pub name: String,
    pub schedule: Schedule,
    pub catch_up: CatchUp,
    /// Makes the job of a slot.
    pub job: Arc<dyn Fn(DateTime<Utc>) -> NewJob + Send + Sync>,
}

impl CronEntry {
    /// A schedule in UTC whose job serves all workspaces. Of slots that passed while no node ran, the latest fires, and
    /// one job of it waits at a time.
    pub fn for_all_workspaces(
        name: impl Into<String>,
        schedule: &str,
        queue: &'static str,
        kind: &'static str,
        payload: Value,
    ) -> Result<Self, ScheduleError> {
        let name = name.into();
        let dedupe_key = Some(name.clone());
        Ok(Self {
            name,
            schedule: Schedule::utc(schedule)?,
            catch_up: CatchUp::Once,
            job: Arc::new(move |slot| NewJob {
                workspace_id: WorkspaceId(Uuid::nil()),
                queue,
                kind,
                payload: payload.clone(),
                priority: 0,
                run_at: slot,
                max_attempts: 5,
                dedupe_key: dedupe_key.clone(),
            }),
        })
    }
}

/// How late a slot may fire that is not to be made up for.
const GRACE: TimeDelta = TimeDelta::minutes(1);
/// Longest sleep: the clocks of this process and the database may part.
const LONGEST_SLEEP: Duration = Duration::from_secs(60);
const STEP_LIMIT: Duration = Duration::from_secs(10);

/// Runs until the engine stops.
pub(super) async fn fire_all(shared: Arc<Shared>, entries: Vec<CronEntry>) {
    if entries.is_empty() {
        return;
    }
    let mut pause = Pause::default();
    let mut started = None;
    while !shared.stop.is_cancelled() {
        let sleep = match within(STEP_LIMIT, fire_due(&shared, &entries, &mut started)).await {
            Ok(sleep) => {
                pause.reset();
                sleep
            }
            Err(fault) => {
                tracing::warn!(%fault, "the schedules could not be looked at");
                pause.next()
            }
        };
        shared.stop.run_until_cancelled(tokio::time::sleep(sleep)).await;
    }
}

/// Fires what is due; answers how long to sleep. `started` is the database's time at the first look.
async fn fire_due(
    shared: &Shared,
    entries: &[CronEntry],
    started: &mut Option<DateTime<Utc>>,
) -> Result<Duration, StorageError> {
    let now = shared.db.now().await?;
    let started = *started.get_or_insert(now);
    for entry in entries {
        let Some(slot) = entry.schedule.latest(now) else { continue };
        let last = cron_last_fire(&mut shared.db.read().await?, &entry.name).await?;
        if is_due(entry.catch_up, slot, last, started, now) {
            let mut tx = shared.db.begin().await?;
            if cron_fire(&mut tx, &entry.name, slot).await? {
                tx.enqueue((entry.job)(slot));
                tx.commit().await?;
            }
        }
    }
    let now = shared.db.now().await?;
    let next = entries.iter().filter_map(|entry| entry.schedule.next(now)).min();
    let sleep = next.and_then(|next| (next - now).to_std().ok()).unwrap_or(LONGEST_SLEEP);
    Ok(sleep.min(LONGEST_SLEEP))
}

fn is_due(
    catch_up: CatchUp,
    slot: DateTime<Utc>,
    last: Option<DateTime<Utc>>,
    started: DateTime<Utc>,
    now: DateTime<Utc>,
) -> bool {
    match (last, catch_up) {
        // A new schedule misses nothing before its first node starts.
        (None, _) => slot >= started,
        (Some(last), _) if slot <= last => false,
        (Some(_), CatchUp::Once) => true,
        (Some(_), CatchUp::Skip) => slot >= started || now - slot <= GRACE,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn at(text: &str) -> DateTime<Utc> {
        text.parse().unwrap()
    }

    #[test]
    fn slots_are_exact_and_know_their_zone() {
        let hourly = Schedule::utc("5 * * * *").unwrap();
        assert_eq!(hourly.latest(at("2026-03-01T10:05:00Z")), Some(at("2026-03-01T10:05:00Z")));
        assert_eq!(hourly.latest(at("2026-03-01T10:04:59.999999Z")), Some(at("2026-03-01T09:05:00Z")));
        assert_eq!(hourly.next(at("2026-03-01T10:05:00Z")), Some(at("2026-03-01T11:05:00Z")));
        let berlin = Schedule::parse("0 9 * * *", Tz::Europe__Berlin).unwrap();
        assert_eq!(berlin.next(at("2026-03-28T12:00:00Z")), Some(at("2026-03-29T07:00:00Z")));
        assert!(Schedule::utc("every day").is_err());
    }

    #[test]
    fn what_is_due() {
        let (slot, before, after) =
            (at("2026-03-01T10:00:00Z"), at("2026-03-01T09:00:00Z"), at("2026-03-01T13:00:00Z"));
        let soon = at("2026-03-01T10:00:30Z");
        for (catch_up, last, started, now, due) in [
            (CatchUp::Once, None, after, after, false),
            (CatchUp::Once, None, before, slot, true),
            (CatchUp::Once, Some(before), after, after, true),
            (CatchUp::Once, Some(slot), after, after, false),
            (CatchUp::Skip, Some(before), after, after, false),
            (CatchUp::Skip, Some(before), soon, soon, true),
            (CatchUp::Skip, Some(before), before, after, true),
        ] {
            assert_eq!(
                is_due(catch_up, slot, last, started, now),
                due,
                "{catch_up:?} {last:?} {started} {now}"
            );
        }
    }
}
