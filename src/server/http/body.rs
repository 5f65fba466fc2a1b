//! Reading a request's body: once, whole, in bounded space and time, before anything else looks at it.

use super::problem::Problem;
use crate::domain::AppError;
use axum::body::{Body, Bytes};
use axum::extract::Request;
use axum::http::header;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use http_body_util::{BodyExt, LengthLimitError, Limited};
use std::time::Duration;
use tower_http::timeout::TimeoutBody;

/// Bodies over this many bytes are refused.
pub const MAX_BODY: usize = 1024 * 1024;
/// A sender that is silent for this long has gone.
const BETWEEN_FRAMES: Duration = Duration::from_secs(30);
/// All of a body must be here by then.
const IN_ALL: Duration = Duration::from_secs(45);

/// How long a body may take; tests make it short.
#[derive(Clone, Copy, Debug)]
pub struct BodyTimes {
    pub between_frames: Duration,
    pub in_all: Duration,
}

impl Default for BodyTimes {
    fn default() -> Self {
        Self { between_frames: BETWEEN_FRAMES, in_all: IN_ALL }
    }
}

pub async fn buffer(times: BodyTimes, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    match read(&parts.headers, body, times).await {
        Ok(bytes) => next.run(Request::from_parts(parts, Body::from(bytes))).await,
        Err(error) => {
            let mut response = Problem::from(error).into_response();
            // What is left of the body would be read as the next request.
            response.headers_mut().insert(header::CONNECTION, header::HeaderValue::from_static("close"));
            response
        }
    }
}

async fn read(headers: &header::HeaderMap, body: Body, times: BodyTimes) -> Result<Bytes, AppError> {
    let announced = headers
        .get(header::CONTENT_LENGTH)
        .and_then(|value| value.to_str().ok())
        .and_then(|value| value.parse::<u64>().ok());
    if announced.is_some_and(|length| length > MAX_BODY as u64) {
        return Err(AppError::TooLarge { limit: MAX_BODY as u64 });
    }
    let timed = Box::pin(TimeoutBody::new(times.between_frames, body));
    let limited = Limited::new(timed, MAX_BODY);
    match tokio::time::timeout(times.in_all, limited.collect()).await {
        Ok(Ok(collected)) => Ok(collected.to_bytes()),
        Ok(Err(fault)) if fault.is::<LengthLimitError>() => {
            Err(AppError::TooLarge { limit: MAX_BODY as u64 })
        }
        Ok(Err(fault)) if fault.is::<tower_http::timeout::TimeoutError>() => Err(AppError::Timeout),
        Ok(Err(_)) => Err(AppError::Malformed { detail: "The body ended early.".to_owned() }),
        Err(_) => Err(AppError::Timeout),
    }
}
