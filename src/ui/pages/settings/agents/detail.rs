//! One agent.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::domain::AppError;
use crate::domain::agent::{Agent, AgentStatus};
use crate::domain::ids::AgentId;
use crate::domain::member::Permission;
use crate::domain::text::reveal_text;
use crate::server_fns::agents::{AgentDelete, AgentPatch, agent_get};
use crate::ui::components::{
    ButtonVariant, Card, LinkButton, RevealedText, SelectField, Skeleton, StatusBadge,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then, Version};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::settings::lists::words;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::segments;

use super::{AgentText, PATH, kind, state};

/// One agent.
#[component]
pub fn AgentPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteAgents);
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(
        move || id.get(),
        |id| async move {
            match id.parse::<AgentId>() {
                Ok(id) => agent_get(id).await,
                Err(_) => Err(AppError::not_found("agent")),
            }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "created" => Some("The agent is added. Give it a token under Tokens."),
        "saved" => Some("The changes are saved."),
        _ => None,
    });
    view! {
        <Transition fallback=|| view! { <Skeleton lines=8 label="Loading the agent" /> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                let title = answer.as_ref().map_or("Agent".to_owned(), |agent| reveal_text(&agent.name));
                let body = match answer {
                    Ok(agent) => view! { <AgentView agent=agent may_write=may_write notice=notice /> }.into_any(),
                    Err(error) => {
                        view! { <PageError title="The agent could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! { <SettingsFrame tab=PATH title=title detail=true notice=notice>{body}</SettingsFrame> }
            })}
        </Transition>
    }
}

#[component]
fn AgentView(
    /// The agent.
    agent: Agent,
    /// Whether the member may change it.
    may_write: bool,
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    let (id, what) = (agent.id, kind(agent.kind));
    if !may_write {
        let (tone, label) = state(agent.status);
        return view! {
            <Card>
                <p>{what} ". " <StatusBadge tone=tone label=label /></p>
                <p class="mt-2">
                    <RevealedText segments=segments(&agent.description) />
                </p>
            </Card>
            <ReadOnly text="Owners, admins and operators change agents." />
        }
        .into_any();
    }
    let version = RwSignal::new(agent.version);
    let form = FormState::new("agent-edit")
        .faults_only()
        .field("/name", "agent-name")
        .field("/description", "agent-description")
        .field("/status", "agent-status");
    let saved = Then::new(move |agent: Agent| {
        let _ = version.try_set(agent.version);
        notice.say("The changes are saved.");
    });
    let next =
        AgentStatus::ALL.iter().filter(|next| **next == agent.status || agent.status.may_become(**next));
    let statuses = words(next.map(|status| status.as_str()));
    let remove = FormState::new("agent-delete").faults_only();
    let navigate = use_navigate();
    let deleted = Then::new(move |()| navigate("/settings/agents?done=deleted", NavigateOptions::default()));
    view! {
        <Card>
            <p class="mb-4 text-muted">{what} "."</p>
            <ActionForm<AgentPatch> form=form.clone() class="grid max-w-xl gap-4" on_done=saved>
                <Hidden name="id" value=id.to_string() />
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
        <div class="mt-6">
            <Disclose label="Delete this agent" variant=ButtonVariant::Danger>
                <p>"Its tokens stop working. If it ever acted, it is archived instead, because the log names it."</p>
                <ActionForm<AgentDelete> form=remove.clone() on_done=deleted>
                    <Hidden name="id" value=id.to_string() />
                    <Version of=version />
                    <SubmitButton form=remove variant=ButtonVariant::Danger label="Delete or archive".to_owned() />
                </ActionForm<AgentDelete>>
            </Disclose>
        </div>
    }
    .into_any()
}
