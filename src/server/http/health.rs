//! `GET /healthz`: the process answers. `GET /readyz`: it can do its work. And the gate that holds requests back
//! until it can.

use crate::domain::AppError;
use crate::server::state::AppState;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

pub async fn healthz() -> &'static str {
    "ok\n"
}

/// 503 until the schema is up to date, while the database does not answer, and while the program stops.
pub async fn readyz(State(state): State<AppState>) -> Response {
    if state.shutdown.is_cancelled() {
        return unavailable("Countersign is stopping.");
    }
    if !state.ready.is_set() {
        return unavailable("Countersign is starting.");
    }
    match tokio::time::timeout(Duration::from_secs(2), state.db.ping()).await {
        Ok(Ok(())) => "ready\n".into_response(),
        Ok(Err(fault)) => {
            tracing::warn!(%fault, "the database does not answer");
            unavailable("The database does not answer.")
        }
        Err(_) => unavailable("The database does not answer in time."),
    }
}

/// Nothing reads or writes a schema that is not there yet.
pub async fn hold_until_ready(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if state.ready.is_set() {
        next.run(request).await
    } else {
        unavailable("Countersign is starting. Try again in a moment.")
    }
}

fn unavailable(detail: &str) -> Response {
    AppError::Unavailable { detail: detail.to_owned() }.into_response()
}
