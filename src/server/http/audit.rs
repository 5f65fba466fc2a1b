//! The audit trail, as pages, CSV or NDJSON.

use super::extract::{Json, Path, Query};
use super::problem::ApiResult;
use crate::domain::audit::{AuditFilter, AuditRow};
use crate::domain::ids::TeamId;
use crate::domain::page::Page;
use crate::domain::{AppError, AppResult};
use crate::server::actions::read::inert;
use crate::server::services::audit;
use crate::server::services::ctx::{Allowed, ReadAudit};
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue, header};
use axum::response::{IntoResponse, Response};
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

/// Where the next page of a CSV or NDJSON answer starts.
const NEXT_CURSOR: HeaderName = HeaderName::from_static("x-next-cursor");

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(list)).routes(routes!(list_of_team))
}

/// The audit trail, newest first. `format=csv` and `format=ndjson` give one page as text, with the header
/// `X-Next-Cursor` where there is more.
#[utoipa::path(get, path = "/audit", tag = "audit", params(AuditFilter),
    responses((status = 200, description = "A page of audit rows", content(
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
    responses((status = 200, description = "A page of audit rows", content(
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

async fn answer(state: &AppState, by: &Allowed<ReadAudit>, filter: &AuditFilter) -> ApiResult<Response> {
    let format = filter.format.as_deref().unwrap_or("json");
    if !matches!(format, "" | "json" | "csv" | "ndjson") {
        return Err(AppError::invalid("format", "must be json, csv or ndjson").into());
    }
    let page = audit::list(by, &state.db, filter).await?;
    let (content_type, text) = match format {
        "csv" => ("text/csv; charset=utf-8", csv_of(&page.items)?),
        "ndjson" => ("application/x-ndjson", ndjson_of(&page.items)?),
        _ => return Ok(Json(page).into_response()),
    };
    let mut response = ([(header::CONTENT_TYPE, content_type)], text).into_response();
    if let Some(next) = page.next_cursor.and_then(|cursor| HeaderValue::from_str(&cursor).ok()) {
        response.headers_mut().insert(NEXT_CURSOR, next);
    }
    Ok(response)
}

fn ndjson_of(rows: &[AuditRow]) -> AppResult<String> {
    let mut text = String::new();
    for row in rows {
        text.push_str(&serde_json::to_string(row).map_err(|e| crate::server::services::fault::internal(&e))?);
        text.push('\n');
    }
    Ok(text)
}

fn csv_of(rows: &[AuditRow]) -> AppResult<String> {
    let fault = |e: &dyn std::error::Error| crate::server::services::fault::internal(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    out.write_record([
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
    ])
    .map_err(|e| fault(&e))?;
    for row in rows {
        out.write_record([
            row.executed_at.to_rfc3339(),
            row.event.clone(),
            row.actor.kind.to_string(),
            row.actor.id.to_string(),
            inert(&row.actor.name),
            inert(&row.description),
            row.approval_id.map(|id| id.to_string()).unwrap_or_default(),
            row.action_type.clone().unwrap_or_default(),
            row.risk_level.map(|level| level.to_string()).unwrap_or_default(),
            row.was_automatic.to_string(),
            row.success.map(|success| success.to_string()).unwrap_or_default(),
            inert(row.error.as_deref().unwrap_or_default()),
            row.team_id.map(|id| id.to_string()).unwrap_or_default(),
            row.agent_id.map(|id| id.to_string()).unwrap_or_default(),
            row.id.to_string(),
        ])
        .map_err(|e| fault(&e))?;
    }
    let bytes = out.into_inner().map_err(|e| fault(&e))?;
    String::from_utf8(bytes).map_err(|e| fault(&e))
}
