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

/// More lines or characters than this scroll in a place of their own.
const LINES: usize = 12;
const CHARACTERS: usize = 2_000;

/// [`RevealedText`] of any length: what is long scrolls, so that it pushes nothing else out of sight. `data-end` marks
/// where it ends.
#[component]
pub fn LongText(
    /// What it is, for screen readers.
    #[prop(into)]
    label: String,
    /// The text in pieces.
    segments: Vec<(SegmentKind, String)>,
) -> impl IntoView {
    let lines = segments.iter().map(|(_, text)| text.matches('\n').count()).sum::<usize>();
    let characters = segments.iter().map(|(_, text)| text.chars().count()).sum::<usize>();
    let text = view! { <RevealedText segments=segments /> };
    if lines > LINES || characters > CHARACTERS {
        // It scrolls, so the keyboard must reach it.
        view! {
            <div tabindex="0" role="region" aria-label=label class="max-h-80 overflow-auto rounded-control border border-line px-2 py-1">
                {text}
                <span data-end=""></span>
            </div>
        }
        .into_any()
    } else {
        text.into_any()
    }
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
