//! Where the keyboard is.

use leptos::prelude::*;
use wasm_bindgen::JsCast;

/// Moves focus to the element with this id once the present changes are drawn. Only call it from an event
/// handler or an effect.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    // One frame for the reactive changes, one more for what they mount.
    request_animation_frame(move || {
        request_animation_frame(move || {
            let found = document().get_element_by_id(&id);
            if let Some(element) = found.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok()) {
                // Focusing an element that is in the document does not fail.
                let _ = element.focus();
            }
        });
    });
}

/// Whether focus is on the element with this id or inside it. Only call it from an event handler or an effect.
pub fn focus_within(id: &str) -> bool {
    let (Some(outer), Some(active)) = (document().get_element_by_id(id), document().active_element()) else {
        return false;
    };
    outer.contains(Some(&active))
}
