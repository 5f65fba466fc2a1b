//! What a press of a pointer or of Enter on a link means, and how much room there is.

use leptos::prelude::*;
use web_sys::MouseEvent;

/// Whether a press on a link asks for no other tab or window. Only call it from an event handler.
pub fn is_plain_press(event: &MouseEvent) -> bool {
    event.button() == 0
        && !(event.meta_key() || event.ctrl_key() || event.shift_key() || event.alt_key())
        && !event.default_prevented()
}

/// Whether there is room beside a list, as `style/approvals.css` has it. Only call it from an event handler.
pub fn is_wide() -> bool {
    let query = window().match_media("(width >= 64rem)");
    query.ok().flatten().is_some_and(|query| query.matches())
}
