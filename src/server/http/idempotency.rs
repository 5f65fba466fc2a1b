//! `Idempotency-Key`: a POST sent twice with one key is done once, and answered twice with the same words.
//!
//! The claim of a key lives in the database and is kept fresh while the handler works, so that a crash frees it
//! after [`LEASE`]. What the crash left done is found by services that keep the key with what they write.

use super::body::MAX_BODY;
use super::identity::Identity;
use super::problem::Problem;
use crate::domain::canonical::sha256_hex;
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::Principal;
use crate::server::state::AppState;
use crate::server::storage::idempotency::{Answer, Claim, IdempotencyKey, LEASE};
use axum::body::{Body, Bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue, Method, StatusCode, header};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tracing::Instrument;

pub const HEADER: HeaderName = HeaderName::from_static("idempotency-key");
pub const REPLAYED: HeaderName = HeaderName::from_static("idempotency-replayed");

/// Put into the extensions of an answer that must not be written down, such as one that shows a new token. A repeat
/// of its key is then told that the answer was shown once.
#[derive(Clone, Copy, Debug)]
pub struct ShownOnce;

/// The same from a server function, which reaches only the headers of its answer.
pub const SHOWN_ONCE: HeaderName = HeaderName::from_static("answer-shown-once");

/// The key of a request: 1 to 255 visible ASCII characters.
pub fn key_of(headers: &HeaderMap) -> AppResult<Option<String>> {
    let mut values = headers.get_all(HEADER).iter();
    let Some(value) = values.next() else { return Ok(None) };
    let bytes = value.as_bytes();
    if values.next().is_some()
        || !(1..=255).contains(&bytes.len())
        || !bytes.iter().all(|byte| (0x21..=0x7e).contains(byte))
    {
        return Err(AppError::invalid(
            "Idempotency-Key",
            "must be one key of 1 to 255 visible ASCII characters",
        ));
    }
    Ok(Some(String::from_utf8_lossy(bytes).into_owned()))
}

pub async fn once(State(state): State<AppState>, request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let key = match key_of(request.headers()) {
        Ok(key) => key,
        Err(error) => return Problem::from(error).into_response(),
    };
    let principal = match request.extensions().get::<Identity>() {
        Some(Identity::Known(principal)) => principal.clone(),
        // Without a holder there is nobody to keep an answer for; the handler refuses or is open to all.
        _ => return next.run(request).await,
    };
    match key {
        Some(key) => keyed(state, principal, key, request, next).await,
        None => next.run(request).await,
    }
}

async fn keyed(state: AppState, who: Principal, key: String, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let Ok(bytes) = axum::body::to_bytes(body, MAX_BODY).await else {
        return AppError::TooLarge { limit: MAX_BODY as u64 }.into_response();
    };
    let target = parts.uri.path_and_query().map_or("", |target| target.as_str());
    let hash =
        sha256_hex(&[parts.method.as_str().as_bytes(), b" ", target.as_bytes(), b"\n", &bytes].concat());
    let key = IdempotencyKey { workspace_id: who.workspace_id, holder_id: who.actor().id, key, hash };
    match state.db.idempotency_claim(&key).await {
        Ok(Claim::New) => {}
        Ok(Claim::Done(answer)) => return replay(answer),
        Ok(Claim::OtherBody) => return AppError::IdempotencyMismatch.into_response(),
        Ok(Claim::Running) => return still_running(),
        Err(fault) => return AppError::from(fault).into_response(),
    }
    let request = Request::from_parts(parts, Body::from(bytes));
    // A task of its own: a sender who hangs up must not leave work half done under a claimed key.
    let work = tokio::spawn(perform(state, key, request, next).in_current_span());
    match work.await {
        Ok(response) => response,
        Err(fault) => crate::server::services::fault::internal(&fault).into_response(),
    }
}

async fn perform(state: AppState, key: IdempotencyKey, request: Request, next: Next) -> Response {
    let handler = tokio::spawn(next.run(request).in_current_span());
    tokio::pin!(handler);
    let mut fresh = tokio::time::interval(LEASE.to_std().unwrap_or_default() / 3);
    fresh.tick().await;
    let response = loop {
        tokio::select! {
            done = &mut handler => match done {
                Ok(response) => break response,
                Err(fault) => break crate::server::services::fault::internal(&fault).into_response(),
            },
            _ = fresh.tick() => {
                if let Err(fault) = state.db.idempotency_refresh(&key).await {
                    tracing::warn!(%fault, "a claimed idempotency key could not be kept fresh");
                }
            }
        }
    };
    keep(&state, &key, response).await
}

/// Writes the answer down, or frees the key when the same request may succeed later.
async fn keep(state: &AppState, key: &IdempotencyKey, response: Response) -> Response {
    let (parts, body) = response.into_parts();
    let passing = parts.status.is_server_error()
        || matches!(parts.status, StatusCode::REQUEST_TIMEOUT | StatusCode::TOO_MANY_REQUESTS);
    let content_type = parts.headers.get(header::CONTENT_TYPE).and_then(|value| value.to_str().ok());
    let (bytes, answer) = match axum::body::to_bytes(body, usize::MAX).await {
        Ok(bytes) if !passing => {
            let shown_once =
                parts.extensions.get::<ShownOnce>().is_some() || parts.headers.contains_key(SHOWN_ONCE);
            let text = if shown_once { None } else { std::str::from_utf8(&bytes).ok().map(str::to_owned) };
            let answer = Answer {
                status: i64::from(parts.status.as_u16()),
                content_type: content_type.map(str::to_owned),
                body: text,
            };
            (bytes, Some(answer))
        }
        Ok(bytes) => (bytes, None),
        Err(_) => (Bytes::new(), None),
    };
    let kept = match answer {
        Some(answer) => state.db.idempotency_keep(key, answer).await,
        None => state.db.idempotency_free(key).await,
    };
    if let Err(fault) = kept {
        tracing::warn!(%fault, "the answer to an idempotency key could not be kept");
    }
    Response::from_parts(parts, Body::from(bytes))
}

fn replay(answer: Answer) -> Response {
    let Some(body) = answer.body else {
        return AppError::refused(
            "This request was done before with the same key; its answer held a secret and was shown once.",
        )
        .into_response();
    };
    let mut response = Response::new(Body::from(body));
    let status = u16::try_from(answer.status).ok().and_then(|status| StatusCode::from_u16(status).ok());
    *response.status_mut() = status.unwrap_or(StatusCode::INTERNAL_SERVER_ERROR);
    let headers = response.headers_mut();
    if let Some(value) = answer.content_type.and_then(|text| HeaderValue::from_str(&text).ok()) {
        headers.insert(header::CONTENT_TYPE, value);
    }
    headers.insert(REPLAYED, HeaderValue::from_static("true"));
    response
}

fn still_running() -> Response {
    let error = AppError::refused("The first request with this idempotency key is still running. Try again.");
    let mut response = error.into_response();
    response.headers_mut().insert(header::RETRY_AFTER, HeaderValue::from_static("1"));
    response
}
