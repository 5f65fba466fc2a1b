//! The draft's steps as a list: what each does, what follows it, and what is wrong with it.

use leptos::prelude::*;

use crate::domain::FieldError;
use crate::domain::workflow::{Definition, StepDef};
use crate::ui::components::{Badge, Card, Icon, IconMark, RevealedText, Tone};
use crate::ui::words::segments;

use super::faults::{Faults, step_anchor, step_of};
use super::words::{does, follows, kind};

/// The overview of a draft.
#[component]
pub fn DraftSteps(
    /// The draft.
    draft: Definition,
    /// What keeps it from being published.
    faults: Vec<FieldError>,
    /// Whether the definition can be written on this page.
    may_write: bool,
) -> impl IntoView {
    let steps: Vec<_> = draft
        .steps
        .iter()
        .enumerate()
        .map(|(at, step)| {
            let of_step = |fault: &&FieldError| step_of(&fault.pointer).is_some_and(|(of, _)| of == at);
            let faults: Vec<String> =
                faults.iter().filter(of_step).map(|fault| fault.detail.clone()).collect();
            let follows = follows(step, &draft);
            let first = draft.start == step.key;
            view! { <DraftStep at=at step=step.clone() first=first follows=follows faults=faults /> }
        })
        .collect();
    let none = steps.is_empty().then(|| view! { <p class="text-muted">"The draft has no steps yet."</p> });
    let listed = (!steps.is_empty()).then(|| {
        view! { <ol aria-label="Steps of the draft" class="grid gap-2">{steps}</ol> }
    });
    view! {
        <Card title="Steps" description="The draft, step by step. Templates such as {{ input.… }} are filled in when it runs.">
            <div class="grid gap-3">
                <Faults faults=faults draft=draft may_write=may_write />
                {none}
                {listed}
            </div>
        </Card>
    }
}

#[component]
fn DraftStep(
    /// Its place in the list, from 0.
    at: usize,
    /// The step.
    step: StepDef,
    /// Whether an execution begins here.
    first: bool,
    /// What follows it, in sentences.
    follows: Vec<String>,
    /// What is wrong with it.
    faults: Vec<String>,
) -> impl IntoView {
    let (name, does) = (segments(&step.name), segments(&does(&step.run)));
    let key = segments(&step.key);
    let edge = if faults.is_empty() { "border-line" } else { "border-warn" };
    let follows = (!follows.is_empty()).then(|| {
        view! { <p class="text-sm text-muted"><RevealedText segments=segments(&follows.join(" ")) /></p> }
    });
    let faults: Vec<_> = faults
        .into_iter()
        .map(|fault| {
            view! {
                <p class="flex items-start gap-1 text-sm font-medium text-warn">
                    <IconMark icon=Icon::Alert size=14 class="mt-0.5" />
                    <span class="min-w-0"><span class="sr-only">"Fault: "</span><RevealedText segments=segments(&fault) /></span>
                </p>
            }
        })
        .collect();
    view! {
        <li id=step_anchor(at) tabindex="-1" class=format!("grid min-w-0 gap-1 rounded-control border px-3 py-2 {edge}")>
            <p class="flex flex-wrap items-baseline gap-x-2 gap-y-1">
                <span class="tabular text-sm text-muted">{format!("{}.", at + 1)}</span>
                <span class="min-w-0 font-medium"><RevealedText segments=name /></span>
                <Badge tone=Tone::Neutral>{kind(step.run.kind())}</Badge>
                {first.then(|| view! { <Badge tone=Tone::Info>"First"</Badge> })}
                <code class="text-muted [overflow-wrap:anywhere]"><RevealedText segments=key /></code>
            </p>
            <p class="text-sm"><RevealedText segments=does /></p>
            {follows}
            {faults}
        </li>
    }
}
