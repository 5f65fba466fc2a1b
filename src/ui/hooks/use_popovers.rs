//! Popovers. The browser opens them, shows them above everything, and closes them on Escape, on a press elsewhere and
//! when another one opens, without a script too. What is here is the rest.

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement};

use super::focus::focus_within;

/// Closes the open popover once the keyboard has moved focus out of it: it might cover what has focus now.
///
/// On the server: nothing.
pub fn use_popovers() {
    Effect::new(|_| {
        let listening = window_event_listener(ev::focusin, |event| {
            let Ok(Some(open)) = document().query_selector(":popover-open") else { return };
            let focused = event.target().and_then(|target| target.dyn_into::<Element>().ok());
            // A press is the browser's to judge: one on the button that opened it would else open it again.
            let by_key = |focused: &Element| focused.matches(":focus-visible").unwrap_or(false);
            if focused.is_some_and(|focused| by_key(&focused) && !open.contains(Some(&focused))) {
                hide(open);
            }
        });
        on_cleanup(move || listening.remove());
    });
}

/// Closes the popover with this id; focus that is in it goes to its button. Only call it from an event handler or a
/// form's answer.
pub fn close_popover(id: &str) {
    let was_inside = focus_within(id);
    if let Some(popover) = document().get_element_by_id(id) {
        hide(popover);
    }
    let button = document().query_selector(&format!("[popovertarget=\"{id}\"]"));
    if let (true, Ok(Some(button))) = (was_inside, button)
        && let Ok(button) = button.dyn_into::<HtmlElement>()
    {
        // Focusing an element that is in the document does not fail.
        let _ = button.focus();
    }
}

fn hide(popover: Element) {
    if let Ok(popover) = popover.dyn_into::<HtmlElement>() {
        // It throws only for what is no popover.
        let _ = popover.hide_popover();
    }
}
