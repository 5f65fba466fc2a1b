//! What the clock does to memory: what is past its expiry is forgotten, what is worth it and read rises to the next
//! tier. A batch of one workspace is one transaction with one audit row that counts it.

use crate::domain::event::Topic;
use crate::domain::ids::WorkspaceId;
use crate::domain::memory::{LONG_SCORE, MEDIUM_SCORE, MemoryTier, lifetime};
use crate::server::engine::{
    CronEntry, Done, HOUSEKEEPING_QUEUE, Handler, Job, JobCx, JobError, ScheduleError,
};
use crate::server::services::change::note;
use crate::server::services::ctx::system_actor;
use crate::server::storage::memory::Rise;
use crate::server::storage::{AuditEntry, Db, StorageError};
use async_trait::async_trait;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use uuid::Uuid;

const KIND: &str = "memory.upkeep";
/// Workspaces of one reading.
const PAGE: i64 = 500;
/// Memories of one transaction: few enough that nobody waits for it.
const BATCH: i64 = 500;

/// From the upper tier down, so that one run lifts a memory by one tier.
const RISES: [(MemoryTier, MemoryTier, i64); 2] = [
    (MemoryTier::MediumTerm, MemoryTier::LongTerm, LONG_SCORE),
    (MemoryTier::ShortTerm, MemoryTier::MediumTerm, MEDIUM_SCORE),
];

#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
enum Work {
    Forget,
    Promote,
}

#[derive(Deserialize)]
struct Payload {
    work: Work,
}

/// Goes over all workspaces.
pub struct Upkeep;

#[async_trait]
impl Handler for Upkeep {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let Payload { work } = job.payload()?;
        let stop = || cx.is_cancelled();
        let touched = match work {
            Work::Forget => forget(cx.db(), &stop).await?,
            Work::Promote => promote(cx.db(), &stop).await?,
        };
        tracing::debug!(?work, touched, "looked after memory");
        Ok(Done::Finish)
    }
}

/// Forgets what is past its expiry, in every workspace. Answers how many. `stop`: asked between batches.
pub async fn forget(db: &Db, stop: &(impl Fn() -> bool + Sync)) -> Result<u64, StorageError> {
    let (mut after, mut total) = (Uuid::nil(), 0);
    loop {
        let now = db.now().await?;
        let page = db.read().await?.workspaces_forgetting(after, now, PAGE).await?;
        let Some(last) = page.last() else { return Ok(total) };
        after = last.0;
        for workspace in page {
            loop {
                if stop() {
                    return Ok(total);
                }
                let count = forget_batch(db, workspace).await?;
                total += count;
                if count < BATCH as u64 {
                    break;
                }
            }
        }
    }
}

async fn forget_batch(db: &Db, workspace: WorkspaceId) -> Result<u64, StorageError> {
    let mut tx = db.begin().await?;
    let count = tx.memory_forget(workspace, BATCH).await?;
    if count > 0 {
        let text = format!("Forgot {} past their time", memories(count));
        let entry = AuditEntry {
            result: Some(json!({ "count": count })),
            ..AuditEntry::new(workspace, system_actor(), "memory.expired", text)
        };
        note(&mut tx, Topic::Memory, workspace.0, entry);
        tx.commit().await?;
    }
    Ok(count)
}

/// Lifts what is worth it by one tier, in every workspace. Answers how many. `stop`: asked between batches.
pub async fn promote(db: &Db, stop: &(impl Fn() -> bool + Sync)) -> Result<u64, StorageError> {
    let mut total = 0;
    for (from, to, score) in RISES {
        let mut after = Uuid::nil();
        loop {
            let page = db.read().await?.workspaces_using(after, from, PAGE).await?;
            let Some(last) = page.last() else { break };
            after = last.0;
            for workspace in page {
                loop {
                    if stop() {
                        return Ok(total);
                    }
                    let count = promote_batch(db, workspace, from, to, score).await?;
                    total += count;
                    if count < BATCH as u64 {
                        break;
                    }
                }
            }
        }
    }
    Ok(total)
}

async fn promote_batch(
    db: &Db,
    workspace: WorkspaceId,
    from: MemoryTier,
    to: MemoryTier,
    score: i64,
) -> Result<u64, StorageError> {
    let mut tx = db.begin().await?;
    let expires_at = lifetime(to).map(|kept| tx.now() + kept);
    let count = tx.memory_promote(workspace, Rise { from, to, score, expires_at }, BATCH).await?;
    if count > 0 {
        let words = |tier: MemoryTier| tier.as_str().replace('_', "-");
        let text = format!("Promoted {} from {} to {}", memories(count), words(from), words(to));
        let entry = AuditEntry {
            result: Some(json!({ "count": count, "from": from, "to": to })),
            ..AuditEntry::new(workspace, system_actor(), "memory.promoted", text)
        };
        note(&mut tx, Topic::Memory, workspace.0, entry);
        tx.commit().await?;
    }
    Ok(count)
}

fn memories(count: u64) -> String {
    if count == 1 { "a memory".to_owned() } else { format!("{count} memories") }
}

/// The schedules, for the engine.
pub fn memory_cron() -> Result<Vec<CronEntry>, ScheduleError> {
    [("forget", "*/5 * * * *", Work::Forget), ("promote", "*/10 * * * *", Work::Promote)]
        .into_iter()
        .map(|(name, schedule, work)| {
            let payload: Value = json!({ "work": work });
            CronEntry::for_all_workspaces(
                format!("{KIND}.{name}"),
                schedule,
                HOUSEKEEPING_QUEUE,
                KIND,
                payload,
            )
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::memory::promoted;

    #[test]
    fn every_schedule_reads_and_every_payload_is_one_of_ours() {
        for entry in memory_cron().unwrap() {
            let job = (entry.job)(chrono::DateTime::UNIX_EPOCH);
            serde_json::from_value::<Payload>(job.payload).unwrap();
        }
    }

    /// The rises are those of the domain.
    #[test]
    fn each_rise_is_a_promotion() {
        for (from, to, score) in RISES {
            for importance in 0..=100 {
                let worth = importance + 100;
                let rises = promoted(from, importance, 10) == Some(to);
                assert_eq!(rises, worth >= score, "{from} {importance}");
            }
        }
        assert_eq!(RISES.len(), MemoryTier::ALL.len() - 1);
    }
}
