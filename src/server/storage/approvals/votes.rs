//! `approval_votes`: one reviewer's part of a decision that needs several.

use crate::domain::approval::{Approval, Vote};
use crate::domain::ids::{ApprovalId, UserId, WorkspaceId};
use crate::server::storage::{Arg, Conn, StorageError, Ts, Tx};
use crate::{args, sql};
use std::collections::HashMap;
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct VoteRow {
    approval_id: Uuid,
    user_id: Uuid,
    name: String,
    approved: bool,
    args_hash: String,
    notes: Option<String>,
    created_at: Ts,
}

impl Conn {
    /// Puts the votes of all these approvals in place, with one query, and none when no approval needs several.
    pub(super) async fn votes_into(
        &mut self,
        workspace: WorkspaceId,
        approvals: &mut [Approval],
    ) -> Result<(), StorageError> {
        let ids: Vec<ApprovalId> =
            approvals.iter().filter(|a| a.required_approvals > 1).map(|a| a.id).collect();
        if ids.is_empty() {
            return Ok(());
        }
        let places: Vec<String> = (2..ids.len() + 2).map(|n| format!("${n}")).collect();
        let sql = format!(
            "SELECT v.approval_id, v.user_id, u.name, v.approved, v.args_hash, v.notes, v.created_at \
             FROM approval_votes v JOIN users u ON u.id = v.user_id \
             WHERE v.workspace_id = $1 AND v.approval_id IN ({}) ORDER BY v.created_at, v.user_id",
            places.join(", ")
        );
        let mut args: Vec<Arg> = args![workspace];
        args.extend(ids.into_iter().map(Arg::from));
        let mut votes: HashMap<Uuid, Vec<Vote>> = HashMap::new();
        for row in self.fetch_all::<VoteRow>(sql, args).await? {
            votes.entry(row.approval_id).or_default().push(Vote {
                user_id: UserId(row.user_id),
                name: row.name,
                approved: row.approved,
                args_hash: row.args_hash,
                notes: row.notes,
                created_at: row.created_at.into(),
            });
        }
        for approval in approvals {
            approval.votes = votes.remove(&approval.id.0).unwrap_or_default();
        }
        Ok(())
    }
}

impl Tx {
    /// `false`: this reviewer has voted already.
    pub async fn vote_insert(
        &mut self,
        workspace: WorkspaceId,
        approval: ApprovalId,
        user: UserId,
        args_hash: &str,
        notes: Option<&str>,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let inserted = self
            .execute(
                sql!(
                    "INSERT INTO approval_votes (workspace_id, approval_id, user_id, approved, args_hash, notes, ",
                    "created_at) VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
                ),
                args![workspace, approval, user, true, args_hash, notes, now],
            )
            .await?;
        Ok(inserted == 1)
    }

    /// Drops all votes: the data was edited, or the decision undone.
    pub async fn votes_clear(
        &mut self,
        workspace: WorkspaceId,
        approval: ApprovalId,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!("DELETE FROM approval_votes WHERE workspace_id = $1 AND approval_id = $2"),
            args![workspace, approval],
        )
        .await?;
        Ok(())
    }
}
