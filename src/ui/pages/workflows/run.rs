//! Starting a workflow, stopping it, and its end.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::execution::Execution;
use crate::domain::ids::WorkflowId;
use crate::domain::text::reveal_text;
use crate::domain::workflow::{Workflow, WorkflowDetail, WorkflowStatus};
use crate::server_fns::workflows::{WorkflowDelete, WorkflowExecute, WorkflowPatch};
use crate::ui::components::{ButtonSize, ButtonVariant, Card, Icon, TextareaField};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton, Then, Version};

use super::address::PATH;

/// Whether an execution can be started now.
pub fn can_start(workflow: &Workflow) -> bool {
    workflow.status == WorkflowStatus::Active && workflow.published.is_some()
}

/// What follows a start: the execution's page.
fn to_execution() -> Then<Execution> {
    let navigate = use_navigate();
    Then::new(move |started: Execution| {
        navigate(&format!("/executions/{}?done=started", started.id), NavigateOptions::default());
    })
}

/// A button that starts a workflow without input.
#[component]
pub fn RunNow(
    /// The workflow.
    workflow: Workflow,
) -> impl IntoView {
    let form = FormState::new(format!("run-{}", workflow.id)).faults_only();
    view! {
        <ActionForm<WorkflowExecute> form=form.clone() on_done=to_execution()>
            <Hidden name="id" value=workflow.id.to_string() />
            <SubmitButton
                form=form
                size=ButtonSize::Small
                icon=Icon::Play
                label="Run now".to_owned()
                subject=reveal_text(&workflow.name)
            />
        </ActionForm<WorkflowExecute>>
    }
}

/// The form that starts a workflow with input; where it cannot be started, why.
#[component]
pub fn Run(
    /// The workflow.
    workflow: Workflow,
    /// Whether the member may start it.
    may_run: bool,
) -> impl IntoView {
    let why_not = match (may_run, workflow.status) {
        (false, _) => Some("Your role reads workflows. Owners, admins and operators run them."),
        (true, WorkflowStatus::Paused) => Some("It is paused and starts nothing new. What runs goes on."),
        (true, WorkflowStatus::Archived) => Some("It is archived and starts nothing new."),
        (true, _) if !can_start(&workflow) => Some("Publish it first: an execution runs what is published."),
        (true, _) => None,
    };
    let body = match why_not {
        Some(why) => view! { <p class="text-muted">{why}</p> }.into_any(),
        None => view! { <RunForm id=workflow.id /> }.into_any(),
    };
    view! { <Card title="Run now">{body}</Card> }
}

#[component]
fn RunForm(
    /// The workflow.
    id: WorkflowId,
) -> impl IntoView {
    let form = FormState::new("workflow-run").faults_only().field("/inputText", "run-input");
    view! {
        <ActionForm<WorkflowExecute> form=form.clone() class="grid gap-3" on_done=to_execution()>
            <Hidden name="id" value=id.to_string() />
            <TextareaField
                id="run-input"
                name="input[inputText]"
                label="Input"
                value=form.typed("input[inputText]")
                hint="A JSON object such as {\"who\": \"Ada\"}. Steps read it as {{ input.who }}."
                error=form.error_at("/inputText")
                rows=4
                mono=true
            />
            <div>
                <SubmitButton form=form variant=ButtonVariant::Primary icon=Icon::Play label="Run it now".to_owned() />
            </div>
        </ActionForm<WorkflowExecute>>
    }
}

/// Pause, activate, archive, delete.
#[component]
pub fn StopAndGo(
    /// The workflow.
    workflow: Workflow,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let (id, version) = (workflow.id, workflow.version);
    let to = |status, label: &'static str| {
        view! { <Become id=id version=version status=status label=label changed=changed /> }
    };
    let published = workflow.published.is_some();
    let buttons = match workflow.status {
        WorkflowStatus::Active => {
            vec![to(WorkflowStatus::Paused, "Pause"), to(WorkflowStatus::Archived, "Archive")]
        }
        WorkflowStatus::Paused => {
            vec![to(WorkflowStatus::Active, "Activate"), to(WorkflowStatus::Archived, "Archive")]
        }
        WorkflowStatus::Archived if published => vec![to(WorkflowStatus::Active, "Bring back")],
        // What was never published starts nothing.
        WorkflowStatus::Archived | WorkflowStatus::Draft => Vec::new(),
    };
    view! {
        <Card
            title="Stop and go"
            description="Paused or archived: nothing new is started. What runs goes on; it is stopped on its own page."
        >
            <div class="flex flex-wrap items-start gap-2">
                {buttons}
                <Delete id=id version=version />
            </div>
        </Card>
    }
}

#[component]
fn Become(
    /// The workflow.
    id: WorkflowId,
    /// Its version that is shown.
    version: i64,
    /// What it becomes.
    status: WorkflowStatus,
    /// The word of the button.
    label: &'static str,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new(format!("workflow-{status}")).faults_only();
    let done = Then::new(move |now: WorkflowDetail| {
        let _ = changed.try_run(match now.workflow.status {
            WorkflowStatus::Active => "The workflow is active.",
            WorkflowStatus::Paused => "The workflow is paused.",
            WorkflowStatus::Archived => "The workflow is archived.",
            WorkflowStatus::Draft => "The workflow is a draft.",
        });
    });
    view! {
        <ActionForm<WorkflowPatch> form=form.clone() on_done=done>
            <Hidden name="id" value=id.to_string() />
            <Version of=Signal::stored(version) />
            <Hidden name="input[status]" value=status.to_string() />
            <SubmitButton form=form label=label.to_owned() subject="this workflow" />
        </ActionForm<WorkflowPatch>>
    }
}

#[component]
fn Delete(
    /// The workflow.
    id: WorkflowId,
    /// Its version that is shown.
    version: i64,
) -> impl IntoView {
    let form = FormState::new("workflow-delete").faults_only();
    let open = form.typed("_form").is_some();
    let navigate = use_navigate();
    let gone = Then::new(move |()| {
        navigate(&format!("{PATH}?done=deleted"), NavigateOptions::default());
    });
    view! {
        <Disclose label="Delete" variant=ButtonVariant::Danger open=open>
            <p>"If it ever ran, it is archived instead, because its executions name it."</p>
            <ActionForm<WorkflowDelete> form=form.clone() on_done=gone>
                <Hidden name="id" value=id.to_string() />
                <Version of=Signal::stored(version) />
                <SubmitButton form=form variant=ButtonVariant::Danger label="Delete or archive".to_owned() />
            </ActionForm<WorkflowDelete>>
        </Disclose>
    }
}
