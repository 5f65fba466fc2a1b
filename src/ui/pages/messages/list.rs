//! `/messages`: the threads, the one that was added to last first.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::event::Topic;
use crate::domain::member::Permission;
use crate::domain::message::{Message, MessageFilter};
use crate::domain::page::Page;
use crate::server_fns::messages::message_list;
use crate::ui::components::{
    Badge, ButtonVariant, Card, Cell, Column, EmptyState, Icon, LinkButton, PageHeader, Pagination,
    RelativeTime, RevealedText, Row, RowHeader, SkeletonRows, StatusBadge, Table,
};
use crate::ui::forms::ReturnedError;
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::pages::whose::Whose;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::{PATH, from_query, href, narrows};
use super::filter_form::FilterForm;
use super::words;

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
    let whose = Resource::new(|| (), |()| Whose::load());
    let shown = StoredValue::new(None);
    let newer = newer_than(
        shown,
        |changes| changes.concern(Topic::Message),
        move || {
            let filter = filter.get_untracked();
            async move { message_list(filter.clone()).await.ok().map(|page| (filter, page)) }
        },
    );
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
        <Newer newer=newer what="Something changed here." show=retry />
        <Transition fallback=|| view! { <SkeletonRows rows=8 label="Loading messages" /> }>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                let whose = whose.await;
                shown.set_value(answer.as_ref().ok().map(|page| (filter.clone(), page.clone())));
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
                    <FilterForm filter=filter whose=whose />
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
