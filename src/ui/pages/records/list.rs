//! `/records`: kinds as tabs, search, and the list.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::domain::record::{Record, RecordFilter, RecordKind};
use crate::server_fns::records::record_list;
use crate::ui::components::{
    Button, ButtonKind, ButtonVariant, Card, Cell, Column, EmptyState, Icon, LinkButton, PageHeader,
    Pagination, RelativeTime, RevealedText, Row, RowHeader, SkeletonRows, Tab, Table, Tabs,
};
use crate::ui::forms::{Notice, NoticeBar, ReturnedError};
use crate::ui::hooks::form_body;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::{PATH, from_query, href, of_kind};
use super::words::{facts, plural, state};

/// The list of records.
#[component]
pub fn RecordsPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteRecords);
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(from_query));
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move {
            let answer = record_list(filter.clone()).await;
            (filter, answer)
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| (done == "deleted").then_some("The record is deleted."));
    let new = move || may_write.then(|| view! { <NewLink filter=filter.get() /> });
    view! {
        <Title text="Records" />
        <PageHeader
            title="Records"
            subtitle="What your agents read and change. An approved action changes them for real."
            actions=move || new
        />
        <ReturnedError />
        <NoticeBar notice=notice />
        <Transition fallback=|| view! { <SkeletonRows rows=8 label="Loading records" /> }>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                let list = match answer {
                    Ok(page) => {
                        view! { <RecordList page=page filter=filter.clone() may_write=may_write /> }.into_any()
                    }
                    Err(error) => {
                        view! { <PageError title="The records could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! {
                    <Kinds filter=filter.clone() />
                    <Search filter=filter />
                    {list}
                }
            })}
        </Transition>
    }
}

#[component]
fn NewLink(
    /// The filter in force, whose kind is the new record's.
    filter: RecordFilter,
) -> impl IntoView {
    let kind = filter.kind.and_then(|kind| kind.parse().ok()).unwrap_or(RecordKind::Contact);
    view! {
        <LinkButton href=format!("/records/new?kind={kind}") variant=ButtonVariant::Primary icon=Icon::Plus>
            {format!("New {kind}")}
        </LinkButton>
    }
}

#[component]
fn Kinds(
    /// The filter in force.
    filter: RecordFilter,
) -> impl IntoView {
    let tab = |kind: Option<RecordKind>| Tab {
        href: href(&of_kind(&filter, kind)),
        label: kind.map_or("All", plural).to_owned(),
        count: None,
        current: filter.kind.as_deref() == kind.map(RecordKind::as_str),
    };
    let tabs =
        std::iter::once(tab(None)).chain(RecordKind::ALL.iter().map(|kind| tab(Some(*kind)))).collect();
    view! { <Tabs label="Records by kind" tabs=tabs /> }
}

#[component]
fn Search(
    /// The filter in force.
    filter: RecordFilter,
) -> impl IntoView {
    let navigate = use_navigate();
    let submit = move |event: leptos::ev::SubmitEvent| {
        event.prevent_default();
        let body = form_body(&event);
        let value = |name: &str| {
            let mut pairs = form_urlencoded::parse(body.as_bytes());
            pairs.find(|(key, value)| key == name && !value.is_empty()).map(|(_, value)| value.into_owned())
        };
        let wanted = RecordFilter { kind: value("kind"), q: value("q"), ..RecordFilter::default() };
        navigate(&href(&wanted), NavigateOptions { scroll: false, ..NavigateOptions::default() });
    };
    let clear = href(&RecordFilter { q: None, cursor: None, ..filter.clone() });
    let searched = filter.q.is_some();
    view! {
        <form role="search" aria-label="Records" method="get" action=PATH class="mb-4 flex flex-wrap items-center gap-2" on:submit=submit>
            {filter.kind.map(|kind| view! { <input type="hidden" name="kind" value=kind /> })}
            <label class="sr-only" for="records-q">"Search titles by their beginning"</label>
            <div class="min-w-0 max-w-md flex-1">
                <input
                    id="records-q"
                    name="q"
                    type="search"
                    class="input"
                    value=filter.q
                    maxlength="200"
                    placeholder="Title begins with"
                />
            </div>
            <Button kind=ButtonKind::Submit icon=Icon::Search>
                "Search"
            </Button>
            {searched.then(|| view! { <LinkButton href=clear variant=ButtonVariant::Ghost>"Clear"</LinkButton> })}
        </form>
    }
}

#[component]
fn RecordList(
    /// One page of the list.
    page: Page<Record>,
    /// The filter in force.
    filter: RecordFilter,
    /// Whether the member may make records.
    may_write: bool,
) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <Nothing filter=filter may_write=may_write /> }.into_any();
    }
    let first = filter.cursor.is_some().then(|| href(&RecordFilter { cursor: None, ..filter.clone() }));
    let next = page.next_cursor.map(|cursor| href(&RecordFilter { cursor: Some(cursor), ..filter.clone() }));
    let columns = vec![
        Column::new("Title"),
        Column::new("Kind"),
        Column::new("State"),
        Column::new("Details"),
        Column::new("Changed"),
    ];
    let rows: Vec<_> = page.items.into_iter().map(|record| view! { <RecordRow record=record /> }).collect();
    view! {
        <Card flush=true>
            <Table caption="Records, last changed first" columns=columns>
                {rows}
            </Table>
        </Card>
        <Pagination label="Pages of records" previous=first next=next />
    }
    .into_any()
}

#[component]
fn RecordRow(
    /// The record.
    record: Record,
) -> impl IntoView {
    let state = state(&record).unwrap_or_else(|| "–".to_owned());
    let facts = match facts(&record) {
        none if none.is_empty() => "–".to_owned(),
        facts => facts.join(" · "),
    };
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=format!("/records/{}", record.id)>
                    <RevealedText segments=segments(&record.title) />
                </a>
            </RowHeader>
            <Cell label="Kind">{human(record.kind.as_str())}</Cell>
            <Cell label="State">{state}</Cell>
            <Cell label="Details">
                <RevealedText segments=segments(&facts) />
            </Cell>
            <Cell label="Changed">
                <RelativeTime datetime=stamp(record.updated_at) text=moment(record.updated_at) />
            </Cell>
        </Row>
    }
}

#[component]
fn Nothing(
    /// The filter in force.
    filter: RecordFilter,
    /// Whether the member may make records.
    may_write: bool,
) -> impl IntoView {
    let kind = filter.kind.as_deref().and_then(|kind| kind.parse().ok());
    let what = kind.map_or("records", plural).to_lowercase();
    if filter.q.is_some() {
        let clear = href(&RecordFilter { q: None, cursor: None, ..filter });
        return view! {
            <EmptyState icon=Icon::Search title=format!("No {what} match") body="Try fewer letters, or another kind.">
                <LinkButton href=clear>"Clear the search"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let body = "They appear here when somebody adds one, or when an approved action of an agent makes one.";
    view! {
        <EmptyState icon=Icon::Database title=format!("No {what} yet") body=body>
            {may_write.then(|| view! { <NewLink filter=filter /> })}
        </EmptyState>
    }
    .into_any()
}
