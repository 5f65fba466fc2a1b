//! What a person can do with an execution in its present state.

use leptos::prelude::*;

use crate::domain::execution::{ExecutionAction, ExecutionStatus};
use crate::server_fns::executions::ExecutionChange;
use crate::ui::components::{ButtonVariant, Icon, TextField};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton};

use super::shown::Shown;

/// What the state allows.
#[derive(Clone, Copy, PartialEq)]
struct Possible {
    pause: bool,
    resume: bool,
    retry: bool,
    cancel: bool,
}

impl Possible {
    fn of(status: ExecutionStatus) -> Self {
        Self {
            pause: status.is_open() && status != ExecutionStatus::Paused,
            resume: status == ExecutionStatus::Paused,
            retry: status == ExecutionStatus::Failed,
            cancel: status.is_open(),
        }
    }

    fn none(self) -> bool {
        !(self.pause || self.resume || self.retry || self.cancel)
    }
}

/// The forms for what is possible now.
#[component]
pub fn Controls(
    /// The execution.
    shown: Shown,
) -> impl IntoView {
    let possible = shown.part(|detail| Possible::of(detail.execution.status));
    move || {
        let possible = possible.get();
        if possible.none() {
            return ().into_any();
        }
        view! {
            <div class="mt-3 flex flex-wrap items-start gap-2">
                {possible.pause.then(|| view! { <Change shown=shown action=ExecutionAction::Pause label="Pause" icon=Icon::Clock /> })}
                {possible
                    .resume
                    .then(|| view! { <Change shown=shown action=ExecutionAction::Resume label="Resume" icon=Icon::Play /> })}
                {possible
                    .retry
                    .then(|| {
                        view! { <Change shown=shown action=ExecutionAction::RetryStep label="Retry the failed step" icon=Icon::Undo /> }
                    })}
                {possible.cancel.then(|| view! { <Cancel shown=shown /> })}
            </div>
        }
        .into_any()
    }
}

#[component]
fn Change(
    /// The execution.
    shown: Shown,
    /// What is done.
    action: ExecutionAction,
    /// The words of the button.
    label: &'static str,
    /// Its icon.
    icon: Icon,
) -> impl IntoView {
    let form = FormState::new(format!("execution-{action}")).faults_only();
    view! {
        <ActionForm<ExecutionChange> form=form.clone() on_done=shown.on_changed(action) on_refused=shown.on_refused()>
            <Hidden name="id" value=shown.id.to_string() />
            <Hidden name="input[action]" value=action.to_string() />
            <SubmitButton form=form icon=icon label=label.to_owned() subject="this execution" />
        </ActionForm<ExecutionChange>>
    }
}

#[component]
fn Cancel(
    /// The execution.
    shown: Shown,
) -> impl IntoView {
    let form = FormState::new("execution-cancel").faults_only().field("/reason", "cancel-reason");
    let open = form.typed("_form").is_some();
    view! {
        <Disclose label="Cancel" subject="this execution" variant=ButtonVariant::Danger open=open>
            <p>"Its open steps end, and what waits for approval is withdrawn. It cannot go on afterwards."</p>
            <ActionForm<ExecutionChange>
                form=form.clone()
                class="grid gap-3"
                on_done=shown.on_changed(ExecutionAction::Cancel)
                on_refused=shown.on_refused()
            >
                <Hidden name="id" value=shown.id.to_string() />
                <Hidden name="input[action]" value=ExecutionAction::Cancel.to_string() />
                <TextField
                    id="cancel-reason"
                    name="input[reason]"
                    label="Reason"
                    value=form.typed("input[reason]")
                    error=form.error_at("/reason")
                    maxlength=10_000
                    autocomplete="off"
                />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Danger label="Cancel the execution".to_owned() />
                </div>
            </ActionForm<ExecutionChange>>
        </Disclose>
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_over_cannot_be_changed_and_what_failed_can_be_retried() {
        for status in ExecutionStatus::ALL {
            let possible = Possible::of(*status);
            assert_eq!(
                possible.none(),
                matches!(*status, ExecutionStatus::Completed | ExecutionStatus::Cancelled)
            );
            assert_eq!(possible.cancel, status.is_open(), "{status}");
            assert!(!(possible.pause && possible.resume), "{status}");
        }
        assert!(Possible::of(ExecutionStatus::Failed).retry);
    }
}
