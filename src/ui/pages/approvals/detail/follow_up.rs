//! What else a person can do: more time, undo, withdraw, another try, a word about an unknown outcome.

use leptos::prelude::*;

use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::member::{Me, Permission};
use crate::domain::outcome::OutcomeStatus;
use crate::server_fns::approvals::{
    ApprovalExtend, ApprovalOutcome, ApprovalRetry, ApprovalUndo, ApprovalWithdraw,
};
use crate::ui::components::{ButtonSize, ButtonVariant, Card, Icon, TextField};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton};
use crate::ui::hooks::{Tick, use_now};
use crate::ui::keys::{Command, use_keys};
use crate::ui::words::moment;

use super::decide::is_undoable;
use super::detail_state::Shown;

/// What is possible in the present state, for this member.
#[derive(Clone, Copy, PartialEq)]
struct Possible {
    undo_until: Option<chrono::DateTime<chrono::Utc>>,
    extend: bool,
    withdraw: bool,
    retry: bool,
    settle: bool,
}

impl Possible {
    fn of(approval: &Approval, may_decide: bool, me: &Me) -> Self {
        let pending = approval.status == ApprovalStatus::Pending;
        let decides = me.may(Permission::DecideApprovals);
        let outcome = approval.outcome.status;
        Self {
            undo_until: approval.hold_until.filter(|_| decides && is_undoable(approval)),
            extend: pending && decides && may_decide,
            withdraw: pending
                && me.may(Permission::SubmitActions)
                && approval.requested_by.id == me.user_id.0,
            retry: decides && matches!(outcome, OutcomeStatus::Failed | OutcomeStatus::Unknown),
            settle: outcome == OutcomeStatus::Unknown && me.may(Permission::ReportOutcomes),
        }
    }
}

/// The forms for what is possible now.
#[component]
pub fn FollowUp(
    /// The approval.
    shown: Shown,
    /// Who looks.
    me: Me,
) -> impl IntoView {
    let possible = shown.part(move |detail| Possible::of(&detail.approval, detail.may_decide, &me));
    move || {
        let possible = possible.get();
        view! {
            {possible.undo_until.map(|until| view! { <Undo shown=shown until=until /> })}
            {possible.settle.then(|| view! { <Settle shown=shown /> })}
            {possible.retry.then(|| view! { <Retry shown=shown /> })}
            {possible.extend.then(|| view! { <Extend shown=shown /> })}
            {possible.withdraw.then(|| view! { <WithdrawForm shown=shown /> })}
        }
    }
}

#[component]
fn Undo(
    /// The approval.
    shown: Shown,
    /// The end of the hold.
    until: chrono::DateTime<chrono::Utc>,
) -> impl IntoView {
    let form = FormState::new("undo").faults_only();
    let now = use_now(Tick::Second);
    let end = until.timestamp_millis() as f64;
    let left = Memo::new(move |_| now.get().map(|now| ((end - now) / 1000.0).ceil().max(0.0) as i64));
    view! {
        <div class="card bg-accent-soft p-4" hidden=move || left.get() == Some(0)>
            <ActionForm<ApprovalUndo>
                form=form.clone()
                class="flex flex-wrap items-center justify-between gap-2"
                on_done=shown.on_changed("Undone. It waits for a decision again.")
                on_refused=shown.on_refused()
            >
                <Hidden name="id" value=shown.id.to_string() />
                <p class="tabular">
                    {move || match left.get() {
                        Some(left) => format!("Held for {left} s more."),
                        None => format!("Held until {}.", moment(until)),
                    }}
                </p>
                <SubmitButton {..use_keys().on(Command::Undo)} form=form icon=Icon::Undo label="Undo".to_owned() />
            </ActionForm<ApprovalUndo>>
        </div>
    }
}

#[component]
fn Extend(
    /// The approval.
    shown: Shown,
) -> impl IntoView {
    let form = FormState::new("extend").faults_only();
    view! {
        <ActionForm<ApprovalExtend>
            form=form.clone()
            class="flex flex-wrap items-center gap-2 text-sm"
            on_done=shown.on_changed("The deadline has moved.")
            on_refused=shown.on_refused()
        >
            <Hidden name="id" value=shown.id.to_string() />
            <span class="text-muted">"More time:"</span>
            <SubmitButton
                form=form.clone()
                size=ButtonSize::Small
                name="input[seconds]"
                value="3600"
                label="Add 1 hour".to_owned()
            />
            <SubmitButton form=form size=ButtonSize::Small name="input[seconds]" value="86400" label="Add 1 day".to_owned() />
        </ActionForm<ApprovalExtend>>
    }
}

#[component]
fn WithdrawForm(
    /// The approval.
    shown: Shown,
) -> impl IntoView {
    let form = FormState::new("withdraw").field("/reason", "withdraw-reason").faults_only();
    view! {
        <Card title="Withdraw" description="You asked for this, so you can take it back.">
            <ActionForm<ApprovalWithdraw>
                form=form.clone()
                class="grid gap-3"
                on_done=shown.on_changed("Withdrawn.")
                on_refused=shown.on_refused()
            >
                <Hidden name="id" value=shown.id.to_string() />
                <TextField
                    id="withdraw-reason"
                    name="input[reason]"
                    label="Reason"
                    value=form.typed("input[reason]")
                    error=form.error_at("/reason")
                    maxlength=10_000
                />
                <SubmitButton form=form variant=ButtonVariant::Danger label="Withdraw".to_owned() />
            </ActionForm<ApprovalWithdraw>>
        </Card>
    }
}

#[component]
fn Retry(
    /// The approval.
    shown: Shown,
) -> impl IntoView {
    let form = FormState::new("retry").faults_only();
    view! {
        <ActionForm<ApprovalRetry>
            form=form.clone()
            on_done=shown.on_changed("Queued for another try.")
            on_refused=shown.on_refused()
        >
            <Hidden name="id" value=shown.id.to_string() />
            <SubmitButton form=form icon=Icon::Play full=true label="Try again".to_owned() />
        </ActionForm<ApprovalRetry>>
    }
}

/// A person's word about an outcome that nobody knows.
#[component]
fn Settle(
    /// The approval.
    shown: Shown,
) -> impl IntoView {
    let (worked, failed) = (
        FormState::new("settle-succeeded").faults_only(),
        FormState::new("settle-failed").field("/error", "settle-error").faults_only(),
    );
    view! {
        <Card title="What happened?">
            <ActionForm<ApprovalOutcome>
                form=worked.clone()
                class="mb-4"
                on_done=shown.on_changed("Noted as succeeded.")
                on_refused=shown.on_refused()
            >
                <Hidden name="id" value=shown.id.to_string() />
                <Hidden name="input[status]" value="succeeded" />
                <SubmitButton form=worked icon=Icon::Check full=true label="It succeeded".to_owned() />
            </ActionForm<ApprovalOutcome>>
            <ActionForm<ApprovalOutcome>
                form=failed.clone()
                class="grid gap-3"
                on_done=shown.on_changed("Noted as failed.")
                on_refused=shown.on_refused()
            >
                <Hidden name="id" value=shown.id.to_string() />
                <Hidden name="input[status]" value="failed" />
                <TextField
                    id="settle-error"
                    name="input[error]"
                    label="What failed"
                    value=failed.typed("input[error]")
                    error=failed.error_at("/error")
                    required=true
                    maxlength=10_000
                />
                <SubmitButton form=failed icon=Icon::X variant=ButtonVariant::Danger label="It failed".to_owned() />
            </ActionForm<ApprovalOutcome>>
        </Card>
    }
}
