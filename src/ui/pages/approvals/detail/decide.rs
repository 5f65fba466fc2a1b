//! The decision: approve, edit, reject. At the foot of the screen on a phone, beside the facts on a desktop.

use leptos::prelude::*;

use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::member::{Me, Permission};
use crate::domain::risk::RiskLevel;
use crate::domain::text::reveal_text;
use crate::server_fns::approvals::ApprovalDecide;
use crate::ui::components::{
    ButtonSize, ButtonVariant, Card, Icon, IconMark, TextField, TextareaField, button_class,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton};
use crate::ui::keys::{Command, use_keys};

use super::detail_state::Shown;
use super::edit::Edit;

/// What the decision depends on: when none of it changes, what somebody is typing stays.
#[derive(Clone, PartialEq)]
struct Basis {
    pending: bool,
    may_decide: bool,
    why_not: Option<String>,
    hash: String,
    records_hash: Option<String>,
    risk: RiskLevel,
    target: String,
    several: bool,
}

/// The three answers while the approval waits; nothing afterwards.
#[component]
pub fn DecideBar(
    /// The approval.
    shown: Shown,
    /// Who looks.
    me: Me,
) -> impl IntoView {
    let basis = shown.part(|detail| Basis {
        pending: detail.approval.status == ApprovalStatus::Pending,
        may_decide: detail.may_decide,
        why_not: detail.why_not.clone(),
        hash: detail.approval.args_hash.clone(),
        records_hash: detail.records.records_hash.clone(),
        risk: detail.approval.risk_level,
        target: detail.preview.target.clone(),
        several: detail.approval.required_approvals > 1,
    });
    let may = me.may(Permission::DecideApprovals);
    move || {
        let basis = basis.get();
        if !basis.pending {
            return ().into_any();
        }
        if !basis.may_decide || !may {
            let why = basis.why_not.unwrap_or_else(|| "Your role can look, not decide.".to_owned());
            return view! { <Card title="Decision"><p class="text-muted">{why}</p></Card> }.into_any();
        }
        let (data, fields) = shown
            .detail
            .with_untracked(|detail| (detail.approval.action_data.clone(), detail.edit_fields.clone()));
        view! {
            <section
                aria-labelledby="decision"
                class="decide-bar card sticky bottom-[calc(var(--bar-h)+env(safe-area-inset-bottom))] z-20 max-h-[70dvh] overflow-y-auto p-3 md:bottom-0 lg:static lg:max-h-none lg:p-4"
            >
                <h2 id="decision" class="mb-3 text-base max-lg:sr-only">"Decision"</h2>
                <div class="grid grid-cols-[2fr_1fr_1fr] items-end gap-2 lg:grid-cols-1 lg:gap-3">
                    <Approve shown=shown basis=basis.clone() />
                    <Edit
                        shown=shown
                        data=data
                        fields=fields
                        hash=basis.hash.clone()
                        records_hash=basis.records_hash.clone()
                        target=basis.target.clone()
                        risk=basis.risk
                    />
                    <Reject shown=shown hash=basis.hash />
                </div>
            </section>
        }
        .into_any()
    }
}

/// What must be typed before a critical action is approved.
#[component]
pub fn Confirmation(
    /// The input's id.
    #[prop(into)]
    id: String,
    /// The target from the preview.
    target: String,
    /// What is asked for; each such field of a page says it in its own words.
    label: &'static str,
    /// The form.
    form: FormState,
) -> impl IntoView {
    view! {
        <TextField
            id=id
            name="input[confirmation]"
            label=label
            hint=format!("Type: {}", reveal_text(&target))
            value=form.typed("input[confirmation]")
            error=form.error_at("/confirmation")
            required=true
            autocomplete="off"
            maxlength=1000
            mono=true
        />
    }
}

/// Names the state of the records that is on the page, so that nobody approves on another one.
#[component]
pub fn RecordsSeen(
    /// The state; `None` where the action is about no record.
    hash: Option<String>,
) -> impl IntoView {
    hash.map(|hash| view! { <Hidden name="input[recordsHash]" value=hash /> })
}

#[component]
fn Approve(
    /// The approval.
    shown: Shown,
    /// What the decision depends on.
    basis: Basis,
) -> impl IntoView {
    let form = FormState::new("approve").field("/confirmation", "confirm").faults_only();
    let critical = basis.risk == RiskLevel::Critical;
    let verb = if basis.several { "Vote to approve" } else { "Approve" };
    let inner = form.clone();
    view! {
        <ActionForm<ApprovalDecide>
            form=form.clone()
            class=if critical { "grid gap-3 col-span-full" } else { "grid gap-3" }
            on_done=shown.on_decided()
            on_refused=shown.on_refused()
        >
            <Hidden name="id" value=shown.id.to_string() />
            <Hidden name="input[approved]" value="true" />
            <Hidden name="input[argsHash]" value=basis.hash />
            <RecordsSeen hash=basis.records_hash />
            {critical
                .then(|| {
                    view! {
                        <p class="text-sm">
                            "This is critical. Read the data, then type what it acts on."
                        </p>
                        <Confirmation id="confirm" target=basis.target label="Type the target to approve" form=inner />
                    }
                })}
            <SubmitButton
                {..use_keys().on(Command::Approve)}
                form=form
                variant=ButtonVariant::Primary
                size=ButtonSize::Large
                icon=Icon::Check
                full=true
                label=verb.to_owned()
            />
        </ActionForm<ApprovalDecide>>
    }
}

#[component]
fn Reject(
    /// The approval.
    shown: Shown,
    /// The hash that was seen.
    hash: String,
) -> impl IntoView {
    let form = FormState::new("reject").field("/reviewNotes", "reject-notes").faults_only();
    let open = form.typed("input[reviewNotes]").is_some();
    view! {
        <details class="open:col-span-full" open=open>
            <summary {..use_keys().on(Command::Reject)} class=button_class(ButtonVariant::Danger, ButtonSize::Large, "w-full")>
                <IconMark icon=Icon::X />
                "Reject"
            </summary>
            <ActionForm<ApprovalDecide>
                form=form.clone()
                class="mt-3 grid gap-3"
                on_done=shown.on_decided()
                on_refused=shown.on_refused()
            >
                <Hidden name="id" value=shown.id.to_string() />
                <Hidden name="input[approved]" value="false" />
                <Hidden name="input[argsHash]" value=hash />
                <TextareaField
                    id="reject-notes"
                    name="input[reviewNotes]"
                    label="Reason"
                    hint="The agent reads it."
                    value=form.typed("input[reviewNotes]")
                    error=form.error_at("/reviewNotes")
                    required=true
                    maxlength=10_000
                />
                <SubmitButton form=form variant=ButtonVariant::Danger label="Reject with this reason".to_owned() />
            </ActionForm<ApprovalDecide>>
        </details>
    }
}

/// Whether anything about `approval` can still be undone by a reviewer.
pub fn is_undoable(approval: &Approval) -> bool {
    crate::ui::words::is_in_hold(approval)
}
