//! `/sign-in`.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::member::Me;
use crate::server_fns::account::{AccountSignIn, local_path};
use crate::ui::components::{ButtonVariant, TextField};
use crate::ui::forms::{ActionForm, FormState, Hidden, ReturnedError, SubmitButton, Then, provide_returned};
use crate::ui::hooks::load_page;
use crate::ui::layout::AuthFrame;

/// Address and password; then the page that the person was on the way to.
#[component]
pub fn SignInPage() -> impl IntoView {
    provide_returned();
    let next = use_query_map().with_untracked(|query| query.get("next"));
    let form = FormState::new("sign-in")
        .faults_only()
        .field("/email", "sign-in-email")
        .field("/password", "sign-in-password");
    let to = local_path(next.as_deref());
    // A load, not a step of the router: the whole page is the member's from now on.
    let done = Then::new(move |_: Me| load_page(&to));
    let footer = || view! { "No account yet, or no way in? Ask an admin of your workspace." };
    view! {
        <Title text="Sign in" />
        <AuthFrame title="Sign in" subtitle="To decide what your agents may do." footer=footer>
            <ReturnedError />
            <ActionForm<AccountSignIn> form=form.clone() class="grid gap-4" on_done=done>
                {next.map(|next| view! { <Hidden name="next" value=next /> })}
                <TextField
                    id="sign-in-email"
                    name="input[email]"
                    label="Email"
                    kind="email"
                    value=form.typed("input[email]")
                    error=form.error_at("/email")
                    autocomplete="username"
                    required=true
                />
                <TextField
                    id="sign-in-password"
                    name="input[password]"
                    label="Password"
                    kind="password"
                    error=form.error_at("/password")
                    autocomplete="current-password"
                    required=true
                />
                <SubmitButton form=form variant=ButtonVariant::Primary full=true label="Sign in".to_owned() />
            </ActionForm<AccountSignIn>>
        </AuthFrame>
    }
}
