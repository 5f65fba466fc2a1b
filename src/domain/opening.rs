//! What a member has opened. In bulk, high-risk actions are approved only by who opened each, with its present data.

use super::ids::ApprovalId;
use super::{AppError, AppResult};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};
use validator::Validate;

/// One question is about at most this many: a page of the list.
pub const MAX_ASKED: usize = 200;

/// Which of these has the asking member opened, with the data that they have now?
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, IntoParams, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
#[into_params(parameter_in = Query)]
pub struct OpenedFilter {
    /// Ids of approvals, at most 200, with commas between them.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub ids: Option<String>,
}

impl OpenedFilter {
    /// The ids.
    pub fn read(&self) -> AppResult<Vec<ApprovalId>> {
        let words = self.ids.iter().flat_map(|ids| ids.split(','));
        words
            .map(|word| word.trim().parse())
            .collect::<Result<_, _>>()
            .map_err(|_| AppError::invalid("ids", "must be ids with commas between them"))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ids_are_read_between_commas() {
        let id = "019523e0-0000-7000-8000-000000000001";
        for (text, count) in [
            (None, Some(0)),
            (Some(id.to_owned()), Some(1)),
            (Some(format!("{id}, {id}")), Some(2)),
            (Some(String::new()), None),
            (Some(format!("{id},")), None),
            (Some("x".to_owned()), None),
        ] {
            let read = OpenedFilter { ids: text.clone() }.read();
            assert_eq!(read.as_ref().ok().map(Vec::len), count, "{text:?}");
            assert!(count.is_some() || read.is_err_and(|e| e.errors()[0].pointer == "ids"));
        }
    }
}
