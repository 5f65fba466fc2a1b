//! Moments and countdowns. The server writes a text; the client replaces it after hydration.

use chrono::DateTime;
use leptos::prelude::*;

use crate::ui::hooks::{Tick, use_now, use_offset};

use super::time_text::{countdown_text, moment_text, parse_ms, relative_text};

/// What is left until something expires: by the minute, and by the second in the last minute; the title says when
/// that is. It does not announce itself; the page does that with its live region.
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
    let title = use_moment(expires, text.clone());
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
            <time datetime=expires_at title=move || title.get()>{move || shown.get()}</time>
        </span>
    }
}

/// A moment. The server writes it whole, in the member's zone or in UTC; the client says "4 min ago" and keeps the
/// whole text in the title. Past 30 days the whole text stays.
#[component]
pub fn RelativeTime(
    /// The moment, RFC 3339.
    #[prop(into)]
    datetime: String,
    /// What is said where that is none.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let now = use_now(Tick::Minute);
    let then = parse_ms(&datetime);
    let whole = use_moment(then, text);
    let shown = Memo::new(move |_| {
        then.zip(now.get())
            .and_then(|(then, now)| relative_text(then, now as i64))
            .unwrap_or_else(|| whole.get())
    });
    view! {
        <time datetime=datetime title=move || whole.get() class="whitespace-nowrap">
            {move || shown.get()}
        </time>
    }
}

/// A moment, whole, in the member's zone.
#[component]
pub fn Moment(
    /// The moment, RFC 3339.
    #[prop(into)]
    datetime: String,
    /// What is said where that is none.
    #[prop(into)]
    text: String,
) -> impl IntoView {
    let whole = use_moment(parse_ms(&datetime), text);
    view! { <time datetime=datetime class="whitespace-nowrap">{move || whole.get()}</time> }
}

/// The moment in words on the member's clock; `other` where there is none.
fn use_moment(ms: Option<i64>, other: String) -> Memo<String> {
    let time = ms.and_then(DateTime::from_timestamp_millis);
    let offset = time.map(use_offset);
    Memo::new(move |_| match (time, offset) {
        (Some(time), Some(offset)) => moment_text(time, offset.get()),
        _ => other.clone(),
    })
}
