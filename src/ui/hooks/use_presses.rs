//! Keys that are pressed while nobody writes.

use std::rc::Rc;

use leptos::{ev, prelude::*};
use wasm_bindgen::JsCast;

/// A press.
#[derive(Clone, Debug, PartialEq)]
pub struct Press {
    /// `j`, `Shift+X`, `?`, `ArrowDown`, `Control+Enter`.
    pub key: String,
    /// Milliseconds of the browser's clock.
    pub at: f64,
    /// The key is held down.
    pub repeat: bool,
}

/// Calls `act` with each press while `on`; `true` means that it was one of ours, and the browser does nothing else
/// with it. Nothing is told of presses while a field is written in (but those with Control), while an input method
/// composes, while a dialog or a popover is open, or of keys that an element uses itself.
///
/// On the server: nothing.
pub fn use_presses(on: bool, act: impl Fn(Press) -> bool + 'static) {
    let act = Rc::new(act);
    Effect::new(move |_| {
        if !on {
            return;
        }
        let act = Rc::clone(&act);
        let listening = window_event_listener(ev::keydown, move |event| {
            if event.default_prevented() || event.is_composing() {
                return;
            }
            let Some(key) = name(&event.key(), &event.code(), Modifiers::of(&event)) else { return };
            if is_taken(&event, &key) {
                return;
            }
            let press = Press { key, at: event.time_stamp(), repeat: event.repeat() };
            if act(press) {
                event.prevent_default();
            }
        });
        on_cleanup(move || listening.remove());
    });
}

#[derive(Clone, Copy, Default)]
struct Modifiers {
    shift: bool,
    /// Control, or ⌘.
    control: bool,
    alt: bool,
}

impl Modifiers {
    fn of(event: &web_sys::KeyboardEvent) -> Self {
        Self { shift: event.shift_key(), control: event.ctrl_key() || event.meta_key(), alt: event.alt_key() }
    }
}

/// The press as a list of shortcuts spells it. A letter of another script counts as the Latin one on its key.
fn name(key: &str, code: &str, with: Modifiers) -> Option<String> {
    if with.alt {
        return None;
    }
    if with.control {
        return Some(format!("Control+{key}"));
    }
    let mut letters = key.chars();
    let (Some(letter), None) = (letters.next(), letters.next()) else { return Some(key.to_owned()) };
    let latin = if letter.is_ascii() {
        letter
    } else {
        code.strip_prefix("Key").and_then(|letter| letter.chars().next())?
    };
    Some(match (latin.is_ascii_alphabetic(), with.shift) {
        (true, true) => format!("Shift+{}", latin.to_ascii_uppercase()),
        (true, false) => latin.to_ascii_lowercase().to_string(),
        (false, _) => latin.to_string(),
    })
}

/// Whether the press belongs to something else.
fn is_taken(event: &web_sys::KeyboardEvent, key: &str) -> bool {
    // What somebody writes in a dialog can be sent all the same. `:is` bears a browser that knows no popovers.
    let over = document().query_selector(":is(dialog[open], :popover-open)");
    if matches!(over, Ok(Some(_))) && !key.starts_with("Control+") {
        return true;
    }
    let Some(element) = event.target().and_then(|target| target.dyn_into::<web_sys::Element>().ok()) else {
        return false;
    };
    let is = |selector: &str| element.matches(selector).unwrap_or(false);
    let writes = is("textarea, select, [contenteditable], input:not([type=checkbox], [type=radio])");
    // An open menu closes by Escape, and arrows move among radio buttons.
    let uses = match key {
        "Escape" => matches!(element.closest("details[open]"), Ok(Some(_))),
        "ArrowDown" | "ArrowUp" => {
            is("input[type=radio]") || !matches!(element.closest("[data-row]"), Ok(Some(_)))
        }
        _ => false,
    };
    writes && !key.starts_with("Control+") || uses
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn presses_are_spelled_as_in_the_list_of_shortcuts() {
        let none = Modifiers::default();
        let shift = Modifiers { shift: true, ..none };
        let control = Modifiers { control: true, ..none };
        let named = |key, code, with| name(key, code, with).unwrap_or_default();
        assert_eq!(named("j", "KeyJ", none), "j");
        assert_eq!(named("J", "KeyJ", none), "j", "caps lock");
        assert_eq!(named("X", "KeyX", shift), "Shift+X");
        assert_eq!(named("?", "Slash", shift), "?");
        assert_eq!(named("ArrowDown", "ArrowDown", none), "ArrowDown");
        assert_eq!(named("Enter", "Enter", control), "Control+Enter");
        assert_eq!(named("о", "KeyJ", none), "j", "a Russian layout");
        assert_eq!(name("ö", "Semicolon", none), None);
        assert_eq!(name("a", "KeyA", Modifiers { alt: true, ..none }), None);
    }
}
