//! Changing the data before approving it. What runs is what is written here.

use leptos::prelude::*;

use crate::domain::canonical::Data;
use crate::domain::edit_fields::EditField;
use crate::domain::risk::RiskLevel;
use crate::domain::text::reveal_text;
use crate::server_fns::approvals::ApprovalDecide;
use crate::ui::components::{ButtonSize, ButtonVariant, Icon, IconMark, TextareaField, button_class};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton};
use crate::ui::keys::{Command, use_keys};

use super::data_views::pretty;
use super::decide::{Basis, Confirmation, RecordsSeen};
use super::detail_state::Shown;
use super::edit_fields::{EditFields, fields_state};

/// What opens the forms that change the data.
#[component]
pub fn Edit(
    /// The approval.
    shown: Shown,
    /// What the decision depends on.
    basis: Basis,
) -> impl IntoView {
    let came_back = |form: &str| FormState::new(shown.name(form)).typed("id").is_some();
    let open = came_back("edit") || came_back("edit-fields");
    view! {
        <details class="open:col-span-full" open=open>
            <summary {..use_keys().on(Command::Edit)} class=button_class(ButtonVariant::Outline, ButtonSize::Large, "w-full")>
                <IconMark icon=Icon::Pencil />
                "Edit"
            </summary>
            <EditForms shown=shown basis=basis />
        </details>
    }
}

/// The data to change, field by field where it has fields, or as JSON; and the approval of the changed data.
#[component]
pub fn EditForms(
    /// The approval.
    shown: Shown,
    /// What the decision depends on.
    basis: Basis,
) -> impl IntoView {
    let (data, fields) = shown
        .detail
        .with_untracked(|detail| (detail.approval.action_data.clone(), detail.edit_fields.clone()));
    if fields.is_empty() {
        return view! { <JsonForm shown=shown basis=basis data=data /> }.into_any();
    }
    let by_field = fields_state(&fields, shown);
    let as_json = FormState::new(shown.name("edit")).typed("id").is_some();
    let only_json = only_json(&data, &fields);
    view! {
        <EditFields shown=shown fields=fields form=by_field basis=basis.clone() />
        {only_json}
        <details class="mt-3" open=as_json>
            <summary class="link inline-flex min-h-11 items-center md:min-h-6">"Edit as JSON"</summary>
            <JsonForm shown=shown basis=basis data=data />
        </details>
    }
    .into_any()
}

/// The whole data as JSON.
#[component]
fn JsonForm(
    /// The approval.
    shown: Shown,
    /// What the decision depends on.
    basis: Basis,
    /// The data as it is now.
    data: Data,
) -> impl IntoView {
    let (text, confirm) = (shown.name("edit-data"), shown.name("edit-confirm"));
    let form = FormState::new(shown.name("edit"))
        .field("/editedActionData", text.clone())
        .field("/confirmation", confirm.clone())
        .faults_only();
    let inner = form.clone();
    view! {
        <ActionForm<ApprovalDecide>
            form=form.clone()
            class="mt-3 grid gap-3"
            on_done=shown.on_decided()
            on_refused=shown.on_refused()
        >
            <Hidden name="id" value=shown.id.to_string() />
            <Hidden name="input[approved]" value="true" />
            <Hidden name="input[argsHash]" value=basis.hash />
            <RecordsSeen hash=basis.records_hash />
            <TextareaField
                id=text
                name="input[editedActionData]"
                label="Action data as JSON"
                hint="This runs instead. The risk is weighed again, and votes so far no longer count."
                value=form.typed("input[editedActionData]").unwrap_or_else(|| pretty(&data))
                error=form.error_at("/editedActionData")
                required=true
                rows=12
                mono=true
            />
            {(basis.risk == RiskLevel::Critical)
                .then(|| {
                    view! {
                        <Confirmation
                            id=confirm
                            target=basis.target
                            label="Type the target of the request to approve the changes"
                            form=inner
                        />
                    }
                })}
            <SubmitButton form=form variant=ButtonVariant::Primary label="Approve with this JSON".to_owned() />
        </ActionForm<ApprovalDecide>>
    }
}

/// Names what has no field.
fn only_json(data: &Data, fields: &[EditField]) -> Option<AnyView> {
    let has_field = |key: &str| fields.iter().any(|field| field.name == key);
    let mut names: Vec<_> =
        data.as_map().keys().filter(|key| !has_field(key)).map(|key| reveal_text(key)).take(6).collect();
    if let Some(last) = names.get_mut(5) {
        *last = "…".to_owned();
    }
    (!names.is_empty()).then(|| {
        let words = format!("Only as JSON: {}", names.join(", "));
        view! { <p class="mt-3 text-sm text-muted [overflow-wrap:anywhere]">{words}</p> }.into_any()
    })
}
