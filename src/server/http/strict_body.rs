//! Server functions read their JSON with Leptos' own reader, which takes duplicate keys. So their bodies are read
//! strictly here first, by the same rules as the API's.

use super::extract::read_strict;
use axum::body::Body;
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

pub async fn check(request: Request, next: Next) -> Response {
    let is_json = request
        .headers()
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|value| value.starts_with("application/json"));
    if !is_json || !request.uri().path().starts_with("/api/fn/") {
        return next.run(request).await;
    }
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, super::body::MAX_BODY).await else {
        let limit = super::body::MAX_BODY as u64;
        return crate::domain::AppError::TooLarge { limit }.into_response();
    };
    match read_strict(&bytes) {
        Ok(_) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(problem) => problem.into_response(),
    }
}
