//! `/setup?token=…`: the first owner, by the link that the program printed.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::AppError;
use crate::domain::member::Me;
use crate::server_fns::account::{AccountSetUp, HOME, set_up_link};
use crate::ui::components::{ButtonVariant, ErrorState, LinkButton, Skeleton, TextField};
use crate::ui::forms::{ActionForm, FormState, Hidden, ReturnedError, SubmitButton, Then, provide_returned};
use crate::ui::hooks::load_page;
use crate::ui::layout::AuthFrame;

/// Asks whether the link still works, then for what the first owner needs. A link that does not is a 404.
#[component]
pub fn SetUpPage() -> impl IntoView {
    provide_returned();
    let token = use_query_map().with_untracked(|query| query.get("token")).unwrap_or_default();
    let asked = token.clone();
    let link = Resource::new_blocking(move || asked.clone(), set_up_link);
    view! {
        <Transition fallback=|| {
            view! { <AuthFrame title="Set up Countersign"><Skeleton lines=6 /></AuthFrame> }
        }>
            {move || {
                let token = token.clone();
                Suspend::new(async move {
                    match link.await {
                        Ok(()) => view! { <SetUpForm token=token /> }.into_any(),
                        Err(AppError::NotFound { .. }) => view! { <NoLink /> }.into_any(),
                        Err(error) => {
                            view! {
                                <Title text="Set up" />
                                <AuthFrame title="Set up Countersign">
                                    <ErrorState title="The link could not be checked" detail=error.to_string() />
                                </AuthFrame>
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Transition>
    }
}

#[component]
fn NoLink() -> impl IntoView {
    view! {
        <Title text="Link not found" />
        <AuthFrame title="This link does not work" subtitle="A set-up link works once, for 15 minutes.">
            <p class="mb-4 text-muted">
                "Restart the program to get a new one, as long as nobody has an account. Who has one signs in."
            </p>
            <LinkButton href="/sign-in" variant=ButtonVariant::Primary full=true>
                "Sign in"
            </LinkButton>
        </AuthFrame>
    }
}

#[component]
fn SetUpForm(
    /// The link's token.
    token: String,
) -> impl IntoView {
    let form = FormState::new("set-up")
        .faults_only()
        .field("/workspace", "set-up-workspace")
        .field("/name", "set-up-name")
        .field("/email", "set-up-email")
        .field("/password", "set-up-password");
    let done = Then::new(|_: Me| load_page(HOME));
    view! {
        <Title text="Set up" />
        <AuthFrame title="Set up Countersign" subtitle="You become the owner of the first workspace.">
            <ReturnedError />
            <ActionForm<AccountSetUp> form=form.clone() class="grid gap-4" on_done=done>
                <Hidden name="input[token]" value=token />
                <TextField
                    id="set-up-workspace"
                    name="input[workspace]"
                    label="Workspace"
                    hint="Your company or department. People see it at the top of every page."
                    value=form.typed("input[workspace]")
                    error=form.error_at("/workspace")
                    autocomplete="organization"
                    required=true
                    maxlength=200
                />
                <TextField
                    id="set-up-name"
                    name="input[name]"
                    label="Your name"
                    hint="It stands beside your decisions."
                    value=form.typed("input[name]")
                    error=form.error_at("/name")
                    autocomplete="name"
                    required=true
                    maxlength=200
                />
                <TextField
                    id="set-up-email"
                    name="input[email]"
                    label="Email"
                    kind="email"
                    value=form.typed("input[email]")
                    error=form.error_at("/email")
                    autocomplete="username"
                    required=true
                />
                <TextField
                    id="set-up-password"
                    name="input[password]"
                    label="Password"
                    kind="password"
                    hint="At least 12 characters. A few words that belong to nobody else are good."
                    error=form.error_at("/password")
                    autocomplete="new-password"
                    required=true
                    minlength=12
                />
                <SubmitButton
                    form=form
                    variant=ButtonVariant::Primary
                    full=true
                    label="Set up the workspace".to_owned()
                />
            </ActionForm<AccountSetUp>>
        </AuthFrame>
    }
}
