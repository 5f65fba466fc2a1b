//! The top of a page: on a phone a bar that stays, with back and title; on a desktop the title line.

use leptos::prelude::*;

use super::icon::{Icon, IconMark};
use super::maybe_text::MaybeText;

/// The page's only `<h1>`, with its actions.
#[component]
pub fn PageHeader(
    /// The heading.
    #[prop(into)]
    title: String,
    /// A sentence under it.
    #[prop(optional, into)]
    subtitle: MaybeText,
    /// Where "back" leads: the list a detail belongs to.
    #[prop(optional, into)]
    back: MaybeText,
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
    let (subtitle, back) = (subtitle.0, back.0);
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
        <div class="page-header">
            {back} <h1 id=id tabindex="-1" class="min-w-0 flex-[1_1_8rem] text-base md:text-lg">{title}</h1>
            <div class="toolbar">{actions.run()}</div>
        </div>
        {subtitle.map(|text| view! { <p class="page-subtitle">{text}</p> })}
    }
}
