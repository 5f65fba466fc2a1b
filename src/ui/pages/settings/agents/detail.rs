//! One agent: what it is, what it does, and its end.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};

use crate::domain::agent::Agent;
use crate::domain::member::Permission;
use crate::domain::text::reveal_text;
use crate::server_fns::agents::AgentDelete;
use crate::ui::components::{ButtonVariant, Skeleton};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then, Version};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::{PageError, use_session};

use super::PATH;
use super::facts::Facts;
use super::found::Found;
use super::profile::EditProfile;
use super::reading::ReadProfile;
use super::terms::Terms;

/// One agent.
#[component]
pub fn AgentPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteAgents);
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(move || id.get(), move |id| Found::load(id, may_write));
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "created" => Some("The agent is added. Give it a token under Tokens."),
        "made" => Some("The agent is added. Say below what it does."),
        "saved" => Some("The changes are saved."),
        _ => None,
    });
    let changed = Callback::new(move |text: &'static str| {
        notice.say(text);
        loaded.refetch();
    });
    view! {
        <Transition fallback=|| view! { <Skeleton lines=12 label="Loading the agent" /> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                let title = answer.as_ref().map_or("Agent".to_owned(), |found| reveal_text(&found.agent.name));
                let body = match answer {
                    Ok(found) => {
                        view! { <AgentView found=found may_write=may_write notice=notice changed=changed /> }
                            .into_any()
                    }
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
    /// The agent and what belongs to it.
    found: Found,
    /// Whether the member may change it.
    may_write: bool,
    /// The page's notice.
    notice: Notice,
    /// Reads all of it again after a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    // What both forms change; neither takes away what is typed in the other.
    let agent = RwSignal::new(found.agent.clone());
    let facts = view! { <Facts agent=agent owner=found.owner.clone() /> };
    if !may_write {
        return view! {
            <div class="grid gap-4">
                {facts}
                <ReadProfile found=found />
                <ReadOnly text="Owners, admins and operators change agents." />
            </div>
        }
        .into_any();
    }
    let saved = Then::new(move |saved: Agent| {
        let _ = agent.try_set(saved);
        notice.say("The changes are saved.");
    });
    let version = Signal::derive(move || agent.with(|agent| agent.version));
    let (first, id) = (found.agent.clone(), found.agent.id.to_string());
    view! {
        <div class="grid gap-4">
            {facts}
            <Terms agent=first version=version saved=saved />
            // Drawn anew with what was read anew: what was typed is what was saved.
            {move || view! { <EditProfile found=found.clone() version=version changed=changed /> }}
            <DeleteAgent id=id version=version />
        </div>
    }
    .into_any()
}

#[component]
fn DeleteAgent(
    /// The agent.
    id: String,
    /// The version that the member sees.
    version: Signal<i64>,
) -> impl IntoView {
    let form = FormState::new("agent-delete").faults_only();
    let navigate = use_navigate();
    let deleted = Then::new(move |()| navigate("/settings/agents?done=deleted", NavigateOptions::default()));
    view! {
        <Disclose label="Delete this agent" variant=ButtonVariant::Danger>
            <p>"Its tokens stop working. If it ever acted, it is archived instead, because the log names it."</p>
            <ActionForm<AgentDelete> form=form.clone() on_done=deleted>
                <Hidden name="id" value=id />
                <Version of=version />
                <SubmitButton form=form variant=ButtonVariant::Danger label="Delete or archive".to_owned() />
            </ActionForm<AgentDelete>>
        </Disclose>
    }
}
