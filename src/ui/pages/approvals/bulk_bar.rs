//! Deciding on every ticked row at once. Critical rows cannot be ticked.

use leptos::prelude::*;

use crate::domain::bulk::BulkOutcome;
use crate::server_fns::approvals::ApprovalBulk;
use crate::ui::components::{ButtonVariant, Icon, TextField};
use crate::ui::forms::{ActionForm, FormState, SubmitButton, Then};
use crate::ui::hooks::use_hydrated;

use super::queue_state::Queue;

/// The form that the rows' checkboxes belong to. With a script it is there while something is ticked.
#[component]
pub fn BulkBar(
    /// The queue.
    queue: Queue,
) -> impl IntoView {
    let hydrated = use_hydrated();
    let form = FormState::new("bulk").field("/reviewNotes", "bulk-notes").faults_only();
    let count = move || queue.picked.with(std::collections::BTreeSet::len);
    let label = move |verb: &'static str| {
        Signal::derive(move || match (hydrated.get(), count()) {
            (false, _) => format!("{verb} selected"),
            (true, 1) => format!("{verb} 1 action"),
            (true, many) => format!("{verb} {many} actions"),
        })
    };
    let done = Then::new(move |outcome: BulkOutcome| queue.bulk_done(&outcome));
    view! {
        <div
            class="rounded-card border border-line bg-raised p-3 shadow-float"
            hidden=move || hydrated.get() && count() == 0
        >
            <ActionForm<ApprovalBulk> form=form.clone() class="grid gap-2" on_done=done>
                <div class="flex flex-wrap items-end gap-2">
                    <div class="min-w-48 flex-1">
                        <TextField
                            id="bulk-notes"
                            name="input[reviewNotes]"
                            label="Reason for rejecting"
                            value=form.typed("input[reviewNotes]")
                            error=form.error_at("/reviewNotes")
                            maxlength=10_000
                            required=true
                        />
                    </div>
                    <SubmitButton
                        form=form.clone()
                        variant=ButtonVariant::Primary
                        icon=Icon::Check
                        name="input[approved]"
                        value="true"
                        label=label("Approve")
                        // The reason is only for rejecting.
                        attr:formnovalidate=true
                    />
                    <SubmitButton
                        form=form
                        variant=ButtonVariant::Danger
                        icon=Icon::X
                        name="input[approved]"
                        value="false"
                        label=label("Reject")
                    />
                </div>
            </ActionForm<ApprovalBulk>>
        </div>
    }
}
