//! The fan-out: one pump per process reads numbered events in order and hands them to all followers.

use super::follow::{FollowItem, Follower, Waiter};
use super::publisher;
use crate::domain::ids::WorkspaceId;
use crate::server::storage::events::{PublishedEvent, events_after, events_bounds};
use crate::server::storage::{Db, StorageError};
use crate::server::wake::{Pause, Wake};
use futures::Stream;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use uuid::Uuid;

/// Events that a slow follower may be behind before it reads from the database again.
const BUFFER: usize = 1024;
/// How often to look when no word arrives.
const POLL: Duration = Duration::from_secs(5);

/// What followers of this process share. Clones are the same bus.
#[derive(Clone)]
pub struct EventBus {
    pub(super) db: Db,
    sender: broadcast::Sender<Arc<PublishedEvent>>,
    /// The highest number handed out. Raised after the sending, so that whoever subscribes and then reads it gets
    /// all that is above it.
    position: Arc<AtomicI64>,
    pub(super) stop: CancellationToken,
    tasks: TaskTracker,
}

impl EventBus {
    /// Starts the publisher and the pump, from the present end of the log.
    pub async fn start(db: Db, wake: Wake) -> Result<Self, StorageError> {
        let head = events_bounds(&mut db.read().await?).await?.head;
        let bus = Self {
            db: db.clone(),
            sender: broadcast::Sender::new(BUFFER),
            position: Arc::new(AtomicI64::new(head)),
            stop: CancellationToken::new(),
            tasks: TaskTracker::new(),
        };
        bus.spawn(publisher::publish(db, wake.clone()));
        bus.spawn(bus.clone().pump(wake));
        Ok(bus)
    }

    /// Ends all followers' streams and waits for the tasks. HTTP's own shutdown waits for those streams, so this
    /// comes first.
    pub async fn shutdown(&self) {
        self.stop.cancel();
        self.tasks.close();
        self.tasks.wait().await;
    }

    /// The number of the last event handed out here.
    pub fn position(&self) -> i64 {
        self.position.load(Ordering::SeqCst)
    }

    /// A workspace's events after `after_seq`, without gaps or doubles; without it, those from now on. Ends when
    /// the bus stops.
    pub fn follow(
        &self,
        workspace: WorkspaceId,
        after_seq: Option<i64>,
    ) -> impl Stream<Item = FollowItem> + Send + use<> {
        Follower::new(self, workspace, after_seq).into_stream()
    }

    /// For answers that wait until a thing changes: make this first, then read the thing, then wait.
    pub fn wait_for(&self, workspace: WorkspaceId, subject_id: Uuid) -> Waiter {
        Waiter::new(self.subscribe().0, self.stop.clone(), workspace, subject_id)
    }

    /// All events from now on, and a number that is not above the first of them.
    pub(super) fn subscribe(&self) -> (broadcast::Receiver<Arc<PublishedEvent>>, i64) {
        let receiver = self.sender.subscribe();
        (receiver, self.position())
    }

    fn spawn(&self, task: impl Future<Output = ()> + Send + 'static) {
        let stop = self.stop.clone();
        self.tasks.spawn(async move { stop.run_until_cancelled(task).await });
    }

    async fn pump(self, wake: Wake) {
        let mut pause = Pause::default();
        loop {
            match self.pump_once().await {
                Ok(true) => pause.reset(),
                Ok(false) => {
                    pause.reset();
                    let _ = tokio::time::timeout(POLL, wake.published.notified()).await;
                }
                Err(fault) => {
                    tracing::warn!(%fault, "events could not be read");
                    tokio::time::sleep(pause.next()).await;
                }
            }
        }
    }

    /// Hands out one page. `true`: there may be more.
    async fn pump_once(&self) -> Result<bool, StorageError> {
        let page = events_after(&mut self.db.read().await?, self.position()).await?;
        for event in page.events {
            // Nobody following is no fault.
            let _ = self.sender.send(Arc::new(event));
        }
        self.position.store(page.read_to, Ordering::SeqCst);
        Ok(page.full)
    }
}
