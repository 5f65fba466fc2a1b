//! The session's cookie, and those that say how the pages look.

use axum::http::{HeaderMap, HeaderValue, header};

const ONE_YEAR: i64 = 31_536_000;

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

/// The `Set-Cookie` that keeps how the pages look for a year, or takes that away. Scripts may read it.
pub fn look(name: &str, value: Option<&'static str>, secure: bool) -> Option<HeaderValue> {
    let secure = if secure { "; Secure" } else { "" };
    let (value, max_age) = value.map_or(("", 0), |value| (value, ONE_YEAR));
    HeaderValue::from_str(&format!("{name}={value}; Path=/; Max-Age={max_age}; SameSite=Lax{secure}")).ok()
}

/// The `Set-Cookie` that ends a session.
pub fn end_session(secure: bool) -> HeaderValue {
    HeaderValue::from_static(if secure {
        "cs_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax; Secure"
    } else {
        "cs_session=; Path=/; Max-Age=0; HttpOnly; SameSite=Lax"
    })
}
