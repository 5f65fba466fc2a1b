//! The name of the browser's zone.

use leptos::prelude::*;

/// The browser's zone, such as `Europe/Vienna`; `None` through the first client render, as on the server, and where
/// the browser does not say.
///
/// On the server: `None` for ever.
pub fn use_browser_zone() -> ReadSignal<Option<String>> {
    let (zone, set_zone) = signal(None);
    Effect::new(move |_| set_zone.set(browsers_zone()));
    zone
}

#[cfg(feature = "ssr")]
fn browsers_zone() -> Option<String> {
    None
}

#[cfg(not(feature = "ssr"))]
fn browsers_zone() -> Option<String> {
    use js_sys::{Array, Intl, Object, Reflect};
    let options = Intl::DateTimeFormat::new(&Array::new(), &Object::new()).resolved_options();
    Reflect::get(&options, &"timeZone".into()).ok()?.as_string()
}
