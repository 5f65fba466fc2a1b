//! Memory: what agents share, in three tiers.

use crate::wire_enum;

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
