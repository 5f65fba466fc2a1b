//! `/messages`: the threads, the one that was added to last first.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::domain::agent::{Agent, AgentFilter};
use crate::domain::event::Topic;
use crate::domain::member::Permission;
use crate::domain::message::{Message, MessageFilter, MessageStatus, MessageType, Priority};
use crate::domain::page::Page;
use crate::domain::team::{Team, TeamFilter};
use crate::server_fns::agents::agent_list;
use crate::server_fns::messages::message_list;
use crate::server_fns::teams::team_list;
use crate::ui::components::{
    Badge, Button, ButtonKind, ButtonVariant, Card, Cell, Choice, Column, EmptyState, Icon, LinkButton,
    PageHeader, Pagination, RelativeTime, RevealedText, Row, RowHeader, SelectField, SkeletonRows,
    StatusBadge, Table,
};
use crate::ui::forms::ReturnedError;
use crate::ui::hooks::form_body;
use crate::ui::pages::newer::{Newer, newer_of};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::{PATH, from_query, href, narrows};
use super::words;

/// The agents of the workspace, for the choices of the forms.
pub async fn agents() -> Vec<Agent> {
    let filter = AgentFilter { limit: Some("200".to_owned()), ..AgentFilter::default() };
    agent_list(filter).await.map(|page| page.items).unwrap_or_default()
}

/// The teams of the workspace, for the same.
pub async fn teams() -> Vec<Team> {
    let filter = TeamFilter { limit: Some("200".to_owned()), ..TeamFilter::default() };
    team_list(filter).await.map(|page| page.items).unwrap_or_default()
}

/// The threads.
#[component]
pub fn MessagesPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteMessages);
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(from_query));
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move {
            let answer = message_list(filter.clone()).await;
            (filter, answer)
        },
    );
    let (agents, teams) = (Resource::new(|| (), |()| agents()), Resource::new(|| (), |()| teams()));
    let newer = newer_of(Topic::Message);
    let retry = Callback::new(move |()| loaded.refetch());
    let new = move || may_write.then(|| view! { <NewLink /> });
    view! {
        <Title text="Messages" />
        <PageHeader
            title="Messages"
            subtitle="What your agents send each other, and what people send them."
            actions=new
        />
        <ReturnedError />
        <Newer newer=newer show=retry />
        <Transition fallback=|| view! { <SkeletonRows rows=8 label="Loading messages" /> }>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                let (agents, teams) = (agents.await, teams.await);
                let list = match answer {
                    Ok(page) => {
                        view! { <Threads page=page filter=filter.clone() may_write=may_write /> }.into_any()
                    }
                    Err(error) => {
                        view! { <PageError title="The messages could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! {
                    <Filters filter=filter agents=agents teams=teams />
                    {list}
                }
            })}
        </Transition>
    }
}

#[component]
fn NewLink() -> impl IntoView {
    view! {
        <LinkButton href="/messages/new" variant=ButtonVariant::Primary icon=Icon::Plus>
            "New message"
        </LinkButton>
    }
}

#[component]
fn Filters(
    /// The filter in force.
    filter: MessageFilter,
    /// The agents to choose from.
    agents: Vec<Agent>,
    /// The teams to choose from.
    teams: Vec<Team>,
) -> impl IntoView {
    let navigate = use_navigate();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let body = form_body(&event);
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(body.as_bytes());
            pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
        };
        let wanted = MessageFilter {
            agent_id: value("agentId"),
            team_id: value("teamId"),
            message_type: value("type"),
            priority: value("priority"),
            status: value("status"),
            ..MessageFilter::default()
        };
        navigate(&href(&wanted), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    let any = |all: Vec<Choice>| std::iter::once(Choice::new("", "Any")).chain(all).collect::<Vec<_>>();
    let agents = any(agents.into_iter().map(|one| Choice::new(one.id.to_string(), one.name)).collect());
    let teams = any(teams.into_iter().map(|one| Choice::new(one.id.to_string(), one.name)).collect());
    let named =
        |names: Vec<&'static str>| any(names.iter().map(|name| Choice::new(*name, human(name))).collect());
    let types = named(MessageType::ALL.iter().map(|one| one.as_str()).collect());
    let priorities = named(Priority::ALL.iter().map(|one| one.as_str()).collect());
    let states = named(MessageStatus::ALL.iter().map(|one| one.as_str()).chain(["dead"]).collect());
    let narrowed = narrows(&filter);
    view! {
        <form
            aria-label="Filter messages"
            method="get"
            action=PATH
            class="mb-4 grid items-end gap-3 sm:grid-cols-3 xl:grid-cols-6"
            on:submit=submit
        >
            <SelectField id="messages-agent" name="agentId" label="Agent" options=agents selected=filter.agent_id filter=true />
            <SelectField id="messages-team" name="teamId" label="Team" options=teams selected=filter.team_id filter=true />
            <SelectField id="messages-type" name="type" label="Type" options=types selected=filter.message_type filter=true />
            <SelectField id="messages-priority" name="priority" label="Priority" options=priorities selected=filter.priority filter=true />
            <SelectField id="messages-status" name="status" label="Status" options=states selected=filter.status filter=true />
            <div class="flex flex-wrap gap-2">
                <Button kind=ButtonKind::Submit icon=Icon::Search>"Filter"</Button>
                {narrowed.then(|| view! { <LinkButton href=PATH variant=ButtonVariant::Ghost>"Clear"</LinkButton> })}
            </div>
        </form>
    }
}

#[component]
fn Threads(
    /// One page of the list.
    page: Page<Message>,
    /// The filter in force.
    filter: MessageFilter,
    /// Whether the member may send messages.
    may_write: bool,
) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <Nothing narrowed=narrows(&filter) may_write=may_write /> }.into_any();
    }
    let first = filter.cursor.is_some().then(|| href(&MessageFilter { cursor: None, ..filter.clone() }));
    let next = page.next_cursor.map(|cursor| href(&MessageFilter { cursor: Some(cursor), ..filter.clone() }));
    let columns = vec![
        Column::new("Subject"),
        Column::new("From and to"),
        Column::new("Type"),
        Column::new("Status"),
        Column::new("Answers"),
        Column::new("Last"),
    ];
    let rows: Vec<_> = page.items.into_iter().map(|first| view! { <ThreadRow first=first /> }).collect();
    view! {
        <Card flush=true>
            <Table caption="Threads, the last added to first" columns=columns>
                {rows}
            </Table>
        </Card>
        <Pagination label="Pages of threads" previous=first next=next />
    }
    .into_any()
}

#[component]
fn ThreadRow(
    /// The first message of the thread.
    first: Message,
) -> impl IntoView {
    let (tone, label) = words::status(&first);
    let last = first.thread_at.unwrap_or(first.created_at);
    let priority = words::priority(first.priority);
    let (href, subject) = (format!("{PATH}/{}", first.id), segments(&first.subject));
    let (from_to, replies) = (words::from_to(&first), first.replies.to_string());
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=href>
                    <RevealedText segments=subject />
                </a>
            </RowHeader>
            <Cell label="From and to">{from_to}</Cell>
            <Cell label="Type">
                <span class="inline-flex flex-wrap items-baseline gap-x-2">
                    {human(first.message_type.as_str())}
                    {priority.map(|(tone, label)| view! { <Badge tone=tone>{label}</Badge> })}
                </span>
            </Cell>
            <Cell label="Status"><StatusBadge tone=tone label=label /></Cell>
            <Cell label="Answers" number=true>{replies}</Cell>
            <Cell label="Last"><RelativeTime datetime=stamp(last) text=moment(last) /></Cell>
        </Row>
    }
}

#[component]
fn Nothing(
    /// Whether a filter is in force.
    narrowed: bool,
    /// Whether the member may send messages.
    may_write: bool,
) -> impl IntoView {
    if narrowed {
        return view! {
            <EmptyState icon=Icon::Search title="No messages match" body="Choose less, or something else.">
                <LinkButton href=PATH>"Show all messages"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let body = "They appear here when an agent sends one to another agent or to its team, or when somebody writes to an agent.";
    view! {
        <EmptyState icon=Icon::Message title="No messages yet" body=body>
            {may_write.then(|| view! { <NewLink /> })}
        </EmptyState>
    }
    .into_any()
}
