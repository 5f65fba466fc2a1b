//! Moments and countdowns. The server writes a text; the client replaces it after hydration.

use leptos::prelude::*;

use crate::ui::hooks::{Tick, use_now};

use super::time_text::{countdown_text, parse_ms, relative_text};

/// What is left until something expires: by the minute, and by the second in the last minute. It does
/// not announce itself; the page does that with its live region.
#[component]
pub fn Countdown(
    /// When it expires, RFC 3339.
    #[prop(into)]
    expires_at: String,
    /// What the server says is left; see [`countdown_text`].
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let now = use_now(Tick::Second);
    let expires = parse_ms(&expires_at);
    let shown = Memo::new(move |_| match (expires, now.get()) {
        (Some(expires), Some(now)) => countdown_text(expires, now as i64),
        _ => text.clone(),
    });
    let urgent = Memo::new(move |_| match (expires, now.get()) {
        (Some(expires), Some(now)) => expires - (now as i64) < 600_000,
        _ => false,
    });
    view! {
        <span role="timer" class="tabular whitespace-nowrap" class=("text-warn", move || urgent.get())>
            <time datetime=expires_at.clone() title=expires_at.clone()>{move || shown.get()}</time>
        </span>
    }
}

/// A moment. The server writes it whole, in UTC; the client says "4 min ago" and keeps the whole text
/// in the title. Past 30 days the whole text stays.
#[component]
pub fn RelativeTime(
    /// The moment, RFC 3339.
    #[prop(into)]
    datetime: String,
    /// The moment in words with its zone: "20 Nov 2025, 09:14 UTC".
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let now = use_now(Tick::Minute);
    let then = parse_ms(&datetime);
    let title = text.clone();
    let shown = Memo::new(move |_| {
        then.zip(now.get())
            .and_then(|(then, now)| relative_text(then, now as i64))
            .unwrap_or_else(|| text.clone())
    });
    view! { <time datetime=datetime title=title class="whitespace-nowrap">{move || shown.get()}</time> }
}
