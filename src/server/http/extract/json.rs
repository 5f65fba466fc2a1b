//! JSON bodies, strictly: RFC 7493 first (400), then the type and its rules (422), each fault with its place.

use super::{pointer, quoted_field, shorten};
use crate::domain::AppError;
use crate::domain::canonical::{ByName, Strict, escape};
use crate::server::http::body::MAX_BODY;
use crate::server::http::problem::Problem;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use axum::response::{IntoResponse, Response};
use serde::Serialize;
use serde::de::DeserializeOwned;
use serde_json::Value;
use validator::Validate;

/// A body that was read strictly and validated; as an answer, plain JSON.
#[derive(Clone, Debug)]
pub struct Json<T>(pub T);

impl<T: Serialize> IntoResponse for Json<T> {
    fn into_response(self) -> Response {
        axum::Json(self.0).into_response()
    }
}

impl<T: DeserializeOwned + Validate, S: Send + Sync> FromRequest<S> for Json<T> {
    type Rejection = Problem;

    async fn from_request(request: Request, _: &S) -> Result<Self, Problem> {
        if !is_json(request.headers()) {
            return Err(AppError::UnsupportedMediaType.into());
        }
        // The body layer has read it already; this bound holds where that layer does not stand.
        let bytes = axum::body::to_bytes(request.into_body(), MAX_BODY)
            .await
            .map_err(|_| AppError::TooLarge { limit: MAX_BODY as u64 })?;
        read_typed(&bytes).map(Self)
    }
}

/// Whether the content type is `application/json`, in UTF-8 if a charset is named.
pub(crate) fn is_json(headers: &HeaderMap) -> bool {
    let Some(value) = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok()) else {
        return false;
    };
    let mut parts = value.split(';').map(str::trim);
    let is_json = parts.next().is_some_and(|essence| essence.eq_ignore_ascii_case("application/json"));
    is_json
        && parts.filter_map(|parameter| parameter.split_once('=')).all(|(name, value)| {
            !name.trim().eq_ignore_ascii_case("charset")
                || value.trim().trim_matches('"').eq_ignore_ascii_case("utf-8")
        })
}

/// Reads one JSON value: UTF-8, no duplicate key at any depth, nothing after it.
pub fn read_strict(bytes: &[u8]) -> Result<Value, Problem> {
    let text = std::str::from_utf8(bytes)
        .map_err(|fault| Problem::malformed("", format!("is not UTF-8 at byte {}", fault.valid_up_to())))?;
    if text.trim().is_empty() {
        return Err(Problem::malformed("", "The body is empty; send a JSON object."));
    }
    let mut reader = serde_json::Deserializer::from_str(text);
    let Strict(value) = serde_path_to_error::deserialize(&mut reader)
        .map_err(|fault| Problem::malformed(pointer(fault.path()), shorten(&fault.inner().to_string())))?;
    reader
        .end()
        .map_err(|fault| Problem::malformed("", format!("has something after the JSON value: {fault}")))?;
    Ok(value)
}

fn read_typed<T: DeserializeOwned + Validate>(bytes: &[u8]) -> Result<T, Problem> {
    let value = read_strict(bytes)?;
    let typed: T = serde_path_to_error::deserialize(ByName(value)).map_err(|fault| {
        let at = pointer(fault.path());
        placed(at, &fault.inner().to_string())
    })?;
    typed.validate().map_err(AppError::from)?;
    Ok(typed)
}

/// Moves the place that a message names into the pointer.
fn placed(at: String, message: &str) -> Problem {
    if let Some(name) = quoted_field(message, "missing field") {
        return AppError::invalid(format!("{at}/{}", escape(name)), "is missing").into();
    }
    if let Some(name) = quoted_field(message, "unknown field") {
        let tail = format!("/{}", escape(name));
        let at = if at.ends_with(&tail) { at } else { at + &tail };
        return AppError::invalid(at, "is not a known field").into();
    }
    // `Data` says where inside itself the fault is: "/b/1: is a number …".
    if let Some((inner, detail)) = message.rsplit_once(": ")
        && (inner.is_empty() || inner.starts_with('/'))
    {
        return AppError::invalid(at + inner, shorten(detail)).into();
    }
    AppError::invalid(at, shorten(message)).into()
}
