//! The filters in force, each a link to the same page without it.

use leptos::prelude::*;

use super::icon::{Icon, IconMark};

/// One filter in force.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterChip {
    /// What is filtered: "Risk".
    pub label: String,
    /// By which value: "High".
    pub value: String,
    /// The page's address without this filter.
    pub remove_href: String,
}

/// A list of filters in force. Nothing is drawn where there are none.
#[component]
pub fn FilterChips(
    /// The filters.
    chips: Vec<FilterChip>,
    /// The page's address without any filter.
    #[prop(into)]
    clear_href: String,
) -> impl IntoView {
    let several = chips.len() > 1;
    let chips: Vec<_> = chips
        .into_iter()
        .map(|chip| {
            view! {
                <li>
                    <a class="chip" href=chip.remove_href>
                        <span class="sr-only">"Remove filter "</span>
                        <span class="text-muted">{chip.label}</span>
                        <span class="font-medium">{chip.value}</span>
                        <IconMark icon=Icon::X size=14 />
                    </a>
                </li>
            }
        })
        .collect();
    (!chips.is_empty()).then(|| {
        view! {
            <ul aria-label="Filters in force" class="mb-4 flex flex-wrap items-center gap-2">
                {chips}
                {several
                    .then(|| {
                        view! { <li><a class="link text-sm inline-flex min-h-11 items-center px-1 md:min-h-6" href=clear_href>"Clear all"</a></li> }
                    })}
            </ul>
        }
    })
}
