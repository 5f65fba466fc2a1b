//! `/n/…`: the link of an e-mail. It works once, for the member it was sent to, and leads on to what it is about.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos_meta::Title;
use leptos_router::components::Redirect;
use leptos_router::hooks::use_params_map;

use crate::domain::AppError;
use crate::server_fns::notifications::notification_follow;
use crate::server_fns::page::respond_with;
use crate::ui::components::{Card, EmptyState, Icon, LinkButton, PageHeader};
use crate::ui::pages::PageError;

/// Leads on, or says why it does not.
#[component]
pub fn LinkPage() -> impl IntoView {
    let token = use_params_map().with_untracked(|params| params.get("token")).unwrap_or_default();
    let followed = Resource::new_blocking(|| (), move |()| notification_follow(token.clone()));
    // Not inside a <Suspense>: it may build its children, and with them the link's one use, several times.
    Suspend::new(async move {
        let view = match followed.await {
            Ok(link) => view! { <Redirect path=link.href /> }.into_any(),
            Err(error @ (AppError::Refused { .. } | AppError::NotFound { .. })) => {
                respond_with(410);
                view! { <Over error=error /> }.into_any()
            }
            Err(error) => {
                view! { <PageError title="The link could not be followed" error=error /> }.into_any()
            }
        };
        OwnedView::new(view)
    })
}

#[component]
fn Over(
    /// Why.
    error: AppError,
) -> impl IntoView {
    let why = match error {
        AppError::NotFound { .. } => "It was not sent to you, or it is long over.".to_owned(),
        other => other.to_string(),
    };
    view! {
        <Title text="Link" />
        <PageHeader title="This link leads nowhere" />
        <Card>
            <EmptyState icon=Icon::Bell title="What it was about is in your notifications" body=why>
                <LinkButton href="/notifications">"Go to your notifications"</LinkButton>
            </EmptyState>
        </Card>
    }
}
