//! One step of an execution: how it stands, what it waits for, its data, and what it tried before.

use leptos::prelude::*;
use serde_json::Value;

use crate::domain::execution::{Step, StepStatus};
use crate::domain::ids::StepId;
use crate::domain::text::reveal_text;
use crate::ui::components::{Badge, IconMark, RelativeTime, RevealedText, StatusBadge, Tone};
use crate::ui::pages::workflows::step_kind;
use crate::ui::words::{moment, segments, stamp};

use super::address::PATH;
use super::attempts::Attempts;
use super::facts::{exact, says};
use super::shown::Shown;
use super::words::{step_icon, step_status, took, waits_for};

/// One step. Each part of it is drawn anew only when that part changes, so that what somebody opened stays open.
#[component]
pub fn StepItem(
    /// The execution.
    shown: Shown,
    /// The step.
    id: StepId,
) -> impl IntoView {
    let found = |wanted: StepId| {
        shown.detail.with_untracked(|detail| detail.steps.iter().find(|step| step.id == wanted).cloned())
    };
    let Some(first) = found(id) else { return ().into_any() };
    let path_of = first.scope_id.and_then(found).map(|scope| {
        view! { <p class="text-sm text-muted">{format!("On a path of \"{}\".", reveal_text(&scope.name))}</p> }
    });
    let name = reveal_text(&first.name);
    let stands = shown.step_part(id, |step| step.status);
    let dot = move || {
        let (tone, _) = step_status(stands.get().unwrap_or(StepStatus::Pending));
        format!("timeline-dot {}", tone.text_class())
    };
    let badge = move || {
        stands.get().map(|status| {
            let (tone, label) = step_status(status);
            view! { <StatusBadge tone=tone label=label /> }
        })
    };
    let (shown_name, key, of_input, of_output, of_attempts) =
        (segments(&first.name), segments(&first.key), name.clone(), name.clone(), name.clone());
    let input = shown.step_part(id, |step| step.input.clone());
    let output = shown.step_part(id, |step| step.output.clone());
    let attempts = shown.step_part(id, |step| step.attempts.clone());
    view! {
        <li id=format!("step-{}", first.seq)>
            <span class=dot>
                <IconMark icon=step_icon(first.kind) size=14 />
            </span>
            <div class="grid min-w-0 gap-1">
                <div class="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                    <h3 class="min-w-0 text-sm"><RevealedText segments=shown_name /></h3>
                    <Badge tone=Tone::Neutral>{step_kind(first.kind)}</Badge>
                    {badge}
                    <code class="text-muted [overflow-wrap:anywhere]"><RevealedText segments=key /></code>
                </div>
                {path_of}
                <Times shown=shown id=id />
                <Waits shown=shown id=id name=name.clone() />
                <Failure shown=shown id=id />
                {move || folded("Input", &of_input, input.get().flatten())}
                {move || folded("Output", &of_output, output.get().flatten())}
                {move || {
                    attempts
                        .get()
                        .filter(|attempts| !attempts.is_empty())
                        .map(|attempts| view! { <Attempts attempts=attempts of=of_attempts.clone() /> })
                }}
            </div>
        </li>
    }
    .into_any()
}

/// Which attempt it is, since when, and how long it took.
#[component]
fn Times(
    /// The execution.
    shown: Shown,
    /// The step.
    id: StepId,
) -> impl IntoView {
    let times = shown.step_part(id, |step| (step.attempt, step.started_at, step.finished_at));
    move || {
        let (attempt, started, finished) = times.get()?;
        let started_at = started?;
        let attempt = (attempt > 1).then(|| format!("Attempt {attempt}, "));
        let took = finished.map(|finished| format!(", took {}", took(started_at, finished)));
        Some(view! {
            <p class="tabular text-sm text-muted">
                {attempt} "begun " <RelativeTime datetime=stamp(started_at) text=moment(started_at) /> {took}
            </p>
        })
    }
}

/// What it waits for, and the ways to what it is about.
#[component]
fn Waits(
    /// The execution.
    shown: Shown,
    /// The step.
    id: StepId,
    /// Its name, for screen readers.
    name: String,
) -> impl IntoView {
    let waits = shown.step_part(id, |step| {
        let open = step.status.is_open();
        step.waits_for.filter(|_| open).map(|what| (what, step.due_at))
    });
    let links = shown.step_part(id, |step: &Step| (step.approval_id, step.child_id));
    view! {
        {move || {
            waits
                .get()
                .flatten()
                .map(|(what, due)| {
                    let due = due
                        .map(|at| view! { ", goes on by itself " <RelativeTime datetime=stamp(at) text=moment(at) /> });
                    view! { <p class="text-sm">{waits_for(what)} {due} "."</p> }
                })
        }}
        {move || {
            let (approval, child) = links.get().unwrap_or_default();
            let link = |href: String, word: &'static str| {
                view! {
                    <a class="link inline-flex min-h-11 items-center md:min-h-6" href=href>
                        <span>{word}<span class="sr-only">{format!(": {name}")}</span></span>
                    </a>
                }
            };
            let approval = approval.map(|id| link(format!("/approvals/{id}"), "Open its approval"));
            let child = child.map(|id| link(format!("{PATH}/{id}"), "Open its execution"));
            (approval.is_some() || child.is_some())
                .then(|| view! { <p class="flex flex-wrap gap-x-4 text-sm">{approval} {child}</p> })
        }}
    }
}

/// Why it failed.
#[component]
fn Failure(
    /// The execution.
    shown: Shown,
    /// The step.
    id: StepId,
) -> impl IntoView {
    let error = shown.step_part(id, |step| step.error.clone());
    move || {
        error.get().flatten().map(|error| {
            view! {
                <p class="text-sm [overflow-wrap:anywhere]">
                    <span class="font-medium text-bad">"Error: "</span>
                    <RevealedText segments=segments(&error) />
                </p>
            }
        })
    }
}

/// A value under its name, folded away; nothing where it says nothing.
fn folded(label: &'static str, of: &str, value: Option<Value>) -> Option<AnyView> {
    let value = value.filter(says)?;
    let data = exact(format!("{label}: {of}"), &value);
    Some(
        view! {
            <details class="min-w-0">
                <summary class="link inline-flex min-h-11 items-center text-sm md:min-h-6">
                    {label}<span class="sr-only">{format!(": {of}")}</span>
                </summary>
                <div class="mt-1">{data}</div>
            </details>
        }
        .into_any(),
    )
}
