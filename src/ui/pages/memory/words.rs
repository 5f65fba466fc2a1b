//! How a memory is said.

use crate::domain::memory::{Memory, MemoryTier, MemoryVisibility};
use crate::domain::text::reveal_text;

/// The tier: "Short term".
pub fn tier_name(tier: MemoryTier) -> &'static str {
    match tier {
        MemoryTier::ShortTerm => "Short term",
        MemoryTier::MediumTerm => "Medium term",
        MemoryTier::LongTerm => "Long term",
    }
}

/// What the tier means.
pub fn tier_hint(tier: MemoryTier) -> &'static str {
    match tier {
        MemoryTier::ShortTerm => "Short term: for hours",
        MemoryTier::MediumTerm => "Medium term: for days",
        MemoryTier::LongTerm => "Long term: kept",
    }
}

/// Which agents see it.
pub fn seen_by(memory: &Memory) -> String {
    let name = |name: &Option<String>| name.as_deref().map(reveal_text).unwrap_or_default();
    match memory.visibility {
        MemoryVisibility::Workspace => "All agents".to_owned(),
        MemoryVisibility::Team => format!("Team {}", name(&memory.team_name)),
        MemoryVisibility::Agent => format!("Only {}", name(&memory.agent_name)),
    }
}

/// How often it was read.
pub fn read_often(memory: &Memory) -> String {
    match memory.read_count {
        0 => "Never".to_owned(),
        1 => "Once".to_owned(),
        count => format!("{count} times"),
    }
}
