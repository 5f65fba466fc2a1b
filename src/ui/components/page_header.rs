//! The top of a page: on a phone a bar that stays, with back and title; on a desktop the title line.

use leptos::prelude::*;

use super::icon::{Icon, IconMark};

/// The page's only `<h1>`, with its actions.
#[component]
pub fn PageHeader(
    /// The heading.
    #[prop(into)]
    title: String,
    /// A sentence under it.
    #[prop(optional_no_strip, into)]
    subtitle: Option<String>,
    /// Where "back" leads: the list a detail belongs to.
    #[prop(optional_no_strip, into)]
    back: Option<String>,
    /// Where "back" leads, in words: "Approvals".
    #[prop(into, default = String::from("Back"))]
    back_label: String,
    /// The primary action, and few others.
    #[prop(optional, into)]
    actions: ViewFnOnce,
    /// The heading's id; focus may be sent there.
    #[prop(into, default = String::from("page-title"))]
    id: String,
) -> impl IntoView {
    let back = back.map(|href| {
        view! {
            <a
                href=href
                class="-ml-2 inline-flex min-h-11 min-w-11 items-center justify-center gap-1 rounded-control text-muted hover:text-fg md:ml-0 md:min-h-6 md:min-w-0 md:basis-full md:justify-start md:text-sm"
            >
                <IconMark icon=Icon::ChevronLeft size=20 class="md:size-4" />
                <span class="sr-only md:not-sr-only">{back_label}</span>
            </a>
        }
    });
    view! {
        <header class="page-header">
            {back} <div class="min-w-0 flex-1">
                <h1 id=id tabindex="-1" class="text-base md:text-lg">{title}</h1>
                {subtitle.map(|text| view! { <p class="text-sm text-muted">{text}</p> })}
            </div> <div class="toolbar">{actions.run()}</div>
        </header>
    }
}
