//! The tenant, its departments and its freeze switch.

use super::ids::WorkspaceId;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

wire_enum! {
    pub enum Department {
        Sales = "sales",
        Marketing = "marketing",
        Support = "support",
        Operations = "operations",
        Finance = "finance",
        Product = "product",
        General = "general",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Workspace {
    pub id: WorkspaceId,
    pub name: String,
    pub demo: bool,
    pub frozen_at: Option<DateTime<Utc>>,
    pub created_at: DateTime<Utc>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetFreeze {
    /// `true` stops all automatic execution and dispatch at once, and the expiry clocks with it.
    pub frozen: bool,
}
