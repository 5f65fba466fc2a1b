//! The attempts that run in this process, and what the heartbeat knows of their leases.

use crate::server::storage::jobs::{ExtendedJob, HeldJob};
use std::collections::{HashMap, HashSet};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;

/// The signals of one attempt.
#[derive(Clone)]
pub(super) struct Signals {
    /// The lease is lost, or the process ends: drop the attempt.
    pub abort: CancellationToken,
    /// Somebody asked to cancel the job.
    pub cancel: CancellationToken,
    pub past_swap: Arc<AtomicBool>,
}

struct Entry {
    signals: Signals,
    /// When the statement that last got the lease was sent: not later than the lease began.
    leased_at: Instant,
    /// No longer ours, and not dropped, because it is past the swap.
    lost: bool,
}

#[derive(Default)]
pub(super) struct Running {
    entries: Mutex<HashMap<HeldJob, Entry>>,
}

impl Running {
    fn entries(&self) -> MutexGuard<'_, HashMap<HeldJob, Entry>> {
        self.entries.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// Adds an attempt; it leaves when the answer is dropped.
    pub fn enter(self: &Arc<Self>, held: HeldJob, leased_at: Instant) -> (Signals, Entered) {
        let signals = Signals {
            abort: CancellationToken::new(),
            cancel: CancellationToken::new(),
            past_swap: Arc::default(),
        };
        self.entries().insert(held, Entry { signals: signals.clone(), leased_at, lost: false });
        (signals, Entered { running: self.clone(), held })
    }

    /// What the heartbeat is to extend.
    pub fn held(&self) -> Vec<HeldJob> {
        self.entries().iter().filter(|(_, entry)| !entry.lost).map(|(held, _)| *held).collect()
    }

    /// Takes in what a heartbeat, sent at `sent`, found of `asked`.
    pub fn extended(&self, asked: &[HeldJob], found: &[ExtendedJob], sent: Instant) {
        let mut entries = self.entries();
        let mut missing: HashSet<HeldJob> = asked.iter().copied().collect();
        for job in found {
            let held = HeldJob { id: job.id, fence: job.fence };
            missing.remove(&held);
            if let Some(entry) = entries.get_mut(&held) {
                entry.leased_at = sent;
                if job.cancel_requested {
                    entry.signals.cancel.cancel();
                }
            }
        }
        for held in missing {
            if let Some(entry) = entries.get_mut(&held) {
                entry.lose(held, "somebody else has the job");
            }
        }
    }

    /// Drops the attempts whose lease was not renewed for so long that it may soon be somebody else's.
    pub fn drop_unrenewed(&self, longest: Duration) {
        for (held, entry) in self.entries().iter_mut() {
            if !entry.lost && entry.leased_at.elapsed() > longest {
                entry.lose(*held, "the lease could not be renewed");
            }
        }
    }

    /// Drops everything, at the end of the process.
    pub fn abort_all(&self) {
        for entry in self.entries().values() {
            entry.signals.abort.cancel();
        }
    }
}

impl Entry {
    fn lose(&mut self, held: HeldJob, why: &str) {
        self.lost = true;
        let past_swap = self.signals.past_swap.load(Ordering::SeqCst);
        tracing::warn!(job = %held.id, fence = held.fence, past_swap, why, "the lease is lost");
        if !past_swap {
            self.signals.abort.cancel();
        }
    }
}

/// Stands for one attempt's entry.
pub(super) struct Entered {
    running: Arc<Running>,
    held: HeldJob,
}

impl Entered {
    pub fn is_lost(&self) -> bool {
        self.running.entries().get(&self.held).is_none_or(|entry| entry.lost)
    }
}

impl Drop for Entered {
    fn drop(&mut self) {
        self.running.entries().remove(&self.held);
    }
}
