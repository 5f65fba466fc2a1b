//! The tenant, its departments and its freeze switch.

use super::ids::WorkspaceId;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

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

/// The host names of the workspace's own people: mail to any other is to an external recipient.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct InternalDomains {
    #[validate(custom(function = "domains"))]
    pub domains: Vec<String>,
}

const MAX_DOMAINS: usize = 100;

fn domains(list: &[String]) -> Result<(), ValidationError> {
    let fault = |message: String| Err(ValidationError::new("domain").with_message(message.into()));
    if list.len() > MAX_DOMAINS {
        return fault(format!("must be at most {MAX_DOMAINS} domains"));
    }
    match list.iter().position(|domain| !is_domain(domain)) {
        Some(index) => fault(format!("entry {} must be a lower-case domain such as example.com", index + 1)),
        None => Ok(()),
    }
}

/// Lower-case host names with a dot (RFC 1123, section 2.1); internationalised ones in their `xn--` form.
fn is_domain(text: &str) -> bool {
    let label = |label: &str| {
        (1..=63).contains(&label.len())
            && !label.starts_with('-')
            && !label.ends_with('-')
            && label.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
    };
    text.len() <= 253 && text.contains('.') && text.split('.').all(label)
}
