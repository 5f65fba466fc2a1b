//! The list: filters, three sorts, keyset pages. The cost of a page does not grow with the table.
//!
//! Words are searched in two steps, because no one plan is fast for all of them. A common word is found by walking the
//! list in its order: the first [`NEAR`] rows hold a page of it. A rare one is found through the word index: few rows
//! to sort. One that is not among the first few rows at all is taken for rare at once. Each engine, left alone, picks
//! one of the two for every word.

use super::row::{ApprovalRow, COLUMNS, fold, risk_order};
use crate::args;
use crate::domain::approval::{Approval, ApprovalSort as Sort, ApprovalStatus};
use crate::domain::ids::{AgentId, TeamId, UserId, WorkspaceId};
use crate::domain::outcome::OutcomeStatus;
use crate::domain::risk::RiskLevel;
use crate::domain::workspace::Department;
use crate::server::storage::conditions::Conditions;
use crate::server::storage::db::Engine;
use crate::server::storage::{Arg, Conn, StorageError};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How far the list is walked for words before the word index is asked.
const NEAR: usize = 500;
/// How far it is walked to see whether that is worth while.
const FIRST_FEW: usize = 100;

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
    pub aside: Option<Aside>,
    pub after: Option<SortKey>,
    pub sort: Sort,
    pub limit: u32,
}

/// What one member has put aside by a time: without it, or only it.
#[derive(Clone, Copy, Debug)]
pub enum Aside {
    Without(UserId, DateTime<Utc>),
    Only(UserId, DateTime<Utc>),
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
        let mut approvals = if query.words.is_empty() {
            self.page(listed(query, self.engine())).await?
        } else {
            self.found(query).await?
        };
        self.votes_into(query.workspace_id, &mut approvals).await?;
        Ok(approvals)
    }

    async fn found(&mut self, query: &ListQuery) -> Result<Vec<Approval>, StorageError> {
        for near in [FIRST_FEW, NEAR] {
            let found = self.page(found_near(query, near, self.engine())).await?;
            if found.len() > query.limit as usize {
                return Ok(found);
            }
            if found.is_empty() {
                break;
            }
        }
        self.page(found_by_index(query, self.engine())).await
    }

    async fn page(&mut self, (sql, args): (String, Vec<Arg>)) -> Result<Vec<Approval>, StorageError> {
        let rows = self.fetch_all::<ApprovalRow>(sql, args).await?;
        Ok(rows.into_iter().map(Approval::try_from).collect::<Result<_, _>>()?)
    }

    /// How many wait, counted to at most `bound`; without what a member has put aside by a time.
    pub async fn approval_count_pending(
        &mut self,
        workspace: WorkspaceId,
        without: Option<(UserId, DateTime<Utc>)>,
        bound: i64,
    ) -> Result<i64, StorageError> {
        let (user, now) = without.unzip();
        let (count,): (i64,) = self
            .fetch_one(
                crate::sql!(
                    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM agent_pending_actions a WHERE a.workspace_id = $1 ",
                    "AND a.status = 'pending' AND NOT EXISTS (SELECT 1 FROM approval_snoozes z ",
                    "WHERE z.workspace_id = $1 AND z.user_id = $3 AND z.approval_id = a.id AND z.until > $4) ",
                    "LIMIT $2) AS bounded"
                ),
                args![workspace, bound, user, now],
            )
            .await?;
        Ok(count)
    }
}

fn conditions(query: &ListQuery, engine: Engine) -> Conditions {
    let mut all = Conditions::new("a.workspace_id = $1", args![query.workspace_id]);
    if let Some(status) = query.status {
        all.and("a.status = ?", args![status.as_str()]);
    }
    if let Some(risk) = query.risk {
        all.and("a.risk_order = ?", args![risk_order(risk)]);
    }
    if let Some(team) = query.team {
        all.and("a.team_id = ?", args![team]);
    }
    if let Some(agent) = query.agent {
        all.and("a.agent_id = ?", args![agent]);
    }
    if let Some(action_type) = &query.action_type {
        all.and("a.action_type = ?", args![action_type]);
    }
    if let Some(department) = query.department {
        let teams =
            "a.team_id IN (SELECT d.id FROM agent_teams d WHERE d.workspace_id = $1 AND d.department = ?)";
        match department {
            // What has no team is general.
            Department::General => {
                all.and(&format!("({teams} OR a.team_id IS NULL)"), args![department.as_str()]);
            }
            _ => all.and(teams, args![department.as_str()]),
        }
    }
    if let Some(before) = query.expires_before {
        all.and("a.expires_at <= ?", args![before]);
    }
    if let Some(outcome) = query.outcome {
        all.and("a.outcome = ?", args![outcome.as_str()]);
    }
    if let Some(external_ref) = &query.external_ref {
        all.and("a.external_ref = ?", args![external_ref]);
    }
    match query.aside {
        Some(Aside::Without(user, now)) => {
            let aside = "NOT EXISTS (SELECT 1 FROM approval_snoozes z WHERE z.workspace_id = $1 \
                 AND z.user_id = ? AND z.approval_id = a.id AND z.until > ?)";
            all.and(aside, args![user, now]);
        }
        // A member's own few, so that the list is not walked for them: PostgreSQL would, until it has counted both.
        Some(Aside::Only(user, now)) => {
            let own = "SELECT z.approval_id FROM approval_snoozes z \
                 WHERE z.workspace_id = $1 AND z.user_id = ? AND z.until > ?";
            let aside = match engine {
                Engine::Sqlite => format!("a.id IN ({own})"),
                Engine::Postgres => format!("a.id = ANY (ARRAY ({own}))"),
            };
            all.and(&aside, args![user, now]);
        }
        None => {}
    }
    if let Some(key) = &query.after {
        match query.sort {
            Sort::ExpiresAt => all.and("(a.expires_at, a.id) > (?, ?)", args![key.time, key.id]),
            Sort::CreatedAt => all.and("(a.created_at, a.id) < (?, ?)", args![key.time, key.id]),
            Sort::Risk => {
                let key = args![risk_order(key.risk), key.time, key.id];
                all.and("(a.risk_order, a.expires_at, a.id) > (?, ?, ?)", key);
            }
        }
    }
    all
}

fn order(sort: Sort, of: char) -> String {
    match sort {
        Sort::ExpiresAt => format!("ORDER BY {of}.expires_at, {of}.id"),
        Sort::CreatedAt => format!("ORDER BY {of}.created_at DESC, {of}.id DESC"),
        Sort::Risk => format!("ORDER BY {of}.risk_order, {of}.expires_at, {of}.id"),
    }
}

/// One row more than the page has.
fn rows(query: &ListQuery) -> u32 {
    query.limit + 1
}

/// Without words.
fn listed(query: &ListQuery, engine: Engine) -> (String, Vec<Arg>) {
    let Conditions { sql, args } = conditions(query, engine);
    (format!("{COLUMNS} WHERE {sql} {} LIMIT {}", order(query.sort, 'a'), rows(query)), args)
}

/// Those with the words among the first `near` rows of the list.
fn found_near(query: &ListQuery, near: usize, engine: Engine) -> (String, Vec<Arg>) {
    let mut all = conditions(query, engine);
    let (column, holds) = match engine {
        Engine::Sqlite => {
            let words: Vec<String> = query
                .words
                .iter()
                .map(|word| all.numbered("instr(' ' || w.search, ?) > 0", args![format!(" {word}")]))
                .collect();
            ("search", words.join(" AND "))
        }
        Engine::Postgres => {
            let words = all.numbered("w.search_words @@ to_tsquery('simple', ?)", args![ts_query(query)]);
            ("search_words", words)
        }
    };
    let Conditions { sql, args } = all;
    let (inner, middle, outer) = (order(query.sort, 'a'), order(query.sort, 'w'), order(query.sort, 'a'));
    let sql = format!(
        "{COLUMNS} WHERE a.id IN (SELECT w.id FROM \
         (SELECT a.id, a.expires_at, a.created_at, a.risk_order, a.{column} FROM agent_pending_actions a \
         WHERE {sql} {inner} LIMIT {near}) w WHERE {holds} {middle} LIMIT {}) {outer}",
        rows(query)
    );
    (sql, args)
}

/// Those with the words, from the word index. `CROSS JOIN` (SQLite) and `OFFSET 0` (PostgreSQL) keep the engine from
/// walking the list after all.
fn found_by_index(query: &ListQuery, engine: Engine) -> (String, Vec<Arg>) {
    let mut all = conditions(query, engine);
    let found = match engine {
        Engine::Sqlite => {
            let words: Vec<String> = query.words.iter().map(|word| format!("\"{word}\"*")).collect();
            all.and("agent_pending_actions_fts MATCH ?", args![words.join(" ")]);
            "agent_pending_actions_fts f CROSS JOIN agent_pending_actions a ON a.n = f.rowid"
        }
        Engine::Postgres => {
            all.and("a.search_words @@ to_tsquery('simple', ?)", args![ts_query(query)]);
            "agent_pending_actions a"
        }
    };
    let fence = if engine == Engine::Postgres { " OFFSET 0" } else { "" };
    let Conditions { sql, args } = all;
    let (middle, outer) = (order(query.sort, 'w'), order(query.sort, 'a'));
    let sql = format!(
        "{COLUMNS} WHERE a.id IN (SELECT w.id FROM \
         (SELECT a.id, a.expires_at, a.created_at, a.risk_order FROM {found} WHERE {sql}{fence}) w \
         {middle} LIMIT {}) {outer}",
        rows(query)
    );
    (sql, args)
}

fn ts_query(query: &ListQuery) -> String {
    let words: Vec<String> = query.words.iter().map(|word| format!("{word}:*")).collect();
    words.join(" & ")
}

/// Cuts a search text into words as `search_words` does; at most eight.
pub fn words(text: &str) -> Vec<String> {
    fold(text).split_whitespace().take(8).map(str::to_owned).collect()
}
