//! Events in the order they happened.

use leptos::prelude::*;

use super::badge::Tone;
use super::icon::{Icon, IconMark};

/// An `<ol>`. Its children are [`TimelineItem`]s.
#[component]
pub fn Timeline(
    /// What the events are about, for screen readers.
    #[prop(into)]
    label: String,
    /// The events.
    children: Children,
) -> impl IntoView {
    view! { <ol class="timeline" aria-label=label>{children()}</ol> }
}

/// One event.
#[component]
pub fn TimelineItem(
    /// What kind of event.
    icon: Icon,
    /// How it went.
    #[prop(optional)]
    tone: Tone,
    /// When: a [`super::RelativeTime`].
    #[prop(optional, into)]
    time: ViewFnOnce,
    /// Who did what, in a sentence.
    children: Children,
) -> impl IntoView {
    view! {
        <li>
            <span class=format!("timeline-dot {}", tone.text_class())>
                <IconMark icon=icon size=14 />
            </span>
            <div class="flex min-w-0 flex-wrap items-baseline justify-between gap-x-3">
                <div class="min-w-0">{children()}</div>
                <div class="text-sm text-muted">{time.run()}</div>
            </div>
        </li>
    }
}
