//! The records that an action is about: as they were when it was proposed, and as they are.

use crate::domain::approval::{Approval, ApprovalStatus, RecordsNow};
use crate::domain::canonical::Data;
use crate::domain::catalogue;
use crate::domain::ids::WorkspaceId;
use crate::domain::record::Record;
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Conn, Tx};

/// The records that an action is about; no query where it is about none.
pub(super) async fn records_of(
    conn: &mut Conn,
    workspace: WorkspaceId,
    action_type: &str,
    data: &Data,
) -> AppResult<Vec<Record>> {
    let ids = catalogue::record_ids(action_type, data);
    if ids.is_empty() {
        return Ok(vec![]);
    }
    Ok(conn.records_by_ids(workspace, &ids).await?)
}

/// How `records`, those of `approval`, stand now. Once it is decided, nobody needs to know.
pub(super) async fn stand(conn: &mut Conn, approval: &Approval, records: &[Record]) -> AppResult<RecordsNow> {
    let is_about_some = !catalogue::record_ids(&approval.action_type, &approval.action_data).is_empty();
    if approval.status != ApprovalStatus::Pending || !is_about_some {
        return Ok(RecordsNow::default());
    }
    let seen = conn.approval_seen(approval.workspace_id, approval.id).await?;
    Ok(RecordsNow {
        changed_since: catalogue::drift(&seen, records),
        records_hash: Some(catalogue::records_hash(records)),
    })
}

/// Refuses to approve on facts that the reviewer has not seen: `shown` is the state of the records that was looked
/// at; without one, that of the proposal must still hold. The records stay as they are until the decision is committed.
pub(super) async fn look_again(tx: &mut Tx, approval: &Approval, shown: Option<&str>) -> AppResult<()> {
    let ids = catalogue::record_ids(&approval.action_type, &approval.action_data);
    if ids.is_empty() {
        return Ok(());
    }
    let records = tx.records_held(approval.workspace_id, &ids).await?;
    let now = stand(tx, approval, &records).await?;
    let changed =
        |what: &str| Err(AppError::Changed { detail: format!("{what} Look at it again, then decide.") });
    match (shown, now.records_hash) {
        (_, None) => Ok(()),
        (Some(shown), Some(now)) if shown == now => Ok(()),
        (Some(_), Some(_)) => changed("A record that this is about changed after you looked."),
        (None, Some(_)) if now.changed_since.is_empty() => Ok(()),
        (None, Some(_)) => {
            let words: Vec<&str> = now.changed_since.iter().take(3).map(|d| d.sentence.as_str()).collect();
            changed(&words.join(" "))
        }
    }
}
