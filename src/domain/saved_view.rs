//! Saved views of the approvals list: its filters and its order under a name.

use super::approval_query::MAX_QUERY;
use super::ids::SavedViewId;
use super::text;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

/// Views that a member keeps to themselves in one workspace.
pub const MAX_OWN_VIEWS: i64 = 30;
/// Views that the members of one workspace share.
pub const MAX_SHARED_VIEWS: i64 = 100;
const NAME_MAX: usize = 60;

/// A view that the asking member may use.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SavedView {
    pub id: SavedViewId,
    pub name: String,
    /// The query of the list's address, as [`canonical_query`](super::approval_query::canonical_query) writes it;
    /// empty for the list without filters.
    pub query: String,
    /// Every member of the workspace sees it; otherwise only who made it does.
    pub shared: bool,
    /// The asking member made it.
    pub mine: bool,
    /// The name of who made it.
    pub by: String,
    pub version: i64,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewSavedView {
    /// One line of 1 to 60 characters.
    #[validate(custom(function = "view_name"))]
    pub name: String,
    /// The list's filters and its sort, such as `riskLevel=high&sort=risk`. `cursor` and `limit` are left out; the
    /// answer has it in the form in which it is kept.
    #[validate(custom(function = "query_length"))]
    #[serde(default)]
    pub query: String,
    /// For every member of the workspace.
    #[serde(default)]
    pub shared: bool,
}

/// What is absent stays as it is.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchSavedView {
    #[validate(custom(function = "view_name"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[validate(custom(function = "query_length"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub query: Option<String>,
    /// `false`, for its maker alone again, is its maker's to say.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub shared: Option<bool>,
}

fn view_name(text: &str) -> Result<(), ValidationError> {
    if text.chars().count() > NAME_MAX {
        return Err(ValidationError::new("name").with_message("must be at most 60 characters".into()));
    }
    text::name(text)
}

/// Bounds what is read at all; what is kept is bounded once it is written in its own form.
fn query_length(text: &str) -> Result<(), ValidationError> {
    if text.len() > MAX_QUERY {
        return Err(ValidationError::new("query").with_message("must be at most 4,000 bytes".into()));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_name_is_one_short_line_that_can_be_seen() {
        let longest = "ä".repeat(60);
        for good in ["High risk", "1", "Verträge über 10.000 €", longest.as_str(), "<b>'; --"] {
            assert!(view_name(good).is_ok(), "{good}");
        }
        let longer = "ä".repeat(61);
        for bad in [
            "",
            " ",
            longer.as_str(),
            "a\nb",
            "a\tb",
            "a\0b",
            "a\u{202e}b",
            "\u{200b}",
            "\u{2800}",
            "\u{3164}",
        ] {
            assert!(view_name(bad).is_err(), "{bad:?}");
        }
    }
}
