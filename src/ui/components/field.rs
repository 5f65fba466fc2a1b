//! What every form field shares: label, hint, error, and how they are tied to the control by id.

use leptos::prelude::*;

use super::icon::{Icon, IconMark};
use super::maybe_text::MaybeText;

/// The ids a control points at. `{id}-hint` and `{id}-error` are the field's own.
#[derive(Clone)]
pub(super) struct FieldIds {
    id: String,
    has_hint: bool,
    error: MaybeProp<String>,
}

impl FieldIds {
    pub(super) fn new(id: &str, hint: Option<&String>, error: MaybeProp<String>) -> Self {
        Self { id: id.to_owned(), has_hint: hint.is_some(), error }
    }

    /// For `aria-describedby`: the error first, then the hint; none when there is neither.
    pub(super) fn described_by(&self) -> Option<String> {
        let error = self.error.with(|error| error.is_some()).then(|| format!("{}-error", self.id));
        let hint = self.has_hint.then(|| format!("{}-hint", self.id));
        match (error, hint) {
            (Some(error), Some(hint)) => Some(format!("{error} {hint}")),
            (error, hint) => error.or(hint),
        }
    }

    /// For `aria-invalid`.
    pub(super) fn invalid(&self) -> Option<&'static str> {
        self.error.with(|error| error.is_some()).then_some("true")
    }
}

/// The label, hint and error around a control that the caller writes itself. The control carries `id`,
/// `aria-describedby="{id}-error {id}-hint"` and `aria-invalid` where they apply.
#[component]
pub fn Field(
    /// The control's id.
    #[prop(into)]
    id: String,
    /// What is asked for.
    #[prop(into)]
    label: String,
    /// How to answer.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the answer.
    #[prop(optional, into)]
    error: MaybeProp<String>,
    /// An optional field says so in words; a required one says nothing.
    #[prop(optional)]
    required: bool,
    /// Says nothing about being optional: for filters, where everything is.
    #[prop(optional)]
    filter: bool,
    /// The control.
    children: Children,
) -> impl IntoView {
    let hint = hint.0;
    view! {
        <div class="field">
            <label class="field-label" for=id.clone()>
                {label}
                {(!required && !filter).then(|| view! { <span class="font-normal text-muted">" (optional)"</span> })}
            </label>
            {children()}
            <FieldNotes id=id hint=hint error=error />
        </div>
    }
}

/// The hint and the error under a control.
#[component]
pub(super) fn FieldNotes(
    /// The control's id.
    id: String,
    /// How to answer.
    #[prop(optional, into)]
    hint: MaybeText,
    /// What is wrong with the answer.
    error: MaybeProp<String>,
) -> impl IntoView {
    let hint = hint.0;
    let hint_id = format!("{id}-hint");
    view! {
        {hint.map(|hint| view! { <p id=hint_id class="field-hint">{hint}</p> })}
        <FieldError id=format!("{id}-error") message=error />
    }
}

/// The error of one field. Nothing is drawn without a message.
#[component]
pub fn FieldError(
    /// The element's id, which the control's `aria-describedby` names.
    #[prop(into)]
    id: String,
    /// What is wrong, and what would be right.
    #[prop(into)]
    message: MaybeProp<String>,
) -> impl IntoView {
    move || {
        let id = id.clone();
        message.get().map(|message| {
            view! {
                <p id=id class="field-error">
                    <IconMark icon=Icon::Alert size=14 class="mt-px" />
                    <span class="min-w-0 [overflow-wrap:anywhere]">
                        <span class="sr-only">"Error: "</span>
                        {message}
                    </span>
                </p>
            }
        })
    }
}
