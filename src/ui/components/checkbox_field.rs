//! Saying yes.

use leptos::prelude::*;

use super::field::{FieldError, FieldIds};
use super::maybe_text::MaybeText;

/// A checkbox with its label to the right.
#[component]
pub fn CheckboxField(
    /// The input's id.
    #[prop(into)]
    id: String,
    /// The form field's name.
    #[prop(into)]
    name: String,
    /// What ticking it says.
    #[prop(into)]
    label: String,
    /// What the form sends when it is ticked.
    #[prop(into, default = String::from("true"))]
    value: String,
    /// Ticked to begin with.
    #[prop(optional)]
    checked: bool,
    /// What it means.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the answer.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// Whether it must be ticked.
    #[prop(optional)]
    required: bool,
    /// Neither changed nor sent.
    #[prop(optional)]
    disabled: bool,
) -> impl IntoView {
    let hint = hint.0;
    let ids = FieldIds::new(&id, hint.as_ref(), error);
    let described = ids.clone();
    let hint_id = format!("{id}-hint");
    view! {
        <div class="field">
            <label class="choice">
                <input
                    id=id.clone()
                    name=name
                    type="checkbox"
                    value=value
                    checked=checked
                    required=required
                    disabled=disabled
                    aria-describedby=move || described.described_by()
                    aria-invalid=move || ids.invalid()
                />
                <span class="grid">
                    <span>{label}</span>
                    {hint.map(|hint| view! { <span id=hint_id class="field-hint">{hint}</span> })}
                </span>
            </label>
            <FieldError id=format!("{id}-error") message=error />
        </div>
    }
}
