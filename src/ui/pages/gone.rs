//! What stands in a page about something that is not there, or is not kept any more.

use leptos::prelude::*;

use crate::server_fns::page::respond_with;
use crate::ui::components::{EmptyState, Icon, LinkButton};

/// Says so, with the status 404. Links to what was removed lead here: nothing failed.
#[component]
pub fn Gone(
    /// The noun: "execution".
    what: &'static str,
    /// Where the others are.
    href: &'static str,
    /// What the link there says.
    link: &'static str,
) -> impl IntoView {
    respond_with(404);
    view! {
        <EmptyState
            icon=Icon::Clock
            title=format!("There is no such {what} here.")
            body=format!("A workspace may keep its past for some days only: an old {what} is removed with time.")
        >
            <LinkButton href=href>{link}</LinkButton>
        </EmptyState>
    }
}
