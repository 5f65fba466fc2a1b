//! The list and the searches: filters, two sorts, keyset pages.
//!
//! Words are searched as in the list of approvals: a common word is met by walking the list in its order, a rare one
//! through the word index.

use super::{COLUMNS, MemoryRow, Reader, SEEN};
use crate::domain::ids::{AgentId, MemoryId, TeamId, WorkspaceId};
use crate::domain::memory::{Memory, MemoryCategory, MemorySort as Sort, MemoryTier};
use crate::server::storage::conditions::Conditions;
use crate::server::storage::db::Engine;
use crate::server::storage::read::all;
use crate::server::storage::{Arg, Conn, StorageError, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// How far the list is walked for words before the word index is asked.
const NEAR: usize = 500;

/// A parsed filter. `None`: no such condition.
#[derive(Clone, Debug)]
pub struct MemoryQuery {
    pub workspace: WorkspaceId,
    pub reader: Reader,
    /// What is past its expiry then is left out.
    pub now: DateTime<Utc>,
    pub tier: Option<MemoryTier>,
    pub category: Option<MemoryCategory>,
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub tag: Option<String>,
    /// Words, each of which must begin some word of the memory.
    pub words: Vec<String>,
    pub sort: Sort,
    pub after: Option<MemoryKey>,
    pub limit: u32,
}

/// Where a page ended.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MemoryKey {
    pub importance: i64,
    pub time: DateTime<Utc>,
    pub id: Uuid,
}

/// How several words are asked for.
#[derive(Clone, Copy)]
enum Words {
    All,
    Some,
}

impl Conn {
    /// Up to `limit + 1` memories: the extra one says that there is a next page.
    pub async fn memory_list(&mut self, query: &MemoryQuery) -> Result<Vec<Memory>, StorageError> {
        let engine = self.engine();
        if query.words.is_empty() {
            return self.memories(listed(query, engine)).await;
        }
        let near = self.memories(found_near(query, engine)).await?;
        if near.len() > query.limit as usize {
            return Ok(near);
        }
        self.memories(found_by_index(query, Words::All, query.limit + 1, engine)).await
    }

    async fn memories(&mut self, (sql, args): (String, Vec<Arg>)) -> Result<Vec<Memory>, StorageError> {
        let rows: Vec<MemoryRow> = self.fetch_all(sql, args).await?;
        Ok(all(rows)?)
    }
}

impl Tx {
    /// Finds at most `limit` memories, those with all the words first, then those with some, and counts each as read
    /// now. They are answered as they are after it.
    pub async fn memory_recall(&mut self, query: &MemoryQuery) -> Result<Vec<Memory>, StorageError> {
        let (engine, limit) = (self.engine(), query.limit as usize);
        let mut found = Vec::new();
        if query.words.is_empty() {
            return Ok(found);
        }
        for how in [Words::All, Words::Some] {
            if found.len() >= limit {
                break;
            }
            for memory in self.memories(found_by_index(query, how, query.limit, engine)).await? {
                if found.len() < limit && !found.iter().any(|has: &Memory| has.id == memory.id) {
                    found.push(memory);
                }
            }
        }
        let ids: Vec<MemoryId> = found.iter().map(|memory| memory.id).collect();
        self.memory_count_read(query.workspace, &ids).await?;
        let now = self.now();
        for memory in &mut found {
            memory.read_count += 1;
            memory.last_read_at = Some(now);
        }
        Ok(found)
    }

    async fn memory_count_read(
        &mut self,
        workspace: WorkspaceId,
        ids: &[MemoryId],
    ) -> Result<(), StorageError> {
        if ids.is_empty() {
            return Ok(());
        }
        let sql = self.dialect(
            sql!(
                "UPDATE agent_shared_memory SET read_count = read_count + 1, last_read_at = $3 ",
                "WHERE workspace_id = $1 AND id IN (SELECT unhex(value) FROM json_each($2))"
            ),
            // Locked in order, so that two who read the same ones wait for each other instead of forever.
            sql!(
                "WITH held AS MATERIALIZED (SELECT id FROM agent_shared_memory WHERE workspace_id = $1 AND id IN ",
                "(SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON))) ",
                "ORDER BY id FOR NO KEY UPDATE) ",
                "UPDATE agent_shared_memory SET read_count = read_count + 1, last_read_at = $3 ",
                "WHERE workspace_id = $1 AND id IN (SELECT id FROM held)"
            ),
        );
        let now = self.now();
        self.execute(sql, args![workspace, Arg::ids(ids.iter().copied()), now]).await?;
        Ok(())
    }
}

fn conditions(query: &MemoryQuery, engine: Engine) -> Conditions {
    let mut all = Conditions::new("m.workspace_id = $1", args![query.workspace]);
    all.and("(m.expires_at IS NULL OR m.expires_at > ?)", args![query.now]);
    if let Some(agent) = query.reader.agent() {
        all.and(SEEN, args![agent, agent]);
    }
    if let Some(tier) = query.tier {
        all.and("m.tier = ?", args![tier.as_str()]);
    }
    if let Some(category) = query.category {
        all.and("m.category = ?", args![category.as_str()]);
    }
    if let Some(team) = query.team {
        all.and("m.team_id = ?", args![team]);
    }
    if let Some(agent) = query.agent {
        all.and("m.agent_id = ?", args![agent]);
    }
    if let Some(tag) = &query.tag {
        match engine {
            Engine::Sqlite => {
                all.and("EXISTS (SELECT 1 FROM json_each(m.tags) e WHERE e.value = ?)", args![tag]);
            }
            Engine::Postgres => {
                let one = Arg::json(&[tag]);
                all.and("CAST(m.tags AS JSONB) @> CAST(? AS JSONB)", vec![one]);
            }
        }
    }
    if let Some(key) = &query.after {
        match query.sort {
            Sort::Newest => all.and("(m.created_at, m.id) < (?, ?)", args![key.time, key.id]),
            Sort::Importance => all.and(
                "(m.importance, m.created_at, m.id) < (?, ?, ?)",
                args![key.importance, key.time, key.id],
            ),
        }
    }
    all
}

fn order(sort: Sort, of: char) -> String {
    match sort {
        Sort::Newest => format!("ORDER BY {of}.created_at DESC, {of}.id DESC"),
        Sort::Importance => {
            format!("ORDER BY {of}.importance DESC, {of}.created_at DESC, {of}.id DESC")
        }
    }
}

/// Without words.
fn listed(query: &MemoryQuery, engine: Engine) -> (String, Vec<Arg>) {
    let Conditions { sql, args } = conditions(query, engine);
    (format!("{COLUMNS} WHERE {sql} {} LIMIT {}", order(query.sort, 'm'), query.limit + 1), args)
}

/// Those with all words among the first [`NEAR`] rows of the list.
fn found_near(query: &MemoryQuery, engine: Engine) -> (String, Vec<Arg>) {
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
            let words = args![ts_query(query, Words::All)];
            ("search_words", all.numbered("w.search_words @@ to_tsquery('simple', ?)", words))
        }
    };
    let Conditions { sql, args } = all;
    let (inner, middle, outer) = (order(query.sort, 'm'), order(query.sort, 'w'), order(query.sort, 'm'));
    let sql = format!(
        "{COLUMNS} WHERE m.id IN (SELECT w.id FROM (SELECT m.id, m.importance, m.created_at, m.{column} \
         FROM agent_shared_memory m WHERE {sql} {inner} LIMIT {NEAR}) w WHERE {holds} {middle} LIMIT {}) {outer}",
        query.limit + 1
    );
    (sql, args)
}

/// Those with all or some of the words, from the word index. `CROSS JOIN` (SQLite) and `OFFSET 0` (PostgreSQL) keep
/// the engine from walking the list after all.
fn found_by_index(query: &MemoryQuery, how: Words, limit: u32, engine: Engine) -> (String, Vec<Arg>) {
    let mut all = conditions(query, engine);
    let (found, fence) = match engine {
        Engine::Sqlite => {
            let words: Vec<String> = query.words.iter().map(|word| format!("\"{word}\"*")).collect();
            let joint = match how {
                Words::All => " ",
                Words::Some => " OR ",
            };
            all.and("agent_shared_memory_fts MATCH ?", args![words.join(joint)]);
            ("agent_shared_memory_fts f CROSS JOIN agent_shared_memory m ON m.n = f.rowid", "")
        }
        Engine::Postgres => {
            all.and("m.search_words @@ to_tsquery('simple', ?)", args![ts_query(query, how)]);
            ("agent_shared_memory m", " OFFSET 0")
        }
    };
    let Conditions { sql, args } = all;
    let (middle, outer) = (order(query.sort, 'w'), order(query.sort, 'm'));
    let sql = format!(
        "{COLUMNS} WHERE m.id IN (SELECT w.id FROM (SELECT m.id, m.importance, m.created_at FROM {found} \
         WHERE {sql}{fence}) w {middle} LIMIT {limit}) {outer}"
    );
    (sql, args)
}

fn ts_query(query: &MemoryQuery, how: Words) -> String {
    let words: Vec<String> = query.words.iter().map(|word| format!("{word}:*")).collect();
    words.join(match how {
        Words::All => " & ",
        Words::Some => " | ",
    })
}
