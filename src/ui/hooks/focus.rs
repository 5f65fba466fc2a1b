//! Where the keyboard is.

use std::cell::Cell;

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlElement;

thread_local! {
    /// How often a key has moved focus.
    static MOVED: Cell<u32> = const { Cell::new(0) };
}

/// Moves focus to the element with this id once the present changes are drawn, unless a key moves it before. Only
/// call it from an event handler or an effect.
pub fn focus_soon(id: impl Into<String>) {
    let id = id.into();
    let moved = MOVED.get();
    // One frame for the reactive changes, one more for what they mount.
    request_animation_frame(move || {
        request_animation_frame(move || {
            if MOVED.get() != moved {
                return;
            }
            let found = document().get_element_by_id(&id);
            if let Some(element) = found.and_then(|element| element.dyn_into::<HtmlElement>().ok()) {
                // Focusing an element that is in the document does not fail.
                let _ = element.focus();
            }
        });
    });
}

/// Moves focus for a key that was pressed; whatever would have moved it in the next frames no longer does. Whether
/// it could be moved.
pub fn focus_for_key(element: &HtmlElement) -> bool {
    MOVED.set(MOVED.get().wrapping_add(1));
    element.focus().is_ok()
}

/// Whether focus is on the element with this id or inside it. Only call it from an event handler or an effect.
pub fn focus_within(id: &str) -> bool {
    let (Some(outer), Some(active)) = (document().get_element_by_id(id), document().active_element()) else {
        return false;
    };
    outer.contains(Some(&active))
}
