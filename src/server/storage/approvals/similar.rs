//! What people decided before on actions of the same type. However long the list is, at most six rows are read.

use crate::args;
use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::canonical::Data;
use crate::domain::catalogue;
use crate::domain::ids::ApprovalId;
use crate::domain::similar::{MAX_SIMILAR, SimilarDecision};
use crate::server::storage::read::At;
use crate::server::storage::{Conn, CorruptRow, StorageError, Ts};
use uuid::Uuid;

/// A decision, and the data that it was about.
#[derive(Clone, Debug)]
pub struct Similar {
    pub decision: SimilarDecision,
    pub data: Data,
}

#[derive(sqlx::FromRow)]
struct SimilarRow {
    id: Uuid,
    action_type: String,
    action_data: String,
    sentence: Option<String>,
    status: String,
    reviewer_name: Option<String>,
    reviewed_at: Ts,
    review_notes: Option<String>,
    outcome: String,
}

impl TryFrom<SimilarRow> for Similar {
    type Error = CorruptRow;

    fn try_from(row: SimilarRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_pending_actions", row: row.id };
        let data: Data = at.json("action_data", &row.action_data)?;
        Ok(Self {
            decision: SimilarDecision {
                id: ApprovalId(row.id),
                sentence: row.sentence.unwrap_or_else(|| catalogue::sentence(&row.action_type, None, &data)),
                status: at.word("status", &row.status)?,
                reviewer_name: row.reviewer_name,
                reviewed_at: row.reviewed_at.into(),
                review_notes: row.review_notes,
                outcome: at.word("outcome", &row.outcome)?,
            },
            data,
        })
    }
}

impl Conn {
    /// The last approved and the last rejected ones of the same type, [`MAX_SIMILAR`] of each at most, newest first:
    /// of the same team, of the same agent where there is no team, of anybody where there is neither.
    pub async fn approvals_similar(&mut self, to: &Approval) -> Result<Vec<Similar>, StorageError> {
        let scope = to.team_id.map(|team| team.0).or(to.agent_id.map(|agent| agent.0));
        let mut args = args![to.workspace_id, &to.action_type, to.id];
        if let Some(scope) = scope {
            args.push(scope.into());
        }
        let rows: Vec<SimilarRow> = self.fetch_all(statement(scope.is_some()), args).await?;
        Ok(crate::server::storage::read::all(rows)?)
    }
}

/// Two walks along an index, one for each answer, so that many of the one do not hide the other.
fn statement(scoped: bool) -> String {
    // As the index has it.
    let scope = if scoped { "AND COALESCE(a.team_id, a.agent_id) = $4 " } else { "" };
    let last = |status: ApprovalStatus| {
        format!(
            "SELECT * FROM (SELECT a.id, a.action_type, a.action_data, a.sentence, a.status, a.reviewed_at, \
             a.review_notes, a.outcome, u.name AS reviewer_name FROM agent_pending_actions a \
             LEFT JOIN users u ON u.id = a.reviewed_by WHERE a.workspace_id = $1 AND a.action_type = $2 {scope}\
             AND a.status = '{status}' AND a.reviewed_by IS NOT NULL AND a.id <> $3 \
             ORDER BY a.reviewed_at DESC, a.id DESC LIMIT {MAX_SIMILAR}) AS {status}"
        )
    };
    let (approved, rejected) = (last(ApprovalStatus::Approved), last(ApprovalStatus::Rejected));
    format!("{approved} UNION ALL {rejected} ORDER BY reviewed_at DESC, id DESC")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::clock::Clock;
    use crate::server::storage::Db;

    /// Each walk begins at its end of an index and stops after a few rows; only what they found is sorted.
    #[tokio::test]
    async fn no_list_is_too_long() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("plan.db").display());
        let db = Db::open(&url, Clock::new()).await.unwrap();
        db.migrate().await.unwrap();
        for (scoped, index) in [(true, "pending_similar"), (false, "pending_similar_type")] {
            let sql = format!("EXPLAIN QUERY PLAN {}", statement(scoped));
            let id = || Some(Uuid::nil());
            let mut args = args![id(), "send_email", id()];
            if scoped {
                args.push(id().into());
            }
            let rows: Vec<(i64, i64, i64, String)> =
                db.read().await.unwrap().fetch_all(sql, args).await.unwrap();
            let steps: Vec<String> = rows.into_iter().map(|(.., step)| step).collect();
            let walks =
                steps.iter().filter(|step| step.starts_with(&format!("SEARCH a USING INDEX {index} (")));
            assert_eq!(walks.count(), 2, "{steps:#?}");
            assert!(!steps.iter().any(|step| step == "SCAN a"), "{steps:#?}");
        }
        db.close().await;
    }
}
