//! Agents: the list at `/settings/agents`, and one of them.

mod detail;
mod facts;
mod found;
mod list;
mod profile;
mod reading;
mod terms;

use leptos::prelude::*;

use crate::domain::agent::{AgentKind, AgentStatus};
use crate::ui::components::{TextField, TextareaField, Tone};
use crate::ui::forms::{Clearable, FormState};

pub use detail::AgentPage;
pub use list::AgentsPage;

const PATH: &str = "/settings/agents";

fn state(status: AgentStatus) -> (Tone, &'static str) {
    match status {
        AgentStatus::Draft => (Tone::Neutral, "Draft"),
        AgentStatus::Active => (Tone::Ok, "Active"),
        AgentStatus::Paused => (Tone::Warn, "Paused"),
        AgentStatus::Archived => (Tone::Neutral, "Archived"),
    }
}

fn kind(kind: AgentKind) -> &'static str {
    match kind {
        AgentKind::Internal => "Run by Countersign",
        AgentKind::External => "Calls in with a token",
    }
}

/// A model that agents name and the settings do not.
fn not_configured(model: &str) -> String {
    format!("{model} (not configured)")
}

/// Name and description.
#[component]
fn AgentText(
    /// The form's state.
    form: FormState,
    /// The name to begin with.
    #[prop(optional, into)]
    name: String,
    /// The description to begin with.
    #[prop(optional, into)]
    description: String,
) -> impl IntoView {
    view! {
        <TextField
            id="agent-name"
            name="input[name]"
            label="Name"
            value=form.typed("input[name]").unwrap_or(name)
            error=form.error_at("/name")
            autocomplete="off"
            required=true
            maxlength=200
        />
        <Clearable name="input[description]" />
        <TextareaField
            id="agent-description"
            name="input[description]"
            label="About"
            value=form.typed("input[description]").unwrap_or(description)
            error=form.error_at("/description")
            rows=3
            maxlength=10_000
        />
    }
}
