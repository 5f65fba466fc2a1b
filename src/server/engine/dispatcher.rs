//! Claims as many due jobs as there are free slots, and starts an attempt for each.

use super::attempt::{attempt, within};
use super::{Shared, Slots};
use crate::server::storage::StorageError;
use crate::server::storage::jobs::{self, Job};
use crate::server::wake::Pause;
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;
use tokio::sync::OwnedSemaphorePermit;
use tokio::time::Instant;
use tracing::Instrument;

/// Longest wait for one round of claims.
const CLAIM_LIMIT: Duration = Duration::from_secs(10);

struct Claimed {
    jobs: Vec<(Job, Arc<Slots>, OwnedSemaphorePermit)>,
    leased_at: Instant,
    /// When something becomes due that is not due yet.
    next: Option<Instant>,
}

/// Runs until the engine stops.
pub(super) async fn dispatch(shared: Arc<Shared>) {
    let mut pause = Pause::default();
    while !shared.stop.is_cancelled() {
        let until = match within(CLAIM_LIMIT, claim(&shared)).await {
            Ok(claimed) => {
                pause.reset();
                for (job, slots, permit) in claimed.jobs {
                    start(&shared, job, slots, permit, claimed.leased_at);
                }
                let poll = Instant::now() + shared.settings.poll;
                claimed.next.map_or(poll, |next| next.min(poll))
            }
            Err(fault) => {
                let wait = pause.next();
                tracing::warn!(%fault, ?wait, "jobs could not be claimed");
                // Not to be cut short by wakes: the database has to recover.
                shared.stop.run_until_cancelled(tokio::time::sleep(wait)).await;
                continue;
            }
        };
        tokio::select! {
            () = shared.stop.cancelled() => {}
            () = shared.wake.jobs.notified() => {}
            () = tokio::time::sleep_until(until) => {}
        }
    }
}

async fn claim(shared: &Shared) -> Result<Claimed, StorageError> {
    // Most wakes tell of jobs that are due later: a look costs no write transaction.
    let now = shared.db.now().await?;
    let looked = Instant::now();
    let first = jobs::jobs_next_run_at(&mut shared.db.read().await?, DateTime::<Utc>::UNIX_EPOCH).await?;
    if first.is_none_or(|first| first > now) {
        let next = first.map(|first| looked + (first - now).to_std().unwrap_or_default());
        return Ok(Claimed { jobs: Vec::new(), leased_at: looked, next });
    }
    let leased_at = Instant::now();
    let mut tx = shared.db.begin().await?;
    let began = Instant::now();
    let mut claimed = Vec::new();
    for slots in &shared.queues {
        // Before the claim: a slot that becomes free meanwhile wakes the next round.
        slots.hungry.store(true, Ordering::SeqCst);
        let mut permits = Vec::new();
        while let Ok(permit) = slots.free.clone().try_acquire_owned() {
            permits.push(permit);
        }
        if permits.is_empty() {
            continue;
        }
        let jobs =
            jobs::jobs_claim(&mut tx, slots.queue, permits.len(), &shared.worker, shared.settings.lease)
                .await?;
        if jobs.len() < permits.len() {
            slots.hungry.store(false, Ordering::SeqCst);
        }
        claimed.extend(jobs.into_iter().zip(permits).map(|(job, permit)| (job, slots.clone(), permit)));
    }
    let now = tx.now();
    let next = jobs::jobs_next_run_at(&mut tx, now).await?;
    tx.commit().await?;
    // From the database's time to this process's: `began` is not before the moment that `now` names.
    let next = next.map(|next| began + (next - now).to_std().unwrap_or_default());
    Ok(Claimed { jobs: claimed, leased_at, next })
}

fn start(
    shared: &Arc<Shared>,
    job: Job,
    slots: Arc<Slots>,
    permit: OwnedSemaphorePermit,
    leased_at: Instant,
) {
    let (signals, entered) = shared.running.enter(job.held(), leased_at);
    let span = tracing::info_span!("job", id = %job.id, kind = job.kind, attempt = job.attempt);
    let shared = shared.clone();
    let tasks = shared.attempts.clone();
    tasks.spawn(
        async move {
            attempt(shared.clone(), job, signals, entered).await;
            drop(permit);
            if slots.hungry.swap(false, Ordering::SeqCst) {
                shared.wake.jobs.notify_one();
            }
        }
        .instrument(span),
    );
}
