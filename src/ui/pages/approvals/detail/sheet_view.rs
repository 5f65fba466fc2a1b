//! The sheet over the list: what will happen, the data where it must be read, and one of the three answers at a time.

use leptos::prelude::*;

use crate::domain::approval::ApprovalDetail;
use crate::domain::member::Me;
use crate::ui::components::{Countdown, FormError, LinkButton, RiskBadge, risk_edge};
use crate::ui::hooks::focus_soon;
use crate::ui::pages::approvals::sheet::{Intent, Sheet};
use crate::ui::words::{asker, moment, risk_tone, stamp};

use super::data::DataPanel;
use super::decide::{Approve, Basis, RejectForm};
use super::detail_state::{NOTICE, Shown};
use super::edit::EditForms;
use super::facts::{ChangedSince, WhatWillHappen};

/// One approval, ready to be decided.
#[component]
pub fn SheetView(
    /// As it was read.
    detail: ApprovalDetail,
    /// Who decides.
    me: Me,
    /// The sheet.
    sheet: Sheet,
) -> impl IntoView {
    let shown = Shown::new(detail, Some(sheet.queue));
    // The row may not have heard of it yet.
    Effect::new(move |_| sheet.queue.apply(shown.detail.with_untracked(|detail| detail.approval.clone())));
    let basis = Basis::of(shown);
    let approval = shown.part(|detail| detail.approval.clone());
    let preview = shown.part(|detail| detail.preview.clone());
    let records = shown.part(|detail| detail.records.changed_since.clone());
    let intent = RwSignal::new(sheet.intent);
    Effect::new(move |_| focus_soon(first_focus(shown, sheet.intent)));
    let armed = shown.part(|detail| detail.approval.risk_level.is_armed());
    view! {
        // It scrolls, so the keyboard must reach it.
        <div
            id=shown.name("about")
            tabindex="0"
            role="region"
            aria-label="What will happen"
            class="sheet-about"
            hidden=move || intent.get() == Intent::Edit
        >
            {move || {
                let approval = approval.get();
                let edge = risk_edge(risk_tone(approval.risk_level));
                let deadline = format!("expires {}", moment(approval.expires_at));
                view! {
                    <div class=format!("mb-3 flex flex-wrap items-baseline gap-x-4 gap-y-1 pl-3 text-sm {edge}")>
                        <RiskBadge level=risk_tone(approval.risk_level) />
                        {(!approval.expiry_paused)
                            .then(|| view! { <Countdown expires_at=stamp(approval.expires_at) text=deadline /> })}
                        <span class="text-muted">{asker(&approval)}</span>
                    </div>
                }
            }}
            {move || records.with(|records| view! { <ChangedSince records=records.clone() /> })}
            {move || {
                let words = approval.with(|approval| approval.description.clone());
                preview.with(|preview| view! { <WhatWillHappen preview=preview.clone() words=words /> })
            }}
            {move || if armed.get() {
                view! { <div class="mt-4"><DataPanel shown=shown /></div> }.into_any()
            } else {
                view! {
                    <details class="mt-3">
                        <summary class="link inline-flex min-h-11 items-center text-sm md:min-h-6">"Show the data"</summary>
                        <div class="mt-2"><DataPanel shown=shown /></div>
                    </details>
                }
                .into_any()
            }}
        </div>
        <div class="sheet-answers">
            <div id=shown.name(NOTICE) tabindex="-1" class="empty:hidden"><FormError message=shown.notice /></div>
            {move || {
                let basis = basis.get();
                match basis.refusal(&me) {
                    Some(why) => view! {
                        <p class="text-muted">{why}</p>
                        <LinkButton href=format!("/approvals/{}", shown.id)>"Open it"</LinkButton>
                    }
                        .into_any(),
                    None => view! { <Answers shown=shown basis=basis intent=intent /> }.into_any(),
                }
            }}
        </div>
    }
}

/// Which answer, then its form.
#[component]
fn Answers(
    /// The approval.
    shown: Shown,
    /// What the decision depends on.
    basis: Basis,
    /// Which one.
    intent: RwSignal<Intent>,
) -> impl IntoView {
    let choices: Vec<_> = [(Intent::Approve, "Approve"), (Intent::Edit, "Edit"), (Intent::Reject, "Reject")]
        .into_iter()
        .map(|(of, word)| {
            view! {
                <button
                    type="button"
                    class="segment"
                    aria-pressed=move || if intent.get() == of { "true" } else { "false" }
                    on:click=move |_| intent.set(of)
                >
                    {word}
                </button>
            }
        })
        .collect();
    view! {
        <div role="group" aria-label="Your answer" class="segments">{choices}</div>
        {move || {
            let basis = basis.clone();
            match intent.get() {
                Intent::Approve => view! { <Approve shown=shown basis=basis /> }.into_any(),
                Intent::Edit => view! { <EditForms shown=shown basis=basis /> }.into_any(),
                Intent::Reject => view! { <RejectForm shown=shown hash=basis.hash /> }.into_any(),
            }
        }}
    }
}

/// Where focus begins: at the field that has to be filled in; else at the button, but at what must be read where the
/// button is not armed yet.
fn first_focus(shown: Shown, intent: Intent) -> String {
    let (risk, can) = shown.detail.with_untracked(|detail| (detail.approval.risk_level, detail.may_decide));
    match intent {
        _ if !can => "sheet-title".to_owned(),
        Intent::Reject => shown.name("reject-notes"),
        Intent::Edit => shown.detail.with_untracked(|detail| match detail.edit_fields.first() {
            Some(first) => shown.name(&format!("edit-field-{}", first.name)),
            None => shown.name("edit-data"),
        }),
        Intent::Approve if risk.is_armed() => shown.name("about"),
        Intent::Approve => shown.name("approve-send"),
    }
}
