//! `approval_opens`: who has opened an approval, with which data.

use crate::domain::chain::Opened;
use crate::domain::ids::{ApprovalId, UserId, WorkspaceId};
use crate::server::storage::{Arg, Conn, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use std::collections::HashSet;
use uuid::Uuid;

impl Conn {
    /// When this user last opened the approval with this data.
    pub async fn approval_opened_at(
        &mut self,
        workspace: WorkspaceId,
        approval: ApprovalId,
        user: UserId,
        args_hash: &str,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let row: Option<(Ts,)> = self
            .fetch_optional(
                sql!(
                    "SELECT last_opened_at FROM approval_opens ",
                    "WHERE workspace_id = $1 AND approval_id = $2 AND user_id = $3 AND args_hash = $4"
                ),
                args![workspace, approval, user, args_hash],
            )
            .await?;
        Ok(row.map(|(at,)| at.into()))
    }

    /// Everybody who opened the approval, with which data, the earliest first.
    pub async fn approval_opens(
        &mut self,
        workspace: WorkspaceId,
        approval: ApprovalId,
    ) -> Result<Vec<Opened>, StorageError> {
        let rows: Vec<(Uuid, String, String, Ts, Ts)> = self
            .fetch_all(
                sql!(
                    "SELECT o.user_id, u.name, o.args_hash, o.first_opened_at, o.last_opened_at ",
                    "FROM approval_opens o JOIN users u ON u.id = o.user_id ",
                    "WHERE o.workspace_id = $1 AND o.approval_id = $2 ORDER BY o.first_opened_at, o.user_id"
                ),
                args![workspace, approval],
            )
            .await?;
        let opened = rows.into_iter().map(|(user, name, args_hash, first, last)| Opened {
            user_id: UserId(user),
            name,
            args_hash,
            first_opened_at: first.into(),
            last_opened_at: last.into(),
        });
        Ok(opened.collect())
    }

    /// When this user first opened the approval, with whatever data.
    pub async fn approval_first_opened_at(
        &mut self,
        workspace: WorkspaceId,
        approval: ApprovalId,
        user: UserId,
    ) -> Result<Option<DateTime<Utc>>, StorageError> {
        let (first,): (Option<Ts>,) = self
            .fetch_one(
                sql!(
                    "SELECT MIN(first_opened_at) FROM approval_opens ",
                    "WHERE workspace_id = $1 AND approval_id = $2 AND user_id = $3"
                ),
                args![workspace, approval, user],
            )
            .await?;
        Ok(first.map(Into::into))
    }

    /// Those of these approvals that this user has opened with the data that they have now.
    pub async fn approvals_opened(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        approvals: &[ApprovalId],
    ) -> Result<HashSet<ApprovalId>, StorageError> {
        if approvals.is_empty() {
            return Ok(HashSet::new());
        }
        let places: Vec<String> = (3..approvals.len() + 3).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT o.approval_id FROM approval_opens o JOIN agent_pending_actions a \
             ON a.id = o.approval_id AND a.workspace_id = o.workspace_id AND a.args_hash = o.args_hash \
             WHERE o.workspace_id = $1 AND o.user_id = $2 AND o.approval_id IN ({})",
            places.join(", ")
        );
        let mut args: Vec<Arg> = args![workspace, user];
        args.extend(approvals.iter().copied().map(Arg::from));
        let rows: Vec<(Uuid,)> = self.fetch_all(sql, args).await?;
        Ok(rows.into_iter().map(|(id,)| ApprovalId(id)).collect())
    }
}

impl Tx {
    /// Keeps that this user has opened the approval with this data, now.
    pub async fn approval_open(
        &mut self,
        workspace: WorkspaceId,
        approval: ApprovalId,
        user: UserId,
        args_hash: &str,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "INSERT INTO approval_opens (workspace_id, approval_id, user_id, args_hash, first_opened_at, ",
                "last_opened_at) VALUES ($1, $2, $3, $4, $5, $5) ",
                "ON CONFLICT (workspace_id, approval_id, user_id, args_hash) ",
                "DO UPDATE SET last_opened_at = excluded.last_opened_at"
            ),
            args![workspace, approval, user, args_hash, now],
        )
        .await?;
        Ok(())
    }
}
