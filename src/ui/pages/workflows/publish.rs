//! Publishing the draft, and the versions that there are.

use leptos::prelude::*;

use crate::domain::ids::WorkflowId;
use crate::domain::workflow::{Workflow, WorkflowDetail, WorkflowStatus, WorkflowVersion};
use crate::server_fns::workflows::WorkflowPublish;
use crate::ui::components::{
    Badge, ButtonSize, ButtonVariant, Card, Icon, JsonView, RelativeTime, RevealedText, TextField, Tone,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton, Then, Version};
use crate::ui::words::{moment, segments, stamp};

/// So many versions, the newest, show their definitions on the page.
const WITH_DEFINITION: usize = 20;

/// The form that publishes the draft; where there is nothing to publish, why.
#[component]
pub fn Publish(
    /// The workflow with its draft.
    found: WorkflowDetail,
    /// The number that the next version has.
    next: i64,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let WorkflowDetail { workflow, faults, .. } = found;
    let why_not = match (workflow.status, workflow.published, faults.is_empty()) {
        (WorkflowStatus::Archived, ..) => {
            Some("An archived workflow is not published. Bring it back first.".to_owned())
        }
        (_, _, false) => Some(
            "Mend the faults that are listed with the steps, save the draft, then publish it.".to_owned(),
        ),
        (_, Some(number), true) if !workflow.changed => {
            Some(format!("The draft is what version {number} says: there is nothing to publish."))
        }
        _ => None,
    };
    let body = match why_not {
        Some(why) => view! { <p class="text-muted">{why}</p> }.into_any(),
        None => view! { <PublishForm workflow=workflow next=next changed=changed /> }.into_any(),
    };
    view! {
        <Card title="Publish" description="New executions run the published version. What runs goes on with the one it began with.">
            {body}
        </Card>
    }
}

#[component]
fn PublishForm(
    /// The workflow.
    workflow: Workflow,
    /// The number that the next version has.
    next: i64,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("workflow-publish").faults_only().field("/note", "publish-note");
    let done = Then::new(move |_: WorkflowDetail| {
        let _ = changed.try_run("The draft is published.");
    });
    view! {
        <ActionForm<WorkflowPublish> form=form.clone() class="grid gap-3" on_done=done>
            <Hidden name="id" value=workflow.id.to_string() />
            <Version of=Signal::stored(workflow.version) />
            <TextField
                id="publish-note"
                name="input[note]"
                label="Note"
                value=form.typed("input[note]")
                hint="What is new, for whoever looks back."
                error=form.error_at("/note")
                maxlength=10_000
                autocomplete="off"
            />
            <div>
                <SubmitButton
                    form=form
                    variant=ButtonVariant::Primary
                    icon=Icon::Check
                    label=format!("Publish version {next}")
                />
            </div>
        </ActionForm<WorkflowPublish>>
    }
}

/// The versions, newest first.
#[component]
pub fn Versions(
    /// The workflow.
    workflow: Workflow,
    /// Its versions, newest first.
    versions: Vec<WorkflowVersion>,
    /// Whether the member may restore one.
    may_write: bool,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let body = if versions.is_empty() {
        view! {
            <p class="px-4 py-3 text-muted">"Nothing is published yet. Each publication is kept here, and can be restored."</p>
        }
        .into_any()
    } else {
        let (id, seen, published) = (workflow.id, workflow.version, workflow.published);
        let may_restore = may_write && workflow.status != WorkflowStatus::Archived;
        let rows: Vec<_> = versions
            .into_iter()
            .enumerate()
            .map(|(at, version)| {
                let current = published == Some(version.number);
                let restore = (may_restore && !current)
                    .then(|| view! { <Restore id=id seen=seen number=version.number changed=changed /> });
                let (whole, restore) = (at < WITH_DEFINITION, restore.into_any());
                view! { <VersionRow version=version current=current whole=whole restore=restore /> }
            })
            .collect();
        view! { <ol aria-label="Versions, newest first" class="divide-y divide-line">{rows}</ol> }.into_any()
    };
    view! { <Card title="Versions" flush=true>{body}</Card> }
}

#[component]
fn VersionRow(
    /// The version.
    version: WorkflowVersion,
    /// Whether new executions run it.
    current: bool,
    /// Whether its definition is shown.
    whole: bool,
    /// What restores it.
    restore: AnyView,
) -> impl IntoView {
    let at = version.created_at;
    let (by, note) = (segments(&version.published_by_name), segments(&version.note));
    let note =
        (!version.note.is_empty()).then(|| view! { <p class="text-sm"><RevealedText segments=note /></p> });
    let label = format!("Version {}", version.number);
    let definition = whole
        .then(|| serde_json::to_string_pretty(&version.definition).ok())
        .flatten()
        .map(|text| {
            let (of, shown) = (format!(": {label}"), segments(&text));
            view! {
                <details class="min-w-0">
                    <summary class="link inline-flex min-h-11 items-center text-sm md:min-h-6">
                        "Definition"<span class="sr-only">{of}</span>
                    </summary>
                    <div class="mt-2"><JsonView label=format!("Definition of {}", label.to_lowercase()) segments=shown copy=text /></div>
                </details>
            }
        });
    view! {
        <li class="grid min-w-0 gap-1 px-4 py-3">
            <div class="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <h3 class="text-sm">{label.clone()}</h3>
                {current.then(|| view! { <Badge tone=Tone::Ok>"Published"</Badge> })}
                <span class="text-sm text-muted">
                    <RelativeTime datetime=stamp(at) text=moment(at) /> " by " <RevealedText segments=by />
                </span>
            </div>
            {note}
            <div class="flex flex-wrap items-start gap-x-4 gap-y-2">{definition} {restore}</div>
        </li>
    }
}

#[component]
fn Restore(
    /// The workflow.
    id: WorkflowId,
    /// The workflow's version that is shown.
    seen: i64,
    /// The number of the version to restore.
    number: i64,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new(format!("restore-{number}")).faults_only();
    let open = form.typed("_form").is_some();
    let done = Then::new(move |_: WorkflowDetail| {
        let _ = changed.try_run("The version is restored: it is published again, and it is the draft.");
    });
    view! {
        <Disclose label="Restore" subject=format!("version {number}") size=ButtonSize::Small icon=Icon::Undo open=open>
            <p>"It is published again as the next version, and becomes the draft. What the draft says now is lost."</p>
            <ActionForm<WorkflowPublish> form=form.clone() on_done=done>
                <Hidden name="id" value=id.to_string() />
                <Version of=Signal::stored(seen) />
                <Hidden name="input[restore]" value=number.to_string() />
                <Hidden name="input[note]" value=format!("Version {number} again") />
                <SubmitButton form=form variant=ButtonVariant::Primary label=format!("Restore version {number}") />
            </ActionForm<WorkflowPublish>>
        </Disclose>
    }
}
