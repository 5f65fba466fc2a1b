//! `/workflows/:id`: one workflow, to read, edit, publish, run and stop.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::domain::AppError;
use crate::domain::event::Topic;
use crate::domain::ids::WorkflowId;
use crate::domain::member::Permission;
use crate::domain::text::reveal_text;
use crate::domain::workflow::hook::WorkflowHook;
use crate::domain::workflow::{Trigger, WorkflowDetail, WorkflowVersion};
use crate::server_fns::hooks::workflow_hook;
use crate::server_fns::shown_once::ShownOnce;
use crate::server_fns::workflows::{workflow_get, workflow_text, workflow_versions};
use crate::ui::components::{PageHeader, Skeleton};
use crate::ui::forms::{Notice, NoticeBar, ReturnedError};
use crate::ui::hooks::focus_soon;
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::pages::settings::{Secret, show_secret};
use crate::ui::pages::whose::Whose;
use crate::ui::pages::{PageError, use_session};

use super::address::PATH;
use super::draft::Draft;
use super::facts::Facts;
use super::hook::Hook;
use super::publish::{Publish, Versions};
use super::run::{Run, StopAndGo};
use super::steps::DraftSteps;
use super::terms::Terms;
use super::trigger::Starts;

/// The workflow, its draft as text, its versions, the teams to choose from, and the webhook that starts it.
type Loaded = (WorkflowDetail, String, Vec<WorkflowVersion>, Whose, Option<WorkflowHook>);

/// One workflow.
#[component]
pub fn WorkflowPage() -> impl IntoView {
    let me = use_session();
    let (may_write, may_run) = (me.may(Permission::WriteWorkflows), me.may(Permission::RunWorkflows));
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(move || id.get(), move |id| load(id, may_write));
    let read = StoredValue::new(None);
    let newer = newer_than(
        read,
        |changes| changes.concern(Topic::Workflow),
        move || {
            let id = id.get_untracked();
            async move { load(id, may_write).await.ok() }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    // The heading is drawn anew with the rest: it gets the focus once it is there.
    let asked = StoredValue::new(false);
    let show = Callback::new(move |()| {
        asked.set_value(true);
        loaded.refetch();
    });
    let notice = Notice::new(|done| match done {
        "created" => Some("The workflow is made. Publish it, then it can run."),
        "saved" => Some("The draft is saved."),
        "changed" => Some("The change is saved."),
        "published" => Some("The draft is published."),
        "restored" => Some("The version is restored: it is published again, and it is the draft."),
        _ => None,
    });
    // The own change is no news.
    let changed = Callback::new(move |text: &'static str| {
        notice.say(text);
        let _ = newer.try_set(false);
        loaded.refetch();
    });
    let shown = RwSignal::new(None);
    let made = Callback::new(move |secret: ShownOnce| {
        notice.clear();
        show_secret(shown, secret);
        let _ = newer.try_set(false);
        loaded.refetch();
    });
    view! {
        // Not with the rest, which is drawn anew.
        <Secret noun="workflow" advice="Whoever sends the webhooks signs them with it." shown=shown />
        <Transition fallback=|| view! { <Skeleton lines=12 label="Loading the workflow" /> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                read.set_value(answer.as_ref().ok().cloned());
                if asked.try_get_value() == Some(true) {
                    asked.set_value(false);
                    focus_soon("page-title");
                }
                match answer {
                    Ok(found) => {
                        view! {
                            <WorkflowView
                                found=found
                                may_write=may_write
                                may_run=may_run
                                notice=notice
                                newer=newer
                                show=show
                                changed=changed
                                made=made
                            />
                        }
                            .into_any()
                    }
                    Err(error) => {
                        view! {
                            <Title text="Workflow" />
                            <PageHeader title="Workflow" back=PATH back_label="Workflows" />
                            <PageError title="The workflow could not be loaded" error=error retry=retry />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

async fn load(id: String, may_write: bool) -> Result<Loaded, AppError> {
    let id: WorkflowId = id.parse().map_err(|_| AppError::not_found("workflow"))?;
    let found = workflow_get(id).await?;
    let text = match workflow_text(id).await {
        Ok(text) => text,
        // What cannot be written as YAML can be as JSON.
        Err(AppError::Refused { .. }) => serde_json::to_string_pretty(&found.draft).unwrap_or_default(),
        Err(error) => return Err(error),
    };
    let versions = workflow_versions(id).await?;
    let whose = if may_write { Whose::load().await } else { Whose::default() };
    let hook = match found.workflow.trigger {
        Trigger::Webhook => Some(workflow_hook(id).await?),
        _ => None,
    };
    Ok((found, text, versions, whose, hook))
}

#[component]
fn WorkflowView(
    /// The workflow and what belongs to it.
    found: Loaded,
    /// Whether the member may change it.
    may_write: bool,
    /// Whether the member may start it.
    may_run: bool,
    /// The page's notice.
    notice: Notice,
    /// Whether something changed since.
    newer: RwSignal<bool>,
    /// Reads it again.
    show: Callback<()>,
    /// What follows the member's own change.
    changed: Callback<&'static str>,
    /// What follows a new secret.
    made: Callback<ShownOnce>,
) -> impl IntoView {
    let title = reveal_text(&found.0.workflow.name);
    view! {
        <Title text=title.clone() />
        <PageHeader title=title back=PATH back_label="Workflows" />
        <ReturnedError />
        <NoticeBar notice=notice />
        <Newer newer=newer what="Something changed here." show=show />
        // What was said belongs to the form before.
        <div class="grid gap-4" on:submit=move |_| notice.clear()>
            // All of it is drawn anew with what was read anew: what was typed or opened belongs to what was there before.
            {move || {
                view! {
                    <Parts found=found.clone() may_write=may_write may_run=may_run changed=changed made=made />
                }
            }}
        </div>
    }
}

#[component]
fn Parts(
    /// The workflow and what belongs to it.
    found: Loaded,
    /// Whether the member may change it.
    may_write: bool,
    /// Whether the member may start it.
    may_run: bool,
    /// What follows a change.
    changed: Callback<&'static str>,
    /// What follows a new secret.
    made: Callback<ShownOnce>,
) -> impl IntoView {
    let (found, text, versions, whose, hook) = found;
    let WorkflowDetail { workflow, draft, faults } = found.clone();
    let next = versions.first().map_or(1, |newest| newest.number + 1);
    let hook = hook.map(|hook| {
        view! { <Hook workflow=workflow.clone() hook=hook may_write=may_write made=made /> }
    });
    let publish = may_write.then(|| {
        view! {
            <div class="grid items-start gap-4 lg:grid-cols-2">
                <Publish found=found.clone() next=next changed=changed />
                <Starts workflow=workflow.clone() changed=changed />
            </div>
        }
    });
    let terms = may_write.then(|| {
        view! {
            <div class="grid items-start gap-4 lg:grid-cols-2">
                <Terms workflow=workflow.clone() whose=whose changed=changed />
                <StopAndGo workflow=workflow.clone() changed=changed />
            </div>
        }
    });
    view! {
        <div class="grid items-start gap-4 lg:grid-cols-2">
            <Facts workflow=workflow.clone() />
            <Run workflow=workflow.clone() may_run=may_run />
        </div>
        {hook}
        <div class="grid items-start gap-4 lg:grid-cols-2">
            <DraftSteps draft=draft faults=faults may_write=may_write />
            <Draft found=found text=text may_write=may_write changed=changed />
        </div>
        {publish}
        <Versions workflow=workflow versions=versions may_write=may_write changed=changed />
        {terms}
    }
}
