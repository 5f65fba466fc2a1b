//! One follower's view of the log.

use super::bus::EventBus;
use crate::domain::ids::WorkspaceId;
use crate::server::storage::events::{PublishedEvent, events_bounds, events_of_workspace_after};
use crate::server::storage::{Db, StorageError};
use crate::server::wake::Pause;
use futures::Stream;
use std::collections::VecDeque;
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast::Receiver;
use tokio::sync::broadcast::error::RecvError;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// What a follower gets.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum FollowItem {
    Event(Arc<PublishedEvent>),
    /// What came after the follower's number is no longer kept, or the number is not of this log: read everything
    /// anew. What follows comes after `seq`.
    Resync {
        seq: i64,
    },
}

/// The log's part that is above `read_to`: first from the database, then live; from the database again after
/// falling behind. Subscribed before the first reading, so that nothing falls between the two.
pub(super) struct Follower {
    db: Db,
    stop: CancellationToken,
    live: Receiver<Arc<PublishedEvent>>,
    workspace: WorkspaceId,
    read_to: i64,
    catching_up: bool,
    ready: VecDeque<FollowItem>,
    pause: Pause,
}

impl Follower {
    pub fn new(bus: &EventBus, workspace: WorkspaceId, after_seq: Option<i64>) -> Self {
        let (live, position) = bus.subscribe();
        Self {
            db: bus.db.clone(),
            stop: bus.stop.clone(),
            live,
            workspace,
            read_to: after_seq.unwrap_or(position),
            catching_up: after_seq.is_some(),
            ready: VecDeque::new(),
            pause: Pause::default(),
        }
    }

    pub fn into_stream(self) -> impl Stream<Item = FollowItem> + Send + use<> {
        futures::stream::unfold(self, |mut follower| async move {
            let stop = follower.stop.clone();
            let item = stop.run_until_cancelled(follower.next()).await?;
            Some((item, follower))
        })
    }

    async fn next(&mut self) -> FollowItem {
        loop {
            if let Some(item) = self.ready.pop_front() {
                return item;
            }
            if self.catching_up {
                if let Err(fault) = self.catch_up().await {
                    tracing::warn!(%fault, "a follower could not catch up");
                    tokio::time::sleep(self.pause.next()).await;
                }
                continue;
            }
            match self.live.recv().await {
                Ok(event) if event.seq <= self.read_to => {}
                Ok(event) => {
                    self.read_to = event.seq;
                    if event.workspace_id == self.workspace {
                        return FollowItem::Event(event);
                    }
                }
                Err(RecvError::Lagged(_)) => self.catching_up = true,
                // The bus is going; `stop` ends the stream.
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }

    async fn catch_up(&mut self) -> Result<(), StorageError> {
        let mut conn = self.db.read().await?;
        let page = events_of_workspace_after(&mut conn, self.workspace, self.read_to).await?;
        // Read after the page: if the floor is not above us now, nothing was missing from the page either.
        let bounds = events_bounds(&mut conn).await?;
        drop(conn);
        self.pause.reset();
        if bounds.floor > self.read_to || bounds.head < self.read_to {
            self.read_to = bounds.head;
            self.catching_up = false;
            self.ready.push_back(FollowItem::Resync { seq: bounds.head });
            return Ok(());
        }
        self.read_to = page.read_to;
        self.catching_up = page.full;
        self.ready.extend(page.events.into_iter().map(|event| FollowItem::Event(Arc::new(event))));
        Ok(())
    }
}

/// Waits for one thing to change. Made before the thing is read, so that no change falls between.
pub struct Waiter {
    live: Receiver<Arc<PublishedEvent>>,
    stop: CancellationToken,
    workspace: WorkspaceId,
    subject_id: Uuid,
}

impl Waiter {
    pub(super) fn new(
        live: Receiver<Arc<PublishedEvent>>,
        stop: CancellationToken,
        workspace: WorkspaceId,
        subject_id: Uuid,
    ) -> Self {
        Self { live, stop, workspace, subject_id }
    }

    /// `true`: the thing may have changed, read it again. `false`: the time is over, or the process ends.
    pub async fn changed(&mut self, deadline: Instant) -> bool {
        let stop = self.stop.clone();
        let heard = stop.run_until_cancelled(tokio::time::timeout_at(deadline, self.hear())).await;
        matches!(heard, Some(Ok(())))
    }

    /// As [`Waiter::changed`], counted from now.
    pub async fn changed_within(&mut self, limit: Duration) -> bool {
        self.changed(Instant::now() + limit).await
    }

    async fn hear(&mut self) {
        loop {
            match self.live.recv().await {
                Ok(event) if event.workspace_id == self.workspace && event.subject_id == self.subject_id => {
                    return;
                }
                Ok(_) => {}
                Err(RecvError::Lagged(_)) => return,
                Err(RecvError::Closed) => std::future::pending().await,
            }
        }
    }
}
