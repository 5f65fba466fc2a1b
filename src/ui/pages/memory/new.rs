//! `/memory/new`: something to remember.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::member::Permission;
use crate::domain::memory::Memory;
use crate::server_fns::memory::MemoryCreate;
use crate::ui::components::{
    ButtonVariant, Card, EmptyState, Icon, LinkButton, PageHeader, SelectField, Skeleton,
};
use crate::ui::forms::{ActionForm, ReturnedError, SubmitButton, Then};
use crate::ui::pages::use_session;
use crate::ui::pages::whose::Whose;

use super::address::PATH;
use super::fields::{MemoryFields, memory_form_state};

/// A form for a new memory.
#[component]
pub fn NewMemoryPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteMemory);
    let whose = Resource::new(|| (), |()| Whose::load());
    let body = if may_write {
        view! {
            <Transition fallback=|| view! { <Skeleton lines=8 label="Loading teams and agents" /> }>
                {move || Suspend::new(async move {
                    let whose = whose.await;
                    view! { <NewMemory whose=whose /> }
                })}
            </Transition>
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=Icon::Brain
                title="Your role reads memory"
                body="Owners, admins and operators add to it. Ask one of them, or an admin for another role."
            >
                <LinkButton href=PATH>"Go to memory"</LinkButton>
            </EmptyState>
        }
        .into_any()
    };
    view! {
        <Title text="New memory" />
        <PageHeader title="New memory" back=PATH back_label="Memory" />
        <ReturnedError />
        {body}
    }
}

#[component]
fn NewMemory(
    /// Teams and agents to choose from.
    whose: Whose,
) -> impl IntoView {
    let form = memory_form_state("memory-new");
    let navigate = use_navigate();
    let done = Then::new(move |memory: Memory| {
        navigate(&format!("{PATH}/{}?done=stored", memory.id), NavigateOptions::default());
    });
    view! {
        <Card>
            <ActionForm<MemoryCreate> form=form.clone() class="grid gap-4" on_done=done>
                <MemoryFields form=form.clone() />
                <div class="grid gap-4 sm:grid-cols-2">
                    <SelectField
                        id="memory-team"
                        name="input[teamId]"
                        label="Team"
                        options=whose.team_choices("No team")
                        selected=form.typed("input[teamId]")
                        hint="Its agents see it. With neither a team nor an agent, all agents do."
                        error=form.error_at("/teamId")
                        required=false
                    />
                    <SelectField
                        id="memory-agent"
                        name="input[agentId]"
                        label="Agent"
                        options=whose.agent_choices("No agent")
                        selected=form.typed("input[agentId]")
                        hint="Whose it is. Without a team, nobody else sees it."
                        error=form.error_at("/agentId")
                        required=false
                    />
                </div>
                <div class="flex flex-wrap gap-2">
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Remember it".to_owned() />
                    <LinkButton href=PATH variant=ButtonVariant::Ghost>
                        "Cancel"
                    </LinkButton>
                </div>
            </ActionForm<MemoryCreate>>
        </Card>
    }
}
