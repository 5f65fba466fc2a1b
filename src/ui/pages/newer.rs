//! What came while somebody reads: it waits for a press, so that nothing moves and nothing typed is lost.

use leptos::prelude::*;

use crate::domain::event::Topic;
use crate::ui::components::{Button, ButtonSize};
use crate::ui::hooks::{focus_soon, use_events};

/// Whether something of a topic changed since the list was read.
pub fn newer_of(topic: Topic) -> RwSignal<bool> {
    let newer = RwSignal::new(false);
    use_events().listen(move |changes| {
        if changes.concern(topic) {
            let _ = newer.try_set(true);
        }
    });
    newer
}

/// Says so, and shows it on a press.
#[component]
pub fn Newer(
    /// Whether there is something.
    newer: RwSignal<bool>,
    /// Reads the list again.
    show: Callback<()>,
) -> impl IntoView {
    let press = move || {
        newer.set(false);
        show.run(());
        focus_soon("page-title");
    };
    view! {
        <div role="status">
            {move || {
                newer
                    .get()
                    .then(|| {
                        view! {
                            <p class="mb-3 flex flex-wrap items-center gap-2 text-sm">
                                "Something changed here."
                                <Button size=ButtonSize::Small on:click=move |_| press()>"Show it"</Button>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
