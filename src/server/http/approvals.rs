//! Approvals: the queue, the decision, and what may happen afterwards.

use super::extract::{Json, Path, Query, Versioned, etag};
use super::problem::ApiResult;
use super::wait::Wait;
use crate::domain::action::SubmitAction;
use crate::domain::approval::{
    Approval, ApprovalDetail, ApprovalFilter, ApprovalNow, ApprovalStatus, Decide, Decided, Extend, Withdraw,
};
use crate::domain::attending::Attend;
use crate::domain::bulk::{BulkDecide, BulkOutcome};
use crate::domain::comment::{Comment, NewComment};
use crate::domain::ids::ApprovalId;
use crate::domain::opening::OpenedFilter;
use crate::domain::outcome::ReportOutcome;
use crate::domain::page::Page;
use crate::domain::snooze::{Snooze, Snoozed};
use crate::server::services::approvals::snooze as snoozing;
use crate::server::services::approvals::{attending, bulk, comments, lifecycle, opening, read};
use crate::server::services::autonomy::AutonomyService;
use crate::server::services::ctx::{
    Allowed, CommentApprovals, DecideApprovals, ReadApprovals, ReportOutcomes, SubmitActions,
};
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(list, queue))
        .routes(routes!(decide_many))
        .routes(routes!(opened))
        .routes(routes!(get, decide))
        .routes(routes!(open))
        .routes(routes!(undo))
        .routes(routes!(withdraw))
        .routes(routes!(extend))
        .routes(routes!(attend))
        .routes(routes!(leave))
        .routes(routes!(snooze))
        .routes(routes!(wake))
        .routes(routes!(claim))
        .routes(routes!(report))
        .routes(routes!(retry))
        .routes(routes!(comments, comment))
}

/// List approvals: what is pending unless `status` says otherwise.
#[utoipa::path(get, path = "/approvals", tag = "approvals", params(ApprovalFilter),
    responses((status = 200, description = "A page of approvals", body = Page<Approval>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadApprovals>,
    Query(filter): Query<ApprovalFilter>,
) -> ApiResult<Json<Page<Approval>>> {
    Ok(Json(read::list(&by, &state.db, &filter).await?))
}

/// Queue an action for people, whatever the gate would say.
#[utoipa::path(post, path = "/approvals", tag = "approvals", request_body = SubmitAction,
    responses((status = 201, description = "The approval that waits", body = Approval)))]
async fn queue(
    State(state): State<AppState>,
    by: Allowed<SubmitActions>,
    Json(action): Json<SubmitAction>,
) -> ApiResult<Response> {
    let approval = AutonomyService::new(state.db).queue_for_approval(&by, action).await?;
    let mut response = (StatusCode::CREATED, Versioned(approval.version, &approval)).into_response();
    if let Ok(place) = format!("{}/approvals/{}", super::API_BASE, approval.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One approval. With `wait`, the answer is held until it leaves `pending` or the time is over.
#[utoipa::path(get, path = "/approvals/{id}", tag = "approvals", params(("id" = ApprovalId, Path), Wait),
    responses((status = 200, description = "The approval", body = ApprovalNow)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadApprovals>,
    Path(id): Path<ApprovalId>,
    Query(wait): Query<Wait>,
) -> ApiResult<Versioned<ApprovalNow>> {
    // Listening starts before the first look, so that nothing falls between the two.
    let mut changes = state.events.get()?.wait_for(by.workspace(), id.0);
    let mut found = read::now(&by, &state.db, id).await?;
    if let Some(deadline) = wait.deadline() {
        while found.approval.status == ApprovalStatus::Pending && changes.changed(deadline).await {
            found = read::now(&by, &state.db, id).await?;
        }
    }
    Ok(Versioned(found.approval.version, found))
}

/// Everything about one approval. Of a person who may decide it is kept that they opened it with this data: in bulk,
/// high-risk actions are approved only by who did.
#[utoipa::path(post, path = "/approvals/{id}/open", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "The approval with its preview and history", body = ApprovalDetail)))]
async fn open(
    State(state): State<AppState>,
    by: Allowed<ReadApprovals>,
    Path(id): Path<ApprovalId>,
) -> ApiResult<Json<ApprovalDetail>> {
    Ok(Json(opening::open(&by, &state.db, id).await?))
}

/// Which of these you have opened with the data that they have now.
#[utoipa::path(get, path = "/approvals/opened", tag = "approvals", params(OpenedFilter),
    responses((status = 200, description = "Their ids, in the order of the question", body = Page<ApprovalId>)))]
async fn opened(
    State(state): State<AppState>,
    by: Allowed<ReadApprovals>,
    Query(filter): Query<OpenedFilter>,
) -> ApiResult<Json<Page<ApprovalId>>> {
    Ok(Json(opening::opened(&by, &state.db, filter.read()?).await?))
}

/// Decide: approve, reject, edit and approve, or vote. `argsHash` names the data that was seen.
#[utoipa::path(post, path = "/approvals/{id}", tag = "approvals", params(("id" = ApprovalId, Path)), request_body = Decide,
    responses((status = 200, description = "The decision, or the vote", body = Decided)))]
async fn decide(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Path(id): Path<ApprovalId>,
    Json(decision): Json<Decide>,
) -> ApiResult<Response> {
    let decided = AutonomyService::new(state.db).process_approval(&by, id, decision).await?;
    let mut response = Json(&decided).into_response();
    if let Some(tag) = etag(decided.approval.version) {
        response.headers_mut().insert(header::ETAG, tag);
    }
    Ok(response)
}

/// Decide on up to 1,000 approvals, each with a result of its own. Critical ones are refused by name; so is the
/// approval of a high one that you have not opened with its present data.
#[utoipa::path(post, path = "/approvals/bulk", tag = "approvals", request_body = BulkDecide,
    responses((status = 200, description = "A result per item and the counts", body = BulkOutcome)))]
async fn decide_many(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Json(input): Json<BulkDecide>,
) -> ApiResult<Json<BulkOutcome>> {
    Ok(Json(bulk::decide(&by, &state.db, input).await?))
}

/// Take an approval back inside its hold.
#[utoipa::path(post, path = "/approvals/{id}/undo", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "Pending again", body = Approval)))]
async fn undo(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Path(id): Path<ApprovalId>,
) -> ApiResult<Versioned<Approval>> {
    versioned(lifecycle::undo(&by, &state.db, id).await?)
}

/// Withdraw a pending request; by its requester.
#[utoipa::path(post, path = "/approvals/{id}/withdraw", tag = "approvals", params(("id" = ApprovalId, Path)),
    request_body = Withdraw, responses((status = 200, description = "Withdrawn", body = Approval)))]
async fn withdraw(
    State(state): State<AppState>,
    by: Allowed<SubmitActions>,
    Path(id): Path<ApprovalId>,
    Json(input): Json<Withdraw>,
) -> ApiResult<Versioned<Approval>> {
    versioned(lifecycle::withdraw(&by, &state.db, id, input).await?)
}

/// Give reviewers more time.
#[utoipa::path(post, path = "/approvals/{id}/extend", tag = "approvals", params(("id" = ApprovalId, Path)),
    request_body = Extend, responses((status = 200, description = "With its new deadline", body = Approval)))]
async fn extend(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Path(id): Path<ApprovalId>,
    Json(input): Json<Extend>,
) -> ApiResult<Versioned<Approval>> {
    versioned(lifecycle::extend(&by, &state.db, id, input).await?)
}

/// Tell the other reviewers that you are on it, for 15 minutes. It keeps nobody from deciding.
#[utoipa::path(post, path = "/approvals/{id}/attend", tag = "approvals", params(("id" = ApprovalId, Path)),
    request_body = Attend, responses((status = 200, description = "With who is on it", body = Approval)))]
async fn attend(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Path(id): Path<ApprovalId>,
    Json(input): Json<Attend>,
) -> ApiResult<Versioned<Approval>> {
    versioned(attending::attend(&by, &state.db, id, input).await?)
}

/// Tell them that you are no longer on it.
#[utoipa::path(post, path = "/approvals/{id}/leave", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "Without you", body = Approval)))]
async fn leave(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Path(id): Path<ApprovalId>,
) -> ApiResult<Versioned<Approval>> {
    versioned(attending::leave(&by, &state.db, id).await?)
}

/// Put a pending approval aside: it leaves your own list until a time, and comes back by itself.
#[utoipa::path(post, path = "/approvals/{id}/snooze", tag = "approvals", params(("id" = ApprovalId, Path)),
    request_body = Snooze, responses((status = 200, description = "Until when it is aside", body = Snoozed)))]
async fn snooze(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Path(id): Path<ApprovalId>,
    Json(input): Json<Snooze>,
) -> ApiResult<Json<Snoozed>> {
    Ok(Json(snoozing::snooze(&by, &state.db, id, input).await?))
}

/// Bring it back before its time.
#[utoipa::path(post, path = "/approvals/{id}/wake", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "In your list", body = Snoozed)))]
async fn wake(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Path(id): Path<ApprovalId>,
) -> ApiResult<Json<Snoozed>> {
    Ok(Json(snoozing::wake(&by, &state.db, id).await?))
}

/// An external agent takes an approved action of its own, once, to perform it.
#[utoipa::path(post, path = "/approvals/{id}/claim", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "Yours to perform", body = Approval)))]
async fn claim(
    State(state): State<AppState>,
    by: Allowed<ReportOutcomes>,
    Path(id): Path<ApprovalId>,
) -> ApiResult<Versioned<Approval>> {
    versioned(lifecycle::claim(&by, &state.db, id).await?)
}

/// Report what happened: by the agent that claimed it, or by a person about an unknown outcome.
#[utoipa::path(post, path = "/approvals/{id}/outcome", tag = "approvals", params(("id" = ApprovalId, Path)),
    request_body = ReportOutcome, responses((status = 200, description = "With its outcome", body = Approval)))]
async fn report(
    State(state): State<AppState>,
    by: Allowed<ReportOutcomes>,
    Path(id): Path<ApprovalId>,
    Json(input): Json<ReportOutcome>,
) -> ApiResult<Versioned<Approval>> {
    versioned(lifecycle::report(&by, &state.db, id, input).await?)
}

/// Try a failed or unknown outcome again; by a person.
#[utoipa::path(post, path = "/approvals/{id}/retry", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "Queued again", body = Approval)))]
async fn retry(
    State(state): State<AppState>,
    by: Allowed<DecideApprovals>,
    Path(id): Path<ApprovalId>,
) -> ApiResult<Versioned<Approval>> {
    versioned(lifecycle::retry(&by, &state.db, id).await?)
}

/// What was said about an approval, oldest first. An agent reads what is for everyone.
#[utoipa::path(get, path = "/approvals/{id}/comments", tag = "approvals", params(("id" = ApprovalId, Path)),
    responses((status = 200, description = "All comments", body = Page<Comment>)))]
async fn comments(
    State(state): State<AppState>,
    by: Allowed<ReadApprovals>,
    Path(id): Path<ApprovalId>,
) -> ApiResult<Json<Page<Comment>>> {
    Ok(Json(comments::list(&by, &state.db, id).await?))
}

/// Say something about an approval: a member to the agent or to colleagues, an agent about what it asked for.
#[utoipa::path(post, path = "/approvals/{id}/comments", tag = "approvals", params(("id" = ApprovalId, Path)),
    request_body = NewComment, responses((status = 201, description = "As it is kept", body = Comment)))]
async fn comment(
    State(state): State<AppState>,
    by: Allowed<CommentApprovals>,
    Path(id): Path<ApprovalId>,
    Json(input): Json<NewComment>,
) -> ApiResult<(StatusCode, Json<Comment>)> {
    Ok((StatusCode::CREATED, Json(comments::add(&by, &state.db, id, input).await?)))
}

fn versioned(approval: Approval) -> ApiResult<Versioned<Approval>> {
    Ok(Versioned(approval.version, approval))
}
