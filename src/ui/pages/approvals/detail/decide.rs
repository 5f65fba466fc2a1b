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
use crate::ui::hooks::add_line;
use crate::ui::keys::{Command, use_keys};
use crate::ui::pages::use_session;

use super::detail_state::Shown;
use super::edit::Edit;

/// What the decision depends on: when none of it changes, what somebody is typing stays.
#[derive(Clone, PartialEq)]
pub struct Basis {
    pub pending: bool,
    may_decide: bool,
    why_not: Option<String>,
    pub hash: String,
    pub records_hash: Option<String>,
    pub risk: RiskLevel,
    pub target: String,
    several: bool,
}

impl Basis {
    /// Of what is shown, now and as it changes.
    pub fn of(shown: Shown) -> Memo<Self> {
        shown.part(|detail| Self {
            pending: detail.approval.status == ApprovalStatus::Pending,
            may_decide: detail.may_decide,
            why_not: detail.why_not.clone(),
            hash: detail.approval.args_hash.clone(),
            records_hash: detail.records.records_hash.clone(),
            risk: detail.approval.risk_level,
            target: detail.preview.target.clone(),
            several: detail.approval.required_approvals > 1,
        })
    }

    /// Why this member cannot decide; `None` where they can.
    pub fn refusal(&self, me: &Me) -> Option<String> {
        let can = self.may_decide && me.may(Permission::DecideApprovals);
        (!can).then(|| self.why_not.clone().unwrap_or_else(|| "Your role can look, not decide.".to_owned()))
    }
}

/// The three answers while the approval waits; nothing afterwards.
#[component]
pub fn DecideBar(
    /// The approval.
    shown: Shown,
    /// Who looks.
    me: Me,
) -> impl IntoView {
    let basis = Basis::of(shown);
    move || {
        let basis = basis.get();
        if !basis.pending {
            return ().into_any();
        }
        if let Some(why) = basis.refusal(&me) {
            return view! { <Card title="Decision"><p class="text-muted">{why}</p></Card> }.into_any();
        }
        view! {
            <section
                aria-labelledby="decision"
                class="decide-bar card"
            >
                <h2 id="decision" class="decide-title">"Decision"</h2>
                <div class="decide-forms">
                    <Approve shown=shown basis=basis.clone() />
                    <Edit shown=shown basis=basis.clone() />
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
pub fn Approve(
    /// The approval.
    shown: Shown,
    /// What the decision depends on.
    basis: Basis,
) -> impl IntoView {
    let (confirm, note) = (shown.name("confirm"), shown.name("approve-note"));
    let form = FormState::new(shown.name("approve"))
        .field("/confirmation", confirm.clone())
        .field("/reviewNotes", note.clone())
        .faults_only()
        .guarded(shown.guard());
    let critical = basis.risk == RiskLevel::Critical;
    let verb = if basis.several { "Vote to approve" } else { "Approve" };
    let armed = shown.is_armed();
    let label = Signal::derive(move || if armed.get() { verb } else { "Read to the end" }.to_owned());
    let noted = form.typed("input[reviewNotes]");
    let has_note = noted.is_some();
    let inner = form.clone();
    view! {
        <ActionForm<ApprovalDecide>
            form=form.clone()
            class=if critical { "grid gap-3 col-span-full" } else { "grid gap-2" }
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
                        <Confirmation id=confirm target=basis.target label="Type the target to approve" form=inner.clone() />
                    }
                })}
            <details class="decide-note" open=has_note>
                <summary class="link inline-flex min-h-11 items-center text-sm md:min-h-6">"Add a note"</summary>
                <TextareaField
                    id=note
                    name="input[reviewNotes]"
                    label="Note"
                    hint="The agent reads it."
                    value=noted
                    error=inner.error_at("/reviewNotes")
                    rows=2
                    maxlength=10_000
                />
            </details>
            <SubmitButton
                {..use_keys().on(Command::Approve)}
                attr:id=shown.name("approve-send")
                form=form
                variant=ButtonVariant::Primary
                size=ButtonSize::Large
                icon=Icon::Check
                full=true
                label=label
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
    let open = FormState::new("reject").typed("input[reviewNotes]").is_some();
    view! {
        <details class="open:col-span-full" open=open>
            <summary {..use_keys().on(Command::Reject)} class=button_class(ButtonVariant::Danger, ButtonSize::Large, "w-full")>
                <IconMark icon=Icon::X />
                "Reject"
            </summary>
            <RejectForm shown=shown hash=hash />
        </details>
    }
}

/// A reason, then the rejection.
#[component]
pub fn RejectForm(
    /// The approval.
    shown: Shown,
    /// The hash that was seen.
    hash: String,
) -> impl IntoView {
    let notes = shown.name("reject-notes");
    let form = FormState::new(shown.name("reject")).field("/reviewNotes", notes.clone()).faults_only();
    let area = notes.clone();
    view! {
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
                id=notes
                name="input[reviewNotes]"
                label="Reason"
                hint="The agent reads it."
                value=form.typed("input[reviewNotes]")
                error=form.error_at("/reviewNotes")
                required=true
                maxlength=10_000
            />
            <PresetReasons area=area />
            <SubmitButton form=form variant=ButtonVariant::Danger label="Reject with this reason".to_owned() />
        </ActionForm<ApprovalDecide>>
    }
}

/// The workspace's usual reasons; a press adds one to what is written. Only a script can.
#[component]
fn PresetReasons(
    /// The id of the textarea.
    area: String,
) -> impl IntoView {
    let reasons: Vec<_> = use_session()
        .preset_reasons
        .into_iter()
        .map(|reason| {
            let (area, line) = (area.clone(), reason.clone());
            view! {
                <button type="button" class="chip" on:click=move |_| add_line(&area, &line)>
                    {reason}
                </button>
            }
        })
        .collect();
    (!reasons.is_empty()).then(|| {
        view! {
            <div role="group" aria-label="Often said" class="js-only flex flex-wrap gap-2">
                {reasons}
            </div>
        }
    })
}

/// Whether anything about `approval` can still be undone by a reviewer.
pub fn is_undoable(approval: &Approval) -> bool {
    crate::ui::words::is_in_hold(approval)
}
