//! The page's one polite status, for what changes without a press.

use leptos::prelude::*;

/// Speaks to screen readers. Get it with [`use_announcer`].
#[derive(Clone, Copy)]
pub struct Announcer {
    message: RwSignal<String>,
}

impl Announcer {
    /// Says `message` when the reader next pauses. The same message twice is said twice.
    pub fn announce(&self, message: impl Into<String>) {
        let message = message.into();
        self.message.update(|shown| {
            // A no-break space makes the repeated text a new one.
            *shown = if *shown == message { format!("{message}\u{a0}") } else { message };
        });
    }
}

/// Provides the page's announcer. Call it once in the root component, and put [`LiveRegion`] in the frame.
pub fn provide_announcer() -> Announcer {
    let announcer = Announcer { message: RwSignal::new(String::new()) };
    provide_context(announcer);
    announcer
}

/// The page's announcer; one that nobody hears where none was provided.
pub fn use_announcer() -> Announcer {
    use_context().unwrap_or_else(|| Announcer { message: RwSignal::new(String::new()) })
}

/// The status element itself. Empty on the server.
#[component]
pub fn LiveRegion() -> impl IntoView {
    let announcer = use_announcer();
    view! { <div role="status" class="sr-only">{move || announcer.message.get()}</div> }
}
