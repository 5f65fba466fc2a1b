//! What every server function does first on the server: find the state, authenticate, ask for the permission.

use crate::domain::{AppError, AppResult};
use crate::server::http::identity::request_ctx;
use crate::server::services::ctx::{Allowed, Permit};
use crate::server::state::AppState;
use http::StatusCode;
use http::header::ACCEPT;
use http::request::Parts;
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;

pub fn state() -> AppState {
    expect_context::<AppState>()
}

/// The state and the proof that this request may `P`.
pub async fn allowed<P: Permit>() -> AppResult<(AppState, Allowed<P>)> {
    // A page whose browser has gone away is dropped while it still loads; what it asks for then has no request.
    let (Some(state), Some(parts)) = (use_context::<AppState>(), use_context::<Parts>()) else {
        return Err(AppError::Unavailable { detail: "The request has ended.".to_owned() });
    };
    let ctx = request_ctx(&parts).map_err(with_status)?;
    let allowed = ctx.allow::<P>().map_err(with_status)?;
    Ok((state, allowed))
}

/// Runs a function's body; its error also becomes the response's status.
pub async fn answer<T>(body: impl Future<Output = AppResult<T>>) -> AppResult<T> {
    body.await.map_err(with_status)
}

/// Sets the response's status from the error, for programs. A plain form post keeps its redirect.
pub fn with_status(error: AppError) -> AppError {
    let is_form = use_context::<Parts>().is_some_and(|parts| {
        parts.method == http::Method::POST
            && parts
                .headers
                .get(ACCEPT)
                .and_then(|v| v.to_str().ok())
                .is_some_and(|v| v.contains("text/html"))
    });
    if !is_form
        && let Some(options) = use_context::<ResponseOptions>()
        && let Ok(status) = StatusCode::from_u16(error.status())
    {
        options.set_status(status);
    }
    error
}
