//! Marks the page as hydrated, for style sheets (`.js-only`) and for tests that must wait before a click.

use leptos::prelude::*;

/// Sets `data-hydrated="true"` on `<html>` once the client runs, and returns a signal that is `false`
/// through the first render and `true` after it. Call it once near the root; reading it elsewhere is fine.
///
/// On the server: `false` for ever.
pub fn use_hydrated() -> ReadSignal<bool> {
    let (hydrated, set_hydrated) = signal(false);
    Effect::new(move |_| {
        if let Some(root) = document().document_element() {
            // Setting an attribute on <html> fails only for an invalid name.
            let _ = root.set_attribute("data-hydrated", "true");
        }
        set_hydrated.set(true);
    });
    hydrated
}

/// `false` through the first render and `true` after it, for what only a script can offer.
///
/// On the server: `false` for ever.
pub fn use_hydrated_once() -> ReadSignal<bool> {
    let (hydrated, set_hydrated) = signal(false);
    Effect::new(move |_| set_hydrated.set(true));
    hydrated
}
