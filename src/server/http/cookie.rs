//! The session cookie.

use axum::http::{HeaderMap, HeaderValue, header};

pub const SESSION: &str = "cs_session";

/// The token in the request's session cookie.
pub fn session_token(headers: &HeaderMap) -> Option<&str> {
    headers
        .get_all(header::COOKIE)
        .iter()
        .filter_map(|line| line.to_str().ok())
        .flat_map(|line| line.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find_map(|(name, value)| (name == SESSION && !value.is_empty()).then_some(value))
}

/// The `Set-Cookie` that starts a session. `max_age` in seconds.
pub fn start_session(token: &str, max_age: i64, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let text = format!("{SESSION}={token}; Path=/; Max-Age={max_age}; HttpOnly; SameSite=Lax{secure}");
    HeaderValue::from_str(&text).ok()
}

/// The `Set-Cookie` that ends a session.
pub fn end_session(secure: bool) -> HeaderValue {
    HeaderValue::from_static(if secure {
        "cs_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    } else {
        "cs_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    })
}
