//! What an execution is of, and what goes in and comes out.

use leptos::prelude::*;
use serde_json::Value;

use crate::domain::canonical::canonical;
use crate::domain::execution::{Execution, ExecutionKind};
use crate::ui::components::{
    Card, DescriptionList, JsonView, KeyValue, LongText, Moment, RelativeTime, RevealedText,
};
use crate::ui::words::{moment, segments, stamp};

use super::address::PATH;
use super::shown::Shown;
use super::words::actor;

/// Whether a value says anything.
pub fn says(value: &Value) -> bool {
    match value {
        Value::Null => false,
        Value::Object(map) => !map.is_empty(),
        _ => true,
    }
}

/// A value exactly, over several lines, with a way to copy it.
pub fn exact(label: String, value: &Value) -> AnyView {
    let pretty = serde_json::to_string_pretty(value).unwrap_or_default();
    view! { <JsonView label=label segments=segments(&pretty) copy=canonical(value) /> }.into_any()
}

/// The facts. Only the times change; they are drawn by themselves.
#[component]
pub fn Facts(
    /// The execution.
    shown: Shown,
) -> impl IntoView {
    let execution = shown.detail.with_untracked(|detail| detail.execution.clone());
    let made = execution.created_at;
    let (begun, ended) =
        (shown.part(|detail| detail.execution.started_at), shown.part(|detail| detail.execution.finished_at));
    let by = segments(&actor(&execution.started_by));
    let id = execution.id.to_string();
    view! {
        <Card title="About">
            <DescriptionList>
                <Of execution=execution />
                <KeyValue label="Started by"><RevealedText segments=by /></KeyValue>
                <KeyValue label="Started"><Moment datetime=stamp(made) text=moment(made) /></KeyValue>
                {move || {
                    begun
                        .get()
                        .map(|at| view! { <KeyValue label="Begun"><RelativeTime datetime=stamp(at) text=moment(at) /></KeyValue> })
                }}
                {move || {
                    ended
                        .get()
                        .map(|at| view! { <KeyValue label="Ended"><RelativeTime datetime=stamp(at) text=moment(at) /></KeyValue> })
                }}
                <KeyValue label="Id"><code class="text-sm [overflow-wrap:anywhere]">{id}</code></KeyValue>
            </DescriptionList>
        </Card>
    }
}

/// The workflow, or the objective and who works on it.
#[component]
fn Of(
    /// The execution.
    execution: Execution,
) -> impl IntoView {
    let title = segments(&execution.title);
    let what = match (execution.kind, execution.workflow_id) {
        (ExecutionKind::Workflow, Some(id)) => {
            let version = execution.workflow_version.map(|number| format!(", version {number}"));
            view! {
                <KeyValue label="Workflow">
                    <a class="link" href=format!("/workflows/{id}")><RevealedText segments=title /></a> {version}
                </KeyValue>
            }
            .into_any()
        }
        (ExecutionKind::Workflow, None) => {
            view! { <KeyValue label="Workflow"><RevealedText segments=title /></KeyValue> }.into_any()
        }
        (ExecutionKind::TeamRun | ExecutionKind::Task, _) => {
            view! { <KeyValue label="Objective"><LongText label="Objective" segments=title /></KeyValue> }
                .into_any()
        }
    };
    let team = execution.team_id.zip(execution.team_name).map(|(id, name)| {
        view! {
            <KeyValue label="Team">
                <a class="link" href=format!("/teams/{id}")><RevealedText segments=segments(&name) /></a>
            </KeyValue>
        }
    });
    let agent = execution.agent_id.zip(execution.agent_name).map(|(id, name)| {
        view! {
            <KeyValue label="Agent">
                <a class="link" href=format!("/settings/agents/{id}")><RevealedText segments=segments(&name) /></a>
            </KeyValue>
        }
    });
    let parent = execution.parent_id.map(|id| {
        view! {
            <KeyValue label="Part of"><a class="link" href=format!("{PATH}/{id}")>"The execution that waits for it"</a></KeyValue>
        }
    });
    view! { {what} {team} {agent} {parent} }
}

/// What it was given, and what it gives back.
#[component]
pub fn Data(
    /// The execution.
    shown: Shown,
) -> impl IntoView {
    let input = shown.detail.with_untracked(|detail| detail.execution.input.clone());
    let output = shown.part(|detail| detail.execution.output.clone());
    let input = match says(&input) {
        true => exact("Input".to_owned(), &input),
        false => view! { <p class="text-muted">"It was started without input."</p> }.into_any(),
    };
    view! {
        <Card title="Input">{input}</Card>
        {move || {
            output
                .get()
                .filter(says)
                .map(|value| view! { <Card title="Output">{exact("Output".to_owned(), &value)}</Card> })
        }}
    }
}
