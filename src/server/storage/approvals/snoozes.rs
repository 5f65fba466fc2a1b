//! `approval_snoozes`: what a member has put aside, and until when.

use crate::domain::ids::{ApprovalId, UserId, WorkspaceId};
use crate::server::storage::{Conn, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};

impl Conn {
    /// Until when this member put the approval aside, be that over or not.
    pub async fn snooze_get(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        approval: ApprovalId,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let row: Option<(Ts,)> = self
            .fetch_optional(
                sql!(
                    "SELECT until FROM approval_snoozes ",
                    "WHERE workspace_id = $1 AND user_id = $2 AND approval_id = $3"
                ),
                args![workspace, user, approval],
            )
            .await?;
        Ok(row.map(|(until,)| until.into()))
    }
}

impl Tx {
    /// Puts the approval aside for this member, or moves the time at which it comes back.
    pub async fn snooze_set(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        approval: ApprovalId,
        until: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "INSERT INTO approval_snoozes (workspace_id, user_id, approval_id, until) ",
                "VALUES ($1, $2, $3, $4) ",
                "ON CONFLICT (workspace_id, user_id, approval_id) DO UPDATE SET until = excluded.until"
            ),
            args![workspace, user, approval, until],
        )
        .await?;
        Ok(())
    }

    /// Takes it back, whenever it would have ended. `false`: it was not aside.
    pub async fn snooze_delete(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        approval: ApprovalId,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!(
                    "DELETE FROM approval_snoozes ",
                    "WHERE workspace_id = $1 AND user_id = $2 AND approval_id = $3"
                ),
                args![workspace, user, approval],
            )
            .await?;
        Ok(deleted == 1)
    }

    /// Ends it, once its time is over by the database's time.
    pub async fn snooze_end(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        approval: ApprovalId,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let deleted = self
            .execute(
                sql!(
                    "DELETE FROM approval_snoozes ",
                    "WHERE workspace_id = $1 AND user_id = $2 AND approval_id = $3 AND until <= $4"
                ),
                args![workspace, user, approval, now],
            )
            .await?;
        Ok(deleted == 1)
    }
}
