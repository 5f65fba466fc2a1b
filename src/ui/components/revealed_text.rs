//! Text from elsewhere, with its invisible characters made visible.

use leptos::prelude::*;

/// What a piece of text is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SegmentKind {
    /// Shown as it is.
    Plain,
    /// The name of a control, bidi or zero-width character that stands here: `U+202E`.
    Revealed,
}

/// Agent text, exactly: plain pieces isolated from the direction of the page, and a bordered mark for
/// each character that would not be seen.
#[component]
pub fn RevealedText(
    /// The pieces, in order.
    segments: Vec<(SegmentKind, String)>,
) -> impl IntoView {
    view! { <span class="reveal" dir="auto">{segment_views(segments)}</span> }
}

/// The pieces without the element around them.
pub(super) fn segment_views(segments: Vec<(SegmentKind, String)>) -> Vec<AnyView> {
    segments
        .into_iter()
        .map(|(kind, text)| match kind {
            SegmentKind::Plain => text.into_any(),
            SegmentKind::Revealed => view! {
                <span class="reveal-mark" title=format!("Hidden character {text}")>
                    <span class="sr-only">"hidden character "</span>
                    {text.clone()}
                </span>
            }
            .into_any(),
        })
        .collect()
}
