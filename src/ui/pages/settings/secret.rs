//! A secret that was just made, shown this once.

use leptos::prelude::*;

use crate::server_fns::shown_once::{ShownOnce, take};
use crate::ui::components::{CodeBlock, Icon, IconMark, RevealedText, SegmentKind};
use crate::ui::hooks::focus_soon;
use crate::ui::words::segments;

const ID: &str = "shown-once";

/// Shows `secret` and moves focus to it. Only call it from a form's answer.
pub fn show_secret(shown: RwSignal<Option<ShownOnce>>, secret: ShownOnce) {
    let _ = shown.try_set(Some(secret));
    focus_soon(ID);
}

/// The secret that a plain post handed to this page, or the newest in `shown`.
#[component]
pub fn Secret(
    /// `token`, `webhook` or `workflow`.
    noun: &'static str,
    /// What to do with it.
    advice: &'static str,
    /// What a script's form made.
    shown: RwSignal<Option<ShownOnce>>,
) -> impl IntoView {
    let handed = Resource::new_blocking(|| (), move |()| async move { take(noun) });
    view! {
        <Transition fallback=|| ()>
            {move || {
                let made = shown.get();
                Suspend::new(async move {
                    let handed = handed.await;
                    made.or(handed).map(|secret| view! { <SecretCard secret=secret advice=advice /> })
                })
            }}
        </Transition>
    }
}

#[component]
fn SecretCard(
    /// The secret and its name.
    secret: ShownOnce,
    /// What to do with it.
    advice: &'static str,
) -> impl IntoView {
    let (noun, name) = (secret.noun, segments(&secret.name));
    let text = secret.secret;
    let shown = vec![(SegmentKind::Plain, text.clone())];
    let label = match noun.as_str() {
        "webhook" | "workflow" => "Signing secret",
        _ => "Token",
    };
    view! {
        <section id=ID tabindex="-1" aria-labelledby="shown-once-title" class="mb-4 grid gap-2 rounded-card border border-warn bg-surface p-4">
            <h2 id="shown-once-title" class="flex items-center gap-2 text-base">
                <IconMark icon=Icon::Alert class="text-warn" />
                <span>
                    "Copy the secret of " <RevealedText segments=name /> " now"
                </span>
            </h2>
            <p class="text-muted">"It is shown this once. Whoever leaves this page without it makes a new one. " {advice}</p>
            <CodeBlock label=label segments=shown copy=text />
        </section>
    }
}
