//! The tenant, its departments and its freeze switch.

use super::ids::WorkspaceId;
use super::text;
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

/// What a workspace offers to a person who rejects, until it says otherwise.
pub const DEFAULT_REASONS: [&str; 4] =
    ["Wrong recipient", "Wrong amount", "Needs more information", "Not now"];

/// The reasons that a person who rejects can choose from, in the workspace's order. Without any, none are offered.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct PresetReasons {
    #[validate(custom(function = "reasons"))]
    pub reasons: Vec<String>,
}

impl Default for PresetReasons {
    fn default() -> Self {
        Self { reasons: DEFAULT_REASONS.map(str::to_owned).to_vec() }
    }
}

/// For how long the workspace keeps its audit rows. What is removed leaves a signed anchor, so that the rest stays
/// provable.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AuditRetention {
    /// 30 to 36,500; for ever when absent.
    #[validate(range(min = 30, max = 36_500, message = "must be between 30 and 36500 days"))]
    #[serde(default)]
    pub days: Option<i64>,
}

/// For how long the workspace keeps executions that ended, and threads of messages in which nothing happens any more.
/// Approvals and the audit trail stay.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct HistoryRetention {
    /// 7 to 36,500; for ever when absent. Limits by the day look back one day, and a message waits for its agent for
    /// seven.
    #[validate(range(min = 7, max = 36_500, message = "must be between 7 and 36500 days"))]
    #[serde(default)]
    pub days: Option<i64>,
}

const MAX_REASONS: usize = 12;

/// Each one line of 1 to 200 characters, which is what a name is too; none twice, however it is capitalised.
fn reasons(list: &[String]) -> Result<(), ValidationError> {
    let fault = |message: String| Err(ValidationError::new("reason").with_message(message.into()));
    if list.len() > MAX_REASONS {
        return fault(format!("must be at most {MAX_REASONS} reasons"));
    }
    let said = |text: &String| text.trim().to_lowercase();
    for (index, reason) in list.iter().enumerate() {
        if let Err(wrong) = text::name(reason) {
            return fault(format!("entry {} {}", index + 1, wrong.message.unwrap_or_default()));
        }
        if let Some(first) = list[..index].iter().position(|other| said(other) == said(reason)) {
            return fault(format!("entry {} says the same as entry {}", index + 1, first + 1));
        }
    }
    Ok(())
}

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

#[cfg(test)]
mod tests {
    use super::*;

    fn check(reasons: &[&str]) -> Result<(), String> {
        let input = PresetReasons { reasons: reasons.iter().map(|reason| (*reason).to_owned()).collect() };
        input.validate().map_err(|found| crate::domain::AppError::from(found).errors()[0].detail.clone())
    }

    #[test]
    fn reasons_are_few_short_lines_that_differ() {
        assert!(PresetReasons::default().validate().is_ok());
        let (long, longer) = ("x".repeat(200), "x".repeat(201));
        let numbers: Vec<String> = (0..13).map(|n| n.to_string()).collect();
        let many: Vec<&str> = numbers.iter().map(String::as_str).collect();
        for good in [&[][..], &["Zu teuer", "Nicht jetzt, später"], &[long.as_str()], &many[..12]] {
            assert_eq!(check(good), Ok(()));
        }
        for (bad, detail) in [
            (&["a", " "][..], "entry 2 must not be empty"),
            (&[longer.as_str()], "entry 1 must be at most 200 characters"),
            (&["a\nb"], "entry 1 must not contain the character U+000A"),
            (&["a\u{202e}b"], "entry 1 must not contain the character U+202E"),
            (&["a", "b\0"], "entry 2 must not contain the character U+0000"),
            (&["Not now", "b", "not NOW "], "entry 3 says the same as entry 1"),
            (&many[..], "must be at most 12 reasons"),
        ] {
            assert_eq!(check(bad), Err(detail.to_owned()));
        }
    }
}
