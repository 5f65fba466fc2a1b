//! `/executions`: what ran and runs, newest first.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::event::Topic;
use crate::domain::execution::{Execution, ExecutionFilter};
use crate::domain::page::Page;
use crate::domain::text::reveal_text;
use crate::domain::workflow::WorkflowFilter;
use crate::server_fns::executions::execution_list;
use crate::server_fns::workflows::workflow_list;
use crate::ui::components::{
    Card, Cell, Column, EmptyState, Icon, LinkButton, PageHeader, Pagination, RelativeTime, RevealedText,
    Row, RowHeader, SkeletonRows, StatusBadge, Table,
};
use crate::ui::forms::ReturnedError;
use crate::ui::pages::PageError;
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::{PATH, from_query, href, narrows};
use super::filter_form::FilterForm;
use super::words::{actor, headline, status, took};

/// The list of executions.
#[component]
pub fn ExecutionsPage() -> impl IntoView {
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(from_query));
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move {
            let answer = execution_list(filter.clone()).await;
            (filter, answer)
        },
    );
    let workflows = Resource::new(|| (), |()| workflow_names());
    let shown = StoredValue::new(None);
    let newer = newer_than(
        shown,
        |changes| changes.concern(Topic::Execution),
        move || {
            let filter = filter.get_untracked();
            async move { execution_list(filter.clone()).await.ok().map(|page| (filter, page)) }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <Title text="Executions" />
        <PageHeader
            title="Executions"
            subtitle="Runs of workflows, of team objectives and of delegated tasks: how far each has come, and what it waits for."
            actions=|| view! { <LinkButton href="/workflows" icon=Icon::Workflow>"Workflows"</LinkButton> }
        />
        <ReturnedError />
        <Newer newer=newer what="Something changed here." show=retry />
        <Transition fallback=|| view! { <SkeletonRows rows=8 label="Loading executions" /> }>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                let workflows = workflows.await;
                shown.set_value(answer.as_ref().ok().map(|page| (filter.clone(), page.clone())));
                let list = match answer {
                    Ok(page) => view! { <List page=page filter=filter.clone() /> }.into_any(),
                    Err(error) => {
                        view! { <PageError title="The executions could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! {
                    <FilterForm filter=filter workflows=workflows />
                    {list}
                }
            })}
        </Transition>
    }
}

/// Id and name of the workflows, archived ones too; the first two hundred by name. Without them the page reads as well.
async fn workflow_names() -> Vec<(String, String)> {
    let all = WorkflowFilter {
        status: Some("all".to_owned()),
        limit: Some("200".to_owned()),
        ..WorkflowFilter::default()
    };
    let page = workflow_list(all).await;
    page.map_or_else(
        |_| Vec::new(),
        |page| page.items.into_iter().map(|workflow| (workflow.id.to_string(), workflow.name)).collect(),
    )
}

#[component]
fn List(
    /// One page of the list.
    page: Page<Execution>,
    /// The filter in force.
    filter: ExecutionFilter,
) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <Nothing narrowed=narrows(&filter) /> }.into_any();
    }
    let first = filter.cursor.is_some().then(|| href(&ExecutionFilter { cursor: None, ..filter.clone() }));
    let next =
        page.next_cursor.map(|cursor| href(&ExecutionFilter { cursor: Some(cursor), ..filter.clone() }));
    let columns = vec![
        Column::new("Execution"),
        Column::new("Kind"),
        Column::new("Status"),
        Column::new("Team"),
        Column::new("Started by"),
        Column::new("Begun"),
        Column::new("Took").number(),
    ];
    let rows: Vec<_> =
        page.items.into_iter().map(|execution| view! { <ExecutionRow execution=execution /> }).collect();
    view! {
        <Card flush=true>
            <Table caption="Executions, newest first" columns=columns>
                {rows}
            </Table>
        </Card>
        <Pagination label="Pages of executions" previous=first next=next />
    }
    .into_any()
}

#[component]
fn ExecutionRow(
    /// The execution.
    execution: Execution,
) -> impl IntoView {
    let (tone, label) = status(execution.status);
    let title = segments(&headline(&execution.title));
    let version = execution
        .workflow_version
        .map(|number| view! { <p class="text-sm font-normal text-muted">{format!("Version {number}")}</p> });
    let whose = match (&execution.team_name, &execution.agent_name) {
        (Some(team), _) => reveal_text(team),
        (None, Some(agent)) => reveal_text(agent),
        (None, None) => "–".to_owned(),
    };
    let begun = execution.started_at.unwrap_or(execution.created_at);
    let took = match (execution.started_at, execution.finished_at) {
        (Some(started), Some(finished)) => took(started, finished),
        _ => "–".to_owned(),
    };
    let (href, kind, by) =
        (format!("{PATH}/{}", execution.id), human(execution.kind.as_str()), actor(&execution.started_by));
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=href>
                    <RevealedText segments=title />
                </a>
                {version}
            </RowHeader>
            <Cell label="Kind">{kind}</Cell>
            <Cell label="Status"><StatusBadge tone=tone label=label /></Cell>
            <Cell label="Team">{whose}</Cell>
            <Cell label="Started by">{by}</Cell>
            <Cell label="Begun"><RelativeTime datetime=stamp(begun) text=moment(begun) /></Cell>
            <Cell label="Took" number=true>{took}</Cell>
        </Row>
    }
}

#[component]
fn Nothing(
    /// Whether a filter is in force.
    narrowed: bool,
) -> impl IntoView {
    if narrowed {
        return view! {
            <EmptyState icon=Icon::Search title="No executions match" body="Choose less, or something else.">
                <LinkButton href=PATH>"Show all executions"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    view! {
        <EmptyState
            icon=Icon::Play
            title="Nothing has run yet"
            body="An execution appears here when somebody runs a workflow, or when a time, an event or an agent starts one."
        >
            <LinkButton href="/workflows">"Go to workflows"</LinkButton>
        </EmptyState>
    }
    .into_any()
}
