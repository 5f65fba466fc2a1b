//! Webhooks that start a workflow: where they go, their secret, and what comes of one.

use crate::domain::ids::ExecutionId;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

/// Where a workflow's webhooks go, and how the secret that signs them stands.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowHook {
    pub url: String,
    /// When the secret was made; `null`: there is none, and no webhook starts the workflow.
    pub made_at: Option<DateTime<Utc>>,
    /// Until when the secret before it counts too.
    pub former_until: Option<DateTime<Utc>>,
}

/// The only time that a secret is shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct WorkflowSecret {
    /// `whsec_…`: the key of the HMAC-SHA-256 signature.
    pub secret: String,
    /// Where the webhooks go.
    pub url: String,
}

/// What a webhook started, now or the first time that it came.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct HookStarted {
    pub execution_id: ExecutionId,
}
