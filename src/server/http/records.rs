//! Records: list, create, read, change, remove.

use super::extract::{IfMatch, Json, Path, Query, Versioned};
use super::problem::ApiResult;
use crate::domain::ids::RecordId;
use crate::domain::page::Page;
use crate::domain::record::{NewRecord, PatchRecord, Record, RecordFilter};
use crate::server::services::ctx::{Allowed, ReadRecords, WriteRecords};
use crate::server::services::records;
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::{StatusCode, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list, create)).routes(routes!(get, patch, remove))
}

/// List records.
#[utoipa::path(get, path = "/records", tag = "records", operation_id = "records_list", params(RecordFilter),
    responses((status = 200, description = "A page of records", body = Page<Record>)))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadRecords>,
    Query(filter): Query<RecordFilter>,
) -> ApiResult<Json<Page<Record>>> {
    Ok(Json(records::record_list(&by, &state.db, &filter).await?))
}

/// Create a record.
#[utoipa::path(post, path = "/records", tag = "records", operation_id = "records_create", request_body = NewRecord,
    responses((status = 201, description = "The new record", body = Record)))]
async fn create(
    State(state): State<AppState>,
    by: Allowed<WriteRecords>,
    Json(input): Json<NewRecord>,
) -> ApiResult<Response> {
    let made = records::record_create(&by, &state.db, input).await?;
    let mut response = (StatusCode::CREATED, Versioned(made.version, &made)).into_response();
    if let Ok(place) = format!("{}/records/{}", super::API_BASE, made.id).parse() {
        response.headers_mut().insert(header::LOCATION, place);
    }
    Ok(response)
}

/// One record.
#[utoipa::path(get, path = "/records/{id}", tag = "records", operation_id = "records_get", params(("id" = RecordId, Path)),
    responses((status = 200, description = "The record", body = Record)))]
async fn get(
    State(state): State<AppState>,
    by: Allowed<ReadRecords>,
    Path(id): Path<RecordId>,
) -> ApiResult<Versioned<Record>> {
    let found = records::record_get(&by, &state.db, id).await?;
    Ok(Versioned(found.version, found))
}

/// Change a record. With `If-Match`, only the version that was seen.
#[utoipa::path(patch, path = "/records/{id}", tag = "records", operation_id = "records_patch",
    params(("id" = RecordId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    request_body = PatchRecord, responses((status = 200, description = "As it is now", body = Record)))]
async fn patch(
    State(state): State<AppState>,
    by: Allowed<WriteRecords>,
    Path(id): Path<RecordId>,
    IfMatch(version): IfMatch,
    Json(input): Json<PatchRecord>,
) -> ApiResult<Versioned<Record>> {
    let changed = records::record_patch(&by, &state.db, id, input, version).await?;
    Ok(Versioned(changed.version, changed))
}

/// Remove a record.
#[utoipa::path(delete, path = "/records/{id}", tag = "records", operation_id = "records_remove",
    params(("id" = RecordId, Path), ("If-Match" = Option<String>, Header, description = "The ETag that was seen")),
    responses((status = 204, description = "Gone")))]
async fn remove(
    State(state): State<AppState>,
    by: Allowed<WriteRecords>,
    Path(id): Path<RecordId>,
    IfMatch(version): IfMatch,
) -> ApiResult<StatusCode> {
    records::record_delete(&by, &state.db, id, version).await?;
    Ok(StatusCode::NO_CONTENT)
}
