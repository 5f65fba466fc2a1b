//! Removing what a workspace no longer keeps of its past: executions that ended, and threads that fell silent.
//!
//! An execution goes with everything that it started, once the last of them ended longer ago than the workspace keeps.
//! Nothing of a tree goes while any of it is queued, runs, waits or is paused, or asked for an action that is not decided
//! or not performed yet.
//!
//! A thread goes as a whole, once its last message is that old and nothing was done about any of it for as long: what an
//! agent has still to deal with stays, and so does a task whose result an execution waits for. What was given up is among
//! the dead letters for the whole time, counted from when it was given up.
//!
//! Approvals, the audit trail, figures and memory are not touched. What they say of an execution that is gone is true;
//! whoever asks for it is told that there is none (404). A start that its caller named stays made.

use super::ctx::system_actor;
use super::executions::start::{is_of_event, slot_of};
use crate::domain::event::Topic;
use crate::domain::ids::{ExecutionId, MessageId, WorkflowId, WorkspaceId};
use crate::server::engine::{
    CronEntry, Done, HOUSEKEEPING_QUEUE, Handler, Job, JobCx, JobError, ScheduleError,
};
use crate::server::storage::{AuditEntry, Db, StorageError, Tx};
use async_trait::async_trait;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use std::collections::BTreeMap;
use uuid::Uuid;

const KIND: &str = "history.removal";
/// Workspaces of one reading.
const PAGE: i64 = 500;
/// Executions, with what is below each, or threads that one transaction looks at.
const LOOKED: i64 = 100;
/// Rows that one transaction deletes: small enough that nobody waits for it. A tree or a thread that has more goes alone.
const ROWS: i64 = 1_000;

/// Where to go on: when what was last looked at ended, and its id.
type Place = (DateTime<Utc>, Uuid);
const BEGINNING: Place = (DateTime::UNIX_EPOCH, Uuid::nil());

/// How much went.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Removed {
    /// Those that others started included.
    pub executions: u64,
    pub messages: u64,
}

/// Goes over all workspaces.
pub struct RemoveHistory;

#[async_trait]
impl Handler for RemoveHistory {
    fn kind(&self) -> &'static str {
        KIND
    }

    async fn run(&self, _: Job, cx: &JobCx) -> Result<Done, JobError> {
        let removed = remove_history(cx.db(), &|| cx.is_cancelled()).await?;
        tracing::debug!(?removed, "removed history");
        Ok(Done::Finish)
    }
}

/// The schedule of removing, for the engine.
pub fn history_cron() -> Result<CronEntry, ScheduleError> {
    CronEntry::for_all_workspaces(KIND, "43 * * * *", HOUSEKEEPING_QUEUE, KIND, json!({}))
}

/// Removes what is too old, in every workspace that does not keep all. `stop`: asked between batches.
pub async fn remove_history(db: &Db, stop: &(impl Fn() -> bool + Sync)) -> Result<Removed, StorageError> {
    let (mut after, mut total) = (Uuid::nil(), Removed::default());
    loop {
        let page = db.read().await?.workspaces_forgetting_history(after, PAGE).await?;
        let Some((last, _)) = page.last() else { return Ok(total) };
        after = last.0;
        for (workspace, days) in page {
            let before = db.now().await? - TimeDelta::days(days);
            let mut run = Run { workspace, days, before, told: false };
            let mut place = Some(BEGINNING);
            while let Some(from) = place.filter(|_| !stop()) {
                let batch = run.executions(db, from).await?;
                total.executions += batch.gone;
                place = batch.next;
            }
            let mut place = Some(BEGINNING);
            while let Some(from) = place.filter(|_| !stop()) {
                let batch = run.messages(db, from).await?;
                total.messages += batch.gone;
                place = batch.next;
            }
        }
    }
}

/// What one transaction did.
#[derive(Default)]
struct Batch {
    gone: u64,
    /// Where to go on; `None`: there is no more.
    next: Option<Place>,
}

/// One going over one workspace.
struct Run {
    workspace: WorkspaceId,
    days: i64,
    before: DateTime<Utc>,
    /// The audit trail has its row.
    told: bool,
}

impl Run {
    async fn executions(&mut self, db: &Db, from: Place) -> Result<Batch, StorageError> {
        let mut tx = db.begin().await?;
        if !self.stands(&mut tx).await? {
            return Ok(Batch::default());
        }
        let mut found = tx.executions_old(self.workspace, self.before, from, LOOKED).await?;
        let taken = together(found.iter().map(|one| one.rows));
        let all = taken == found.len() && (taken as i64) < LOOKED;
        found.truncate(taken);
        let next = found.last().filter(|_| !all).map(|one| (one.finished_at, one.id.0));
        let ids: Vec<ExecutionId> = found.into_iter().flat_map(|one| one.tree).collect();
        if ids.is_empty() {
            return Ok(Batch { gone: 0, next });
        }
        let named = tx.executions_remove(&ids).await?;
        remember(&mut tx, self.workspace, named).await?;
        self.tell(&mut tx, Topic::Execution);
        tx.commit().await?;
        Ok(Batch { gone: ids.len() as u64, next })
    }

    async fn messages(&mut self, db: &Db, from: Place) -> Result<Batch, StorageError> {
        let mut tx = db.begin().await?;
        if !self.stands(&mut tx).await? {
            return Ok(Batch::default());
        }
        let mut found = tx.threads_old(self.workspace, self.before, from, LOOKED).await?;
        let taken = together(found.iter().map(|one| one.messages));
        let all = taken == found.len() && (taken as i64) < LOOKED;
        found.truncate(taken);
        let next = found.last().filter(|_| !all).map(|one| (one.thread_at, one.id.0));
        let threads: Vec<MessageId> =
            found.into_iter().filter(|one| one.messages > 0).map(|one| one.id).collect();
        if threads.is_empty() {
            return Ok(Batch { gone: 0, next });
        }
        let gone = tx.threads_remove(self.workspace, &threads).await?;
        self.tell(&mut tx, Topic::Message);
        tx.commit().await?;
        Ok(Batch { gone, next })
    }

    /// Whether the workspace says the same as at the beginning: a longer time stops what has not gone yet.
    async fn stands(&self, tx: &mut Tx) -> Result<bool, StorageError> {
        Ok(tx.workspace_history_retention(self.workspace).await? == Some(self.days))
    }

    /// The event of a batch, and with the first one the audit row of the whole run.
    fn tell(&mut self, tx: &mut Tx, topic: Topic) {
        tx.emit(self.workspace, topic, self.workspace.0);
        if std::mem::replace(&mut self.told, true) {
            return;
        }
        let text = format!(
            "Removed the executions that ended, and the threads that fell silent, more than {} days ago",
            self.days
        );
        let entry = AuditEntry {
            result: Some(json!({ "days": self.days, "before": self.before })),
            ..AuditEntry::new(self.workspace, system_actor(), "history.removed", text)
        };
        tx.audit(entry);
    }
}

/// How many of these, from the first on, go in one transaction: at least one.
fn together(sizes: impl Iterator<Item = i64>) -> usize {
    let mut rows = 0_i64;
    sizes
        .take_while(|size| {
            let is_first = rows == 0;
            rows += size;
            is_first || rows <= ROWS
        })
        .count()
}

/// What was started once is not started again, whatever is kept of it: a schedule goes on after the slot, and a start
/// that its caller named keeps its name.
async fn remember(
    tx: &mut Tx,
    workspace: WorkspaceId,
    named: Vec<(String, ExecutionId)>,
) -> Result<(), StorageError> {
    // In the order of the workflows, so that two who do this wait for each other at most.
    let mut slots: BTreeMap<WorkflowId, DateTime<Utc>> = BTreeMap::new();
    for (key, execution) in named {
        if let Some((workflow, slot)) = slot_of(&key) {
            let last = slots.entry(workflow).or_insert(slot);
            *last = slot.max(*last);
        } else if !is_of_event(&key) {
            tx.execution_start_keep(workspace, &key, execution);
        }
    }
    for (workflow, slot) in slots {
        tx.schedule_passed(workspace, workflow, slot).await?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_goes_together_is_bounded_and_never_nothing() {
        for (sizes, count) in [
            (&[][..], 0),
            (&[0, 0, 0], 3),
            (&[5_000, 1], 1),
            (&[0, 5_000, 0, 1], 2),
            (&[400, 0, 600, 0, 1], 4),
            (&[999, 1, 1], 2),
        ] {
            assert_eq!(together(sizes.iter().copied()), count, "{sizes:?}");
        }
    }

    #[test]
    fn the_schedule_reads() {
        history_cron().unwrap();
    }
}
