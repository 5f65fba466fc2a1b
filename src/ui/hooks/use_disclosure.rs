//! Closes a `<details>` used as a menu: after navigation, on Escape, and on a press elsewhere.

use leptos::{ev, html, prelude::*};
use wasm_bindgen::JsCast;

/// Closes `menu` when `path` changes, when Escape is pressed inside it (focus returns to its summary),
/// and when something outside it is pressed or focused.
///
/// On the server: nothing; a `<details>` opens and closes by itself.
pub fn use_disclosure(menu: NodeRef<html::Details>, path: Signal<String>) {
    Effect::new(move |previous: Option<()>| {
        path.track();
        if let (Some(()), Some(details)) = (previous, menu.get_untracked()) {
            details.set_open(false);
        }
    });

    Effect::new(move |_| {
        let inside = move |target: Option<web_sys::EventTarget>| {
            let node = target.and_then(|target| target.dyn_into::<web_sys::Node>().ok());
            menu.get_untracked().is_some_and(|details| details.contains(node.as_ref()))
        };
        let close = move || {
            if let Some(details) = menu.get_untracked() {
                details.set_open(false);
            }
        };
        let press = window_event_listener(ev::pointerdown, move |event| {
            if !inside(event.target()) {
                close();
            }
        });
        let focus = window_event_listener(ev::focusin, move |event| {
            if !inside(event.target()) {
                close();
            }
        });
        let escape = window_event_listener(ev::keydown, move |event| {
            if event.key() != "Escape" || !inside(event.target()) {
                return;
            }
            close();
            let summary =
                menu.get_untracked().and_then(|details| details.query_selector("summary").ok().flatten());
            if let Some(summary) = summary.and_then(|element| element.dyn_into::<web_sys::HtmlElement>().ok())
            {
                // Focusing an element that is in the document does not fail.
                let _ = summary.focus();
            }
        });
        on_cleanup(move || {
            press.remove();
            focus.remove();
            escape.remove();
        });
    });
}
