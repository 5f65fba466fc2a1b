//! What people decided before on actions like this one.

use crate::domain::AppResult;
use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::similar::{DataDifference, MAX_SIMILAR, SimilarDecision};
use crate::server::storage::Conn;

/// The last decisions, newest first, and what differs from the newest one that was approved.
pub(super) async fn decided(
    conn: &mut Conn,
    approval: &Approval,
) -> AppResult<(Vec<SimilarDecision>, Option<DataDifference>)> {
    let found = conn.approvals_similar(approval).await?;
    let difference = found
        .iter()
        .find(|similar| similar.decision.status == ApprovalStatus::Approved)
        .map(|last| DataDifference::between(last.decision.id, &last.data, &approval.action_data));
    let similar = found.into_iter().take(MAX_SIMILAR).map(|similar| similar.decision).collect();
    Ok((similar, difference))
}
