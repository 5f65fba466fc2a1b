//! Writing to the clipboard, which browsers allow only on secure origins and after a press.

use std::time::Duration;

use leptos::prelude::*;

/// How the last copy went. It falls back to `Idle` after two seconds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum CopyState {
    /// Nothing was copied lately.
    #[default]
    Idle,
    /// The text is on the clipboard.
    Copied,
    /// The browser refused.
    Failed,
}

/// A way to copy, and how it went.
#[derive(Clone, Copy)]
pub struct Clipboard {
    /// How the last copy went.
    pub state: ReadSignal<CopyState>,
    set_state: WriteSignal<CopyState>,
}

impl Clipboard {
    /// Copies `text`. Only call it from an event handler.
    pub fn copy(&self, text: &str) {
        let set_state = self.set_state;
        write(text, move |copied| {
            set_state.set(if copied { CopyState::Copied } else { CopyState::Failed });
            set_timeout(
                move || {
                    // The button may have left the page meanwhile.
                    let _ = set_state.try_set(CopyState::Idle);
                },
                Duration::from_secs(2),
            );
        });
    }
}

/// A clipboard for one button.
///
/// On the server: stays `Idle`; [`Clipboard::copy`] does nothing.
pub fn use_clipboard() -> Clipboard {
    let (state, set_state) = signal(CopyState::Idle);
    Clipboard { state, set_state }
}

#[cfg(feature = "hydrate")]
fn write(text: &str, done: impl FnOnce(bool) + 'static) {
    let navigator = window().navigator();
    // On an origin that is not secure the property is missing, whatever its type says.
    let clipboard = js_sys::Reflect::get(&navigator, &"clipboard".into());
    if clipboard.map_or(true, |value| value.is_undefined()) {
        return done(false);
    }
    let written = navigator.clipboard().write_text(text);
    leptos::task::spawn_local(async move {
        done(wasm_bindgen_futures::JsFuture::from(written).await.is_ok());
    });
}

#[cfg(not(feature = "hydrate"))]
fn write(_text: &str, _done: impl FnOnce(bool) + 'static) {}
