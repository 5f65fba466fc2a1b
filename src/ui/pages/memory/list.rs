//! `/memory`: search, filters, and the list.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::event::Topic;
use crate::domain::member::Permission;
use crate::domain::memory::{Memory, MemoryFilter};
use crate::domain::page::Page;
use crate::server_fns::memory::memory_list;
use crate::ui::components::{
    ButtonVariant, Card, Cell, Column, EmptyState, FilterChips, Icon, LinkButton, PageHeader, Pagination,
    RelativeTime, RevealedText, Row, RowHeader, SkeletonRows, Table,
};
use crate::ui::forms::{Notice, NoticeBar, ReturnedError};
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::pages::whose::Whose;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::{PATH, chips, from_query, href, tagged};
use super::filter_form::FilterForm;
use super::words::{read_often, seen_by, tier_name};

/// The list of memories.
#[component]
pub fn MemoriesPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteMemory);
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(from_query));
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move {
            let answer = memory_list(filter.clone()).await;
            (filter, Whose::load().await, answer)
        },
    );
    let shown = StoredValue::new(None);
    let newer = newer_than(
        shown,
        |changes| changes.concern(Topic::Memory),
        move || {
            let filter = filter.get_untracked();
            async move { memory_list(filter.clone()).await.ok().map(|page| (filter, page)) }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| (done == "forgotten").then_some("The memory is forgotten."));
    view! {
        <Title text="Memory" />
        <PageHeader
            title="Memory"
            subtitle="What your agents remember and share. What is read often and matters is kept longer; the rest is forgotten by itself."
            actions=move || may_write.then(|| view! { <NewLink /> })
        />
        <ReturnedError />
        <NoticeBar notice=notice />
        <Newer newer=newer what="Something changed here." show=retry />
        <Transition fallback=|| view! { <SkeletonRows rows=8 label="Loading memory" /> }>
            {move || Suspend::new(async move {
                let (filter, whose, answer) = loaded.await;
                shown.set_value(answer.as_ref().ok().map(|page| (filter.clone(), page.clone())));
                let chips = chips(&filter, &whose);
                let narrowed = !chips.is_empty();
                let list = match answer {
                    Ok(page) => {
                        view! { <List page=page filter=filter.clone() narrowed=narrowed may_write=may_write /> }
                            .into_any()
                    }
                    Err(error) => {
                        view! { <PageError title="Memory could not be loaded" error=error retry=retry /> }.into_any()
                    }
                };
                view! {
                    <FilterForm filter=filter whose=whose />
                    <FilterChips chips=chips clear_href=PATH />
                    {list}
                }
            })}
        </Transition>
    }
}

#[component]
fn NewLink() -> impl IntoView {
    view! {
        <LinkButton href="/memory/new" variant=ButtonVariant::Primary icon=Icon::Plus>
            "New memory"
        </LinkButton>
    }
}

#[component]
fn List(
    /// One page of the list.
    page: Page<Memory>,
    /// The filter in force.
    filter: MemoryFilter,
    /// Whether a filter leaves something out.
    narrowed: bool,
    /// Whether the member may store memories.
    may_write: bool,
) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <Nothing narrowed=narrowed may_write=may_write /> }.into_any();
    }
    let first = filter.cursor.is_some().then(|| href(&MemoryFilter { cursor: None, ..filter.clone() }));
    let next = page.next_cursor.map(|cursor| href(&MemoryFilter { cursor: Some(cursor), ..filter.clone() }));
    let columns = vec![
        Column::new("Memory"),
        Column::new("Tier"),
        Column::new("Category"),
        Column::new("Importance").number(),
        Column::new("Seen by"),
        Column::new("Read"),
        Column::new("Forgotten"),
        Column::new("Stored"),
    ];
    let caption = match filter.sort {
        None => "Memories, newest first",
        Some(_) => "Memories, most important first",
    };
    let rows: Vec<_> = page.items.into_iter().map(|memory| view! { <MemoryRow memory=memory /> }).collect();
    view! {
        <Card flush=true>
            <Table caption=caption columns=columns>
                {rows}
            </Table>
        </Card>
        <Pagination label="Pages of memories" previous=first next=next />
    }
    .into_any()
}

#[component]
fn MemoryRow(
    /// The memory.
    memory: Memory,
) -> impl IntoView {
    let forgotten = match memory.expires_at {
        Some(at) => view! { <RelativeTime datetime=stamp(at) text=moment(at) /> }.into_any(),
        None => "Kept".into_any(),
    };
    let tags: Vec<_> = memory
        .tags
        .iter()
        .map(|tag| {
            view! {
                <li class="max-w-full">
                    <a class="chip max-w-full" href=tagged(tag)>
                        <span class="sr-only">"Tag "</span>
                        <span class="min-w-0 truncate">{tag.clone()}</span>
                    </a>
                </li>
            }
        })
        .collect();
    let headline = segments(&memory.headline());
    let (seen_by, read) = (seen_by(&memory), read_often(&memory));
    let tags = (!tags.is_empty()).then(|| {
        view! { <ul aria-label="Tags" class="mt-1 flex flex-wrap gap-1">{tags}</ul> }
    });
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=format!("{PATH}/{}", memory.id)>
                    <RevealedText segments=headline />
                </a>
                {tags}
            </RowHeader>
            <Cell label="Tier">{tier_name(memory.tier)}</Cell>
            <Cell label="Category">{human(memory.category.as_str())}</Cell>
            <Cell label="Importance" number=true>{memory.importance.to_string()}</Cell>
            <Cell label="Seen by">{seen_by}</Cell>
            <Cell label="Read">{read}</Cell>
            <Cell label="Forgotten">{forgotten}</Cell>
            <Cell label="Stored">
                <RelativeTime datetime=stamp(memory.created_at) text=moment(memory.created_at) />
            </Cell>
        </Row>
    }
}

#[component]
fn Nothing(
    /// Whether a filter leaves something out.
    narrowed: bool,
    /// Whether the member may store memories.
    may_write: bool,
) -> impl IntoView {
    if narrowed {
        return view! {
            <EmptyState icon=Icon::Search title="No memory matches" body="Try fewer words, or take a filter away.">
                <LinkButton href=PATH>"Clear all filters"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState
            icon=Icon::Brain
            title="Nothing is remembered yet"
            body="It appears here when an agent stores something to remember, or when somebody adds it."
        >
            {may_write.then(|| view! { <NewLink /> })}
        </EmptyState>
    }
    .into_any()
}
