//! Adds what changes counted to the running totals, after their commits. Nobody waits for it: a reading takes what is
//! not added yet, too.

use super::storage::metrics::FOLD_BATCH;
use super::storage::{Db, StorageError};
use super::wake::Pause;
use std::time::Duration;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// A node that commits and dies leaves its deltas to the others: they look this often.
const POLL: Duration = Duration::from_secs(10);
/// At most so often: what commits meanwhile is added together.
const FOLD_EVERY: Duration = Duration::from_secs(1);

/// The folder of this process.
pub struct Folder {
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Folder {
    /// Starts it. The schema must be up to date.
    pub fn start(db: Db) -> Self {
        let (stop, tasks) = (CancellationToken::new(), TaskTracker::new());
        let until = stop.clone();
        tasks.spawn(async move { until.run_until_cancelled(run(db)).await });
        Self { stop, tasks }
    }

    pub async fn shutdown(self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }
}

async fn run(db: Db) {
    let mut pause = Pause::default();
    loop {
        match fold_once(&db).await {
            Ok(full) => {
                pause.reset();
                if !full {
                    let _ = tokio::time::timeout(POLL, db.wakes.metrics.notified()).await;
                    tokio::time::sleep(FOLD_EVERY).await;
                }
            }
            Err(fault) => {
                tracing::warn!(%fault, "figures could not be added up");
                tokio::time::sleep(pause.next()).await;
            }
        }
    }
}

/// Folds everything that is committed by now; for who cannot wait for the folder.
///
/// # Errors
/// The database failed; what was folded before stays so.
pub async fn fold_all(db: &Db) -> Result<(), StorageError> {
    while fold_once(db).await? {}
    Ok(())
}

/// Folds one batch. `true`: there may be more.
async fn fold_once(db: &Db) -> Result<bool, StorageError> {
    if !db.read().await?.metrics_waiting().await? {
        return Ok(false);
    }
    let mut tx = db.begin().await?;
    let folded = tx.metrics_fold().await?;
    tx.commit().await?;
    Ok(folded.is_some_and(|folded| folded >= FOLD_BATCH as u64))
}
