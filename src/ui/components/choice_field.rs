//! Choosing: select, checkbox, radio group.

use leptos::prelude::*;

use super::field::{Field, FieldIds, FieldNotes};
use super::icon::{Icon, IconMark};

/// One thing to choose.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// What the form sends.
    pub value: String,
    /// What people read.
    pub label: String,
    /// What it means, under a radio's label; a select does not show it.
    pub hint: Option<String>,
}

impl Choice {
    /// A choice without a hint.
    pub fn new(value: impl Into<String>, label: impl Into<String>) -> Self {
        Self { value: value.into(), label: label.into(), hint: None }
    }

    /// Adds what it means.
    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
}

/// A labelled `<select>`.
#[component]
pub fn SelectField(
    /// The select's id.
    #[prop(into)]
    id: String,
    /// The form field's name.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// What there is to choose.
    options: Vec<Choice>,
    /// The value chosen to begin with; else the first.
    #[prop(optional_no_strip, into)]
    selected: Option<String>,
    /// How to choose.
    #[prop(optional_no_strip, into)]
    hint: Option<String>,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// Whether the form needs it. A select without an empty choice always has a value: say `true`.
    #[prop(default = true)]
    required: bool,
) -> impl IntoView {
    let ids = FieldIds::new(&id, hint.as_ref(), error);
    let described = ids.clone();
    let options: Vec<_> = options
        .into_iter()
        .map(|option| {
            let chosen = selected.as_deref() == Some(option.value.as_str());
            view! { <option value=option.value selected=chosen>{option.label}</option> }
        })
        .collect();
    view! {
        <Field id=id.clone() label=label hint=hint error=error required=required>
            <div class="select-wrap">
                <select
                    id=id
                    name=name
                    class="input"
                    required=required
                    aria-describedby=move || described.described_by()
                    aria-invalid=move || ids.invalid()
                >
                    {options}
                </select>
                <IconMark icon=Icon::ChevronDown />
            </div>
        </Field>
    }
}

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
    #[prop(optional_no_strip, into)]
    hint: Option<String>,
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
    let ids = FieldIds::new(&id, hint.as_ref(), error);
    let described = ids.clone();
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
                <span>{label}</span>
            </label>
            <FieldNotes id=id hint=hint error=error />
        </div>
    }
}

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
    #[prop(optional_no_strip, into)]
    selected: Option<String>,
    /// How to choose.
    #[prop(optional_no_strip, into)]
    hint: Option<String>,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// Whether the form needs one.
    #[prop(optional)]
    required: bool,
) -> impl IntoView {
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
