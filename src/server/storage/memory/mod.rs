//! `agent_shared_memory`: reading, writing and forgetting. Lists and searches are in `list.rs`, what time and use do
//! in `upkeep.rs`. Everything here leaves out what is past its expiry, whether it was deleted yet or not.

mod list;
mod upkeep;

pub use list::{MemoryKey, MemoryQuery};
pub use upkeep::Rise;

use super::approvals::search_words;
use super::read::At;
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::approval::ActorRef;
use crate::domain::ids::{AgentId, ExecutionId, MemoryId, TeamId, WorkspaceId};
use crate::domain::memory::{Memory, MemoryCategory, MemoryTier, MemoryVisibility};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// Whose eyes a read is for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Reader {
    /// A member of the workspace: everything.
    Person,
    /// Its own, its teams', and the workspace's.
    Agent(AgentId),
}

impl Reader {
    /// What `$n` of [`SEEN`] is.
    fn agent(self) -> Option<AgentId> {
        match self {
            Self::Person => None,
            Self::Agent(agent) => Some(agent),
        }
    }
}

/// Everything a memory is read with; a `WHERE` follows.
const COLUMNS: &str = sql!(
    "SELECT m.id, m.tier, m.category, m.visibility, m.team_id, t.name AS team_name, m.agent_id, ",
    "g.name AS agent_name, m.workflow_execution_id, m.content, m.tags, m.importance, m.created_by_kind, ",
    "m.created_by_id, m.created_by_name, m.read_count, m.last_read_at, m.expires_at, m.version, m.created_at, ",
    "m.updated_at FROM agent_shared_memory m LEFT JOIN agent_teams t ON t.id = m.team_id ",
    "LEFT JOIN agents g ON g.id = m.agent_id"
);

/// The condition of what an agent sees; a question mark stands for its id, twice.
const SEEN: &str = "(m.visibility = 'workspace' OR m.agent_id = ? OR (m.visibility = 'team' AND m.team_id IN \
     (SELECT b.team_id FROM agent_team_members b WHERE b.workspace_id = $1 AND b.agent_id = ?)))";

#[derive(sqlx::FromRow)]
struct MemoryRow {
    id: Uuid,
    tier: String,
    category: String,
    visibility: String,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    agent_id: Option<Uuid>,
    agent_name: Option<String>,
    workflow_execution_id: Option<Uuid>,
    content: String,
    tags: String,
    importance: i64,
    created_by_kind: String,
    created_by_id: Uuid,
    created_by_name: String,
    read_count: i64,
    last_read_at: Option<Ts>,
    expires_at: Option<Ts>,
    version: i64,
    created_at: Ts,
    updated_at: Ts,
}

impl TryFrom<MemoryRow> for Memory {
    type Error = CorruptRow;

    fn try_from(row: MemoryRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_shared_memory", row: row.id };
        Ok(Self {
            id: MemoryId(row.id),
            tier: at.word("tier", &row.tier)?,
            category: at.word("category", &row.category)?,
            visibility: at.word("visibility", &row.visibility)?,
            team_id: row.team_id.map(TeamId),
            team_name: row.team_name,
            agent_id: row.agent_id.map(AgentId),
            agent_name: row.agent_name,
            workflow_execution_id: row.workflow_execution_id.map(ExecutionId),
            content: row.content,
            tags: at.json("tags", &row.tags)?,
            importance: row.importance,
            created_by: ActorRef {
                kind: at.word("created_by_kind", &row.created_by_kind)?,
                id: row.created_by_id,
                name: row.created_by_name,
            },
            read_count: row.read_count,
            last_read_at: row.last_read_at.map(Into::into),
            expires_at: row.expires_at.map(Into::into),
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}

/// A memory before it is written.
#[derive(Clone, Copy, Debug)]
pub struct MemoryInsert<'a> {
    pub tier: MemoryTier,
    pub category: MemoryCategory,
    pub visibility: MemoryVisibility,
    pub team: Option<TeamId>,
    pub agent: Option<AgentId>,
    pub execution: Option<ExecutionId>,
    pub content: &'a str,
    pub tags: &'a [String],
    pub importance: i64,
    pub created_by: &'a ActorRef,
    pub expires_at: Option<DateTime<Utc>>,
}

/// What a memory is found by: its tags first, because a long content is cut.
fn search(content: &str, tags: &[String]) -> String {
    search_words(&[&tags.join(" "), content])
}

impl Conn {
    /// One memory that the reader sees and that is not past its expiry at `now`.
    pub async fn memory_get(
        &mut self,
        workspace: WorkspaceId,
        reader: Reader,
        id: MemoryId,
        now: DateTime<Utc>,
    ) -> Result<Option<Memory>, StorageError> {
        let mut sql = format!(
            "{COLUMNS} WHERE m.workspace_id = $1 AND m.id = $2 AND (m.expires_at IS NULL OR m.expires_at > $3)"
        );
        let mut args = args![workspace, id, now];
        if let Some(agent) = reader.agent() {
            sql.push_str(" AND ");
            sql.push_str(&SEEN.replace('?', "$4"));
            args.push(agent.into());
        }
        let row: Option<MemoryRow> = self.fetch_optional(sql, args).await?;
        Ok(row.map(Memory::try_from).transpose()?)
    }
}

impl Tx {
    /// The input must have passed its checks, and team and agent must be of the workspace.
    pub async fn memory_insert(
        &mut self,
        workspace: WorkspaceId,
        new: &MemoryInsert<'_>,
    ) -> Result<MemoryId, StorageError> {
        let (id, now) = (MemoryId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO agent_shared_memory (id, workspace_id, team_id, agent_id, workflow_execution_id, ",
                "visibility, tier, category, content, tags, importance, created_by_kind, created_by_id, ",
                "created_by_name, expires_at, created_at, updated_at, search) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $16, $17)"
            ),
            args![
                id,
                workspace,
                new.team,
                new.agent,
                new.execution,
                new.visibility.as_str(),
                new.tier.as_str(),
                new.category.as_str(),
                new.content,
                Arg::json(&new.tags),
                new.importance,
                new.created_by.kind.as_str(),
                new.created_by.id,
                new.created_by.name.as_str(),
                new.expires_at,
                now,
                search(new.content, new.tags)
            ],
        )
        .await?;
        Ok(id)
    }

    /// Writes everything that can change of `memory` over its version, and answers the new one. `None`: its version
    /// is no longer that one.
    pub async fn memory_update(
        &mut self,
        workspace: WorkspaceId,
        memory: &Memory,
    ) -> Result<Option<i64>, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_shared_memory SET tier = $4, category = $5, visibility = $6, team_id = $7, ",
                    "content = $8, tags = $9, importance = $10, expires_at = $11, search = $12, ",
                    "version = version + 1, updated_at = $13 WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![
                    workspace,
                    memory.id,
                    memory.version,
                    memory.tier.as_str(),
                    memory.category.as_str(),
                    memory.visibility.as_str(),
                    memory.team_id,
                    memory.content.as_str(),
                    Arg::json(&memory.tags),
                    memory.importance,
                    memory.expires_at,
                    search(&memory.content, &memory.tags),
                    now
                ],
            )
            .await?;
        Ok((changed == 1).then_some(memory.version + 1))
    }

    /// `false`: there is no such memory, or its version is no longer the one that was read.
    pub async fn memory_delete(
        &mut self,
        workspace: WorkspaceId,
        id: MemoryId,
        version: i64,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!("DELETE FROM agent_shared_memory WHERE workspace_id = $1 AND id = $2 AND version = $3"),
                args![workspace, id, version],
            )
            .await?;
        Ok(deleted == 1)
    }
}
