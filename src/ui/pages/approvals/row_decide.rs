//! Deciding from a row: approve at once, reject with a reason. Critical actions are only decided on their own page.

use leptos::{html, prelude::*};
use leptos_router::hooks::use_location;

use crate::domain::AppError;
use crate::domain::approval::{Approval, Decided};
use crate::domain::risk::RiskLevel;
use crate::server_fns::approvals::ApprovalDecide;
use crate::ui::components::{
    ButtonSize, ButtonVariant, Icon, IconMark, LinkButton, TextareaField, button_class,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};
use crate::ui::hooks::use_disclosure;
use crate::ui::keys::{Command, use_keys};
use crate::ui::words::short_title;

use super::queue_state::{Queue, RowState};

/// The row's two answers.
#[component]
pub fn RowDecide(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
    /// The approval as it is now.
    approval: Approval,
) -> impl IntoView {
    let id = approval.id;
    let done = Then::new(move |decided: Decided| {
        let _ = row.note.try_set(None);
        queue.decided(decided.approval, decided.votes_missing);
    });
    let refused = Then::new(move |error: AppError| queue.refused(id, &error));
    let title = short_title(&approval);
    let (subject, hash) = (title.clone(), approval.args_hash.clone());
    let verb = if approval.required_approvals > 1 { "Vote" } else { "Approve" };
    let approve = if approval.risk_level == RiskLevel::Critical {
        view! {
            <LinkButton {..use_keys().on(Command::Approve)} href=format!("/approvals/{id}") size=ButtonSize::Small full=true>
                "Review" <span class="sr-only">{format!(": {subject}")}</span>
            </LinkButton>
        }
        .into_any()
    } else {
        let form = FormState::new(format!("approve-{id}")).faults_only();
        view! {
            <ActionForm<ApprovalDecide> form=form.clone() on_done=done.clone() on_refused=refused.clone()>
                <Hidden name="id" value=id.to_string() />
                <Hidden name="input[approved]" value="true" />
                <Hidden name="input[argsHash]" value=hash />
                <SubmitButton
                    {..use_keys().on(Command::Approve)}
                    form=form
                    size=ButtonSize::Small
                    icon=Icon::Check
                    full=true
                    label=verb.to_owned()
                    subject=subject
                />
            </ActionForm<ApprovalDecide>>
        }
        .into_any()
    };
    view! {
        <div class="grid grid-cols-2 gap-2">
            {approve} <Reject approval=approval title=title done=done refused=refused />
        </div>
    }
}

/// A reason, then the rejection.
#[component]
fn Reject(
    /// The approval.
    approval: Approval,
    /// Its short name.
    title: String,
    /// What follows a decision.
    done: Then<Decided>,
    /// What follows a lost race.
    refused: Then<AppError>,
) -> impl IntoView {
    let id = approval.id;
    let form = FormState::new(format!("reject-{id}"))
        .field("/reviewNotes", format!("reject-{id}-notes"))
        .faults_only();
    let node = NodeRef::<html::Details>::new();
    use_disclosure(node, use_location().pathname.into());
    // A refused reason is shown where it was written.
    let open = form.typed("input[reviewNotes]").is_some();
    view! {
        <details class="open:col-span-2 md:open:col-span-1 md:relative" node_ref=node open=open>
            <summary {..use_keys().on(Command::Reject)} class=button_class(ButtonVariant::Danger, ButtonSize::Small, "w-full")>
                <IconMark icon=Icon::X />
                <span>"Reject" <span class="sr-only">{format!(": {title}")}</span></span>
            </summary>
            <div class="mt-2 rounded-card border border-line bg-raised p-3 md:absolute md:top-full md:right-0 md:z-40 md:mt-1 md:w-96 md:shadow-float">
                <ActionForm<ApprovalDecide> form=form.clone() class="grid gap-3" on_done=done on_refused=refused>
                    <Hidden name="id" value=id.to_string() />
                    <Hidden name="input[approved]" value="false" />
                    <Hidden name="input[argsHash]" value=approval.args_hash.clone() />
                    <TextareaField
                        id=format!("reject-{id}-notes")
                        name="input[reviewNotes]"
                        label="Reason"
                        hint="The agent reads it."
                        value=form.typed("input[reviewNotes]")
                        error=form.error_at("/reviewNotes")
                        required=true
                        rows=3
                        maxlength=10_000
                    />
                    <SubmitButton
                        form=form
                        variant=ButtonVariant::Danger
                        label="Reject with this reason".to_owned()
                        subject=title
                    />
                </ActionForm<ApprovalDecide>>
            </div>
        </details>
    }
}
