//! How a workflow stands, and its definition as files.

use leptos::prelude::*;

use crate::domain::ids::WorkflowId;
use crate::domain::workflow::Workflow;
use crate::ui::components::{
    ButtonSize, Card, DescriptionList, KeyValue, LinkButton, LongText, Moment, RelativeTime, RevealedText,
    StatusBadge, button_class,
};
use crate::ui::words::{moment, segments, stamp};

use super::trigger_words::starts;
use super::words::{published, status, step_count};

/// The facts of a workflow.
#[component]
pub fn Facts(
    /// The workflow.
    workflow: Workflow,
) -> impl IntoView {
    let (tone, label) = status(workflow.status);
    let team = match (workflow.team_id, &workflow.team_name) {
        (Some(id), Some(name)) => {
            let name = segments(name);
            view! { <a class="link" href=format!("/teams/{id}")><RevealedText segments=name /></a> }
                .into_any()
        }
        _ => "No team: low risk runs by itself, the rest needs approval".into_any(),
    };
    let about = (!workflow.description.is_empty()).then(|| {
        let text = segments(&workflow.description);
        view! { <KeyValue label="About"><LongText label="About" segments=text /></KeyValue> }
    });
    let limit = workflow.max_running.map_or("As many as are started".to_owned(), |limit| limit.to_string());
    let (starts, runs) = (starts(&workflow.trigger), published(workflow.published, workflow.changed));
    let (id, steps) = (workflow.id, step_count(workflow.step_count));
    let (made, changed) = (workflow.created_at, workflow.updated_at);
    view! {
        <Card>
            <DescriptionList>
                <KeyValue label="Status"><StatusBadge tone=tone label=label /></KeyValue>
                {about}
                <KeyValue label="Starts">{starts}</KeyValue>
                <KeyValue label="Team">{team}</KeyValue>
                <KeyValue label="New executions run">{runs}</KeyValue>
                <KeyValue label="Draft">{steps}</KeyValue>
                <KeyValue label="Running at once">{limit}</KeyValue>
                <KeyValue label="Made"><Moment datetime=stamp(made) text=moment(made) /></KeyValue>
                <KeyValue label="Changed"><RelativeTime datetime=stamp(changed) text=moment(changed) /></KeyValue>
            </DescriptionList>
            <div class="mt-4 flex flex-wrap gap-2">
                <LinkButton href=format!("/executions?workflowId={id}") size=ButtonSize::Small>
                    "Its executions"
                </LinkButton>
                <Export id=id />
            </div>
        </Card>
    }
}

/// Links to the draft's definition as files.
#[component]
fn Export(
    /// The workflow.
    id: WorkflowId,
) -> impl IntoView {
    let links: Vec<_> = [("yaml", "YAML"), ("json", "JSON")]
        .into_iter()
        .map(|(format, word)| {
            let href = format!("/api/orchestration/workflows/{id}/export?format={format}");
            view! {
                // The server names the file.
                <a class=button_class(Default::default(), ButtonSize::Small, "") href=href rel="external" download="">
                    {word}
                    <span class="sr-only">": download the definition of the draft"</span>
                </a>
            }
        })
        .collect();
    view! { <div class="toolbar">{links}</div> }
}
