//! Changing the data before approving it, field by field, as the action type's schema has them.

use leptos::prelude::*;

use crate::domain::edit_fields::{EditField, EditKind};
use crate::domain::risk::RiskLevel;
use crate::domain::text::reveal_text;
use crate::server_fns::approvals::ApprovalDecide;
use crate::ui::components::{ButtonVariant, Choice, SelectField, TextField, TextareaField};
use crate::ui::forms::{ActionForm, Clearable, FormState, Hidden, SubmitButton};
use crate::ui::words::human;

use super::decide::{Basis, Confirmation, RecordsSeen};
use super::detail_state::Shown;

/// No text of action data is longer.
const MOST: u32 = 256 * 1024;

/// The state of the form: which control each fault belongs to.
pub fn fields_state(fields: &[EditField], shown: Shown) -> FormState {
    let form = FormState::new(shown.name("edit-fields"))
        .field("/confirmation", shown.name("edit-fields-confirm"))
        .faults_only();
    fields.iter().fold(form, |form, field| form.field(pointer(field), control(field, shown)))
}

fn pointer(field: &EditField) -> String {
    format!("/editedFields/{}", field.name)
}

fn control(field: &EditField, shown: Shown) -> String {
    shown.name(&format!("edit-field-{}", field.name))
}

/// The fields, and the approval of the changed data.
#[component]
pub fn EditFields(
    /// The approval.
    shown: Shown,
    /// The fields, as they are now.
    fields: Vec<EditField>,
    /// The form's state, of [`fields_state`].
    form: FormState,
    /// What the decision depends on.
    basis: Basis,
) -> impl IntoView {
    let inputs: Vec<_> = fields.into_iter().map(|of| input(of, &form, shown)).collect();
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
            <p class="text-sm text-muted">
                "What you write here runs instead. The risk is weighed again, and votes so far no longer count."
            </p>
            {inputs}
            {(basis.risk == RiskLevel::Critical)
                .then(|| {
                    view! {
                        <Confirmation
                            id=shown.name("edit-fields-confirm")
                            target=basis.target
                            label="Type the target of the request to approve the changed fields"
                            form=inner
                        />
                    }
                })}
            <SubmitButton form=form variant=ButtonVariant::Primary label="Approve with these changes".to_owned() />
        </ActionForm<ApprovalDecide>>
    }
}

/// What every control has.
struct Parts {
    id: String,
    name: String,
    label: String,
    value: String,
    hint: Option<String>,
    error: Signal<Option<String>>,
    required: bool,
    /// In UTF-16 units.
    maxlength: u32,
}

fn input(field: EditField, form: &FormState, shown: Shown) -> AnyView {
    let name = format!("input[editedFields][{}]", field.name);
    let parts = Parts {
        id: control(&field, shown),
        label: reveal_text(&field.label),
        hint: hint(&field),
        error: form.error_at(pointer(&field)),
        value: form.typed(&name).unwrap_or(field.value),
        required: field.required,
        maxlength: field.max_length.unwrap_or(MOST),
        name: name.clone(),
    };
    let control = match field.kind {
        EditKind::Line => line(parts, None),
        EditKind::Integer => line(parts, Some("numeric")),
        EditKind::NumberText => line(parts, Some("decimal")),
        EditKind::Text | EditKind::Lines => lines(parts),
        EditKind::Choice { options } => {
            let words = options.into_iter().map(|word| Choice::new(word.clone(), reveal_text(&human(&word))));
            choice(parts, words.collect())
        }
        EditKind::YesNo => choice(parts, vec![Choice::new("true", "Yes"), Choice::new("false", "No")]),
    };
    // Blank is an answer here, where it may be one at all.
    view! { <div class="min-w-0"><Clearable name=name />{control}</div> }.into_any()
}

fn line(parts: Parts, inputmode: Option<&'static str>) -> AnyView {
    view! {
        <TextField
            id=parts.id
            name=parts.name
            label=parts.label
            value=parts.value
            hint=parts.hint
            error=parts.error
            required=parts.required
            inputmode=inputmode
            maxlength=parts.maxlength
            autocomplete="off"
        />
    }
    .into_any()
}

fn lines(parts: Parts) -> AnyView {
    let rows = match parts.value.lines().count() {
        few @ 0..3 => few + 1,
        many => many.min(12),
    };
    view! {
        <TextareaField
            id=parts.id
            name=parts.name
            label=parts.label
            rows=u32::try_from(rows).unwrap_or(3)
            value=parts.value
            hint=parts.hint
            error=parts.error
            required=parts.required
            maxlength=parts.maxlength
        />
    }
    .into_any()
}

fn choice(parts: Parts, mut options: Vec<Choice>) -> AnyView {
    if !parts.required || parts.value.is_empty() {
        options.insert(0, Choice::new("", if parts.required { "Choose one" } else { "Not set" }));
    }
    view! {
        <SelectField
            id=parts.id
            name=parts.name
            label=parts.label
            options=options
            selected=parts.value
            hint=parts.hint
            error=parts.error
            required=parts.required
        />
    }
    .into_any()
}

/// How to fill a field in; or, where its value holds characters that nobody sees, that it does.
fn hint(field: &EditField) -> Option<String> {
    let revealed = reveal_text(&field.value);
    match revealed.chars().count() {
        _ if revealed == field.value => field.hint.as_deref().map(reveal_text),
        0..=200 => Some(format!("Holds hidden characters: {revealed}")),
        _ => Some("Holds hidden characters. They are marked under Data.".to_owned()),
    }
}
