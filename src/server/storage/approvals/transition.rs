//! The guarded transitions of an approval. Zero rows: somebody or something else won.

use super::row::{risk_order, search_words};
use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::attending::Attending;
use crate::domain::catalogue::SeenRecord;
use crate::domain::ids::{ApprovalId, UserId, WorkspaceId};
use crate::domain::outcome::OutcomeStatus;
use crate::server::storage::{Arg, StorageError, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};

/// What a reviewer's decision writes.
#[derive(Clone, Debug)]
pub struct Decision {
    pub id: ApprovalId,
    pub workspace_id: WorkspaceId,
    /// `Approved` or `Rejected`.
    pub status: ApprovalStatus,
    pub by: UserId,
    pub notes: Option<String>,
    pub args_hash: String,
    pub hold_until: Option<DateTime<Utc>>,
    pub outcome: OutcomeStatus,
    /// The idempotency key of the request.
    pub key: Option<String>,
}

impl Tx {
    /// `pending → approved | rejected`, before the deadline, for exactly the data that was seen.
    pub async fn approval_decide(&mut self, d: &Decision) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET status = $3, reviewed_by = $4, reviewed_at = $5, ",
                    "review_notes = $6, hold_until = $7, outcome = $8, decision_key = $10, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND status = 'pending' AND args_hash = $9 ",
                    "AND (expires_at > $5 OR expiry_paused_at IS NOT NULL)"
                ),
                args![
                    d.workspace_id,
                    d.id,
                    d.status.as_str(),
                    d.by,
                    now,
                    d.notes.as_deref(),
                    d.hold_until,
                    d.outcome.as_str(),
                    d.args_hash.as_str(),
                    d.key.as_deref()
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Replaces the data of a pending approval; the first data is kept. `edited` carries the new data, hash and risk;
    /// `seen` are the records that the new data is about, as they are.
    pub async fn approval_edit(
        &mut self,
        edited: &Approval,
        old_hash: &str,
        seen: &[SeenRecord],
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let data = edited.action_data.canonical();
        let search = search_words(&[
            &edited.description,
            &edited.action_type,
            edited.agent_name.as_deref().unwrap_or_default(),
            edited.team_name.as_deref().unwrap_or_default(),
            &data,
        ]);
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET original_data = COALESCE(original_data, action_data), ",
                    "action_data = $3, args_hash = $4, risk_level = $5, risk_order = $6, risk_reasons = $7, ",
                    "search = $8, description = $11, seen_records = $12, sentence = $13, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND status = 'pending' AND args_hash = $9 ",
                    "AND (expires_at > $10 OR expiry_paused_at IS NOT NULL)"
                ),
                args![
                    edited.workspace_id,
                    edited.id,
                    data,
                    edited.args_hash.as_str(),
                    edited.risk_level.as_str(),
                    risk_order(edited.risk_level),
                    Arg::json(&edited.risk_reasons),
                    search,
                    old_hash,
                    now,
                    edited.description.as_str(),
                    Arg::json(&seen),
                    edited.sentence.as_str()
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `pending → expired`, once the deadline has passed by the database's time.
    pub async fn approval_expire(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET status = 'expired', reviewed_at = $3, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND status = 'pending' AND expires_at <= $3 ",
                    "AND expiry_paused_at IS NULL"
                ),
                args![workspace, id, now],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `pending → withdrawn`.
    pub async fn approval_withdraw(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
        reason: Option<&str>,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET status = 'withdrawn', reviewed_at = $3, review_notes = $4, ",
                    "version = version + 1 WHERE workspace_id = $1 AND id = $2 AND status = 'pending' ",
                    "AND (expires_at > $3 OR expiry_paused_at IS NOT NULL)"
                ),
                args![workspace, id, now, reason],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `approved → pending`, inside the hold and before anything ran.
    pub async fn approval_undo(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET status = 'pending', reviewed_by = NULL, reviewed_at = NULL, ",
                    "review_notes = NULL, decision_key = NULL, hold_until = NULL, outcome = 'none', version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND status = 'approved' AND outcome = 'queued' ",
                    "AND hold_until > $3"
                ),
                args![workspace, id, now],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Moves the deadline from `old` to `new`, while it is still ahead.
    pub async fn approval_extend(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
        old: DateTime<Utc>,
        new: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_pending_actions SET expires_at = $4, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND status = 'pending' AND expires_at = $3 ",
                    "AND (expires_at > $5 OR expiry_paused_at IS NOT NULL)"
                ),
                args![workspace, id, old, new, now],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Says who is on it, or that nobody is. The caller has the approval locked.
    pub async fn approval_attend(
        &mut self,
        workspace: WorkspaceId,
        id: ApprovalId,
        attending: Option<&Attending>,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE agent_pending_actions SET attending_by = $3, attending_name = $4, attending_until = $5, ",
                "version = version + 1 WHERE workspace_id = $1 AND id = $2"
            ),
            args![
                workspace,
                id,
                attending.map(|on| on.user_id),
                attending.map(|on| on.name.as_str()),
                attending.map(|on| on.until)
            ],
        )
        .await?;
        Ok(())
    }
}
