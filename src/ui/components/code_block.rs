//! Exact data in mono type. Long lines wrap; nothing is cut.

use leptos::prelude::*;

use super::copy_button::CopyButton;
use super::maybe_text::MaybeText;
use super::revealed_text::{SegmentKind, segment_views};

/// A block of exact text with a name, and a way to copy it.
#[component]
pub fn CodeBlock(
    /// What the block holds: "Action data".
    #[prop(into)]
    label: String,
    /// What is shown, in pieces; see [`super::RevealedText`].
    segments: Vec<(SegmentKind, String)>,
    /// The exact text that "Copy" takes; without it there is no such button.
    #[prop(optional, into)]
    copy: MaybeText,
) -> impl IntoView {
    let copy = copy.0;
    view! {
        <figure class="card overflow-hidden">
            <figcaption class="flex min-h-9 items-center justify-between gap-2 border-b border-line bg-surface-2 py-0.5 pr-1 pl-3 text-xs font-medium text-muted">
                <span>{label.clone()}</span>
                {copy.map(|text| view! { <CopyButton text=text /> })}
            </figcaption>
            // Scrolls, so the keyboard must reach it. <code> keeps a first line feed, which <pre> drops.
            <pre class="exact" tabindex="0" role="region" aria-label=label>
                <code>{segment_views(segments)}</code>
            </pre>
        </figure>
    }
}

/// JSON as text: the caller formats it, key order untouched.
#[component]
pub fn JsonView(
    /// The formatted JSON, in pieces.
    segments: Vec<(SegmentKind, String)>,
    /// The exact JSON that "Copy" takes.
    #[prop(optional, into)]
    copy: MaybeText,
    /// What the block holds.
    #[prop(into, default = String::from("JSON"))]
    label: String,
) -> impl IntoView {
    let copy = copy.0;
    view! { <CodeBlock label=label segments=segments copy=copy /> }
}
