//! The list: filters, three sorts, keyset pages. The cost of a page does not grow with the table.

use super::row::{ApprovalRow, COLUMNS, risk_order};
use crate::args;
use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::ids::{AgentId, TeamId, WorkspaceId};
use crate::domain::outcome::OutcomeStatus;
use crate::domain::risk::RiskLevel;
use crate::domain::workspace::Department;
use crate::server::storage::db::Engine;
use crate::server::storage::{Arg, Conn, StorageError};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// A parsed filter. `None`: no such condition.
#[derive(Clone, Debug)]
pub struct ListQuery {
    pub workspace_id: WorkspaceId,
    pub status: Option<ApprovalStatus>,
    pub risk: Option<RiskLevel>,
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub action_type: Option<String>,
    pub department: Option<Department>,
    /// Words, all of which must begin some word of the approval.
    pub words: Vec<String>,
    pub expires_before: Option<DateTime<Utc>>,
    pub outcome: Option<OutcomeStatus>,
    pub external_ref: Option<String>,
    pub after: Option<SortKey>,
    pub sort: crate::domain::approval::ApprovalSort,
    pub limit: u32,
}

/// Where a page ended.
#[derive(Clone, Debug, PartialEq)]
pub struct SortKey {
    pub risk: RiskLevel,
    pub time: DateTime<Utc>,
    pub id: Uuid,
}

impl Conn {
    /// Up to `limit + 1` approvals: the extra one says that there is a next page.
    pub async fn approval_list(&mut self, query: &ListQuery) -> Result<Vec<Approval>, StorageError> {
        let (sql, args) = statement(query, self.engine());
        let mut approvals: Vec<Approval> = self
            .fetch_all::<ApprovalRow>(sql, args)
            .await?
            .into_iter()
            .map(Approval::try_from)
            .collect::<Result<_, _>>()?;
        self.votes_into(query.workspace_id, &mut approvals).await?;
        Ok(approvals)
    }

    /// How many wait, counted to at most `bound`.
    pub async fn approval_count_pending(
        &mut self,
        workspace: WorkspaceId,
        bound: i64,
    ) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                crate::sql!(
                    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM agent_pending_actions WHERE workspace_id = $1 ",
                    "AND status = 'pending' LIMIT $2) AS bounded"
                ),
                args![workspace, bound],
            )
            .await?;
        Ok(count)
    }
}

/// The statement for a query. Fragments are fixed here; data travels as arguments only.
pub fn statement(query: &ListQuery, engine: Engine) -> (String, Vec<Arg>) {
    use crate::domain::approval::ApprovalSort as Sort;
    let mut args: Vec<Arg> = args![query.workspace_id];
    let mut sql = format!("{COLUMNS} WHERE a.workspace_id = $1");
    let mut and = |sql: &mut String, condition: &str, values: Vec<Arg>| {
        let mut condition = condition.to_owned();
        for value in values {
            args.push(value);
            condition = condition.replacen('?', &format!("${}", args.len()), 1);
        }
        sql.push_str(" AND ");
        sql.push_str(&condition);
    };
    if let Some(status) = query.status {
        and(&mut sql, "a.status = ?", args![status.as_str()]);
    }
    if let Some(risk) = query.risk {
        and(&mut sql, "a.risk_order = ?", args![risk_order(risk)]);
    }
    if let Some(team) = query.team {
        and(&mut sql, "a.team_id = ?", args![team]);
    }
    if let Some(agent) = query.agent {
        and(&mut sql, "a.agent_id = ?", args![agent]);
    }
    if let Some(action_type) = &query.action_type {
        and(&mut sql, "a.action_type = ?", args![action_type]);
    }
    if let Some(department) = query.department {
        let condition =
            "a.team_id IN (SELECT d.id FROM agent_teams d WHERE d.workspace_id = $1 AND d.department = ?)";
        and(&mut sql, condition, args![department.as_str()]);
    }
    if let Some(before) = query.expires_before {
        and(&mut sql, "a.expires_at <= ?", args![before]);
    }
    if let Some(outcome) = query.outcome {
        and(&mut sql, "a.outcome = ?", args![outcome.as_str()]);
    }
    if let Some(external_ref) = &query.external_ref {
        and(&mut sql, "a.external_ref = ?", args![external_ref]);
    }
    if !query.words.is_empty() {
        let (condition, words) = match engine {
            Engine::Sqlite => {
                let words: Vec<String> = query.words.iter().map(|word| format!("\"{word}\"*")).collect();
                let condition = "a.n IN (SELECT f.rowid FROM agent_pending_actions_fts f \
                                 WHERE agent_pending_actions_fts MATCH ?)";
                (condition, words.join(" "))
            }
            Engine::Postgres => {
                let words: Vec<String> = query.words.iter().map(|word| format!("{word}:*")).collect();
                ("a.search_words @@ to_tsquery('simple', ?)", words.join(" & "))
            }
        };
        and(&mut sql, condition, args![words]);
    }
    if let Some(key) = &query.after {
        match query.sort {
            Sort::ExpiresAt => and(&mut sql, "(a.expires_at, a.id) > (?, ?)", args![key.time, key.id]),
            Sort::CreatedAt => and(&mut sql, "(a.created_at, a.id) < (?, ?)", args![key.time, key.id]),
            Sort::Risk => and(
                &mut sql,
                "(a.risk_order, a.expires_at, a.id) > (?, ?, ?)",
                args![risk_order(key.risk), key.time, key.id],
            ),
        }
    }
    sql.push_str(match query.sort {
        Sort::ExpiresAt => " ORDER BY a.expires_at, a.id",
        Sort::CreatedAt => " ORDER BY a.created_at DESC, a.id DESC",
        Sort::Risk => " ORDER BY a.risk_order, a.expires_at, a.id",
    });
    args.push(Arg::from(i64::from(query.limit) + 1));
    sql.push_str(&format!(" LIMIT ${}", args.len()));
    (sql, args)
}

/// Cuts a search text into words as `search_words` does; at most eight.
pub fn words(text: &str) -> Vec<String> {
    text.split(|c: char| !c.is_alphanumeric())
        .filter(|word| !word.is_empty())
        .take(8)
        .map(str::to_lowercase)
        .collect()
}
