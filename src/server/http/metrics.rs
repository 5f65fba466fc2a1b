//! Counting, and `GET /metrics` in Prometheus' text format.

use super::client_ip::ClientIp;
use crate::domain::{AppError, AppResult};
use crate::server::engine::{DEFAULT_QUEUE, HOUSEKEEPING_QUEUE};
use crate::server::services::approvals::QUEUE_ACTIONS;
use crate::server::state::AppState;
use crate::server::storage::jobs::jobs_count;
use axum::Extension;
use axum::extract::State;
use axum::http::header;
use axum::response::{IntoResponse, Response};
use metrics_exporter_prometheus::{PrometheusBuilder, PrometheusHandle};
use std::sync::OnceLock;

const SECONDS: [f64; 11] = [0.001, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1.0, 5.0, 30.0];

/// Jobs of one state are counted up to here.
const MOST: i64 = 10_000;
const QUEUES: [&str; 3] = [QUEUE_ACTIONS, DEFAULT_QUEUE, HOUSEKEEPING_QUEUE];
const STATES: [&str; 3] = ["ready", "running", "dead"];

/// The program's one recorder.
#[derive(Clone)]
pub struct Metrics(PrometheusHandle);

impl Metrics {
    /// Installs the recorder for the process; later calls return the same one.
    pub fn install() -> Self {
        static HANDLE: OnceLock<PrometheusHandle> = OnceLock::new();
        let handle = HANDLE.get_or_init(|| {
            let builder = PrometheusBuilder::new();
            // Fails only for an empty list of buckets.
            let builder = builder.set_buckets(&SECONDS).unwrap_or_else(|_| PrometheusBuilder::new());
            let recorder = builder.build_recorder();
            let handle = recorder.handle();
            if metrics::set_global_recorder(recorder).is_err() {
                tracing::warn!("another metrics recorder is installed; /metrics stays empty");
            }
            metrics::describe_gauge!(
                "countersign_jobs",
                "Jobs by queue and state: ready (due), running, dead"
            );
            metrics::describe_histogram!(
                "http_request_duration_seconds",
                metrics::Unit::Seconds,
                "Time until an answer began, by method, route and status"
            );
            handle
        });
        Self(handle.clone())
    }

    pub fn render(&self) -> String {
        self.0.run_upkeep();
        self.0.render()
    }
}

/// Jobs by queue and state, each state counted to at most [`MOST`]: due, running, and dead ones that need a person.
async fn count_jobs(state: &AppState) -> AppResult<()> {
    let now = state.db.now().await?;
    let counts = jobs_count(&mut state.db.read().await?, now, MOST).await?;
    for (queue, name) in QUEUES.iter().flat_map(|queue| STATES.iter().map(move |name| (*queue, *name))) {
        let found = counts.iter().find(|count| count.queue == queue && count.state == name);
        let value = found.map_or(0.0, |found| found.count as f64);
        metrics::gauge!("countersign_jobs", "queue" => queue, "state" => name).set(value);
    }
    Ok(())
}

/// Only for this machine unless `metrics_open`.
pub async fn metrics(State(state): State<AppState>, Extension(client): Extension<ClientIp>) -> Response {
    if !state.config.metrics_open && !client.is_local() {
        return AppError::forbidden(
            "Metrics are for this machine only. Set metrics_open to open them to other machines.",
        )
        .into_response();
    }
    if let Err(fault) = count_jobs(&state).await {
        tracing::warn!(%fault, "jobs could not be counted");
    }
    ([(header::CONTENT_TYPE, "text/plain; version=0.0.4")], state.metrics.render()).into_response()
}
