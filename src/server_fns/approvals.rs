//! Approvals: list, detail, and everything a reviewer does.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::action::{SubmitAction, Submitted};
use crate::domain::approval::{Approval, ApprovalDetail, ApprovalFilter, Decide, Decided, Extend, Withdraw};
use crate::domain::attending::Attend;
use crate::domain::bulk::{BulkDecide, BulkItem, BulkOutcome};
use crate::domain::canonical::Data;
use crate::domain::comment::{Comment, NewComment};
use crate::domain::ids::ApprovalId;
use crate::domain::outcome::ReportOutcome;
use crate::domain::page::Page;
use crate::domain::snooze::{Snooze, Snoozed};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

/// A decision as a form or a program sends it. `editedActionData` is JSON text here, because a form has only text;
/// instead of it, `editedFields` has texts for the fields that the detail names in `editFields`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct DecideForm {
    pub approved: bool,
    pub args_hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_notes: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_action_data: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub edited_fields: Option<BTreeMap<String, String>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub confirmation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub records_hash: Option<String>,
}

/// Without the edited fields: only the service that has the data can read them.
impl TryFrom<DecideForm> for Decide {
    type Error = AppError;

    fn try_from(form: DecideForm) -> Result<Self, AppError> {
        let edited_action_data = match form.edited_action_data.as_deref().map(str::trim) {
            None | Some("") => None,
            Some(text) => Some(Data::parse(text).map_err(|e| {
                match e {
                    AppError::Invalid { errors } => AppError::Invalid {
                        errors: errors
                            .into_iter()
                            .map(|fault| crate::domain::FieldError {
                                pointer: format!("/editedActionData{}", fault.pointer),
                                ..fault
                            })
                            .collect(),
                    },
                    other => other,
                }
            })?),
        };
        Ok(Self {
            approved: form.approved,
            args_hash: form.args_hash,
            review_notes: form.review_notes,
            edited_action_data,
            confirmation: form.confirmation,
            records_hash: form.records_hash,
        })
    }
}

/// Many decisions from a form: each picked row is `<id>.<argsHash>`.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct BulkForm {
    #[serde(default)]
    pub picked: Vec<String>,
    pub approved: bool,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub review_notes: Option<String>,
}

impl TryFrom<BulkForm> for BulkDecide {
    type Error = AppError;

    fn try_from(form: BulkForm) -> Result<Self, AppError> {
        let items = form
            .picked
            .iter()
            .enumerate()
            .map(|(index, picked)| {
                let wrong = || AppError::invalid(format!("/picked/{index}"), "must be <id>.<argsHash>");
                let (id, hash) = picked.split_once('.').ok_or_else(wrong)?;
                Ok(BulkItem { id: id.parse().map_err(|_| wrong())?, args_hash: hash.to_owned() })
            })
            .collect::<Result<_, AppError>>()?;
        Ok(Self { items, approved: form.approved, review_notes: form.review_notes })
    }
}

/// The list; what is pending unless the filter says otherwise.
#[server(name = ApprovalList, prefix = "/api/fn", endpoint = "approvals/list", protocol = JsonOrForm)]
pub async fn approval_list(filter: ApprovalFilter) -> Result<Page<Approval>, AppError> {
    use super::door;
    use crate::server::services::{approvals::read, ctx::ReadApprovals};
    let (state, by) = door::allowed::<ReadApprovals>().await?;
    door::answer(read::list(&by, &state.db, &filter)).await
}

/// How many wait, counted to at most 1,000.
#[server(name = ApprovalCount, prefix = "/api/fn", endpoint = "approvals/count", protocol = JsonOrForm)]
pub async fn approval_count() -> Result<i64, AppError> {
    use super::door;
    use crate::server::services::{approvals::read, ctx::ReadApprovals};
    let (state, by) = door::allowed::<ReadApprovals>().await?;
    door::answer(read::count_pending(&by, &state.db)).await
}

/// One approval, as the list has it.
#[server(name = ApprovalRow, prefix = "/api/fn", endpoint = "approvals/row", protocol = JsonOrForm)]
pub async fn approval_row(id: ApprovalId) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::read, ctx::ReadApprovals};
    let (state, by) = door::allowed::<ReadApprovals>().await?;
    door::answer(read::get(&by, &state.db, id)).await
}

/// One approval with its preview and history.
#[server(name = ApprovalGet, prefix = "/api/fn", endpoint = "approvals/get", protocol = JsonOrForm)]
pub async fn approval_get(id: ApprovalId) -> Result<ApprovalDetail, AppError> {
    use super::door;
    use crate::server::services::{approvals::read, ctx::ReadApprovals};
    let (state, by) = door::allowed::<ReadApprovals>().await?;
    door::answer(read::detail(&by, &state.db, id)).await
}

/// The same, and of a person who may decide it is kept that they opened it with this data: in bulk, high-risk actions
/// are approved only by who did. No audit row and no event: it changes nothing about the approval.
#[server(name = ApprovalOpen, prefix = "/api/fn", endpoint = "approvals/open", protocol = JsonOrForm)]
pub async fn approval_open(id: ApprovalId) -> Result<ApprovalDetail, AppError> {
    use super::door;
    use crate::server::services::{approvals::opening, ctx::ReadApprovals};
    let (state, by) = door::allowed::<ReadApprovals>().await?;
    door::answer(opening::open(&by, &state.db, id)).await
}

/// Which of these, at most 200, the asking member has opened with the data that they have now.
#[server(name = ApprovalOpened, prefix = "/api/fn", endpoint = "approvals/opened", protocol = JsonOrForm)]
pub async fn approval_opened(#[server(default)] ids: Vec<ApprovalId>) -> Result<Page<ApprovalId>, AppError> {
    use super::door;
    use crate::server::services::{approvals::opening, ctx::ReadApprovals};
    let (state, by) = door::allowed::<ReadApprovals>().await?;
    door::answer(opening::opened(&by, &state.db, ids)).await
}

/// What was said about an approval, oldest first.
#[server(name = ApprovalComments, prefix = "/api/fn", endpoint = "approvals/comments", protocol = JsonOrForm)]
pub async fn approval_comments(id: ApprovalId) -> Result<Page<Comment>, AppError> {
    use super::door;
    use crate::server::services::{approvals::comments, ctx::ReadApprovals};
    let (state, by) = door::allowed::<ReadApprovals>().await?;
    door::answer(comments::list(&by, &state.db, id)).await
}

/// Says something about an approval.
#[server(name = ApprovalComment, prefix = "/api/fn", endpoint = "approvals/comment", protocol = JsonOrForm)]
pub async fn approval_comment(id: ApprovalId, input: NewComment) -> Result<Comment, AppError> {
    use super::door;
    use crate::server::services::{approvals::comments, ctx::CommentApprovals};
    let (state, by) = door::allowed::<CommentApprovals>().await?;
    door::answer(comments::add(&by, &state.db, id, input)).await
}

/// Approve, reject, edit and approve, or vote.
#[server(name = ApprovalDecide, prefix = "/api/fn", endpoint = "approvals/decide", protocol = JsonOrForm)]
pub async fn approval_decide(id: ApprovalId, input: DecideForm) -> Result<Decided, AppError> {
    use super::door;
    use crate::server::services::approvals::{decide, fields};
    use crate::server::services::ctx::DecideApprovals;
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(async {
        let mut input = input;
        match input.edited_fields.take() {
            Some(sent) => fields::decide(&by, &state.db, id, input.try_into()?, sent).await,
            None => decide::decide(&by, &state.db, id, input.try_into()?).await,
        }
    })
    .await
}

/// Decide on many; critical ones are refused by name.
#[server(name = ApprovalBulk, prefix = "/api/fn", endpoint = "approvals/bulk", protocol = JsonOrForm)]
pub async fn approval_bulk(input: BulkForm) -> Result<BulkOutcome, AppError> {
    use super::door;
    use crate::server::services::{approvals::bulk, ctx::DecideApprovals};
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(async {
        let outcome = bulk::decide(&by, &state.db, input.try_into()?).await?;
        // A plain form is answered with a redirect, which carries no results: what was not decided is said there.
        match outcome.not_decided() {
            Some(said) if super::reply::is_form() => Err(AppError::refused(said)),
            _ => Ok(outcome),
        }
    })
    .await
}

/// Tells the other reviewers that one is on it.
#[server(name = ApprovalAttend, prefix = "/api/fn", endpoint = "approvals/attend", protocol = JsonOrForm)]
pub async fn approval_attend(id: ApprovalId, input: Attend) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::attending, ctx::DecideApprovals};
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(attending::attend(&by, &state.db, id, input)).await
}

/// Tells them that one is no longer on it.
#[server(name = ApprovalLeave, prefix = "/api/fn", endpoint = "approvals/leave", protocol = JsonOrForm)]
pub async fn approval_leave(id: ApprovalId) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::attending, ctx::DecideApprovals};
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(attending::leave(&by, &state.db, id)).await
}

/// Puts a pending approval aside: it leaves the asking member's own list until a time.
#[server(name = ApprovalSnooze, prefix = "/api/fn", endpoint = "approvals/snooze", protocol = JsonOrForm)]
pub async fn approval_snooze(id: ApprovalId, input: Snooze) -> Result<Snoozed, AppError> {
    use super::door;
    use crate::server::services::{approvals::snooze, ctx::DecideApprovals};
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(snooze::snooze(&by, &state.db, id, input)).await
}

/// Brings it back before its time.
#[server(name = ApprovalWake, prefix = "/api/fn", endpoint = "approvals/wake", protocol = JsonOrForm)]
pub async fn approval_wake(id: ApprovalId) -> Result<Snoozed, AppError> {
    use super::door;
    use crate::server::services::{approvals::snooze, ctx::DecideApprovals};
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(snooze::wake(&by, &state.db, id)).await
}

/// Takes an approval back inside its hold.
#[server(name = ApprovalUndo, prefix = "/api/fn", endpoint = "approvals/undo", protocol = JsonOrForm)]
pub async fn approval_undo(id: ApprovalId) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::lifecycle, ctx::DecideApprovals};
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(lifecycle::undo(&by, &state.db, id)).await
}

/// Gives reviewers more time.
#[server(name = ApprovalExtend, prefix = "/api/fn", endpoint = "approvals/extend", protocol = JsonOrForm)]
pub async fn approval_extend(id: ApprovalId, input: Extend) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::lifecycle, ctx::DecideApprovals};
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(lifecycle::extend(&by, &state.db, id, input)).await
}

/// The requester no longer wants it.
#[server(name = ApprovalWithdraw, prefix = "/api/fn", endpoint = "approvals/withdraw", protocol = JsonOrForm)]
pub async fn approval_withdraw(
    id: ApprovalId,
    #[server(default)] input: Withdraw,
) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::lifecycle, ctx::SubmitActions};
    let (state, by) = door::allowed::<SubmitActions>().await?;
    door::answer(lifecycle::withdraw(&by, &state.db, id, input)).await
}

/// An external agent takes an approved action of its own, once.
#[server(name = ApprovalClaim, prefix = "/api/fn", endpoint = "approvals/claim", protocol = JsonOrForm)]
pub async fn approval_claim(id: ApprovalId) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::lifecycle, ctx::ReportOutcomes};
    let (state, by) = door::allowed::<ReportOutcomes>().await?;
    door::answer(lifecycle::claim(&by, &state.db, id)).await
}

/// What happened: by the agent that claimed it, or by a person about an unknown outcome.
#[server(name = ApprovalOutcome, prefix = "/api/fn", endpoint = "approvals/outcome", protocol = JsonOrForm)]
pub async fn approval_outcome(id: ApprovalId, input: ReportOutcome) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::lifecycle, ctx::ReportOutcomes};
    let (state, by) = door::allowed::<ReportOutcomes>().await?;
    door::answer(lifecycle::report(&by, &state.db, id, input)).await
}

/// Another try of a failed or unknown outcome.
#[server(name = ApprovalRetry, prefix = "/api/fn", endpoint = "approvals/retry", protocol = JsonOrForm)]
pub async fn approval_retry(id: ApprovalId) -> Result<Approval, AppError> {
    use super::door;
    use crate::server::services::{approvals::lifecycle, ctx::DecideApprovals};
    let (state, by) = door::allowed::<DecideApprovals>().await?;
    door::answer(lifecycle::retry(&by, &state.db, id)).await
}

/// Submits an action to the gate.
#[server(name = ActionSubmit, prefix = "/api/fn", endpoint = "actions/submit", protocol = JsonOrForm)]
pub async fn action_submit(input: SubmitAction) -> Result<Submitted, AppError> {
    use super::door;
    use crate::server::services::{autonomy::AutonomyService, ctx::SubmitActions};
    let (state, by) = door::allowed::<SubmitActions>().await?;
    door::answer(async { AutonomyService::new(state.db.clone()).submit(&by, input).await }).await
}
