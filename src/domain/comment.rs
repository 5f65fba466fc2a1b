//! Comments on an approval: to the agent that asked, or among colleagues.

use super::approval::ActorRef;
use super::ids::{ApprovalId, CommentId};
use super::text;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// An approval holds at most this many.
pub const MAX_COMMENTS: i64 = 200;

wire_enum! {
    /// Who reads a comment.
    #[derive(Default)]
    pub enum Audience {
        /// The workspace's members, and its agents.
        #[default]
        Everyone = "everyone",
        /// The workspace's members only.
        Members = "members",
    }
}

/// Kept as said: nobody edits or removes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Comment {
    pub id: CommentId,
    pub approval_id: ApprovalId,
    pub author: ActorRef,
    pub audience: Audience,
    pub text: String,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewComment {
    #[validate(custom(function = "text::remark"))]
    pub text: String,
    /// `everyone` when absent. An agent's is always for everyone.
    #[serde(default)]
    pub audience: Audience,
}
