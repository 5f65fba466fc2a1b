//! Choosing one of a few that are all in sight.

use leptos::prelude::*;

use super::field::{FieldIds, FieldNotes};
use super::maybe_text::MaybeText;
use super::select_field::Choice;

/// A `<fieldset>` of radio buttons. Each has the id `{id}-{index}`; the fieldset has `id`.
#[component]
pub fn RadioGroup(
    /// The fieldset's id.
    #[prop(into)]
    id: String,
    /// The form field's name.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    legend: String,
    /// What there is to choose.
    options: Vec<Choice>,
    /// The value chosen to begin with.
    #[prop(optional, into)]
    selected: MaybeText,
    /// How to choose.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// Whether the form needs one.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
    let (selected, hint) = (selected.0, hint.0);
    let ids = FieldIds::new(&id, hint.as_ref(), error);
    let options: Vec<_> = options
        .into_iter()
        .enumerate()
        .map(|(index, option)| {
            let chosen = selected.as_deref() == Some(option.value.as_str());
            view! {
                <label class="choice">
                    <input
                        id=format!("{id}-{index}")
                        name=name.clone()
                        type="radio"
                        value=option.value
                        checked=chosen
                        required=required
                    />
                    <span class="grid">
                        <span>{option.label}</span>
                        {option.hint.map(|hint| view! { <span class="text-xs text-muted">{hint}</span> })}
                    </span>
                </label>
            }
        })
        .collect();
    view! {
        <fieldset id=id class="field" aria-describedby=move || ids.described_by()>
            <legend class="field-label">{legend}</legend>
            <div>{options}</div>
            <FieldNotes id=id.clone() hint=hint error=error />
        </fieldset>
    }
}
