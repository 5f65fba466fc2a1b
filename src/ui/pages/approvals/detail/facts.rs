//! What will happen, and why a person is asked.

use leptos::prelude::*;

use crate::domain::approval::{Approval, Preview};
use crate::domain::catalogue::{RecordDrift, Reversibility};
use crate::ui::components::{
    DescriptionList, DiffRow, DiffTable, Icon, IconMark, KeyValue, LongText, RevealedText, StatusBadge, Tone,
};
use crate::ui::words::{human, reversibility_words, segments};

/// What is no longer as it was when the action was proposed.
#[component]
pub fn ChangedSince(
    /// The records that changed.
    records: Vec<RecordDrift>,
) -> impl IntoView {
    let sentences: Vec<_> = records
        .into_iter()
        .map(|record| view! { <li><RevealedText segments=segments(&record.sentence) /></li> })
        .collect();
    // There from the start, so that what appears while somebody looks is announced.
    view! {
        <div role="status" class="empty:hidden">
            {(!sentences.is_empty())
                .then(|| {
                    view! {
                        <div class="mb-3 flex gap-2 rounded-control border border-warn p-3">
                            <IconMark icon=Icon::Alert class="mt-0.5 text-warn" />
                            <ul class="grid min-w-0 gap-1">{sentences}</ul>
                        </div>
                    }
                })}
        </div>
    }
}

/// The sentence, the facts that must not be missed, the change.
#[component]
pub fn WhatWillHappen(
    /// Computed by the server from the data and the records as they are now.
    preview: Preview,
    /// What the agent says about it.
    words: String,
) -> impl IntoView {
    let claim = (words != preview.sentence).then_some(words);
    let tone = match preview.reversibility {
        Reversibility::Reversible => Tone::Ok,
        Reversibility::Correctable => Tone::Neutral,
        Reversibility::Irreversible => Tone::Warn,
    };
    let facts: Vec<_> = preview
        .facts
        .into_iter()
        .map(|fact| {
            view! {
                <KeyValue label=fact.label.clone()>
                    <LongText label=fact.label segments=segments(&fact.value) />
                </KeyValue>
            }
        })
        .collect();
    let changes: Vec<_> = preview
        .changes
        .into_iter()
        .map(|change| DiffRow {
            field: human(&change.field),
            before: change.before.as_deref().map(segments),
            after: change.after.as_deref().map(segments),
        })
        .collect();
    view! {
        <p class="mb-3 text-base"><RevealedText segments=segments(&preview.sentence) /></p>
        <DescriptionList>
            {facts}
            <KeyValue label="Afterwards"><StatusBadge tone=tone label=reversibility_words(preview.reversibility) /></KeyValue>
            {claim
                .map(|claim| {
                    view! {
                        <KeyValue label="In the agent's words">
                            <LongText label="The agent's words" segments=segments(&claim) />
                        </KeyValue>
                    }
                })}
        </DescriptionList>
        {(!changes.is_empty())
            .then(|| {
                view! { <div class="mt-4"><DiffTable caption="What changes in records" rows=changes /></div> }
            })}
    }
}

/// Why the risk is what it is, and which rule stopped the action or let it through.
#[component]
pub fn WhyItStopped(
    /// The approval.
    approval: Approval,
) -> impl IntoView {
    let reasons = |reasons: Vec<String>| -> Vec<_> {
        reasons
            .into_iter()
            .map(|reason| view! { <li><RevealedText segments=segments(&reason) /></li> })
            .collect()
    };
    view! {
        <DescriptionList>
            <KeyValue label="The rule">
                <ul class="grid gap-1">{reasons(approval.gate_reasons)}</ul>
                {approval
                    .trust_grant_id
                    .map(|id| view! { <a class="link inline-block min-h-6" href=format!("/trust/{id}")>"See the grant"</a> })}
            </KeyValue>
            <KeyValue label=format!("Why {} risk", approval.risk_level)>
                <ul class="grid gap-1">{reasons(approval.risk_reasons)}</ul>
            </KeyValue>
        </DescriptionList>
    }
}
