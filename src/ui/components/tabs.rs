//! Tabs that are links: each is a page of its own, with its own address.

use leptos::prelude::*;

/// One tab.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tab {
    /// Where it leads.
    pub href: String,
    /// Its name.
    pub label: String,
    /// How many are behind it.
    pub count: Option<u32>,
    /// Whether this is the page shown.
    pub current: bool,
}

/// A row of tabs.
#[component]
pub fn Tabs(
    /// What the tabs divide, for screen readers: "Approvals by state".
    #[prop(into)]
    label: String,
    /// The tabs.
    tabs: Vec<Tab>,
) -> impl IntoView {
    let tabs: Vec<_> = tabs
        .into_iter()
        .map(|tab| {
            view! {
                <li>
                    <a class="tab" href=tab.href aria-current=tab.current.then_some("page")>
                        {tab.label}
                        {tab.count.map(|count| view! { <span class="count count-quiet">{count.to_string()}</span> })}
                    </a>
                </li>
            }
        })
        .collect();
    view! {
        <nav aria-label=label class="mb-4">
            <ul class="tabs">{tabs}</ul>
        </nav>
    }
}
