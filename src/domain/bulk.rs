//! Many decisions at once, each with a result of its own.

use super::approval::args_hash;
use super::ids::ApprovalId;
use super::text;
use crate::wire_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkDecide {
    #[validate(length(min = 1, max = 1000, message = "send 1 to 1,000 items"), nested)]
    pub items: Vec<BulkItem>,
    pub approved: bool,
    #[validate(custom(function = "text::note"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_notes: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkItem {
    pub id: ApprovalId,
    #[validate(custom(function = "args_hash"))]
    pub args_hash: String,
}

wire_enum! {
    pub enum BulkStatus {
        Approved = "approved",
        Rejected = "rejected",
        Voted = "voted",
        Conflict = "conflict",
        Changed = "changed",
        Forbidden = "forbidden",
        NotFound = "not_found",
        Refused = "refused",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkResult {
    pub id: ApprovalId,
    pub status: BulkStatus,
    /// Why not, in words.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub problem: Option<String>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkSummary {
    pub approved: u32,
    pub rejected: u32,
    pub voted: u32,
    pub conflict: u32,
    pub changed: u32,
    pub forbidden: u32,
    pub not_found: u32,
    pub refused: u32,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct BulkOutcome {
    pub results: Vec<BulkResult>,
    pub summary: BulkSummary,
}

impl BulkOutcome {
    pub fn new(results: Vec<BulkResult>) -> Self {
        let mut summary = BulkSummary::default();
        for result in &results {
            let count = match result.status {
                BulkStatus::Approved => &mut summary.approved,
                BulkStatus::Rejected => &mut summary.rejected,
                BulkStatus::Voted => &mut summary.voted,
                BulkStatus::Conflict => &mut summary.conflict,
                BulkStatus::Changed => &mut summary.changed,
                BulkStatus::Forbidden => &mut summary.forbidden,
                BulkStatus::NotFound => &mut summary.not_found,
                BulkStatus::Refused => &mut summary.refused,
            };
            *count += 1;
        }
        Self { results, summary }
    }

    /// How many were decided and why the others were not, in words; `None` when all were.
    pub fn not_decided(&self) -> Option<String> {
        let problems: Vec<&str> =
            self.results.iter().filter_map(|result| result.problem.as_deref()).collect();
        if problems.is_empty() {
            return None;
        }
        let decided = self.results.len() - problems.len();
        let shown = problems.iter().take(5).copied().collect::<Vec<_>>().join(" ");
        let more = problems.len().saturating_sub(5);
        let rest = if more > 0 { format!(" And {more} more.") } else { String::new() };
        Some(format!("{decided} decided, {} not. {shown}{rest}", problems.len()))
    }
}
