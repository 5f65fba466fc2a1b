//! The attempts of a step before the present one.

use leptos::prelude::*;

use crate::domain::execution::Attempt;
use crate::ui::components::{RelativeTime, RevealedText};
use crate::ui::words::{moment, segments, stamp};

use super::address::PATH;
use super::words::took;

/// The attempts that failed, in their order, folded away.
#[component]
pub fn Attempts(
    /// The attempts; at least one.
    attempts: Vec<Attempt>,
    /// The step's name, for screen readers.
    of: String,
) -> impl IntoView {
    let words = match attempts.len() {
        1 => "1 attempt before".to_owned(),
        count => format!("{count} attempts before"),
    };
    let label = format!("Attempts before the present one: {of}");
    let rows: Vec<_> = attempts.into_iter().map(|attempt| view! { <AttemptRow attempt=attempt /> }).collect();
    view! {
        <details class="min-w-0">
            <summary class="link inline-flex min-h-11 items-center text-sm md:min-h-6">
                {words}<span class="sr-only">{format!(": {of}")}</span>
            </summary>
            <ol aria-label=label class="mt-1 grid gap-2 border-l border-line pl-3">{rows}</ol>
        </details>
    }
}

#[component]
fn AttemptRow(
    /// The attempt.
    attempt: Attempt,
) -> impl IntoView {
    let ended = attempt.finished_at;
    let took = attempt.started_at.map(|started| format!(", took {}", took(started, ended)));
    let number = attempt.number;
    let approval = attempt.approval_id.map(|id| {
        view! { <a class="link" href=format!("/approvals/{id}")>"Approval"<span class="sr-only">{format!(" of attempt {number}")}</span></a> }
    });
    let child = attempt.child_id.map(|id| {
        view! { <a class="link" href=format!("{PATH}/{id}")>"Execution"<span class="sr-only">{format!(" of attempt {number}")}</span></a> }
    });
    view! {
        <li class="grid min-w-0 gap-0.5 text-sm">
            <p class="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <span class="font-medium">{format!("Attempt {number}")}</span>
                <span class="text-muted"><RelativeTime datetime=stamp(ended) text=moment(ended) /> {took}</span>
                {approval} {child}
            </p>
            <p class="[overflow-wrap:anywhere]"><RevealedText segments=segments(&attempt.error) /></p>
        </li>
    }
}
