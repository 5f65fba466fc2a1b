//! What a server function says to the HTTP response beside its answer: cookies, and where a plain form goes next.

use super::door;
use crate::domain::member::{Density, Direction, Preferences};
use crate::domain::{AppError, AppResult};
use crate::server::http::client_ip::ClientIp;
use crate::server::http::cookie;
use crate::server::http::idempotency::SHOWN_ONCE;
use crate::server::services::accounts::SESSION_LASTS;
use crate::server::state::AppState;
use http::header::{ACCEPT, LOCATION, SET_COOKIE};
use http::request::Parts;
use http::{HeaderValue, StatusCode};
use leptos::prelude::{expect_context, use_context};
use leptos_axum::ResponseOptions;
use std::net::{IpAddr, Ipv4Addr};

/// Whether a browser without a script posted a form, and waits for a page.
pub fn is_form() -> bool {
    use_context::<Parts>().is_some_and(|parts| {
        parts.method == http::Method::POST
            && parts
                .headers
                .get(ACCEPT)
                .and_then(|v| v.to_str().ok())
                .is_some_and(|v| v.contains("text/html"))
    })
}

/// Sends a plain form post on to `path`, a path of ours, instead of back to its page. For programs and for the
/// hydrated page nothing changes: they have the answer.
pub fn go_to(path: &str) {
    if !is_form() {
        return;
    }
    if let (Some(options), Ok(path)) = (use_context::<ResponseOptions>(), HeaderValue::from_str(path)) {
        options.insert_header(LOCATION, path);
        options.set_status(StatusCode::SEE_OTHER);
    }
}

/// Keeps the answer from being written down for a repeat of its `Idempotency-Key`: it shows a secret.
pub fn write_down_nothing() {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.insert_header(SHOWN_ONCE, HeaderValue::from_static("true"));
    }
}

/// The address of the request, for the limits on guessing. Without a socket, which only tests lack: 0.0.0.0.
pub fn client_ip(state: &AppState) -> IpAddr {
    let parts = expect_context::<Parts>();
    ClientIp::of(&parts.extensions, &parts.headers, &state.config.trusted_proxies)
        .ip
        .unwrap_or(IpAddr::V4(Ipv4Addr::UNSPECIFIED))
}

/// Gives the browser its session.
pub fn start_session(state: &AppState, token: &str) -> AppResult<()> {
    let secure = state.config.cookies_are_secure();
    let Some(cookie) = cookie::start_session(token, SESSION_LASTS.num_seconds(), secure) else {
        return Err(door::with_status(AppError::Internal { request_id: String::new() }));
    };
    set_cookie(cookie);
    Ok(())
}

/// Takes the session's cookie away.
pub fn end_session(state: &AppState) {
    set_cookie(cookie::end_session(state.config.cookies_are_secure()));
}

/// Keeps in the browser how the pages look, under a cookie's name; `None` is the default, which needs none.
pub fn keep_look(state: &AppState, name: &str, value: Option<&'static str>) {
    if let Some(cookie) = cookie::look(name, value, state.config.cookies_are_secure()) {
        set_cookie(cookie);
    }
}

/// Keeps in the browser what the document must say before anybody is known: `data-density` and `dir`.
pub fn keep_preferences(state: &AppState, preferences: &Preferences) {
    let Preferences { density, direction, .. } = *preferences;
    keep_look(state, "cs_density", (density != Density::default()).then_some(density.as_str()));
    keep_look(state, "cs_dir", (direction != Direction::default()).then_some(direction.as_str()));
}

/// Adds a `Set-Cookie`.
pub fn set_cookie(cookie: HeaderValue) {
    if let Some(options) = use_context::<ResponseOptions>() {
        options.append_header(SET_COOKIE, cookie);
    }
}
