//! How long a request may take until its answer begins. What streams after that is not counted.

use crate::domain::AppError;
use axum::extract::Request;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use std::time::Duration;

const NORMAL: Duration = Duration::from_secs(60);
/// `?wait=` holds for up to 60 s by itself.
const WAITING: Duration = Duration::from_secs(120);

pub async fn bound(request: Request, next: Next) -> Response {
    let waits =
        request.uri().query().is_some_and(|query| query.split('&').any(|pair| pair.starts_with("wait=")));
    let limit = if waits { WAITING } else { NORMAL };
    match tokio::time::timeout(limit, next.run(request)).await {
        Ok(response) => response,
        Err(_) => AppError::Timeout.into_response(),
    }
}
