//! The five figures on top, and what else the range had.

use leptos::prelude::*;

use crate::domain::metrics::{Figures, Metrics};
use crate::ui::components::Sparkline;

use super::address::{DECISIONS, OUTCOMES, VERDICTS, trail};
use super::words::{Change, count_change, counted, maybe_span, percent, share_change, span_change};

/// One of the five.
#[derive(Clone, Copy)]
struct Figure {
    label: &'static str,
    value: fn(&Figures) -> String,
    /// What it is of.
    of: fn(&Figures) -> String,
    /// Now and before.
    change: fn(&Figures, &Figures) -> Change,
    /// The events of the rows that it is made of.
    events: &'static str,
    /// What its line shows.
    line: fn(&Figures) -> Option<f64>,
}

const FIGURES: [Figure; 5] = [
    Figure {
        label: "Actions",
        value: |now| now.actions.to_string(),
        of: |now| format!("{} asked for approval, {} denied", now.asked, now.denied),
        change: |now, before| count_change(now.actions, before.actions),
        events: VERDICTS,
        line: |now| Some(now.actions as f64),
    },
    Figure {
        label: "Automatic",
        value: |now| percent(now.automatic_share),
        of: |now| format!("{} ran by themselves", counted(now.automatic, "action", "actions")),
        change: |now, before| share_change(now.automatic_share, before.automatic_share),
        events: "action.auto_approved",
        line: |now| now.automatic_share,
    },
    Figure {
        label: "Approved",
        value: |now| percent(now.approval_rate),
        of: |now| format!("of {}", counted(now.approved + now.rejected, "decision", "decisions")),
        change: |now, before| share_change(now.approval_rate, before.approval_rate),
        events: DECISIONS,
        line: |now| now.approval_rate,
    },
    Figure {
        label: "Succeeded",
        value: |now| percent(now.success_rate),
        of: |now| format!("of {}", counted(now.succeeded + now.failed, "outcome", "outcomes")),
        change: |now, before| share_change(now.success_rate, before.success_rate),
        events: OUTCOMES,
        line: |now| now.success_rate,
    },
    Figure {
        label: "Time to decide",
        value: |now| maybe_span(now.median_decision_ms),
        of: |now| format!("half within this, 95 % within {}", maybe_span(now.p95_decision_ms)),
        change: |now, before| span_change(now.median_decision_ms, before.median_decision_ms),
        events: DECISIONS,
        line: |now| now.median_decision_ms.map(|ms| ms as f64),
    },
];

/// The strip.
#[component]
pub fn Strip(
    /// The figures.
    shown: Memo<Metrics>,
    /// What they are compared with: "the 7 days before".
    before: &'static str,
) -> impl IntoView {
    let figures: Vec<_> = FIGURES
        .into_iter()
        .map(|figure| view! { <FigureOf figure=figure shown=shown before=before /> })
        .collect();
    view! { <ul class="figures card" aria-label="Figures of the range">{figures}</ul> }
}

#[component]
fn FigureOf(
    /// Which.
    figure: Figure,
    /// The figures.
    shown: Memo<Metrics>,
    /// What it is compared with.
    before: &'static str,
) -> impl IntoView {
    let line = Signal::derive(move || {
        shown.with(|shown| shown.slices.iter().map(|slice| (figure.line)(&slice.figures)).collect())
    });
    let change = move || shown.with(|shown| (figure.change)(&shown.figures, &shown.previous).words(before));
    view! {
        <li class="figure">
            <p class="text-sm text-muted">{figure.label}</p>
            <p class="text-xl font-semibold tabular">
                <a class="figure-link" href=move || shown.with(|shown| trail(shown, figure.events))>
                    {move || shown.with(|shown| (figure.value)(&shown.figures))}
                    <span class="sr-only">{format!(" {}: see the list", figure.label.to_lowercase())}</span>
                </a>
            </p>
            <Sparkline values=line />
            <p class="text-sm">{change}</p>
            <p class="text-sm text-muted">{move || shown.with(|shown| (figure.of)(&shown.figures))}</p>
        </li>
    }
}

type Count = fn(&Figures) -> i64;

/// What ended otherwise: its name, how many, and the events of its list.
const OTHERS: [(&str, Count, &str); 5] = [
    ("Expired undecided", |now| now.expired, "approval.expired"),
    ("Withdrawn", |now| now.withdrawn, "approval.withdrawn"),
    ("Taken back", |now| now.undone, "approval.undone"),
    ("Failed", |now| now.failed, "action.failed"),
    ("Outcome unknown", |now| now.unknown, "action.unknown"),
];

/// Expired, withdrawn, taken back, failed, unknown.
#[component]
pub fn Others(
    /// The figures.
    shown: Memo<Metrics>,
) -> impl IntoView {
    let items: Vec<_> = OTHERS
        .into_iter()
        .map(|(label, count, events)| {
            view! {
                <div>
                    <dt>{label}</dt>
                    <dd>
                        <a class="link tabular" href=move || shown.with(|shown| trail(shown, events))>
                            {move || shown.with(|shown| count(&shown.figures)).to_string()}
                            <span class="sr-only">{format!(" {}", label.to_lowercase())}</span>
                        </a>
                    </dd>
                </div>
            }
        })
        .collect();
    view! { <dl class="facts">{items}</dl> }
}
