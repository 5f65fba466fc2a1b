//! What came while somebody reads: it waits for a press, so that nothing moves and nothing typed is lost.

use leptos::prelude::*;
use leptos::task::spawn_local;
use std::future::Future;

use crate::ui::components::{Button, ButtonSize};
use crate::ui::hooks::{Changes, focus_soon, use_events};

/// Whether the server would show something else by now than `shown`, which whoever draws it keeps. `concerns`: whether
/// it is worth asking, for events are of the whole workspace, and the first of them says that anything may have changed.
/// `again`: reads it; `None` where it cannot be said.
pub fn newer_than<T, Fut>(
    shown: StoredValue<Option<T>>,
    concerns: impl Fn(&Changes) -> bool + Send + Sync + 'static,
    again: impl Fn() -> Fut + Send + Sync + 'static,
) -> RwSignal<bool>
where
    T: PartialEq + Send + Sync + 'static,
    Fut: Future<Output = Option<T>> + 'static,
{
    let newer = RwSignal::new(false);
    use_events().listen(move |changes| {
        if !concerns(&changes) || newer.get_untracked() {
            return;
        }
        let now = again();
        spawn_local(async move {
            let Some(now) = now.await else { return };
            let differs = shown.try_with_value(|shown| shown.as_ref().is_some_and(|shown| *shown != now));
            if differs == Some(true) {
                let _ = newer.try_set(true);
            }
        });
    });
    newer
}

/// Says so, and shows it on a press.
#[component]
pub fn Newer(
    /// Whether there is something.
    newer: RwSignal<bool>,
    /// What there is: "There is something new."
    what: &'static str,
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
                                {what}
                                <Button size=ButtonSize::Small on:click=move |_| press()>"Show it"</Button>
                            </p>
                        }
                    })
            }}
        </div>
    }
}
