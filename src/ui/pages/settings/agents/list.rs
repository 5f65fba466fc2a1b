//! The list of agents, and a new one.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::domain::agent::{Agent, AgentFilter, AgentKind};
use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::server_fns::agents::{AgentCreate, agent_list};
use crate::ui::components::{
    ButtonVariant, Card, Cell, Choice, Column, EmptyState, Icon, RadioGroup, RevealedText, Row, RowHeader,
    SkeletonRows, StatusBadge, Table,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Notice, SubmitButton, Then};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::settings::lists::{Pages, use_cursor};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, segments};

use super::{AgentText, PATH, kind, state};

/// The agents.
#[component]
pub fn AgentsPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteAgents);
    let cursor = use_cursor();
    let query = use_query_map();
    let all = Memo::new(move |_| query.with(|query| query.get("show").as_deref() == Some("all")));
    let loaded = Resource::new(
        move || (cursor.get(), all.get()),
        |(cursor, all)| async move {
            let status = all.then(|| "all".to_owned());
            let filter = AgentFilter { status, cursor: cursor.clone(), limit: None };
            (cursor, all, agent_list(filter).await)
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| {
        (done == "deleted").then_some(
            "The agent is gone. If it ever acted, it is archived instead, because the log names it.",
        )
    });
    view! {
        <SettingsFrame tab=PATH title="Agents" subtitle="Who asks. An agent never decides." notice=notice>
            {if may_write {
                view! { <AddAgent /> }.into_any()
            } else {
                view! { <ReadOnly text="Owners, admins and operators add and change agents." /> }.into_any()
            }}
            <Transition fallback=|| view! { <SkeletonRows label="Loading agents" /> }>
                {move || Suspend::new(async move {
                    let (cursor, all, answer) = loaded.await;
                    match answer {
                        Ok(page) => view! { <AgentTable page=page cursor=cursor all=all /> }.into_any(),
                        Err(error) => {
                            view! { <PageError title="The agents could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </SettingsFrame>
    }
}

#[component]
fn AgentTable(
    /// One page of the agents.
    page: Page<Agent>,
    /// Where it begins.
    cursor: Option<String>,
    /// Archived ones are among them.
    all: bool,
) -> impl IntoView {
    const ALL: &str = "/settings/agents?show=all";
    let (here, href, word) =
        if all { (ALL, PATH, "Hide archived agents") } else { (PATH, ALL, "Show archived agents") };
    let next = page.next_cursor;
    let list = if page.items.is_empty() {
        let body = "Add one here and give it a token, or let the command line make it with its first token.";
        view! { <EmptyState icon=Icon::Users title="No agents yet" body=body /> }.into_any()
    } else {
        let rows: Vec<_> = page
            .items
            .into_iter()
            .map(|agent| {
                let (tone, label) = state(agent.status);
                view! {
                    <Row>
                        <RowHeader>
                            <a class="link" href=format!("{PATH}/{}", agent.id)>
                                <RevealedText segments=segments(&agent.name) />
                            </a>
                        </RowHeader>
                        <Cell label="Kind">{kind(agent.kind)}</Cell>
                        <Cell label="State">
                            <StatusBadge tone=tone label=label />
                        </Cell>
                        <Cell label="About">
                            <RevealedText segments=segments(&agent.description) />
                        </Cell>
                    </Row>
                }
            })
            .collect();
        let columns =
            vec![Column::new("Name"), Column::new("Kind"), Column::new("State"), Column::new("About")];
        view! {
            <Card flush=true>
                <Table caption="Agents, by name" columns=columns>
                    {rows}
                </Table>
            </Card>
        }
        .into_any()
    };
    view! {
        {list}
        <Pages path=here label="Pages of agents" cursor=cursor next=next />
        <p class="mt-4">
            <a class="link inline-flex min-h-11 items-center text-sm md:min-h-6" href=href>{word}</a>
        </p>
    }
}

#[component]
fn AddAgent() -> impl IntoView {
    let form = FormState::new("agent-add")
        .faults_only()
        .field("/name", "agent-name")
        .field("/description", "agent-description")
        .field("/kind", "agent-kind");
    let open = form.typed("_form").is_some();
    let navigate = use_navigate();
    let done = Then::new(move |agent: Agent| {
        let word = match agent.kind {
            AgentKind::Internal => "made",
            AgentKind::External => "created",
        };
        navigate(&format!("{PATH}/{}?done={word}", agent.id), NavigateOptions::default());
    });
    let kinds: Vec<_> = [AgentKind::External, AgentKind::Internal]
        .into_iter()
        .map(|of| Choice::new(of.as_str(), human(of.as_str())).hint(kind(of)))
        .collect();
    view! {
        <div class="mb-4">
            <Disclose label="Add an agent" icon=Icon::Plus open=open>
                <ActionForm<AgentCreate> form=form.clone() class="grid gap-3" on_done=done>
                    <AgentText form=form.clone() />
                    <RadioGroup
                        id="agent-kind"
                        name="input[kind]"
                        legend="Kind"
                        options=kinds
                        selected=form.typed("input[kind]").unwrap_or_else(|| AgentKind::External.to_string())
                        error=form.error_at("/kind")
                    />
                    <p class="text-sm text-muted">"You become its owner: others decide what it asks for."</p>
                    <div>
                        <SubmitButton form=form variant=ButtonVariant::Primary label="Add the agent".to_owned() />
                    </div>
                </ActionForm<AgentCreate>>
            </Disclose>
        </div>
    }
}
