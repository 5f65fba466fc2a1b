//! Leaving for a page as a link does that the router does not take.

use leptos::prelude::*;

/// Loads `path` from the server, so that nothing of the page before stays: after signing in, out, or moving to
/// another workspace. Only call it from an event handler or a form's answer.
pub fn load_page(path: &str) {
    // It throws only for an address that is none; then the page stays.
    let _ = location().set_href(path);
}
