//! The list: filters, keyset pages, words. The cost of a page does not grow with the table.
//!
//! Words are searched as in the list of approvals: a common word is found by walking the list in its order, a rare one
//! through the word index. An export that has words walks: it goes over the whole list anyway.

use super::{COLUMNS, Row};
use crate::args;
use crate::domain::audit::AuditRow;
use crate::domain::chain::ChainRow;
use crate::domain::ids::{AgentId, ApprovalId, TeamId, WorkspaceId};
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

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Order {
    #[default]
    NewestFirst,
    OldestFirst,
}

impl Order {
    fn by(self) -> &'static str {
        match self {
            Self::NewestFirst => "ORDER BY executed_at DESC, id DESC",
            Self::OldestFirst => "ORDER BY executed_at, id",
        }
    }
}

/// A parsed filter of the audit list. `None`: no such condition.
#[derive(Clone, Debug, Default)]
pub struct AuditQuery {
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub approval: Option<ApprovalId>,
    pub actor: Option<Uuid>,
    pub department: Option<Department>,
    pub reviewer: Option<Uuid>,
    pub opened: Option<bool>,
    pub event: Option<String>,
    pub action_type: Option<String>,
    pub risk: Option<RiskLevel>,
    pub automatic: Option<bool>,
    pub from: Option<DateTime<Utc>>,
    pub to: Option<DateTime<Utc>>,
    /// Words, all of which must begin some word of the row. Rows are found by words once they are sealed.
    pub words: Vec<String>,
    /// Without what was sealed behind this number.
    pub sealed_to: Option<i64>,
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub order: Order,
    pub limit: u32,
}

impl Conn {
    /// Up to `limit + 1` rows: the extra one says that there is a next page.
    pub async fn audit_list(
        &mut self,
        workspace: WorkspaceId,
        query: &AuditQuery,
    ) -> Result<Vec<AuditRow>, StorageError> {
        let rows = self.audit_found(workspace, query).await?;
        Ok(rows.into_iter().map(AuditRow::try_from).collect::<Result<_, _>>()?)
    }

    /// The same rows with every column as it is kept.
    pub async fn audit_list_exact(
        &mut self,
        workspace: WorkspaceId,
        query: &AuditQuery,
    ) -> Result<Vec<ChainRow>, StorageError> {
        Ok(self.audit_found(workspace, query).await?.into_iter().map(ChainRow::from).collect())
    }

    /// The next rows of a walk over the whole list, every column as it is kept.
    pub async fn audit_walk(
        &mut self,
        workspace: WorkspaceId,
        query: &AuditQuery,
    ) -> Result<Vec<ChainRow>, StorageError> {
        let (sql, args) = walked(workspace, query, self.engine());
        self.chain_rows(sql, args).await
    }

    async fn audit_found(
        &mut self,
        workspace: WorkspaceId,
        query: &AuditQuery,
    ) -> Result<Vec<Row>, StorageError> {
        let engine = self.engine();
        if query.words.is_empty() {
            let (sql, args) = walked(workspace, query, engine);
            return self.fetch_all(sql, args).await;
        }
        for near in [FIRST_FEW, NEAR] {
            let (sql, args) = found_near(workspace, query, near, engine);
            let found: Vec<Row> = self.fetch_all(sql, args).await?;
            if found.len() > query.limit as usize {
                return Ok(found);
            }
            if found.is_empty() {
                break;
            }
        }
        let (sql, args) = found_by_index(workspace, query, engine);
        self.fetch_all(sql, args).await
    }
}

/// A query's conditions on `a` and their arguments. Fragments are fixed here; data travels as arguments only.
fn conditions(workspace: WorkspaceId, query: &AuditQuery) -> Conditions {
    let mut all = Conditions::new("a.workspace_id = $1", args![workspace]);
    if let Some(team) = query.team {
        all.and("a.team_id = ?", args![team]);
    }
    if let Some(agent) = query.agent {
        all.and("a.agent_id = ?", args![agent]);
    }
    if let Some(approval) = query.approval {
        all.and("a.approval_id = ?", args![approval]);
    }
    if let Some(actor) = query.actor {
        all.and("a.actor_id = ?", args![actor]);
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
    if let Some(reviewer) = query.reviewer {
        // Whose approval it was then: others may have approved before or since.
        let given = "(SELECT p.reviewer_id FROM approval_patterns p WHERE p.workspace_id = $1 \
             AND p.approval_id = a.approval_id AND p.approved = ? AND p.created_at <= a.executed_at \
             ORDER BY p.created_at DESC, p.id DESC LIMIT 1) = ?";
        all.and(given, args![true, reviewer]);
    }
    if let Some(opened) = query.opened {
        let had_opened = "EXISTS (SELECT 1 FROM approval_opens o WHERE o.workspace_id = $1 \
             AND o.approval_id = a.approval_id AND o.user_id = a.actor_id AND o.first_opened_at <= a.executed_at)";
        all.and(&format!("{}{had_opened}", if opened { "" } else { "NOT " }), args![]);
        all.and("a.event IN (?, ?)", args!["approval.approved", "approval.rejected"]);
    }
    if let Some(events) = query.event.as_deref() {
        let (condition, values) = of_events(events);
        all.and(&condition, values);
    }
    if let Some(action_type) = &query.action_type {
        all.and("a.action_type = ?", args![action_type]);
    }
    if let Some(risk) = query.risk {
        all.and("a.risk_level = ?", args![risk.as_str()]);
    }
    if let Some(automatic) = query.automatic {
        all.and("a.was_automatic = ?", args![automatic]);
    }
    if let Some(from) = query.from {
        all.and("a.executed_at >= ?", args![from]);
    }
    if let Some(to) = query.to {
        all.and("a.executed_at < ?", args![to]);
    }
    if let Some(seq) = query.sealed_to {
        all.and("(a.seq IS NULL OR a.seq <= ?)", args![seq]);
    }
    if let Some((time, id)) = query.after {
        let behind = match query.order {
            Order::NewestFirst => "(a.executed_at, a.id) < (?, ?)",
            Order::OldestFirst => "(a.executed_at, a.id) > (?, ?)",
        };
        all.and(behind, args![time, id]);
    }
    all
}

impl Conditions {
    /// Whether a row holds the words, told from the row itself.
    fn holds(&mut self, query: &AuditQuery, of: char, engine: Engine) -> String {
        match engine {
            Engine::Sqlite => {
                let condition = format!("instr(' ' || {of}.search, ?) > 0");
                let words: Vec<String> = query
                    .words
                    .iter()
                    .map(|word| self.numbered(&condition, args![format!(" {word}")]))
                    .collect();
                words.join(" AND ")
            }
            // Not what the word index answers, which would be asked for all pages of a walk.
            Engine::Postgres => {
                let condition = format!("({of}.search_words @@ to_tsquery('simple', ?)) IS TRUE");
                self.numbered(&condition, args![ts_query(query)])
            }
        }
    }
}

/// The condition of one event, or of several with commas between them. "approval" means "approval.…"; the character
/// after '.' is '/'.
fn of_events(events: &str) -> (String, Vec<Arg>) {
    let words: Vec<&str> = events.split(',').map(str::trim).filter(|word| !word.is_empty()).collect();
    // Several are found by walking the list in its order: an engine that took each from its index would sort them all.
    let column = if words.len() > 1 { "(a.event || '')" } else { "a.event" };
    let (mut conditions, mut values) = (Vec::new(), Vec::new());
    for word in words {
        if word.contains('.') {
            conditions.push(format!("{column} = ?"));
            values.extend(args![word]);
        } else {
            conditions.push(format!("({column} >= ? AND {column} < ?)"));
            values.extend(args![format!("{word}."), format!("{word}/")]);
        }
    }
    match conditions.is_empty() {
        true => ("1 = 0".to_owned(), values),
        false => (format!("({})", conditions.join(" OR ")), values),
    }
}

/// One row more than the page has.
fn rows(query: &AuditQuery) -> u32 {
    query.limit + 1
}

/// The list in its order.
fn walked(workspace: WorkspaceId, query: &AuditQuery, engine: Engine) -> (String, Vec<Arg>) {
    let mut all = conditions(workspace, query);
    if !query.words.is_empty() {
        let holds = all.holds(query, 'a', engine);
        all.and(&holds, args![]);
    }
    let Conditions { sql, args } = all;
    (format!("{COLUMNS} WHERE {sql} {} LIMIT {}", query.order.by(), rows(query)), args)
}

/// Those with the words among the first `near` rows of the list.
fn found_near(workspace: WorkspaceId, query: &AuditQuery, near: usize, engine: Engine) -> (String, Vec<Arg>) {
    let mut all = conditions(workspace, query);
    let holds = all.holds(query, 'w', engine);
    let column = match engine {
        Engine::Sqlite => "search",
        Engine::Postgres => "search_words",
    };
    let Conditions { sql, args } = all;
    let (order, rows) = (query.order.by(), rows(query));
    let sql = format!(
        "{COLUMNS} WHERE a.id IN (SELECT w.id FROM (SELECT a.id, a.executed_at, a.{column} \
         FROM agent_action_audit_log a WHERE {sql} {order} LIMIT {near}) w WHERE {holds} {order} LIMIT {rows}) {order}"
    );
    (sql, args)
}

/// Those with the words, from the word index. `CROSS JOIN` (SQLite) and `OFFSET 0` (PostgreSQL) keep the engine from
/// walking the list after all.
fn found_by_index(workspace: WorkspaceId, query: &AuditQuery, engine: Engine) -> (String, Vec<Arg>) {
    let mut all = conditions(workspace, query);
    let (found, fence) = match engine {
        Engine::Sqlite => {
            let words: Vec<String> = query.words.iter().map(|word| format!("\"{word}\"*")).collect();
            all.and("agent_action_audit_log_fts MATCH ?", args![words.join(" ")]);
            ("agent_action_audit_log_fts f CROSS JOIN agent_action_audit_log a ON a.n = f.rowid", "")
        }
        Engine::Postgres => {
            all.and("a.search_words @@ to_tsquery('simple', ?)", args![ts_query(query)]);
            ("agent_action_audit_log a", " OFFSET 0")
        }
    };
    let Conditions { sql, args } = all;
    let (order, rows) = (query.order.by(), rows(query));
    let sql = format!(
        "{COLUMNS} WHERE a.id IN (SELECT w.id FROM (SELECT a.id, a.executed_at FROM {found} WHERE {sql}{fence}) w \
         {order} LIMIT {rows}) {order}"
    );
    (sql, args)
}

fn ts_query(query: &AuditQuery) -> String {
    let words: Vec<String> = query.words.iter().map(|word| format!("{word}:*")).collect();
    words.join(" & ")
}
