//! `agent_pending_actions`: reading approvals, and the guarded writes that move them.
//!
//! Each transition is one `UPDATE … WHERE status = …`; the number of rows says whether this writer won.

mod comments;
mod list;
mod opens;
mod outcome;
mod row;
mod similar;
mod snoozes;
mod transition;
mod votes;

pub use list::{Aside, ListQuery, SortKey, words};
pub use outcome::{Finished, Performing, ToResume};
pub(super) use row::risk_order;
pub(super) use row::search_words;
pub use row::{Deciding, NewApproval};
pub use similar::Similar;
pub use transition::Decision;

use super::db::Engine;
use super::{Conn, CorruptRow, Db, StorageError, Ts, Tx};
use crate::domain::approval::Approval;
use crate::domain::catalogue::SeenRecord;
use crate::domain::ids::{ApprovalId, WorkspaceId};
use crate::{args, sql};
use row::{ApprovalRow, COLUMNS};

impl Conn {
    pub async fn approval_get(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
    ) -> Result<Option<Approval>, StorageError> {
        let sql = format!("{COLUMNS} WHERE a.workspace_id = $1 AND a.id = $2");
        let row = self.fetch_optional::<ApprovalRow>(sql, args![workspace, id]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut approval = Approval::try_from(row)?;
        self.votes_into(workspace, std::slice::from_mut(&mut approval)).await?;
        Ok(Some(approval))
    }

    /// The records that an approval is about, as they were when it was proposed.
    pub async fn approval_seen(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
    ) -> Result<Vec<SeenRecord>, StorageError> {
        let row: Option<(Option<String>,)> = self
            .fetch_optional(
                sql!("SELECT seen_records FROM agent_pending_actions WHERE workspace_id = $1 AND id = $2"),
                args![workspace, id],
            )
            .await?;
        let Some(text) = row.and_then(|(text,)| text) else { return Ok(vec![]) };
        let read = serde_json::from_str(&text);
        Ok(read.map_err(|cause| CorruptRow::new("agent_pending_actions", "seen_records", id.0, cause))?)
    }

    /// The request that a repeat of it means: same requester, same `externalRef` or same idempotency key.
    pub async fn approval_repeated(
        &mut self,
        workspace: WorkspaceId,
        requester: uuid::Uuid,
        external_ref: Option<&str>,
        idempotency_key: Option<&str>,
    ) -> Result<Option<ApprovalId>, StorageError> {
        let row: Option<(uuid::Uuid,)> = self
            .fetch_optional(
                sql!(
                    "SELECT id FROM agent_pending_actions WHERE workspace_id = $1 AND requested_by_id = $2 ",
                    "AND external_ref = $3 UNION ALL ",
                    "SELECT id FROM agent_pending_actions WHERE workspace_id = $1 AND requested_by_id = $2 ",
                    "AND idempotency_key = $4 LIMIT 1"
                ),
                args![workspace, requester, external_ref, idempotency_key],
            )
            .await?;
        Ok(row.map(|(id,)| ApprovalId(id)))
    }
}

/// Locks an approval and takes the time at which the lock was had. In a statement of its own: after a wait, the rows
/// that a locking statement joins are still those from before it, such as no reviewer, and a time from before it
/// would let an overdue approval be decided that others were told had expired.
const LOCK: &str = sql!(
    /* postgres */
    "WITH held AS MATERIALIZED (SELECT id FROM agent_pending_actions ",
    "WHERE workspace_id = $1 AND id = $2 FOR UPDATE) ",
    "SELECT clock_timestamp() FROM (SELECT COUNT(*) FROM held) AS had"
);

impl Db {
    /// A transaction with an approval locked until its end, and what a decision must know of it.
    pub async fn begin_deciding(
        &self,
        workspace: WorkspaceId,
        id: ApprovalId,
    ) -> Result<(Tx, Option<Deciding>), StorageError> {
        let mut tx = self.begin_with(LOCK, args![workspace, id]).await?;
        let found = tx.deciding(workspace, id).await?;
        Ok((tx, found))
    }
}

impl Tx {
    /// The same inside a transaction that has begun.
    pub async fn approval_for_decision(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
    ) -> Result<Option<Deciding>, StorageError> {
        if self.engine() == Engine::Postgres {
            let (time,): (Ts,) = self.fetch_one(LOCK, args![workspace, id]).await?;
            self.time_is(time.0);
        }
        self.deciding(workspace, id).await
    }

    async fn deciding(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
    ) -> Result<Option<Deciding>, StorageError> {
        let sql = format!("{COLUMNS} WHERE a.workspace_id = $1 AND a.id = $2");
        let row = self.fetch_optional::<ApprovalRow>(sql, args![workspace, id]).await?;
        let Some(row) = row else { return Ok(None) };
        let mut deciding = Deciding::try_from(row)?;
        self.votes_into(workspace, std::slice::from_mut(&mut deciding.approval)).await?;
        if let Some(execution) = deciding.approval.workflow_execution_id {
            deciding.execution_starter = self.execution_starter(workspace, execution).await?;
        }
        Ok(Some(deciding))
    }
}
