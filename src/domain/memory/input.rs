//! What people and agents send about memory.

use super::rules::{CONTENT_MAX, TAG_MAX, TAGS_MAX};
use super::{MemoryCategory, MemoryTier, MemoryVisibility};
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::text;
use crate::wire_enum;
use serde::{Deserialize, Deserializer, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::{Validate, ValidationError};

wire_enum! {
    #[derive(Default)]
    pub enum MemorySort {
        #[default]
        Newest = "newest",
        /// The most important first, then the newest.
        Importance = "importance",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewMemory {
    /// 1 to 20,000 characters.
    #[validate(custom(function = "content_text"))]
    pub content: String,
    #[serde(default = "short_term")]
    pub tier: MemoryTier,
    #[serde(default = "context")]
    pub category: MemoryCategory,
    /// 0 to 100; 50 when absent. With how often it is read, it decides whether the memory rises to the next tier.
    #[validate(range(min = 0, max = 100, message = "must be between 0 and 100"))]
    #[serde(default = "middling")]
    pub importance: i64,
    /// At most 20, each one line of at most 40 characters.
    #[validate(custom(function = "short_lines"))]
    #[serde(default)]
    pub tags: Vec<String>,
    /// Which agents see it. Absent: those of `teamId`; else the agent whose it is, alone; else all.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub visibility: Option<MemoryVisibility>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    /// Whose it is; an agent's token implies its agent.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<AgentId>,
    /// Seconds until it is forgotten, at least 60; at most 48 hours (`short_term`), 90 days (`medium_term`) or 3,650
    /// days (`long_term`). Absent: 12 hours, 14 days, or never.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<i64>,
}

fn short_term() -> MemoryTier {
    MemoryTier::ShortTerm
}

fn context() -> MemoryCategory {
    MemoryCategory::Context
}

fn middling() -> i64 {
    50
}

/// What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchMemory {
    #[validate(custom(function = "content_text"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub content: Option<String>,
    /// Another tier than before begins its time anew, unless `expiresInSeconds` says otherwise.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<MemoryTier>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<MemoryCategory>,
    #[validate(range(min = 0, max = 100, message = "must be between 0 and 100"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub importance: Option<i64>,
    #[validate(custom(function = "short_lines"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tags: Option<Vec<String>>,
    /// Seconds from now until it is forgotten, within the bounds of its tier; `null`: what is usual for its tier.
    #[serde(deserialize_with = "given", skip_serializing_if = "Option::is_none")]
    #[schema(value_type = Option<i64>)]
    pub expires_in_seconds: Option<Option<i64>>,
}

/// A field that is there, be it `null`.
pub fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Option<i64>>, D::Error> {
    Option::deserialize(deserializer).map(Some)
}

/// With whom a memory is shared.
#[derive(Clone, Copy, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ShareMemory {
    /// The agents of this team; absent: all of the workspace.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
}

/// A search that counts as reading.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct RecallMemory {
    /// Words, of which the first eight count. What has them all comes first, then what has some; of each the most
    /// important first.
    #[validate(custom(function = "search_text"))]
    pub query: String,
    /// 1 to 50; 10 when absent.
    #[validate(range(min = 1, max = 50, message = "must be between 1 and 50"))]
    #[serde(default = "ten")]
    pub limit: i64,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub tier: Option<MemoryTier>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub category: Option<MemoryCategory>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
}

fn ten() -> i64 {
    10
}

/// Filters of the list; empty strings count as absent.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct MemoryFilter {
    /// `short_term`, `medium_term` or `long_term`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tier: Option<String>,
    /// `context`, `pattern`, `preference`, `knowledge` or `relationship`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub category: Option<String>,
    /// Of this team, or from it.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub team_id: Option<String>,
    /// Of this agent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub agent_id: Option<String>,
    /// With this tag, letter by letter.
    #[validate(length(max = 200, message = "must be at most 200 characters"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tag: Option<String>,
    /// Words in the content or the tags, all of which must be there; the beginning of a word is enough.
    #[validate(length(max = 200, message = "must be at most 200 characters"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub q: Option<String>,
    /// `newest` (the default) or `importance`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub sort: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub limit: Option<String>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cursor: Option<String>,
}

fn content_text(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() {
        return Err(fault("must not be empty"));
    }
    if text.chars().count() > CONTENT_MAX {
        return Err(fault("must be at most 20,000 characters"));
    }
    text::no_nul(text)
}

/// Tags identify things in lists as names do, so that what reorders or hides text is refused in them.
fn short_lines(list: &[String]) -> Result<(), ValidationError> {
    if list.len() > TAGS_MAX {
        return Err(fault("must be at most 20 tags"));
    }
    for (place, tag) in list.iter().enumerate() {
        text::name(tag)?;
        if tag.chars().count() > TAG_MAX {
            return Err(fault("must be tags of at most 40 characters"));
        }
        if tag.trim() != tag {
            return Err(fault("must be tags without space around them"));
        }
        if list.iter().take(place).any(|other| other == tag) {
            return Err(fault("must not hold one tag twice"));
        }
    }
    Ok(())
}

fn search_text(text: &str) -> Result<(), ValidationError> {
    if text.chars().count() > 500 {
        return Err(fault("must be at most 500 characters"));
    }
    if !text.chars().any(char::is_alphanumeric) {
        return Err(fault("must hold a word to search for"));
    }
    text::no_nul(text)
}

fn fault(message: &'static str) -> ValidationError {
    ValidationError::new("memory").with_message(message.into())
}
