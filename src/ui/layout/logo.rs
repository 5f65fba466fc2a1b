//! The mark: a tick over a line, a signature in its place.

use leptos::prelude::*;

/// The mark in the accent colour. The name stands beside it.
#[component]
pub fn Logo(
    /// Edge in pixels.
    #[prop(default = 24)]
    size: u8,
) -> impl IntoView {
    view! {
        <svg
            width=size.to_string()
            height=size.to_string()
            viewBox="0 0 32 32"
            fill="none"
            stroke-width="3"
            stroke-linecap="round"
            stroke-linejoin="round"
            aria-hidden="true"
        >
            <rect width="32" height="32" rx="7" class="fill-accent"></rect>
            <path d="M8 15l5.5 5.5L24 8.5M8 25.5h16" class="stroke-accent-text"></path>
        </svg>
    }
}
