//! The figures of the workspace and of its departments. (`/metrics` of the program itself is in `metrics.rs`.)

use super::extract::{Json, Query};
use super::problem::ApiResult;
use crate::domain::metrics::{Metrics, MetricsFilter, Slice};
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, ReadAudit};
use crate::server::services::fault::internal;
use crate::server::services::metrics;
use crate::server::state::AppState;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;

pub fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new().routes(routes!(read))
}

/// What happened in a range of time, in the workspace or in one department, and what waits now.
#[utoipa::path(get, path = "/metrics", tag = "metrics", operation_id = "metrics_read", params(MetricsFilter),
    responses((status = 200, description = "The figures", content(
        (Metrics = "application/json"), (String = "text/csv")))))]
async fn read(
    State(state): State<AppState>,
    by: Allowed<ReadAudit>,
    Query(filter): Query<MetricsFilter>,
) -> ApiResult<Response> {
    match filter.format.as_deref() {
        None | Some("" | "json") => Ok(Json(metrics::read(&by, &state.db, &filter).await?).into_response()),
        Some("csv") => {
            let figures = metrics::read(&by, &state.db, &filter).await?;
            Ok(([(header::CONTENT_TYPE, "text/csv; charset=utf-8")], csv_of(&figures)?).into_response())
        }
        Some(_) => Err(AppError::invalid("format", "must be json or csv").into()),
    }
}

/// The range in its parts, a line each: numbers and times only, so nothing in it can be a formula.
fn csv_of(figures: &Metrics) -> AppResult<String> {
    let fault = |e: &dyn std::error::Error| internal(e);
    let mut out = csv::Writer::from_writer(Vec::new());
    for slice in &figures.slices {
        out.serialize(Line::from(slice)).map_err(|e| fault(&e))?;
    }
    let bytes = out.into_inner().map_err(|e| fault(&e))?;
    String::from_utf8(bytes).map_err(|e| fault(&e))
}

#[derive(Serialize)]
#[serde(rename_all = "camelCase")]
struct Line<'a> {
    from: String,
    to: String,
    label: &'a str,
    actions: i64,
    automatic: i64,
    asked: i64,
    denied: i64,
    approved: i64,
    rejected: i64,
    succeeded: i64,
    failed: i64,
    unknown: i64,
    expired: i64,
    withdrawn: i64,
    undone: i64,
    median_decision_ms: Option<i64>,
    p95_decision_ms: Option<i64>,
    pending: i64,
}

impl<'a> From<&'a Slice> for Line<'a> {
    fn from(slice: &'a Slice) -> Self {
        let figures = &slice.figures;
        Self {
            from: slice.from.to_rfc3339(),
            to: slice.to.to_rfc3339(),
            label: &slice.label,
            actions: figures.actions,
            automatic: figures.automatic,
            asked: figures.asked,
            denied: figures.denied,
            approved: figures.approved,
            rejected: figures.rejected,
            succeeded: figures.succeeded,
            failed: figures.failed,
            unknown: figures.unknown,
            expired: figures.expired,
            withdrawn: figures.withdrawn,
            undone: figures.undone,
            median_decision_ms: figures.median_decision_ms,
            p95_decision_ms: figures.p95_decision_ms,
            pending: figures.pending,
        }
    }
}
