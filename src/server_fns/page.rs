//! What a page says to, and learns from, the HTTP request that it answers. In the browser there is none.

/// Sets the status of the page that the server renders.
///
/// In the browser: nothing.
#[cfg(feature = "ssr")]
pub fn respond_with(status: u16) {
    if let Some(options) = leptos::prelude::use_context::<leptos_axum::ResponseOptions>()
        && let Ok(status) = http::StatusCode::from_u16(status)
    {
        options.set_status(status);
    }
}

#[cfg(not(feature = "ssr"))]
pub fn respond_with(_status: u16) {}

/// A cookie of the request.
///
/// In the browser: `None`.
#[cfg(feature = "ssr")]
pub fn cookie(name: &str) -> Option<String> {
    let parts = leptos::prelude::use_context::<http::request::Parts>()?;
    parts
        .headers
        .get_all(http::header::COOKIE)
        .iter()
        .filter_map(|header| header.to_str().ok())
        .flat_map(|header| header.split(';'))
        .filter_map(|pair| pair.trim().split_once('='))
        .find(|(key, _)| *key == name)
        .map(|(_, value)| value.to_owned())
}

#[cfg(not(feature = "ssr"))]
pub fn cookie(_name: &str) -> Option<String> {
    None
}
