//! How a workspace's chain stands, as the audit page and the API show it.

use super::{ChainFault, Checkpoint, Mark};
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainState {
    /// The last sealed row; absent until one is sealed.
    pub head: Option<Mark>,
    /// When that was sealed.
    pub sealed_at: Option<DateTime<Utc>>,
    /// Rows that wait for their seal, counted to at most 1,000.
    pub unsealed: i64,
    /// The newest signed statement of where the chain ended.
    pub checkpoint: Option<Checkpoint>,
    /// The newest signed statement of the rows that the retention removed.
    pub anchor: Option<Checkpoint>,
}

/// Where to begin to verify.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct ChainFrom {
    /// The number of a row that is known to hold, such as `checkedTo` of the answer before; from the beginning when
    /// absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub from: Option<String>,
}

/// What a look at a part of the chain found.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ChainCheck {
    /// How many rows were looked at now.
    pub rows: i64,
    /// The rows up to this number hold, if those before the beginning do.
    pub checked_to: i64,
    /// The end was reached: it fits the head and all checkpoints. Otherwise go on from `checkedTo`.
    pub complete: bool,
    /// The first bad row and what is wrong with it.
    pub fault: Option<ChainFault>,
}
