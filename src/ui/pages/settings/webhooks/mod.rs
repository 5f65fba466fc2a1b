//! Webhooks: the list at `/settings/webhooks`, and one of them.

mod detail;
mod list;
mod notices;

use leptos::prelude::*;

use crate::ui::components::TextField;
use crate::ui::forms::FormState;

pub use detail::WebhookPage;
pub use list::WebhooksPage;

const PATH: &str = "/settings/webhooks";

/// The state of a webhook's form.
fn webhook_form_state(id: &'static str) -> FormState {
    FormState::new(id).faults_only().field("/name", "webhook-name").field("/url", "webhook-url")
}

/// Name and address.
#[component]
fn WebhookFields(
    /// The form's state.
    form: FormState,
    /// The name to begin with.
    #[prop(optional, into)]
    name: String,
    /// The address to begin with.
    #[prop(optional, into)]
    url: String,
) -> impl IntoView {
    view! {
        <TextField
            id="webhook-name"
            name="input[name]"
            label="Name"
            value=form.typed("input[name]").unwrap_or(name)
            error=form.error_at("/name")
            autocomplete="off"
            required=true
            maxlength=200
        />
        <TextField
            id="webhook-url"
            name="input[url]"
            label="Address"
            kind="url"
            value=form.typed("input[url]").unwrap_or(url)
            hint="https://, at a public address."
            error=form.error_at("/url")
            autocomplete="off"
            required=true
            maxlength=2000
        />
    }
}
