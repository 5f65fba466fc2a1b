//! Waking: who waits in this process hears of commits here at once, and of commits on other nodes through
//! `LISTEN`. Words get lost, so everybody who waits here also polls.

use crate::server::storage::listen::{self, Channel, Heard};
use crate::server::storage::{Db, StorageError};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::Notify;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;

/// At most so often are other nodes told: one word stands for all commits since the last.
const TELL_EVERY: Duration = Duration::from_millis(5);

/// One per process and [`Db`]; the engine and the event bus share it. Clones are the same.
#[derive(Clone)]
pub struct Wake {
    /// Jobs may be due: waited for by the one dispatcher.
    pub(super) jobs: Arc<Notify>,
    /// Events were numbered: waited for by the one pump.
    pub(super) published: Arc<Notify>,
    /// What this process calls itself, so that it does not answer its own words.
    pub(super) process: Arc<str>,
    stop: CancellationToken,
    tasks: TaskTracker,
}

impl Wake {
    /// Starts passing on what commits, and on PostgreSQL listening. Needs a runtime.
    pub fn start(db: &Db) -> Self {
        let wake = Self {
            jobs: Arc::default(),
            published: Arc::default(),
            process: db.clock.id().to_string().into(),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        let to_tell = Arc::new(Notify::new());
        wake.spawn(wake.clone().relay(db.clone(), to_tell.clone()));
        wake.spawn(wake.clone().tell(db.clone(), to_tell));
        wake.spawn(wake.clone().listen(db.clone()));
        wake
    }

    /// Stops all of it; after this only polling finds work.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move { stop.run_until_cancelled(task).await });
    }

    async fn relay(self, db: Db, to_tell: Arc<Notify>) {
        loop {
            db.wakes.jobs.notified().await;
            self.jobs.notify_one();
            to_tell.notify_one();
        }
    }

    async fn tell(self, db: Db, to_tell: Arc<Notify>) {
        loop {
            to_tell.notified().await;
            if let Err(fault) = self.tell_once(&db).await {
                tracing::warn!(%fault, "the other nodes were not told of new jobs; they find them by polling");
            }
            tokio::time::sleep(TELL_EVERY).await;
        }
    }

    async fn tell_once(&self, db: &Db) -> Result<(), StorageError> {
        listen::tell(&mut db.read().await?, Channel::Jobs, &self.process).await
    }

    async fn listen(self, db: Db) {
        let mut pause = Pause::default();
        loop {
            match self.listen_until_fault(&db, &mut pause).await {
                // There is nobody to listen to.
                Ok(()) => return,
                Err(fault) => {
                    tracing::warn!(%fault, "not listening to other nodes; polling meanwhile");
                    tokio::time::sleep(pause.next()).await;
                }
            }
        }
    }

    async fn listen_until_fault(&self, db: &Db, pause: &mut Pause) -> Result<(), StorageError> {
        let Some(mut listener) = db.listen().await? else { return Ok(()) };
        // Whatever was said while nobody listened.
        self.all();
        loop {
            match listener.hear().await? {
                Heard::Word { from, .. } if *from == *self.process => {}
                Heard::Word { channel: Channel::Jobs, .. } => self.jobs.notify_one(),
                Heard::Word { channel: Channel::Events, .. } => self.published.notify_one(),
                Heard::Reconnected => self.all(),
            }
            pause.reset();
        }
    }

    fn all(&self) {
        self.jobs.notify_one();
        self.published.notify_one();
    }
}

/// How long a loop waits after a database fault: from 100 ms, doubled each time, at most 5 s.
#[derive(Debug, Default)]
pub(super) struct Pause {
    faults: u32,
}

impl Pause {
    pub fn next(&mut self) -> Duration {
        let wait = Duration::from_millis(100) * 2_u32.pow(self.faults.min(6));
        self.faults = self.faults.saturating_add(1);
        wait.min(Duration::from_secs(5))
    }

    pub fn reset(&mut self) {
        self.faults = 0;
    }
}
