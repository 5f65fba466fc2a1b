//! "I am on it": a reviewer tells the others that this approval is being looked at. A hint that lapses by itself; it
//! keeps nobody from deciding.

use super::ids::UserId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// How long it stands, unless it is said again.
pub const ATTEND_SECONDS: i64 = 15 * 60;

/// Who is on it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Attending {
    pub user_id: UserId,
    pub name: String,
    /// From then on it means nothing.
    pub until: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct Attend {
    /// Also when somebody else is on it.
    pub take_over: bool,
}
