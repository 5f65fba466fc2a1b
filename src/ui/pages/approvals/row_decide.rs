//! Deciding from a row: approve at once what is low or medium; everything else in the sheet over the list, or, without
//! a script, on the page of the approval.

use leptos::prelude::*;

use crate::domain::AppError;
use crate::domain::approval::{Approval, Decided};
use crate::server_fns::approvals::ApprovalDecide;
use crate::ui::components::{ButtonSize, ButtonVariant, Icon, IconMark, LinkButton};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};
use crate::ui::hooks::is_plain_press;
use crate::ui::keys::{Command, use_keys};
use crate::ui::words::short_title;

use super::queue_state::{Queue, RowState};
use super::row_menu::RowMenu;
use super::sheet::Intent;

/// The row's two answers, and its menu.
#[component]
pub fn RowDecide(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
    /// The approval as it is now.
    approval: Approval,
) -> impl IntoView {
    let title = short_title(&approval);
    let approve = if approval.risk_level.is_armed() {
        view! {
            <SheetLink
                {..use_keys().on(Command::Approve)}
                queue=queue
                row=row
                intent=Intent::Approve
                label="Review"
                subject=title.clone()
            />
        }
        .into_any()
    } else {
        view! { <QuickApprove queue=queue row=row approval=approval title=title.clone() /> }.into_any()
    };
    view! {
        // Where rows are cards the menu stands at the end of this line.
        <div class="grid grid-cols-[minmax(0,1fr)_minmax(0,1fr)_auto] gap-2 @3xl/queue:grid-cols-2">
            {approve}
            <SheetLink
                {..use_keys().on(Command::Reject)}
                queue=queue
                row=row
                intent=Intent::Reject
                label="Reject"
                subject=title.clone()
            />
            <RowMenu queue=queue row=row title=title />
        </div>
    }
}

/// Approves in one press.
#[component]
fn QuickApprove(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
    /// The approval.
    approval: Approval,
    /// Its short name.
    title: String,
) -> impl IntoView {
    let id = approval.id;
    let done = Then::new(move |decided: Decided| {
        let _ = row.note.try_set(None);
        queue.decided(decided.approval, decided.votes_missing);
    });
    let refused = Then::new(move |error: AppError| queue.refused(id, &error));
    let verb = if approval.required_approvals > 1 { "Vote" } else { "Approve" };
    let form = FormState::new(format!("approve-{id}")).faults_only();
    view! {
        <ActionForm<ApprovalDecide> form=form.clone() on_done=done on_refused=refused>
            <Hidden name="id" value=id.to_string() />
            <Hidden name="input[approved]" value="true" />
            <Hidden name="input[argsHash]" value=approval.args_hash />
            <SubmitButton
                {..use_keys().on(Command::Approve)}
                form=form
                size=ButtonSize::Small
                icon=Icon::Check
                full=true
                label=verb.to_owned()
                subject=title
            />
        </ActionForm<ApprovalDecide>>
    }
}

/// Opens the sheet; a link to the forms of the page where no script runs.
#[component]
fn SheetLink(
    /// The queue.
    queue: Queue,
    /// The row.
    row: RowState,
    /// What the reviewer is about to do.
    intent: Intent,
    /// The words of the link.
    label: &'static str,
    /// What it is about, for screen readers.
    subject: String,
) -> impl IntoView {
    let id = row.id;
    let (icon, variant, place) = match intent {
        Intent::Reject => (Icon::X, ButtonVariant::Danger, "#reject"),
        Intent::Approve | Intent::Edit => (Icon::ArrowRight, ButtonVariant::Outline, ""),
    };
    view! {
        <LinkButton
            href=format!("/approvals/{id}{place}")
            variant=variant
            size=ButtonSize::Small
            full=true
            on:click=move |event| {
                if is_plain_press(&event) {
                    event.prevent_default();
                    queue.sheet.ask(id, intent);
                }
            }
        >
            <IconMark icon=icon />
            <span>{label}<span class="sr-only">{format!(": {subject}")}</span></span>
        </LinkButton>
    }
}
