//! Choosing one of many from a closed list.

use leptos::prelude::*;

use super::field::{Field, FieldIds};
use super::icon::{Icon, IconMark};
use super::maybe_text::MaybeText;

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
    #[prop(optional, into)]
    selected: MaybeText,
    /// How to choose.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the choice.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// Whether the form needs it. A select without an empty choice always has a value: say `true`.
    #[prop(default = true)]
    required: bool,
    /// Part of a filter: never needed, and not called optional either.
    #[prop(optional)]
    filter: bool,
) -> impl IntoView {
    let (selected, hint) = (selected.0, hint.0);
    let required = required && !filter;
    let ids = FieldIds::new(&id, hint.as_ref(), error);
    let described = ids.clone();
    // A blank choice is an answer too: browsers refuse it where an answer is required.
    let must_choose = required && options.iter().all(|option| !option.value.is_empty());
    let options: Vec<_> = options
        .into_iter()
        .map(|option| {
            let chosen = selected.as_deref() == Some(option.value.as_str());
            view! { <option value=option.value selected=chosen>{option.label}</option> }
        })
        .collect();
    view! {
        <Field id=id.clone() label=label hint=hint error=error required=required filter=filter>
            <div class="select-wrap">
                <select
                    id=id
                    name=name
                    class="input"
                    required=must_choose
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
