//! The page for addresses that lead nowhere.

use leptos::prelude::*;
use leptos_meta::Title;

use crate::server_fns::page::respond_with;
use crate::ui::components::{ButtonVariant, LinkButton};
use crate::ui::layout::AuthFrame;

/// Says that there is nothing here, with the status 404.
#[component]
pub fn NotFound() -> impl IntoView {
    respond_with(404);
    view! {
        <Title text="Page not found" />
        <AuthFrame title="Page not found" subtitle="Nothing lives at this address.">
            <p class="mb-4 text-muted">
                "The link may be old, or the address mistyped. Approvals keep their address for ever."
            </p>
            <LinkButton href="/approvals" variant=ButtonVariant::Primary full=true>
                "Go to approvals"
            </LinkButton>
        </AuthFrame>
    }
}
