//! Versions of what can be edited: `ETag: "v3"` out, `If-Match: "v3"` in.

use crate::server::http::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::{HeaderValue, header, request::Parts};
use axum::response::{IntoResponse, Response};
use serde::Serialize;

/// The version that the sender has seen; `None` without the header, or for `*`.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct IfMatch(pub Option<i64>);

impl<S: Send + Sync> FromRequestParts<S> for IfMatch {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        let Some(value) = parts.headers.get(header::IF_MATCH) else { return Ok(Self(None)) };
        match value.to_str().map(str::trim) {
            Ok("*") => Ok(Self(None)),
            Ok(tag) => match version_of(tag) {
                Some(version) => Ok(Self(Some(version))),
                None => Err(unreadable()),
            },
            Err(_) => Err(unreadable()),
        }
    }
}

fn unreadable() -> Problem {
    Problem::malformed("If-Match", "must be the ETag of one earlier answer, such as \"v3\"")
}

/// Proxies that compress make tags weak; the version in them is the same.
fn version_of(tag: &str) -> Option<i64> {
    let tag = tag.strip_prefix("W/").unwrap_or(tag);
    let digits = tag.strip_prefix("\"v")?.strip_suffix('"')?;
    if !digits.bytes().all(|b| b.is_ascii_digit()) {
        return None;
    }
    digits.parse().ok()
}

/// The tag of a version.
pub fn etag(version: i64) -> Option<HeaderValue> {
    HeaderValue::from_str(&format!("\"v{version}\"")).ok()
}

/// JSON with the `ETag` of its version.
#[derive(Clone, Debug)]
pub struct Versioned<T>(pub i64, pub T);

impl<T: Serialize> IntoResponse for Versioned<T> {
    fn into_response(self) -> Response {
        let mut response = axum::Json(self.1).into_response();
        if let Some(tag) = etag(self.0) {
            response.headers_mut().insert(header::ETAG, tag);
        }
        response
    }
}
