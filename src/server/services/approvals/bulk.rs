//! Many decisions at once: each its own transaction, each with its own result.

use super::decide::{Bulk, approve};
use crate::domain::approval::Decide;
use crate::domain::bulk::{BulkDecide, BulkOutcome, BulkResult, BulkStatus};
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, Approver, DecideApprovals};
use crate::server::storage::Db;
use std::collections::HashSet;
use validator::Validate;

pub async fn decide(by: &Allowed<DecideApprovals>, db: &Db, bulk: BulkDecide) -> AppResult<BulkOutcome> {
    bulk.validate()?;
    let mut seen = HashSet::new();
    if let Some(twice) = bulk.items.iter().position(|item| !seen.insert(item.id)) {
        return Err(AppError::invalid(format!("/items/{twice}/id"), "this id is in the list twice"));
    }
    let approver = Approver::new(by)?;
    let mut results = Vec::with_capacity(bulk.items.len());
    for item in bulk.items {
        let decision = Decide {
            approved: bulk.approved,
            args_hash: item.args_hash,
            review_notes: bulk.review_notes.clone(),
            edited_action_data: None,
            confirmation: None,
            records_hash: None,
        };
        let (status, problem) = match approve(&approver, db, item.id, decision, None, Bulk::Yes).await {
            Ok(decided) if decided.votes_missing > 0 => (BulkStatus::Voted, None),
            Ok(_) if bulk.approved => (BulkStatus::Approved, None),
            Ok(_) => (BulkStatus::Rejected, None),
            Err(error) => (status_of(&error)?, Some(error.to_string())),
        };
        results.push(BulkResult { id: item.id, status, problem });
    }
    Ok(BulkOutcome::new(results))
}

/// What a refusal of one item is called; a fault of ours ends the whole request.
fn status_of(error: &AppError) -> AppResult<BulkStatus> {
    Ok(match error {
        AppError::Conflict { .. } => BulkStatus::Conflict,
        AppError::Changed { .. } => BulkStatus::Changed,
        AppError::NotFound { .. } => BulkStatus::NotFound,
        AppError::OwnRequest | AppError::Forbidden { .. } | AppError::AgentsNeverDecide => {
            BulkStatus::Forbidden
        }
        AppError::Refused { .. } | AppError::Invalid { .. } => BulkStatus::Refused,
        other => return Err(other.clone()),
    })
}
