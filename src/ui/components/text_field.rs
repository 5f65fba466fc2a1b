//! One line of text, many lines of text. Values are the browser's: what someone typed before the page
//! was hydrated stays. Read them from the form, or from `on:input` written on the component.

use leptos::{html, prelude::*};

use crate::ui::hooks::use_exact_text;

use super::field::{Field, FieldIds};
use super::maybe_text::MaybeText;

/// A labelled `<input>`.
#[component]
pub fn TextField(
    /// The input's id.
    #[prop(into)]
    id: String,
    /// The form field's name.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The input's type: `text`, `email`, `password`, `number`, `date`, `search`, `url`.
    #[prop(default = "text")]
    kind: &'static str,
    /// The value to begin with.
    #[prop(optional, into)]
    value: MaybeText,
    /// How to answer.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the answer.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// Whether the form needs it.
    #[prop(optional)]
    required: bool,
    /// Part of a filter: not called optional, because everything is.
    #[prop(optional)]
    filter: bool,
    /// What the browser may fill in: `email`, `current-password`, `off`.
    #[prop(optional, into)]
    autocomplete: MaybeText,
    /// Which keyboard a phone shows: `numeric`, `decimal`, `email`.
    #[prop(optional, into)]
    inputmode: MaybeText,
    /// An example; never the only place for a rule.
    #[prop(optional, into)]
    placeholder: MaybeText,
    /// Shortest answer, in UTF-16 units.
    #[prop(optional)]
    minlength: Option<u32>,
    /// Longest answer, in UTF-16 units.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Smallest number or date.
    #[prop(optional, into)]
    min: MaybeText,
    /// Largest number or date.
    #[prop(optional, into)]
    max: MaybeText,
    /// Step of a number; `any` for fractions.
    #[prop(optional, into)]
    step: MaybeText,
    /// The id of a `<datalist>` whose answers the browser offers.
    #[prop(optional, into)]
    list: MaybeText,
    /// Shown and sent, but not changed.
    #[prop(optional)]
    readonly: bool,
    /// Neither changed nor sent.
    #[prop(optional)]
    disabled: bool,
    /// Mono type, for ids, hashes and tokens.
    #[prop(optional)]
    mono: bool,
) -> impl IntoView {
    let (value, hint, autocomplete, inputmode, placeholder, min, max, step, list) =
        (value.0, hint.0, autocomplete.0, inputmode.0, placeholder.0, min.0, max.0, step.0, list.0);
    let ids = FieldIds::new(&id, hint.as_ref(), error);
    let described = ids.clone();
    view! {
        <Field id=id.clone() label=label hint=hint error=error required=required filter=filter>
            <input
                id=id
                name=name
                type=kind
                class=if mono { "input font-mono" } else { "input" }
                value=value
                required=required
                autocomplete=autocomplete
                inputmode=inputmode
                placeholder=placeholder
                minlength=minlength.map(|units| units.to_string())
                maxlength=maxlength.map(|units| units.to_string())
                min=min
                max=max
                step=step
                list=list
                readonly=readonly
                disabled=disabled
                aria-describedby=move || described.described_by()
                aria-invalid=move || ids.invalid()
            />
        </Field>
    }
}

/// A labelled `<textarea>`.
#[component]
pub fn TextareaField(
    /// The textarea's id.
    #[prop(into)]
    id: String,
    /// The form field's name.
    #[prop(into)]
    name: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// The text to begin with.
    #[prop(optional, into)]
    value: MaybeText,
    /// How to answer.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the answer.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// Whether the form needs it.
    #[prop(optional)]
    required: bool,
    /// Lines shown.
    #[prop(default = 4)]
    rows: u32,
    /// An example; never the only place for a rule.
    #[prop(optional, into)]
    placeholder: MaybeText,
    /// Longest answer, in UTF-16 units.
    #[prop(optional)]
    maxlength: Option<u32>,
    /// Mono type and no spelling marks, for data.
    #[prop(optional)]
    mono: bool,
) -> impl IntoView {
    let (value, hint, placeholder) = (value.0, hint.0, placeholder.0);
    let ids = FieldIds::new(&id, hint.as_ref(), error);
    let described = ids.clone();
    let area = NodeRef::<html::Textarea>::new();
    use_exact_text(area, value.clone());
    // HTML drops the first line feed after <textarea>; one more keeps a text that begins with one exact.
    let text = value.map(|text| if text.starts_with('\n') { format!("\n{text}") } else { text });
    view! {
        <Field id=id.clone() label=label hint=hint error=error required=required>
            <textarea
                node_ref=area
                id=id
                name=name
                class=if mono { "input font-mono" } else { "input" }
                rows=rows.to_string()
                required=required
                placeholder=placeholder
                maxlength=maxlength.map(|units| units.to_string())
                spellcheck=mono.then_some("false")
                aria-describedby=move || described.described_by()
                aria-invalid=move || ids.invalid()
            >
                {text}
            </textarea>
        </Field>
    }
}
