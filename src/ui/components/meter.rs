//! A level from one to three, in bars and in a word.

use leptos::prelude::*;

/// Three bars, `level` of them filled, and the word that says it.
#[component]
pub fn LevelMeter(
    /// One to three; anything else is brought into that range.
    level: u8,
    /// The level's word: "Semi-autonomous".
    #[prop(into)]
    label: String,
) -> impl IntoView {
    let level = level.clamp(1, 3);
    let bars: Vec<_> = (0..3u8)
        .map(|bar| {
            let fill = if bar < level { "currentColor" } else { "none" };
            let height = 4 + 3 * bar;
            view! {
                <rect
                    x=(1 + 5 * bar).to_string()
                    y=(12 - height).to_string()
                    width="3"
                    height=height.to_string()
                    rx="0.75"
                    fill=fill
                    stroke="currentColor"
                ></rect>
            }
        })
        .collect();
    view! {
        <span class="inline-flex items-baseline gap-2 whitespace-nowrap">
            <svg class="self-center text-accent" width="16" height="14" viewBox="0 0 16 14" aria-hidden="true">{bars}</svg>
            <span>{label}</span>
        </span>
    }
}
