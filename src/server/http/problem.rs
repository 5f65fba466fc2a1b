//! Errors as `application/problem+json` (RFC 9457) for programs, as a small HTML page for people.
//!
//! A handler answers an [`AppError`] or a [`Problem`]; [`finish`], near the outside of the stack, writes it with the
//! request's id, and turns what axum and tower answer by themselves (404, 405, 413, …) into the same shape.

use super::error_page;
use super::observe::RequestId;
use crate::domain::error::ConflictDetail;
use crate::domain::{AppError, FieldError};
use axum::body::Body;
use axum::extract::Request;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub const PROBLEM_JSON: &str = "application/problem+json";

/// The body of every 4xx and 5xx.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[schema(as = Problem)]
pub struct ProblemBody {
    /// Names the kind of problem; one for each `code`.
    #[serde(rename = "type")]
    pub kind: String,
    pub title: String,
    pub status: u16,
    pub detail: String,
    /// Stable; what a client switches on.
    pub code: String,
    /// The id of the request, the same as the header `X-Request-Id`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub instance: Option<String>,
    /// Each fault of the input, with a JSON Pointer (RFC 6901) into the body, or a parameter's name.
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldError>,
    /// Who ended the race that this request lost, and how.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub conflict: Option<ConflictDetail>,
}

/// An [`AppError`] on its way out, with the places in the input that it is about.
#[derive(Clone, Debug, PartialEq)]
pub struct Problem {
    pub error: AppError,
    errors: Vec<FieldError>,
}

pub type ApiResult<T> = Result<T, Problem>;

impl From<AppError> for Problem {
    fn from(error: AppError) -> Self {
        let errors = error.errors().to_vec();
        Self { error, errors }
    }
}

impl Problem {
    /// A body or parameter that could not be read, and where.
    pub fn malformed(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        let detail = detail.into();
        let errors = vec![FieldError::new(pointer, detail.clone())];
        Self { error: AppError::Malformed { detail }, errors }
    }

    pub fn body(&self, request_id: Option<&str>) -> ProblemBody {
        let error = match (&self.error, request_id) {
            // One reference for everything: the header, the log's span and the text.
            (AppError::Internal { .. }, Some(id)) => AppError::Internal { request_id: id.to_owned() },
            (other, _) => other.clone(),
        };
        ProblemBody {
            kind: format!("urn:countersign:problem:{}", error.code()),
            title: error.title().to_owned(),
            status: error.status(),
            detail: error.to_string(),
            code: error.code().to_owned(),
            instance: request_id.map(str::to_owned),
            errors: self.errors.clone(),
            conflict: match error {
                AppError::Conflict { conflict, .. } => Some(conflict),
                _ => None,
            },
        }
    }

    fn headers(&self, headers: &mut HeaderMap) {
        let retry = match &self.error {
            AppError::RateLimited { retry_after } => Some(*retry_after),
            AppError::Unavailable { .. } => Some(1),
            _ => None,
        };
        if let Some(seconds) = retry {
            headers.entry(header::RETRY_AFTER).or_insert(HeaderValue::from(seconds));
        }
        if matches!(self.error, AppError::Unauthenticated) {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
    }

    fn status(&self) -> StatusCode {
        StatusCode::from_u16(self.error.status()).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
    }
}

impl IntoResponse for Problem {
    fn into_response(self) -> Response {
        let mut response = json(&self.body(None)).into_response();
        *response.status_mut() = self.status();
        self.headers(response.headers_mut());
        response.extensions_mut().insert(self);
        response
    }
}

impl IntoResponse for AppError {
    fn into_response(self) -> Response {
        Problem::from(self).into_response()
    }
}

fn json(body: &ProblemBody) -> impl IntoResponse + use<> {
    let text = serde_json::to_string(body).unwrap_or_default();
    ([(header::CONTENT_TYPE, PROBLEM_JSON)], text)
}

/// Writes each error in the form that its reader wants.
pub async fn finish(request: Request, next: Next) -> Response {
    let is_api = super::is_api(request.uri().path());
    let wants_html = !is_api && accepts_html(request.headers());
    let id = request.extensions().get::<RequestId>().map(|id| id.0.clone());
    let mut response = next.run(request).await;
    let status = response.status();
    if !status.is_client_error() && !status.is_server_error() {
        return response;
    }
    let problem = match response.extensions_mut().remove::<Problem>() {
        Some(problem) => problem,
        None if is_foreign(&response, is_api) => match from_status(status) {
            Some(error) => error.into(),
            None => return response,
        },
        None => return response,
    };
    let body = problem.body(id.as_deref());
    let (content_type, text) = if wants_html {
        ("text/html; charset=utf-8", error_page::render(&body))
    } else {
        (PROBLEM_JSON, serde_json::to_string(&body).unwrap_or_default())
    };
    problem.headers(response.headers_mut());
    let headers = response.headers_mut();
    headers.remove(header::CONTENT_LENGTH);
    headers.remove(header::CONTENT_ENCODING);
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(content_type));
    *response.body_mut() = Body::from(text);
    response
}

/// Whether an answer was made by a library. A server function speaks its own error format, and a page that was
/// rendered with an error status is a page.
fn is_foreign(response: &Response, is_api: bool) -> bool {
    let headers = response.headers();
    let content_type = headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if headers.contains_key(leptos::server_fn::error::SERVER_FN_ERROR_HEADER) {
        return false;
    }
    match content_type {
        Some(PROBLEM_JSON) => false,
        Some(_) => is_api,
        None => true,
    }
}

fn from_status(status: StatusCode) -> Option<AppError> {
    Some(match status {
        StatusCode::BAD_REQUEST => {
            AppError::Malformed { detail: "The request could not be read.".to_owned() }
        }
        StatusCode::UNAUTHORIZED => AppError::Unauthenticated,
        StatusCode::FORBIDDEN => AppError::forbidden("This is not allowed."),
        StatusCode::NOT_FOUND => AppError::not_found("page"),
        StatusCode::METHOD_NOT_ALLOWED => AppError::MethodNotAllowed,
        StatusCode::REQUEST_TIMEOUT => AppError::Timeout,
        StatusCode::PAYLOAD_TOO_LARGE => AppError::TooLarge { limit: super::body::MAX_BODY as u64 },
        StatusCode::UNSUPPORTED_MEDIA_TYPE => AppError::UnsupportedMediaType,
        StatusCode::UNPROCESSABLE_ENTITY => AppError::Invalid { errors: Vec::new() },
        StatusCode::SERVICE_UNAVAILABLE => {
            AppError::Unavailable { detail: "This is not available now.".to_owned() }
        }
        StatusCode::INTERNAL_SERVER_ERROR => AppError::Internal { request_id: String::new() },
        _ => return None,
    })
}

pub(super) fn accepts_html(headers: &HeaderMap) -> bool {
    headers
        .get(header::ACCEPT)
        .and_then(|value| value.to_str().ok())
        .is_some_and(|accept| accept.contains("text/html"))
}
