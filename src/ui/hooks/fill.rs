//! Writing into a field for somebody.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::HtmlTextAreaElement;

/// Adds a line to the textarea with this id, where it does not hold it yet, and moves focus there. Only call it from
/// an event handler.
pub fn add_line(id: &str, line: &str) {
    let found = document().get_element_by_id(id);
    let Some(area) = found.and_then(|element| element.dyn_into::<HtmlTextAreaElement>().ok()) else { return };
    let text = area.value();
    if !text.lines().any(|of| of == line) {
        let before = text.trim_end();
        area.set_value(&if before.is_empty() { line.to_owned() } else { format!("{before}\n{line}") });
    }
    // Focusing an element that is in the document does not fail.
    let _ = area.focus();
}
