//! `/workflows`: each workflow as a card, and the templates.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::event::Topic;
use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::domain::text::reveal_text;
use crate::domain::workflow::{Workflow, WorkflowFilter};
use crate::server_fns::workflows::workflow_list;
use crate::ui::components::{
    ButtonSize, ButtonVariant, DescriptionList, EmptyState, Icon, KeyValue, LinkButton, PageHeader,
    Pagination, RevealedText, SkeletonRows, StatusBadge, Tabs,
};
use crate::ui::forms::{Notice, NoticeBar, ReturnedError};
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::segments;

use super::address::{PATH, from_query, href, tabs};
use super::run::{RunNow, can_start};
use super::templates::Templates;
use super::trigger_words::starts;
use super::words::{published, status, step_count};

/// The list of workflows.
#[component]
pub fn WorkflowsPage() -> impl IntoView {
    let me = use_session();
    let (may_write, may_run) = (me.may(Permission::WriteWorkflows), me.may(Permission::RunWorkflows));
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(from_query));
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move {
            let answer = workflow_list(filter.clone()).await;
            (filter, answer)
        },
    );
    let shown = StoredValue::new(None);
    let newer = newer_than(
        shown,
        |changes| changes.concern(Topic::Workflow),
        move || {
            let filter = filter.get_untracked();
            async move { workflow_list(filter.clone()).await.ok().map(|page| (filter, page)) }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| {
        (done == "deleted").then_some(
            "The workflow is gone. If it ever ran, it is archived instead, because its executions name it.",
        )
    });
    view! {
        <Title text="Workflows" />
        <PageHeader
            title="Workflows"
            subtitle="What happens in which order, who does it, and where people are asked. Each version is kept."
            actions=move || may_write.then(|| view! { <NewLink /> })
        />
        <ReturnedError />
        <NoticeBar notice=notice />
        <Newer newer=newer what="Something changed here." show=retry />
        <Transition fallback=|| view! { <SkeletonRows rows=6 label="Loading workflows" /> }>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                shown.set_value(answer.as_ref().ok().map(|page| (filter.clone(), page.clone())));
                let tabs = tabs(&filter);
                let list = match answer {
                    Ok(page) => {
                        view! { <List page=page filter=filter may_write=may_write may_run=may_run /> }.into_any()
                    }
                    Err(error) => {
                        view! { <PageError title="The workflows could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! {
                    <Tabs label="Workflows by status" tabs=tabs />
                    {list}
                }
            })}
        </Transition>
        {may_write.then(|| view! { <div class="mt-6 empty:hidden"><Templates /></div> })}
    }
}

#[component]
fn NewLink() -> impl IntoView {
    view! {
        <LinkButton href="/workflows/new" variant=ButtonVariant::Primary icon=Icon::Plus>
            "New workflow"
        </LinkButton>
    }
}

#[component]
fn List(
    /// One page of the list.
    page: Page<Workflow>,
    /// The filter in force.
    filter: WorkflowFilter,
    /// Whether the member may make workflows.
    may_write: bool,
    /// Whether the member may start them.
    may_run: bool,
) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <Nothing narrowed=filter.status.is_some() may_write=may_write /> }.into_any();
    }
    let first = filter.cursor.is_some().then(|| href(&WorkflowFilter { cursor: None, ..filter.clone() }));
    let next =
        page.next_cursor.map(|cursor| href(&WorkflowFilter { cursor: Some(cursor), ..filter.clone() }));
    let cards: Vec<_> = page
        .items
        .into_iter()
        .map(|workflow| view! { <WorkflowCard workflow=workflow may_run=may_run /> })
        .collect();
    view! {
        <ul aria-label="Workflows, by name" class="grid gap-4 md:grid-cols-2 xl:grid-cols-3">{cards}</ul>
        <Pagination label="Pages of workflows" previous=first next=next />
    }
    .into_any()
}

#[component]
fn WorkflowCard(
    /// The workflow.
    workflow: Workflow,
    /// Whether the member may start it.
    may_run: bool,
) -> impl IntoView {
    let (tone, label) = status(workflow.status);
    let href = format!("{PATH}/{}", workflow.id);
    let (name, shown) = (segments(&workflow.name), reveal_text(&workflow.name));
    // The first line is enough to know it by.
    let about = workflow.description.lines().next().filter(|line| !line.trim().is_empty()).map(|line| {
        let line = segments(line);
        view! { <p class="line-clamp-2 text-sm text-muted"><RevealedText segments=line /></p> }
    });
    let team = workflow.team_name.as_deref().map_or("No team".to_owned(), reveal_text);
    let (starts, published) = (starts(&workflow.trigger), published(workflow.published, workflow.changed));
    let steps = step_count(workflow.step_count);
    let run = (may_run && can_start(&workflow)).then(|| view! { <RunNow workflow=workflow /> });
    view! {
        <li class="card flex min-w-0 flex-col gap-3 p-4">
            <div class="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
                <h2 class="min-w-0 text-base">
                    <a class="link inline-flex min-h-11 items-center md:min-h-6" href=href.clone()>
                        <RevealedText segments=name />
                    </a>
                </h2>
                <StatusBadge tone=tone label=label />
            </div>
            {about}
            <DescriptionList>
                <KeyValue label="Starts">{starts}</KeyValue>
                <KeyValue label="Team">{team}</KeyValue>
                <KeyValue label="Published">{published}</KeyValue>
                <KeyValue label="Draft">{steps}</KeyValue>
            </DescriptionList>
            <div class="mt-auto flex flex-wrap gap-2 pt-1">
                {run}
                <LinkButton href=href size=ButtonSize::Small>
                    "Open" <span class="sr-only">{format!(": {shown}")}</span>
                </LinkButton>
            </div>
        </li>
    }
}

#[component]
fn Nothing(
    /// Whether a filter leaves something out.
    narrowed: bool,
    /// Whether the member may make workflows.
    may_write: bool,
) -> impl IntoView {
    if narrowed {
        return view! {
            <EmptyState icon=Icon::Search title="No workflow has this status" body="Look at another one, or at all of them.">
                <LinkButton href=PATH>"Show what is in use"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let body = "A workflow says what happens in which order, who does it, and where people are asked. Write one, or begin with a template.";
    view! {
        <EmptyState icon=Icon::Workflow title="No workflows yet" body=body>
            {may_write.then(|| view! { <NewLink /> })}
        </EmptyState>
    }
    .into_any()
}
