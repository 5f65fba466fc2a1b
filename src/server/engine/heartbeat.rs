//! One heartbeat for all attempts of this process; after it the reaping of leases that ran out anywhere.

use super::Shared;
use super::attempt::{StepError, give_up, within};
use crate::server::storage::StorageError;
use crate::server::storage::jobs;
use std::sync::Arc;
use std::time::Duration;
use tokio::time::{Instant, MissedTickBehavior, interval};

/// Runs until it is dropped, at the end of the drain.
pub(super) async fn beat(shared: Arc<Shared>) {
    tokio::join!(extend(&shared), watch(&shared));
}

async fn extend(shared: &Shared) {
    let quarter = shared.settings.lease / 4;
    let mut ticks = interval(quarter);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if shared.settings.heartbeat
            && let Err(fault) = within(quarter, extend_once(shared)).await
        {
            tracing::warn!(%fault, "the leases could not be renewed");
        }
        if let Err(fault) = reap(shared, quarter).await {
            tracing::warn!(%fault, "expired leases could not be reaped");
        }
    }
}

async fn extend_once(shared: &Shared) -> Result<(), StorageError> {
    let held = shared.running.held();
    if held.is_empty() {
        return Ok(());
    }
    let sent = Instant::now();
    let mut tx = shared.db.begin().await?;
    let found = jobs::jobs_extend(&mut tx, &held, shared.settings.lease).await?;
    tx.commit().await?;
    shared.running.extended(&held, &found, sent);
    Ok(())
}

/// Looks often enough that an unrenewed attempt is dropped before its lease ends.
async fn watch(shared: &Shared) {
    let mut ticks = interval(shared.settings.lease / 16);
    ticks.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        ticks.tick().await;
        if shared.settings.heartbeat {
            shared.running.drop_unrenewed(shared.settings.lease * 3 / 4);
        }
    }
}

/// Makes what can be tried again ready, and gives up what cannot.
pub(super) async fn reap(shared: &Shared, limit: Duration) -> Result<(), StepError> {
    let reaped = within(limit, async {
        let mut tx = shared.db.begin().await?;
        let reaped = jobs::jobs_reap(&mut tx).await?;
        tx.commit().await?;
        Ok(reaped)
    })
    .await?;
    if reaped > 0 {
        tracing::warn!(reaped, "leases ran out; their jobs are ready again");
    }
    while within(limit, reap_spent(shared)).await? {}
    Ok(())
}

/// Gives up one job that ran out of leases and attempts. `false`: there is none.
async fn reap_spent(shared: &Shared) -> Result<bool, StorageError> {
    let mut tx = shared.db.begin().await?;
    let Some(job) = jobs::job_reap_spent(&mut tx, &shared.kinds).await? else { return Ok(false) };
    let cause = match &job.last_error {
        Some(earlier) => format!("The lease ran out in the last attempt; before that: {earlier}"),
        None => "The lease ran out in the last attempt".to_owned(),
    };
    // Ours for a while: nobody else takes it up, and a handler that fails here does not hold up the others.
    jobs::jobs_extend(&mut tx, &[job.held()], shared.settings.lease).await?;
    tx.commit().await?;
    let handler = shared.handlers.get(job.kind.as_str()).cloned();
    if let Err(fault) = give_up(shared, handler.as_deref(), &job, &cause).await {
        tracing::error!(job = %job.id, kind = job.kind, %fault, "a spent job could not be given up; again later");
    }
    Ok(true)
}
