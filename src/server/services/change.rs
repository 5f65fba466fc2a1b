//! What every change of a noun has in common: its audit row and event, and the errors of a lost race.

use super::ctx::Allowed;
use crate::domain::approval::ActorRef;
use crate::domain::event::Topic;
use crate::domain::ids::WorkspaceId;
use crate::domain::{AppError, AppResult};
use crate::server::storage::{AuditEntry, StorageError, Tx};
use uuid::Uuid;

/// Writes the audit row and the event of one change into its transaction.
pub(super) fn note(tx: &mut Tx, topic: Topic, subject: Uuid, entry: AuditEntry) {
    let workspace = entry.workspace_id;
    tx.audit(entry);
    tx.emit(workspace, topic, subject);
}

/// An audit row of what an allowed principal did in its workspace.
pub(super) fn entry<P>(
    allowed: &Allowed<P>,
    event: &'static str,
    description: impl Into<String>,
) -> AuditEntry {
    AuditEntry::new(allowed.workspace(), allowed.actor(), event, description)
}

/// An audit row of what somebody did who has no request yet.
pub(super) fn entry_of(
    workspace: WorkspaceId,
    actor: ActorRef,
    event: &'static str,
    description: impl Into<String>,
) -> AuditEntry {
    AuditEntry::new(workspace, actor, event, description)
}

/// Refuses a change of another version than the caller saw. The statement that writes guards the version too.
pub(super) fn same_version(if_match: Option<i64>, found: i64) -> AppResult<()> {
    match if_match {
        Some(seen) if seen != found => Err(AppError::Changed {
            detail: format!("Somebody changed this before you (it is version {found} now). Load it again."),
        }),
        _ => Ok(()),
    }
}

/// Turns a guarded write that met no row into the error of a lost race.
pub(super) fn won(wrote: bool) -> AppResult<()> {
    if wrote { Ok(()) } else { Err(lost()) }
}

/// Somebody else's write came between the look and ours.
pub(super) fn lost() -> AppError {
    AppError::Changed { detail: "Somebody changed this at the same moment. Load it again.".to_owned() }
}

/// The error of a write that met a unique index, at its field. A row that it refers to and that went away since it
/// was looked at is a lost race.
pub(super) fn taken(pointer: &str, detail: &'static str) -> impl FnOnce(StorageError) -> AppError {
    move |fault| {
        if fault.is_unique_violation() {
            AppError::invalid(pointer, detail)
        } else if fault.is_foreign_key_violation() {
            lost()
        } else {
            fault.into()
        }
    }
}
