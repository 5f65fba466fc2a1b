//! Numbers events after their commits, on PostgreSQL. One publisher at a time in the whole system, so that a number
//! becomes visible only after all lower ones. On SQLite events are born with their numbers.

use crate::server::storage::db::Engine;
use crate::server::storage::listen::{self, Channel};
use crate::server::storage::{Db, StorageError, events};
use crate::server::wake::{Pause, Wake};
use std::time::Duration;

/// A node that commits and dies leaves its events to the others: they look this often.
const POLL: Duration = Duration::from_secs(1);
/// At most so often: what commits meanwhile is numbered together.
const PUBLISH_EVERY: Duration = Duration::from_millis(5);
/// How soon to look again when another node publishes: it may not have seen our commit.
const BUSY_WAIT: Duration = Duration::from_millis(10);

enum Round {
    Idle,
    Busy,
    Numbered { full: bool },
}

/// Runs until it is dropped.
pub(super) async fn publish(db: Db, wake: Wake) {
    match db.engine() {
        Engine::Sqlite => pass_on(db, wake).await,
        Engine::Postgres => number(db, wake).await,
    }
}

async fn pass_on(db: Db, wake: Wake) {
    loop {
        db.wakes.events.notified().await;
        wake.published.notify_one();
        tokio::time::sleep(PUBLISH_EVERY).await;
    }
}

async fn number(db: Db, wake: Wake) {
    let mut pause = Pause::default();
    loop {
        match publish_once(&db, &wake).await {
            Ok(round) => {
                pause.reset();
                match round {
                    Round::Idle => {
                        // A commit wakes; the poll is for what no wake told.
                        let _ = tokio::time::timeout(POLL, db.wakes.events.notified()).await;
                    }
                    Round::Busy => tokio::time::sleep(BUSY_WAIT).await,
                    Round::Numbered { full } => {
                        wake.published.notify_one();
                        if !full {
                            tokio::time::sleep(PUBLISH_EVERY).await;
                        }
                    }
                }
            }
            Err(fault) => {
                tracing::warn!(%fault, "events could not be published");
                tokio::time::sleep(pause.next()).await;
            }
        }
    }
}

async fn publish_once(db: &Db, wake: &Wake) -> Result<Round, StorageError> {
    if !events::events_waiting(&mut db.read().await?).await? {
        return Ok(Round::Idle);
    }
    let mut tx = db.begin().await?;
    if !events::events_publisher_lock(&mut tx).await? {
        return Ok(Round::Busy);
    }
    let numbered = events::events_number(&mut tx).await?;
    if numbered > 0 {
        // Said when this commits: one word for the whole batch.
        listen::tell(&mut tx, Channel::Events, &wake.process).await?;
    }
    tx.commit().await?;
    Ok(match numbered {
        0 => Round::Idle,
        _ => Round::Numbered { full: numbered >= events::BATCH as u64 },
    })
}
