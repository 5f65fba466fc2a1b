//! What a press of a pointer or of Enter on a link means, and how much room there is.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, MouseEvent, PointerEvent};

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

/// Where a pointer is in the element that listens, from 0 at its left edge to 1 at its right. Only call it from an
/// event handler.
pub fn pointed_share(event: &PointerEvent) -> Option<f64> {
    let element: Element = event.current_target()?.dyn_into().ok()?;
    let place = element.get_bounding_client_rect();
    (place.width() > 0.0).then(|| (f64::from(event.client_x()) - place.left()) / place.width())
}
