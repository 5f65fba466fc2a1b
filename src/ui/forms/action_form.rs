//! A form for a server function.

use std::marker::PhantomData;
use std::sync::Arc;

use leptos::prelude::*;
use leptos::server_fn::ServerFn;
use leptos::task::spawn_local;
use serde::de::DeserializeOwned;

use crate::domain::AppError;
use crate::server_fns::call::{FORM, call, read};
use crate::ui::components::{
    Button, ButtonKind, ButtonSize, ButtonVariant, FormError, Icon, IconMark, MaybeText, use_announcer,
};
use crate::ui::hooks::{emptying, form_body};

use super::guard::Guard;
use super::returned::{ReturnedOnce, forget_returned};
use super::state::FormState;
use super::then::Then;

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
    on_done: Option<Then<F::Output>>,
    /// Called with what is not a fault of a field; without it the form shows that too.
    #[prop(optional, into)]
    on_refused: Option<Then<AppError>>,
    /// Empties the fields once the function has answered: the next answer is another one, or is a secret.
    #[prop(optional)]
    emptied: bool,
    /// More classes.
    #[prop(optional, into)]
    class: String,
    /// The fields and the button.
    children: Children,
) -> impl IntoView
where
    F: ServerFn<Error = AppError>,
    F::Output: DeserializeOwned + 'static,
{
    let PhantomData = function;
    let answered: Option<Answered> = on_done
        .map(|done| Arc::new(move |answer: &str| read(answer).map(|answer| done.run(answer))) as Answered);
    sending_form(F::PATH, form, answered, on_refused, emptied, class, children)
}

/// Reads a function's answer and hands it on.
type Answered = Arc<dyn Fn(&str) -> Result<(), AppError> + Send + Sync>;

/// All of an [`ActionForm`] that is the same for every function, built once.
fn sending_form(
    path: &'static str,
    form: FormState,
    answered: Option<Answered>,
    on_refused: Option<Then<AppError>>,
    emptied: bool,
    class: String,
    children: Children,
) -> AnyView {
    let announcer = use_announcer();
    let returned = use_context::<ReturnedOnce>();
    let (sending, error, guard) = (form.sending, form.error, form.guard.clone());
    let submit = move |event: leptos::ev::SubmitEvent| {
        if event.default_prevented() {
            return;
        }
        event.prevent_default();
        if sending.get_untracked() || !guard.as_ref().is_none_or(Guard::lets_go) {
            return;
        }
        let (body, empty) = (form_body(&event), emptying(&event));
        forget_returned(returned);
        sending.set(true);
        error.set(None);
        announcer.announce("Sending…");
        let (answered, on_refused) = (answered.clone(), on_refused.clone());
        spawn_local(async move {
            let answer = call(path, FORM, body).await;
            // The form may have left the page meanwhile; then nobody waits for what it says.
            let _ = sending.try_set(false);
            let outcome = answer.and_then(|answer| answered.map_or(Ok(()), |answered| answered(&answer)));
            match (outcome, on_refused) {
                (Ok(()), _) if emptied => empty(),
                (Ok(()), _) => {}
                (Err(refused), Some(tell)) if !matches!(refused, AppError::Invalid { .. }) => {
                    tell.run(refused)
                }
                (Err(refused), _) => {
                    let _ = error.try_set(Some(refused));
                }
            }
        });
    };
    view! {
        <form
            id=form.id.clone()
            method="post"
            action=path
            class=class
            on:submit=submit
            aria-busy=move || if sending.get() { "true" } else { "false" }
        >
            <input type="hidden" name="_form" value=form.id.clone() />
            <FormError message=form.message() fields=form.faults() />
            {children()}
        </form>
    }
    .into_any()
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
