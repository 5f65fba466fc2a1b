//! What stands in for content: nothing yet, not loaded yet, failed.

use leptos::prelude::*;

use super::icon::{Icon, IconMark};
use super::maybe_text::MaybeText;

/// Says what will appear here and how to make it appear.
#[component]
pub fn EmptyState(
    /// A picture of what will appear.
    icon: Icon,
    /// What is not there: "Nothing waits for you".
    #[prop(into)]
    title: String,
    /// What will appear, and when.
    #[prop(into)]
    body: String,
    /// The action that makes it appear.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    view! {
        <div class="grid justify-items-center gap-1 px-4 py-12 text-center">
            <span class="mb-2 grid size-10 place-items-center rounded-card border border-line bg-surface-2 text-muted">
                <IconMark icon=icon size=20 />
            </span>
            <p class="font-semibold">{title}</p>
            <p class="max-w-md text-pretty text-muted">{body}</p>
            {children.map(|action| view! { <div class="mt-4 flex flex-wrap justify-center gap-2">{action()}</div> })}
        </div>
    }
}

/// Says what failed and offers the way on. What was there before stays beside it.
#[component]
pub fn ErrorState(
    /// What failed: "The approvals could not be loaded".
    #[prop(into)]
    title: String,
    /// Why, and what to do.
    #[prop(into)]
    detail: String,
    /// The number that support asks for.
    #[prop(optional, into)]
    request_id: MaybeText,
    /// Retry: a link to this page, or a button.
    #[prop(optional)]
    children: Option<Children>,
) -> impl IntoView {
    let request_id = request_id.0;
    view! {
        <div role="alert" class="flex gap-3 rounded-card border border-bad bg-surface p-4">
            <IconMark icon=Icon::Alert size=20 class="text-bad" />
            <div class="min-w-0">
                <p class="font-semibold">{title}</p>
                <p class="text-muted">{detail}</p>
                {request_id
                    .map(|id| {
                        view! {
                            <p class="mt-1 text-xs text-muted">"Request " <code class="font-mono">{id}</code></p>
                        }
                    })}
                {children.map(|retry| view! { <div class="mt-3 flex flex-wrap gap-2">{retry()}</div> })}
            </div>
        </div>
    }
}

/// Grey lines in the shape of what is loading.
#[component]
pub fn Skeleton(
    /// How many lines.
    #[prop(default = 3)]
    lines: usize,
    /// What is loading, for screen readers.
    #[prop(into, default = String::from("Loading"))]
    label: String,
) -> impl IntoView {
    let lines: Vec<_> = (0..lines).map(|_| view! { <span></span> }).collect();
    view! {
        <div aria-busy="true">
            <span class="sr-only">{label}</span>
            <div class="skeleton grid gap-3" aria-hidden="true">{lines}</div>
        </div>
    }
}

/// Grey rows in the shape of a list that is loading.
#[component]
pub fn SkeletonRows(
    /// How many rows.
    #[prop(default = 5)]
    rows: usize,
    /// What is loading, for screen readers.
    #[prop(into, default = String::from("Loading"))]
    label: String,
) -> impl IntoView {
    let rows: Vec<_> = (0..rows)
        .map(|_| {
            view! {
                <div class="skeleton grid content-center gap-2 min-h-(--row-h) px-4" aria-hidden="true">
                    <span></span>
                    <span></span>
                </div>
            }
        })
        .collect();
    view! {
        <div class="card divide-y divide-line" aria-busy="true">
            <span class="sr-only">{label}</span>
            {rows}
        </div>
    }
}
