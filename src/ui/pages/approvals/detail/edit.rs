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
use super::decide::{Confirmation, RecordsSeen};
use super::detail_state::Shown;
use super::edit_fields::{EditFields, fields_state};

/// The data to change, field by field where it has fields, or as JSON; and the approval of the changed data.
#[component]
pub fn Edit(
    /// The approval.
    shown: Shown,
    /// The data as it is now.
    data: Data,
    /// Its fields; none where it is changed as JSON only.
    fields: Vec<EditField>,
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
    let by_field = fields_state(&fields);
    let typed = form.typed("input[editedActionData]");
    let as_json = typed.is_some();
    let open = as_json || by_field.typed("id").is_some();
    let only_json = only_json(&data, &fields);
    let (inner, seen, at) = (form.clone(), records_hash.clone(), hash.clone());
    let name = target.clone();
    let json = view! {
        <ActionForm<ApprovalDecide>
            form=form.clone()
            class="mt-3 grid gap-3"
            on_done=shown.on_decided()
            on_refused=shown.on_refused()
        >
            <Hidden name="id" value=shown.id.to_string() />
            <Hidden name="input[approved]" value="true" />
            <Hidden name="input[argsHash]" value=at />
            <RecordsSeen hash=seen />
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
                            target=name
                            label="Type the target of the request to approve the changes"
                            form=inner
                        />
                    }
                })}
            <SubmitButton form=form variant=ButtonVariant::Primary label="Approve with this JSON".to_owned() />
        </ActionForm<ApprovalDecide>>
    };
    let forms = if fields.is_empty() {
        json.into_any()
    } else {
        view! {
            <EditFields
                shown=shown
                fields=fields
                form=by_field
                hash=hash
                records_hash=records_hash
                target=target
                risk=risk
            />
            {only_json}
            <details class="mt-3" open=as_json>
                <summary class="link inline-flex min-h-11 items-center md:min-h-6">"Edit as JSON"</summary>
                {json}
            </details>
        }
        .into_any()
    };
    view! {
        <details class="open:col-span-full" open=open>
            <summary {..use_keys().on(Command::Edit)} class=button_class(ButtonVariant::Outline, ButtonSize::Large, "w-full")>
                <IconMark icon=Icon::Pencil />
                "Edit"
            </summary>
            {forms}
        </details>
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
