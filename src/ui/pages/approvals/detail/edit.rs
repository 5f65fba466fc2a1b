//! Changing the data before approving it. What runs is what is written here.

use leptos::prelude::*;

use crate::domain::canonical::Data;
use crate::domain::risk::RiskLevel;
use crate::server_fns::approvals::ApprovalDecide;
use crate::ui::components::{ButtonSize, ButtonVariant, Icon, IconMark, TextareaField, button_class};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton};
use crate::ui::keys::{Command, use_keys};

use super::data::pretty;
use super::decide::{Confirmation, RecordsSeen};
use super::detail_state::Shown;

/// The data as JSON to change, and the approval of the changed data.
#[component]
pub fn Edit(
    /// The approval.
    shown: Shown,
    /// The data as it is now.
    data: Data,
    /// Its hash.
    hash: String,
    /// The state of the records on the page.
    records_hash: Option<String>,
    /// What must be typed for a critical action.
    target: String,
    /// How risky it is now.
    risk: RiskLevel,
) -> impl IntoView {
    let form = FormState::new("edit")
        .field("/editedActionData", "edit-data")
        .field("/confirmation", "edit-confirm")
        .faults_only();
    let typed = form.typed("input[editedActionData]");
    let open = typed.is_some();
    let inner = form.clone();
    view! {
        <details class="open:col-span-full" open=open>
            <summary {..use_keys().on(Command::Edit)} class=button_class(ButtonVariant::Outline, ButtonSize::Large, "w-full")>
                <IconMark icon=Icon::Pencil />
                "Edit"
            </summary>
            <ActionForm<ApprovalDecide>
                form=form.clone()
                class="mt-3 grid gap-3"
                on_done=shown.on_decided()
                on_refused=shown.on_refused()
            >
                <Hidden name="id" value=shown.id.to_string() />
                <Hidden name="input[approved]" value="true" />
                <Hidden name="input[argsHash]" value=hash />
                <RecordsSeen hash=records_hash />
                <TextareaField
                    id="edit-data"
                    name="input[editedActionData]"
                    label="Action data as JSON"
                    hint="This runs instead. The risk is weighed again, and votes so far no longer count."
                    value=typed.unwrap_or_else(|| pretty(&data))
                    error=form.error_at("/editedActionData")
                    required=true
                    rows=12
                    mono=true
                />
                {(risk == RiskLevel::Critical)
                    .then(|| {
                        view! {
                            <Confirmation
                                id="edit-confirm"
                                target=target
                                label="Type the target of the request to approve the changes"
                                form=inner
                            />
                        }
                    })}
                <SubmitButton form=form variant=ButtonVariant::Primary label="Approve with these changes".to_owned() />
            </ActionForm<ApprovalDecide>>
        </details>
    }
}
