//! What stands in a page whose data could not be had.

use leptos::prelude::*;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_location;

use crate::domain::AppError;
use crate::server_fns::page::respond_with;
use crate::ui::components::{ButtonVariant, ErrorState, LinkButton, button_class};

/// Where to sign in and come back to `path` with `search`.
pub fn sign_in_path(path: &str, search: &str) -> String {
    let here = if search.is_empty() {
        path.to_owned()
    } else {
        format!("{path}?{}", search.trim_start_matches('?'))
    };
    if here == "/" || here == "/approvals" {
        return "/sign-in".to_owned();
    }
    let query = form_urlencoded::Serializer::new(String::new()).append_pair("next", &here).finish();
    format!("/sign-in?{query}")
}

/// The way on from `error`: signing in, or trying again.
#[component]
pub fn PageError(
    /// What failed: "The approvals could not be loaded".
    #[prop(into)]
    title: String,
    /// Why.
    error: AppError,
    /// Fetches again, where a script runs.
    #[prop(optional, into)]
    retry: Option<Callback<()>>,
) -> impl IntoView {
    let location = use_location();
    let (path, search) = (location.pathname.get_untracked(), location.search.get_untracked());
    if error == AppError::Unauthenticated {
        return view! { <Redirect path=sign_in_path(&path, &search) /> }.into_any();
    }
    // Also where no server function failed, as with an address that holds no id.
    respond_with(error.status());
    let request_id = match &error {
        AppError::Internal { request_id } => Some(request_id.clone()),
        _ => None,
    };
    let here = if search.is_empty() { path } else { format!("{path}?{search}") };
    let again = move |event: leptos::ev::MouseEvent| {
        if let Some(retry) = retry {
            event.prevent_default();
            retry.run(());
        }
    };
    view! {
        <ErrorState title=title detail=error.to_string() request_id=request_id>
            <a
                href=here
                rel="external"
                class=button_class(ButtonVariant::Outline, Default::default(), "")
                on:click=again
            >
                "Try again"
            </a>
            {matches!(error, AppError::NotFound { .. })
                .then(|| view! { <LinkButton href="/approvals">"Go to approvals"</LinkButton> })}
        </ErrorState>
    }
    .into_any()
}

#[cfg(test)]
mod tests {
    use super::sign_in_path;

    #[test]
    fn signing_in_leads_back() {
        for (path, search, to) in [
            ("/approvals", "", "/sign-in"),
            ("/approvals", "q=a&b=c", "/sign-in?next=%2Fapprovals%3Fq%3Da%26b%3Dc"),
            ("/audit", "?x=1", "/sign-in?next=%2Faudit%3Fx%3D1"),
        ] {
            assert_eq!(sign_in_path(path, search), to);
        }
    }
}
