//! A page change inside the browser moves focus as a page load would: to the start of the content.

use leptos::prelude::*;

use super::focus::focus_soon;

/// Focuses the main landmark each time `path` changes.
///
/// On the server: nothing.
pub fn use_navigation_focus(path: Signal<String>) {
    Effect::new(move |previous: Option<String>| {
        let path = path.get();
        if previous.is_some_and(|previous| previous != path) {
            focus_soon("main");
        }
        path
    });
}
