//! The outermost layer: the request's id, its log span, its address, its duration.

use super::client_ip::ClientIp;
use crate::server::state::AppState;
use axum::extract::{MatchedPath, Request, State};
use axum::http::{HeaderName, HeaderValue, Method};
use axum::middleware::Next;
use axum::response::Response;
use std::time::Instant;
use tracing::Instrument;

pub const X_REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// One id for the log, the header and the problem document.
#[derive(Clone, Debug)]
pub struct RequestId(pub String);

pub async fn observe(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let started = Instant::now();
    let id = given_id(&request).unwrap_or_else(|| state.clock.id().simple().to_string());
    let ip = ClientIp::of(request.extensions(), request.headers(), &state.config.trusted_proxies);
    request.extensions_mut().insert(RequestId(id.clone()));
    request.extensions_mut().insert(ip);
    let method = known_method(request.method());
    let route = request
        .extensions()
        .get::<MatchedPath>()
        .map_or_else(|| "other".to_owned(), |path| path.as_str().to_owned());
    // The path and never the query: a link's token travels there.
    let span = tracing::info_span!("request", id, method, path = request.uri().path());
    let mut response = next.run(request).instrument(span.clone()).await;
    if let Ok(value) = HeaderValue::from_str(&id) {
        response.headers_mut().insert(X_REQUEST_ID, value);
    }
    let elapsed = started.elapsed();
    let status = response.status().as_u16();
    span.in_scope(|| match status {
        500.. => tracing::warn!(status, ms = elapsed.as_millis() as u64, "answered"),
        _ => tracing::debug!(status, ms = elapsed.as_millis() as u64, "answered"),
    });
    metrics::histogram!(
        "http_request_duration_seconds",
        "method" => method, "route" => route, "status" => status.to_string()
    )
    .record(elapsed.as_secs_f64());
    response
}

/// A proxy's id is kept when it is short and plain, so that both logs tell one story.
fn given_id(request: &Request) -> Option<String> {
    let id = request.headers().get(X_REQUEST_ID)?.to_str().ok()?;
    let plain = id.bytes().all(|b| b.is_ascii_alphanumeric() || b == b'-' || b == b'_');
    ((8..=64).contains(&id.len()) && plain).then(|| id.to_owned())
}

/// Methods are free text in HTTP; a label must not be.
fn known_method(method: &Method) -> &'static str {
    match *method {
        Method::GET => "GET",
        Method::POST => "POST",
        Method::PUT => "PUT",
        Method::PATCH => "PATCH",
        Method::DELETE => "DELETE",
        Method::HEAD => "HEAD",
        Method::OPTIONS => "OPTIONS",
        _ => "other",
    }
}
