//! Whether something was read to its end, as far as a screen can tell.

use std::cell::Cell;
use std::rc::Rc;

use leptos::{html, prelude::*};
use wasm_bindgen::prelude::*;
use web_sys::{Element, IntersectionObserver, IntersectionObserverEntry};

/// Sets `seen` once every element marked `data-end` inside `within` was on the screen: the end of the whole, and of
/// each part that scrolls by itself. Drawn anew, it has to be read anew.
///
/// On the server: nothing.
pub fn use_seen(within: NodeRef<html::Div>, seen: RwSignal<bool>) {
    Effect::new(move |_| {
        let Some(within) = within.get() else { return };
        seen.set(false);
        let ends = ends(&within);
        let left = Rc::new(Cell::new(ends.len()));
        let tell = Closure::<dyn Fn(js_sys::Array, IntersectionObserver)>::new(
            move |entries: js_sys::Array, observer: IntersectionObserver| {
                for entry in entries.iter().filter_map(|of| of.dyn_into::<IntersectionObserverEntry>().ok()) {
                    if entry.is_intersecting() {
                        observer.unobserve(&entry.target());
                        left.set(left.get().saturating_sub(1));
                    }
                }
                if left.get() == 0 {
                    let _ = seen.try_set(true);
                }
            },
        );
        // It throws only for options, of which there are none.
        let Ok(observer) = IntersectionObserver::new(tell.as_ref().unchecked_ref()) else { return };
        for end in &ends {
            observer.observe(end);
        }
        // Until the effect runs again or its page is left.
        StoredValue::new_local(Watch { observer, _tell: tell });
    });
}

struct Watch {
    observer: IntersectionObserver,
    _tell: Closure<dyn Fn(js_sys::Array, IntersectionObserver)>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        self.observer.disconnect();
    }
}

fn ends(within: &Element) -> Vec<Element> {
    let Ok(found) = within.query_selector_all("[data-end]") else { return Vec::new() };
    (0..found.length()).filter_map(|index| found.get(index)?.dyn_into().ok()).collect()
}
