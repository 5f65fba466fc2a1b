//! `/executions/:id`: one execution, followed while it runs.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::domain::AppError;
use crate::domain::execution::{ExecutionDetail, ExecutionStatus};
use crate::domain::ids::ExecutionId;
use crate::domain::member::Permission;
use crate::server_fns::executions::execution_get;
use crate::ui::components::{Card, FormError, PageHeader, RelativeTime, RevealedText, Skeleton, StatusBadge};
use crate::ui::forms::{Notice, NoticeBar, ReturnedError};
use crate::ui::pages::{Gone, PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::PATH;
use super::controls::Controls;
use super::facts::{Data, Facts};
use super::shown::{REFUSED, Shown};
use super::step::StepItem;
use super::words::{actor, headline, meaning, status, took};

/// One execution, by the id in the address.
#[component]
pub fn ExecutionPage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(move || id.get(), load);
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|said| match said {
        "started" => Some("The execution is started."),
        action => action.parse().ok().map(super::words::done),
    });
    view! {
        <Transition fallback=|| view! { <Skeleton lines=10 label="Loading the execution" /> }>
            {move || Suspend::new(async move {
                match loaded.await {
                    Ok(detail) => view! { <ExecutionView detail=detail notice=notice /> }.into_any(),
                    Err(AppError::NotFound { .. }) => {
                        view! {
                            <Title text="Execution" />
                            <PageHeader title="Execution" back=PATH back_label="Executions" />
                            <Gone what="execution" href=PATH link="Go to the executions" />
                        }
                            .into_any()
                    }
                    Err(error) => {
                        view! {
                            <Title text="Execution" />
                            <PageHeader title="Execution" back=PATH back_label="Executions" />
                            <PageError title="The execution could not be loaded" error=error retry=retry />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

async fn load(id: String) -> Result<ExecutionDetail, AppError> {
    match id.parse::<ExecutionId>() {
        Ok(id) => execution_get(id).await,
        Err(_) => Err(AppError::not_found("execution")),
    }
}

/// The execution as it was read, then as events tell. It follows in place: nothing that somebody reads or opens is drawn
/// anew, and focus stays where it is.
#[component]
fn ExecutionView(
    /// As it was read.
    detail: ExecutionDetail,
    /// The page's notice.
    notice: Notice,
) -> impl IntoView {
    let may_run = use_session().may(Permission::RunWorkflows);
    let title = headline(&detail.execution.title);
    let shown = Shown::new(detail, notice);
    view! {
        <Title text=title.clone() />
        <PageHeader title=title back=PATH back_label="Executions" />
        <ReturnedError />
        <NoticeBar notice=notice />
        <div id=REFUSED tabindex="-1" class="mb-4 rounded-control empty:hidden"><FormError message=shown.refused /></div>
        <div class="grid gap-4" on:submit=move |_| notice.clear()>
            <Card>
                <Headline shown=shown />
                {may_run.then(|| view! { <Controls shown=shown /> })}
            </Card>
            <div class="grid items-start gap-4 lg:grid-cols-[minmax(0,1fr)_24rem]">
                <Steps shown=shown />
                <div class="grid min-w-0 gap-4">
                    <Facts shown=shown />
                    <Data shown=shown />
                </div>
            </div>
        </div>
    }
}

/// How it stands, since when, and what went wrong.
#[component]
fn Headline(
    /// The execution.
    shown: Shown,
) -> impl IntoView {
    let stands = shown.part(|detail| detail.execution.status);
    let fixed = shown.detail.with_untracked(|detail| {
        (
            human(detail.execution.kind.as_str()),
            actor(&detail.execution.started_by),
            detail.execution.created_at,
        )
    });
    let (kind, by, made) = fixed;
    let times = shown.part(|detail| (detail.execution.started_at, detail.execution.finished_at));
    let error = shown.part(|detail| {
        detail.execution.error.clone().filter(|_| detail.execution.status == ExecutionStatus::Failed)
    });
    view! {
        <p class="flex flex-wrap items-baseline gap-x-4 gap-y-1">
            <span id="execution-status" class="font-medium">
                {move || {
                    let (tone, label) = status(stands.get());
                    view! { <StatusBadge tone=tone label=label /> }
                }}
            </span>
            <span class="text-muted">
                {format!("{kind}, started by {by} ")} <RelativeTime datetime=stamp(made) text=moment(made) />
            </span>
            {move || match times.get() {
                (Some(started), Some(finished)) => {
                    Some(view! { <span class="tabular text-muted">{format!("Took {}", took(started, finished))}</span> })
                }
                _ => None,
            }}
        </p>
        {move || meaning(stands.get()).map(|words| view! { <p class="mt-1 text-sm text-muted">{words}</p> })}
        {move || {
            error
                .get()
                .map(|error| {
                    view! {
                        <p class="mt-2 rounded-control border border-bad bg-bad-soft px-3 py-2 [overflow-wrap:anywhere]">
                            <span class="font-medium text-bad">"Error: "</span>
                            <RevealedText segments=segments(&error) />
                        </p>
                    }
                })
        }}
    }
}

/// The steps in the order in which they were opened.
#[component]
fn Steps(
    /// The execution.
    shown: Shown,
) -> impl IntoView {
    let ids = shown.part(|detail| {
        let mut ids: Vec<_> = detail.steps.iter().map(|step| (step.seq, step.id)).collect();
        ids.sort_unstable();
        ids
    });
    let left_out = shown.part(|detail| {
        let listed = i64::try_from(detail.steps.len()).unwrap_or(i64::MAX);
        (detail.step_count > listed).then_some((listed, detail.step_count))
    });
    let none = move || ids.with(Vec::is_empty);
    view! {
        <Card title="Steps" description="In the order in which they were opened.">
            {move || {
                left_out
                    .get()
                    .map(|(listed, all)| {
                        view! { <p class="mb-3 text-sm text-muted">{format!("The newest {listed} of {all} steps.")}</p> }
                    })
            }}
            {move || none().then(|| view! { <p class="text-muted">"No step has begun yet."</p> })}
            <ol class="timeline" aria-label="Steps">
                <For each=move || ids.get() key=|(_, id)| *id children=move |(_, id)| view! { <StepItem shown=shown id=id /> } />
            </ol>
        </Card>
    }
}
