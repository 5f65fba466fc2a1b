//! Who waits for commits in this process, and what a transaction rings when it commits.

use std::sync::Arc;
use tokio::sync::Notify;

/// Who waits for commits in this process.
#[derive(Clone, Default)]
pub struct Wakes {
    /// Jobs were enqueued.
    pub jobs: Arc<Notify>,
    /// Events were emitted.
    pub events: Arc<Notify>,
    /// Audit rows wait for their seal.
    pub audit: Arc<Notify>,
    /// Something was counted.
    pub metrics: Arc<Notify>,
}

/// Whom to ring after the commit.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Bells {
    pub jobs: bool,
    pub events: bool,
    pub audit: bool,
    pub metrics: bool,
}

impl Wakes {
    pub(super) fn ring(&self, bells: Bells) {
        for (wanted, bell) in [
            (bells.jobs, &self.jobs),
            (bells.events, &self.events),
            (bells.audit, &self.audit),
            (bells.metrics, &self.metrics),
        ] {
            if wanted {
                bell.notify_one();
            }
        }
    }
}
