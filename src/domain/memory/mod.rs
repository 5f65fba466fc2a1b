//! Memory: what agents share, in three tiers. Rules of time and use are in `rules.rs`, inputs in `input.rs`.

mod input;
mod rules;
#[cfg(test)]
mod tests;

pub use input::{MemoryFilter, MemorySort, NewMemory, PatchMemory, RecallMemory, ShareMemory, given};
pub use rules::{
    CONTENT_MAX, LONG_SCORE, MEDIUM_SCORE, READ_WORTH, READS_COUNTED, TAG_MAX, TAGS_MAX, expiry, lifetime,
    longest, placed, promoted, widened,
};

use super::approval::ActorRef;
use super::ids::{AgentId, ExecutionId, MemoryId, TeamId};
use super::text;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

wire_enum! {
    pub enum MemoryTier {
        /// Hours, tied to an execution.
        ShortTerm = "short_term",
        /// Days, a team's.
        MediumTerm = "medium_term",
        LongTerm = "long_term",
    }
}

wire_enum! {
    pub enum MemoryCategory {
        Context = "context",
        Pattern = "pattern",
        Preference = "preference",
        Knowledge = "knowledge",
        Relationship = "relationship",
    }
}

wire_enum! {
    /// Which agents see it, from few to all. The agent whose it is always does, and people see every memory of their
    /// workspace.
    pub enum MemoryVisibility {
        /// The agent whose it is, alone.
        Agent = "agent",
        /// The agents of its team.
        Team = "team",
        Workspace = "workspace",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Memory {
    pub id: MemoryId,
    pub tier: MemoryTier,
    pub category: MemoryCategory,
    pub visibility: MemoryVisibility,
    /// The team that sees it (`visibility` `team`), or that it came from.
    pub team_id: Option<TeamId>,
    pub team_name: Option<String>,
    /// Whose it is. An agent changes what is its own.
    pub agent_id: Option<AgentId>,
    pub agent_name: Option<String>,
    /// The execution in which it was stored.
    pub workflow_execution_id: Option<ExecutionId>,
    pub content: String,
    pub tags: Vec<String>,
    /// 0 to 100.
    pub importance: i64,
    pub created_by: ActorRef,
    /// How often an agent recalled it.
    pub read_count: i64,
    pub last_read_at: Option<DateTime<Utc>>,
    /// When it is forgotten; absent: it is kept.
    pub expires_at: Option<DateTime<Utc>>,
    pub version: i64,
    pub created_at: DateTime<Utc>,
    pub updated_at: DateTime<Utc>,
}

impl Memory {
    /// What it is called in lists: the first line that says something, with hidden characters made visible, at most
    /// 120 characters.
    pub fn headline(&self) -> String {
        let line = self.content.lines().find(|line| !line.trim().is_empty()).unwrap_or_default();
        let text = text::reveal_text(line.trim());
        match text.char_indices().nth(120) {
            Some((end, _)) => format!("{}…", &text[..end]),
            None => text,
        }
    }
}
