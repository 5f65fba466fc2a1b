//! The dispatcher of jobs, built to shared/DISPATCH.md: claims, leases and fences, retries, timers, cron.
//!
//! A job is enqueued only inside the transaction that needs it ([`Tx::enqueue`]); here it is claimed, run by the
//! [`Handler`] of its kind, and finished. Invariant: nothing here knows what a job does.
//!
//! [`Tx::enqueue`]: crate::server::storage::Tx::enqueue

mod attempt;
mod backoff;
mod cron;
mod dispatcher;
mod drain;
mod handler;
mod heartbeat;
mod housekeeping;
mod running;

pub use crate::server::storage::jobs::{HeldJob, Job};
pub use backoff::Backoff;
pub use cron::{CatchUp, CronEntry, Schedule, ScheduleError};
pub use drain::run_due;
pub use handler::{Done, Handler, JobCx, JobError};
pub use housekeeping::{Housekeeping, housekeeping_cron};

use crate::server::storage::db::Engine as DbEngine;
use crate::server::storage::{Db, StorageError, jobs};
use crate::server::wake::Wake;
use running::Running;
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::AtomicBool;
use std::time::Duration;
use tokio::sync::Semaphore;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// The queue of everything that has no queue of its own.
pub const DEFAULT_QUEUE: &str = "default";
/// The queue of cleaning up, apart so that it never holds up work.
pub const HOUSEKEEPING_QUEUE: &str = "housekeeping";

#[derive(Clone, Debug)]
pub struct EngineSettings {
    /// Each queue with the number of its jobs that run here at once. A queue that no node names is never served.
    pub queues: Vec<(&'static str, usize)>,
    pub lease: Duration,
    /// This node's name. A worker's name is this and an id of the boot.
    pub node: String,
    /// How long [`EngineHandle::shutdown`] waits for running attempts.
    pub drain: Duration,
    /// Longest sleep between two looks for due jobs, when no wake arrives.
    pub poll: Duration,
    pub backoff: Backoff,
    pub at_boot: AtBoot,
    /// Off only in tests, to play a process that is stopped.
    pub heartbeat: bool,
}

/// Whose running jobs are taken back when the engine starts, before their leases end.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AtBoot {
    /// Nobody's: the leases decide.
    Wait,
    /// Those of workers of this node's name: only where no other living process can have that name.
    TakeBackNode,
    /// Everybody's: only under the exclusive lock of a SQLite file ([`crate::server::storage::lock::hold`]).
    TakeBackAll,
}

impl EngineSettings {
    /// The settings of a node that has `db` (on SQLite: for itself alone).
    pub fn new(db: &Db, node: impl Into<String>) -> Self {
        Self {
            queues: vec![(DEFAULT_QUEUE, 16), (HOUSEKEEPING_QUEUE, 1)],
            lease: Duration::from_secs(30),
            node: node.into(),
            drain: Duration::from_secs(30),
            poll: Duration::from_secs(5),
            backoff: Backoff::default(),
            at_boot: match db.engine() {
                DbEngine::Sqlite => AtBoot::TakeBackAll,
                DbEngine::Postgres => AtBoot::Wait,
            },
            heartbeat: true,
        }
    }
}

/// The free slots of one queue.
struct Slots {
    queue: &'static str,
    free: Arc<Semaphore>,
    /// The last claim took all free slots, so that more may be due: the next free slot is to wake the dispatcher.
    hungry: AtomicBool,
}

/// What all tasks of one engine share.
struct Shared {
    db: Db,
    wake: Wake,
    settings: EngineSettings,
    worker: String,
    handlers: HashMap<&'static str, Arc<dyn Handler>>,
    kinds: Vec<&'static str>,
    queues: Vec<Arc<Slots>>,
    running: Arc<Running>,
    attempts: TaskTracker,
    /// No new claims, no new fires.
    stop: CancellationToken,
}

pub struct Engine;

impl Engine {
    /// Takes back what `settings.at_boot` says, then starts the tasks. One engine per [`Wake`].
    pub async fn start(
        db: Db,
        wake: Wake,
        handlers: Vec<Arc<dyn Handler>>,
        cron: Vec<CronEntry>,
        settings: EngineSettings,
    ) -> Result<EngineHandle, StorageError> {
        let kinds: Vec<&'static str> = handlers.iter().map(|handler| handler.kind()).collect();
        let by_kind: HashMap<_, _> = handlers.into_iter().map(|handler| (handler.kind(), handler)).collect();
        if by_kind.len() < kinds.len() {
            return Err(StorageError::Settings(format!("Two handlers of one kind of job: {kinds:?}")));
        }
        let queues = settings
            .queues
            .iter()
            .map(|&(queue, slots)| {
                let free = Arc::new(Semaphore::new(slots));
                Arc::new(Slots { queue, free, hungry: AtomicBool::new(false) })
            })
            .collect();
        let shared = Arc::new(Shared {
            worker: format!("{}/{}", settings.node, db.clock.id()),
            handlers: by_kind,
            kinds,
            queues,
            running: Arc::default(),
            attempts: TaskTracker::new(),
            stop: CancellationToken::new(),
            db,
            wake,
            settings,
        });
        take_back(&shared).await?;
        let loops = TaskTracker::new();
        loops.spawn(dispatcher::dispatch(shared.clone()));
        loops.spawn(cron::fire_all(shared.clone(), cron));
        let heartbeat = tokio::spawn(heartbeat::beat(shared.clone()));
        tracing::info!(worker = shared.worker, "the engine runs");
        Ok(EngineHandle { shared, loops, heartbeat })
    }
}

async fn take_back(shared: &Shared) -> Result<(), StorageError> {
    let prefix = match shared.settings.at_boot {
        AtBoot::Wait => return Ok(()),
        AtBoot::TakeBackNode => format!("{}/", shared.settings.node),
        AtBoot::TakeBackAll => String::new(),
    };
    let mut tx = shared.db.begin().await?;
    let found = jobs::jobs_expire_leases(&mut tx, &prefix).await?;
    tx.commit().await?;
    if found > 0 {
        // The heartbeat's first round, which is at once, reaps them.
        tracing::info!(found, "taking back the jobs that ran when this node last ended");
    }
    Ok(())
}

/// A running engine. Dropping it does not stop it; [`EngineHandle::shutdown`] does.
pub struct EngineHandle {
    shared: Arc<Shared>,
    loops: TaskTracker,
    heartbeat: JoinHandle<()>,
}

impl EngineHandle {
    /// This boot's name in `jobs.worker`.
    pub fn worker(&self) -> &str {
        &self.shared.worker
    }

    /// Stops claiming, lets running attempts end while their leases are kept, at most for `settings.drain`; then
    /// drops the rest, whose leases expire.
    pub async fn shutdown(self) {
        self.shared.stop.cancel();
        self.loops.close();
        self.loops.wait().await;
        self.shared.attempts.close();
        let drained = tokio::time::timeout(self.shared.settings.drain, self.shared.attempts.wait()).await;
        if drained.is_err() {
            tracing::warn!(
                left = self.shared.attempts.len(),
                "jobs still run; their leases are left to expire"
            );
            self.shared.running.abort_all();
        }
        self.heartbeat.abort();
        let _ = self.heartbeat.await;
    }
}
