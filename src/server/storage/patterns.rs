//! `approval_patterns`: every human decision, per team, action type and risk. Learned trust reads them.

use super::{StorageError, Tx};
use crate::domain::approval::Approval;
use crate::domain::ids::{ApprovalId, UserId, WorkspaceId};
use crate::{args, sql};

impl Tx {
    pub fn pattern_insert(&mut self, approval: &Approval, reviewer: UserId, approved: bool, edited: bool) {
        let (id, now) = (self.id(), self.now());
        self.at_commit(
            sql!(
                "INSERT INTO approval_patterns (id, workspace_id, team_id, action_type, risk_level, approval_id, ",
                "reviewer_id, approved, edited, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            ),
            args![
                id,
                approval.workspace_id,
                approval.team_id,
                approval.action_type.as_str(),
                approval.risk_level.as_str(),
                approval.id,
                reviewer,
                approved,
                edited,
                now
            ],
        );
    }

    /// The decision was taken back: it counts against trust, not for it.
    pub async fn pattern_undone(
        &mut self,
        workspace: WorkspaceId,
        approval: ApprovalId,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!("UPDATE approval_patterns SET undone = TRUE WHERE workspace_id = $1 AND approval_id = $2"),
            args![workspace, approval],
        )
        .await?;
        Ok(())
    }
}
