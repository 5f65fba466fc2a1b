//! What an agent is called, and whether it may act.

use leptos::prelude::*;

use crate::domain::agent::{Agent, AgentStatus};
use crate::server_fns::agents::AgentPatch;
use crate::ui::components::{ButtonVariant, Card, LinkButton, SelectField};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then, Version};
use crate::ui::pages::settings::lists::words;

use super::AgentText;

/// The form of name, description and state.
#[component]
pub fn Terms(
    /// The agent.
    agent: Agent,
    /// The version that the member sees.
    version: Signal<i64>,
    /// What follows a change.
    saved: Then<Agent>,
) -> impl IntoView {
    let form = FormState::new("agent-edit")
        .faults_only()
        .field("/name", "agent-name")
        .field("/description", "agent-description")
        .field("/status", "agent-status");
    let next =
        AgentStatus::ALL.iter().filter(|next| **next == agent.status || agent.status.may_become(**next));
    let statuses = words(next.map(|status| status.as_str()));
    view! {
        <Card title="Terms">
            <ActionForm<AgentPatch> form=form.clone() class="grid max-w-xl gap-4" on_done=saved>
                <Hidden name="id" value=agent.id.to_string() />
                <Version of=version />
                <AgentText form=form.clone() name=agent.name description=agent.description />
                <SelectField
                    id="agent-status"
                    name="input[status]"
                    label="State"
                    options=statuses
                    selected=form.typed("input[status]").unwrap_or_else(|| agent.status.to_string())
                    hint="What a paused or archived agent asks for is denied."
                    error=form.error_at("/status")
                />
                <div class="flex flex-wrap gap-2">
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save changes".to_owned() />
                    <LinkButton href="/settings/tokens" variant=ButtonVariant::Ghost>
                        "Tokens"
                    </LinkButton>
                </div>
            </ActionForm<AgentPatch>>
        </Card>
    }
}
