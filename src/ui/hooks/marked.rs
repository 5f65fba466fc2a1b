//! Elements that a shortcut is for: they carry `data-command`, rows carry `data-row`. What is in the row that has the
//! focus comes first; then what is in no row. Only call these from event handlers.
//!
//! Each says whether there was such an element.

use leptos::prelude::*;
use wasm_bindgen::JsCast;
use web_sys::{Element, HtmlElement, HtmlFormElement, HtmlInputElement};

use super::focus::{focus_for_key, focus_soon};

/// Focuses the link of the next row, or, with -1, of the one before, counted from the row that has the focus or else
/// is opened; the first where there is none.
pub fn focus_row(step: isize) -> bool {
    let rows = all("[data-row]");
    let opened = || rows.iter().find(|row| inside(row, "[aria-current]").is_some()).cloned();
    let place = row().or_else(opened).and_then(|row| rows.iter().position(|of| *of == row));
    let next = match place {
        Some(place) => place.checked_add_signed(step),
        None => Some(0),
    };
    let Some(row) = next.and_then(|next| rows.get(next)) else { return !rows.is_empty() };
    focus_on(inside(row, "[data-command=open]"))
}

/// Ticks the row, or unticks it.
pub fn pick() -> bool {
    let Some(tick) = row().and_then(|row| tick_of(&row)) else { return false };
    tick.click();
    true
}

/// Remembers that the row that has the focus was ticked, or unticked, last: the next range begins there.
pub fn picked_here() {
    for other in all("[data-picked-last]") {
        let _ = other.remove_attribute("data-picked-last");
    }
    if let Some(row) = row() {
        let _ = row.set_attribute("data-picked-last", "");
    }
}

/// Ticks every row from the one ticked last to the one that has the focus.
pub fn pick_to_here() -> bool {
    let rows = all("[data-row]");
    let Some(here) = row().and_then(|row| rows.iter().position(|of| *of == row)) else { return false };
    let from = rows.iter().position(|row| row.has_attribute("data-picked-last")).unwrap_or(here);
    // Ticking by click leaves the focus, and with it the beginning of the range, where it is.
    let range = from.min(here)..=from.max(here);
    for tick in rows.get(range).unwrap_or_default().iter().filter_map(tick_of) {
        if !tick.checked() {
            tick.click();
        }
    }
    true
}

/// Unticks every row.
pub fn unpick_all() -> bool {
    let ticked: Vec<_> =
        all("[data-row]").iter().filter_map(tick_of).filter(HtmlInputElement::checked).collect();
    for tick in &ticked {
        tick.click();
    }
    !ticked.is_empty()
}

/// Presses it.
pub fn press(mark: &str) -> bool {
    let Some(element) = find(mark) else { return false };
    element.click();
    true
}

/// Focuses it.
pub fn focus(mark: &str) -> bool {
    focus_on(find(mark))
}

/// Focuses it, or the first field of its form that has to be filled in before.
pub fn focus_or_ask(mark: &str) -> bool {
    let Some(element) = find(mark) else { return false };
    let asked = element.closest("form").ok().flatten().and_then(|form| inside(&form, "input:invalid"));
    focus_on(asked.or(Some(element)))
}

/// Opens the `<details>` whose summary it is, and focuses the first field in it.
pub fn open(mark: &str) -> bool {
    let Some(summary) = find(mark) else { return false };
    let Some(details) = summary.parent_element() else { return false };
    if !details.has_attribute("open") {
        summary.click();
    }
    match inside(&details, "textarea, select, input:not([type=hidden])") {
        Some(field) if !field.id().is_empty() => focus_soon(field.id()),
        _ => {}
    }
    true
}

/// Sends the form that has the focus, as its one button would.
pub fn send_form() -> bool {
    let form = document().active_element().and_then(|active| active.closest("main form").ok().flatten());
    let Some(form) = form.and_then(|form| form.dyn_into::<HtmlFormElement>().ok()) else { return false };
    let buttons = form.query_selector_all("button[type=submit]").map_or(0, |buttons| buttons.length());
    // Among several, which one is meant is for the person to say.
    if buttons == 1 {
        // It throws only for a button of another form.
        let _ = form.request_submit();
    }
    buttons == 1
}

/// What the row that has the focus is called.
pub fn row_name() -> Option<String> {
    row()?.get_attribute("data-row")
}

/// The row that has the focus.
fn row() -> Option<Element> {
    document().active_element()?.closest("[data-row]").ok().flatten()
}

fn tick_of(row: &Element) -> Option<HtmlInputElement> {
    row.query_selector("[data-command=pick] input").ok().flatten()?.dyn_into().ok()
}

fn find(mark: &str) -> Option<HtmlElement> {
    let selector = format!("[data-command={mark}]");
    if let Some(found) = row().and_then(|row| inside(&row, &selector)) {
        return Some(found);
    }
    // The last one is the newest, where there are several.
    let free = |element: &Element| matches!(element.closest("[data-row], [hidden]"), Ok(None));
    all(&selector).into_iter().rfind(free)?.dyn_into().ok()
}

fn inside(element: &Element, selector: &str) -> Option<HtmlElement> {
    element.query_selector(selector).ok().flatten()?.dyn_into().ok()
}

fn all(selector: &str) -> Vec<Element> {
    let Ok(found) = document().query_selector_all(selector) else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}

fn focus_on(element: Option<HtmlElement>) -> bool {
    element.is_some_and(|element| focus_for_key(&element))
}
