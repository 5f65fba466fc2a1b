//! The audit trail: as pages, or whole as CSV or NDJSON.

use super::extract::{Json, Path, Query};
use super::problem::ApiResult;
use crate::domain::audit::{AuditFilter, AuditRow};
use crate::domain::chain::ChainRow;
use crate::domain::ids::TeamId;
use crate::domain::page::Page;
use crate::domain::params::given;
use crate::domain::{AppError, AppResult};
use crate::server::actions::read::inert;
use crate::server::services::ctx::{Allowed, ReadAudit};
use crate::server::services::{audit, fault};
use crate::server::state::AppState;
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use chrono::SecondsFormat;
use futures::StreamExt;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where the next page of a CSV or NDJSON answer starts.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(list_of_team))
}

/// The audit trail, newest first. `format=csv` and `format=ndjson` give everything that fits the filters as a stream;
/// with `limit` or `cursor` one page of it, and the header `X-Next-Cursor` where there is more. NDJSON holds every row
/// as it is sealed: `countersign verify-audit --file` proves it away from here.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditFilter),
    responses((status = 200, description = "A page of audit rows, or all of them", content(
        (Page<AuditRow> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")))))]
async fn list(
    State(state): State<AppState>,
    by: Allowed<ReadAudit>,
    Query(filter): Query<AuditFilter>,
) -> ApiResult<Response> {
    answer(&state, &by, &filter).await
}

/// The audit trail of one team.
#[utoipa::path(get, path = "/audit/{team_id}", tag = "audit", params(("team_id" = TeamId, Path), AuditFilter),
    responses((status = 200, description = "A page of audit rows, or all of them", content(
        (Page<AuditRow> = "application/json"), (String = "text/csv"), (String = "application/x-ndjson")))))]
async fn list_of_team(
    State(state): State<AppState>,
    by: Allowed<ReadAudit>,
    Path(team): Path<TeamId>,
    Query(filter): Query<AuditFilter>,
) -> ApiResult<Response> {
    let facts = state.db.read().await.map_err(AppError::from)?;
    audit::require_team(facts, &by, team).await?;
    answer(&state, &by, &AuditFilter { team_id: Some(team.to_string()), ..filter }).await
}

/// How rows are written as text.
#[derive(Clone, Copy)]
enum Format {
    Csv,
    Ndjson,
}

impl Format {
    fn content_type(self) -> &'static str {
        match self {
            Self::Csv => "text/csv; charset=utf-8",
            Self::Ndjson => "application/x-ndjson",
        }
    }

    /// What stands before the first row.
    fn head(self) -> AppResult<Vec<u8>> {
        match self {
            Self::Csv => csv_lines([CSV_COLUMNS.map(str::to_owned)]),
            Self::Ndjson => Ok(Vec::new()),
        }
    }

    fn lines(self, rows: &[ChainRow]) -> AppResult<Vec<u8>> {
        match self {
            Self::Csv => csv_lines(rows.iter().map(csv_line)),
            Self::Ndjson => ndjson_lines(rows),
        }
    }
}

async fn answer(state: &AppState, by: &Allowed<ReadAudit>, filter: &AuditFilter) -> ApiResult<Response> {
    let format = match filter.format.as_deref().unwrap_or_default() {
        "" | "json" => return Ok(Json(audit::list(by, &state.db, filter).await?).into_response()),
        "csv" => Format::Csv,
        "ndjson" => Format::Ndjson,
        _ => return Err(AppError::invalid("format", "must be json, csv or ndjson").into()),
    };
    let content_type = [(header::CONTENT_TYPE, format.content_type())];
    let mut text = format.head()?;
    if given(filter.limit.as_deref()).or(given(filter.cursor.as_deref())).is_none() {
        let rows = audit::export(by, &state.db, filter).await?;
        let head = futures::stream::once(async move { Ok(text) });
        let lines = rows.map(move |rows| rows.and_then(|rows| format.lines(&rows)));
        return Ok((content_type, Body::from_stream(head.chain(lines))).into_response());
    }
    let page = audit::list_exact(by, &state.db, filter).await?;
    text.extend(format.lines(&page.items)?);
    let mut response = (content_type, text).into_response();
    if let Some(next) = page.next_cursor.and_then(|cursor| HeaderValue::from_str(&cursor).ok()) {
        response.headers_mut().insert(NEXT_CURSOR, next);
    }
    Ok(response)
}

fn ndjson_lines(rows: &[ChainRow]) -> AppResult<Vec<u8>> {
    let mut text = Vec::new();
    for row in rows {
        serde_json::to_writer(&mut text, row).map_err(|e| fault::internal(&e))?;
        text.push(b'\n');
    }
    Ok(text)
}

const CSV_COLUMNS: [&str; 21] = [
    "executedAt",
    "event",
    "actorKind",
    "actorId",
    "actorName",
    "description",
    "approvalId",
    "actionType",
    "riskLevel",
    "wasAutomatic",
    "success",
    "error",
    "teamId",
    "agentId",
    "id",
    "durationMs",
    "actionData",
    "result",
    "seq",
    "prevHash",
    "hash",
];

fn csv_line(row: &ChainRow) -> [String; 21] {
    fn shown(value: Option<impl ToString>) -> String {
        value.map(|value| value.to_string()).unwrap_or_default()
    }
    [
        row.executed_at.to_rfc3339_opts(SecondsFormat::Micros, true),
        row.event.clone(),
        row.actor_kind.clone(),
        row.actor_id.to_string(),
        inert(&row.actor_name),
        inert(&row.description),
        shown(row.approval_id),
        shown(row.action_type.as_ref()),
        shown(row.risk_level.as_ref()),
        row.was_automatic.to_string(),
        shown(row.success),
        inert(row.error.as_deref().unwrap_or_default()),
        shown(row.team_id),
        shown(row.agent_id),
        row.id.to_string(),
        shown(row.duration_ms),
        inert(row.action_data.as_deref().unwrap_or_default()),
        inert(row.result.as_deref().unwrap_or_default()),
        shown(row.seq),
        shown(row.prev_hash.as_ref()),
        shown(row.hash.as_ref()),
    ]
}

fn csv_lines<const N: usize>(lines: impl IntoIterator<Item = [String; N]>) -> AppResult<Vec<u8>> {
    let mut out = csv::Writer::from_writer(Vec::new());
    for line in lines {
        out.write_record(line).map_err(|e| fault::internal(&e))?;
    }
    out.into_inner().map_err(|e| fault::internal(&e))
}
