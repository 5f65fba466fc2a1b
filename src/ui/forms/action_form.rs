//! A form for a server function.

use std::marker::PhantomData;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use crate::domain::AppError;
use crate::server_fns::codec::from_form;
use crate::ui::components::{
    Button, ButtonKind, ButtonSize, ButtonVariant, FormError, Icon, IconMark, MaybeText, use_announcer,
};
use crate::ui::hooks::form_body;

use super::returned::{ReturnedOnce, forget_returned};
use super::state::FormState;

/// A plain form that posts to the function `F`; once hydrated it sends the same fields itself, keeps what was typed
/// and shows what was refused. Its fields have the names of the function's arguments: `id`, `input[reviewNotes]`.
#[component]
pub fn ActionForm<F>(
    /// Only names the type.
    #[prop(optional)]
    function: PhantomData<F>,
    /// The form's state, shared with its fields.
    form: FormState,
    /// Called with the function's answer.
    #[prop(optional, into)]
    on_done: Option<Callback<F::Output>>,
    /// Called with what is not a fault of a field; without it the form shows that too.
    #[prop(optional, into)]
    on_refused: Option<Callback<AppError>>,
    /// More classes.
    #[prop(optional, into)]
    class: String,
    /// The fields and the button.
    children: Children,
) -> impl IntoView
where
    F: ServerFn<Error = AppError> + DeserializeOwned + 'static,
    F::Output: 'static,
{
    let PhantomData = function;
    let announcer = use_announcer();
    let returned = use_context::<ReturnedOnce>();
    let (sending, error) = (form.sending, form.error);
    let submit = move |event: leptos::ev::SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if sending.get_untracked() {
            return;
        }
        let body = form_body(&event);
        forget_returned(returned);
        sending.set(true);
        error.set(None);
        announcer.announce("Sending…");
        spawn_local(async move {
            let answer = match from_form::<F>(&body) {
                Ok(arguments) => arguments.run_on_client().await,
                Err(refused) => Err(refused),
            };
            // The form may have left the page meanwhile; then nobody waits for what it says.
            let _ = sending.try_set(false);
            match (answer, on_done, on_refused) {
                (Ok(answer), Some(done), _) => done.run(answer),
                (Ok(_), None, _) => {}
                (Err(refused), _, Some(tell)) if !matches!(refused, AppError::Invalid { .. }) => {
                    tell.run(refused)
                }
                (Err(refused), _, _) => {
                    let _ = error.try_set(Some(refused));
                }
            }
        });
    };
    view! {
        <form
            id=form.id.clone()
            method="post"
            action=F::PATH
            class=class
            on:submit=submit
            aria-busy=move || if sending.get() { "true" } else { "false" }
        >
            <input type="hidden" name="_form" value=form.id.clone() />
            <FormError message=form.message() fields=form.faults() />
            {children()}
        </form>
    }
}

/// A field that nobody sees.
#[component]
pub fn Hidden(
    /// The field's name.
    #[prop(into)]
    name: String,
    /// Its value.
    #[prop(into)]
    value: String,
) -> impl IntoView {
    view! { <input type="hidden" name=name value=value /> }
}

/// The button that sends. While the form is under way it says so and does nothing; it keeps the focus.
#[component]
pub fn SubmitButton(
    /// The form's state.
    form: FormState,
    /// How much it stands out.
    #[prop(optional)]
    variant: ButtonVariant,
    /// How tall.
    #[prop(optional)]
    size: ButtonSize,
    /// An icon before the text.
    #[prop(optional, into)]
    icon: Option<Icon>,
    /// The form field it sends.
    #[prop(optional, into)]
    name: MaybeText,
    /// The value it sends.
    #[prop(optional, into)]
    value: MaybeText,
    /// Fills the width.
    #[prop(optional)]
    full: bool,
    /// What it does, in a word or a few.
    #[prop(into)]
    label: Signal<String>,
    /// What it does it to, for screen readers.
    #[prop(optional, into)]
    subject: String,
) -> impl IntoView {
    let sending = form.sending;
    let subject =
        (!subject.is_empty()).then(|| view! { <span class="sr-only">{format!(": {subject}")}</span> });
    view! {
        <Button
            variant=variant
            size=size
            kind=ButtonKind::Submit
            name=name.0
            value=value.0
            full=full
            attr:aria-disabled=move || sending.get().then_some("true")
        >
            {icon.map(|icon| view! { <IconMark icon=icon /> })}
            <span>{move || if sending.get() { "Sending…".to_owned() } else { label.get() }}{subject}</span>
        </Button>
    }
}
