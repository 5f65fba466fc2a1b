//! Keeps a textarea's first text exact, whichever way the element came to be.

use leptos::{html, prelude::*};

/// Sets the default text of `area` to `text`. A parser drops the first line feed in a textarea and the
/// server therefore writes one more; an element that the client creates would keep both. What someone
/// typed meanwhile stays, because only the default changes.
///
/// On the server: nothing; the parser drops the extra line feed.
pub fn use_exact_text(area: NodeRef<html::Textarea>, text: Option<String>) {
    let Some(text) = text.filter(|text| text.starts_with('\n')) else { return };
    Effect::new(move |_| {
        if let Some(element) = area.get() {
            // It fails only when the element refuses text, which a textarea does not.
            let _ = element.set_default_value(&text);
        }
    });
}
