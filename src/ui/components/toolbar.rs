//! A row of filters and actions above a list.

use leptos::prelude::*;

/// A named group of controls in a row that wraps.
#[component]
pub fn Toolbar(
    /// What the controls are for, for screen readers: "Filter approvals".
    #[prop(into)]
    label: String,
    /// What stands at the far end.
    #[prop(optional, into)]
    end: ViewFnOnce,
    /// The controls.
    children: Children,
) -> impl IntoView {
    view! {
        <div role="group" aria-label=label class="mb-4 flex flex-wrap items-center justify-between gap-2">
            <div class="toolbar">{children()}</div>
            <div class="toolbar">{end.run()}</div>
        </div>
    }
}
