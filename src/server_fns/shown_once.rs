//! Secrets that are shown once to a browser without a script.
//!
//! A program and the hydrated page have the secret in the answer. A plain form post is answered with a redirect,
//! which carries no body, and an address would leave the secret in histories and logs. So it travels in a cookie
//! that scripts cannot read, that only pages of its noun receive, and that lasts a minute; the page that follows
//! shows it and takes the cookie away. The server keeps nothing but the hash (or, for webhooks, the key).

use serde::{Deserialize, Serialize};

/// A secret that was just made, and what it belongs to.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ShownOnce {
    /// `token`, `webhook` or `workflow`: only the page of that noun shows it.
    pub noun: String,
    pub name: String,
    pub secret: String,
}

#[cfg(feature = "ssr")]
const COOKIE: &str = "cs_shown_once";

/// Hands a secret to the page that follows a plain form post; anything else has it in the answer already.
#[cfg(feature = "ssr")]
pub fn hand_over(state: &crate::server::state::AppState, shown: &ShownOnce) {
    super::reply::write_down_nothing();
    if super::reply::is_form()
        && let Ok(json) = serde_json::to_vec(shown)
    {
        write(state, &shown.noun, &encode(&json), 60);
    }
}

/// The secret for the page of `noun`, once: the cookie goes with it.
///
/// In the browser: `None`; there the form has the answer itself.
#[cfg(feature = "ssr")]
pub fn take(noun: &str) -> Option<ShownOnce> {
    let shown: ShownOnce = serde_json::from_slice(&decode(&super::page::cookie(COOKIE)?)?).ok()?;
    if shown.noun != noun {
        return None;
    }
    write(&super::door::state(), noun, "", 0);
    Some(shown)
}

#[cfg(not(feature = "ssr"))]
pub fn take(_noun: &str) -> Option<ShownOnce> {
    None
}

#[cfg(feature = "ssr")]
fn write(state: &crate::server::state::AppState, noun: &str, value: &str, max_age: u32) {
    let secure = if state.config.cookies_are_secure() { "; Secure" } else { "" };
    let pages = if noun == "workflow" { "/workflows" } else { "/settings" };
    let text =
        format!("{COOKIE}={value}; Path={pages}; Max-Age={max_age}; HttpOnly; SameSite=Strict{secure}");
    if let Ok(cookie) = http::HeaderValue::from_str(&text) {
        super::reply::set_cookie(cookie);
    }
}

#[cfg(feature = "ssr")]
fn encode(bytes: &[u8]) -> String {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.encode(bytes)
}

#[cfg(feature = "ssr")]
fn decode(text: &str) -> Option<Vec<u8>> {
    use base64::Engine;
    base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(text).ok()
}
