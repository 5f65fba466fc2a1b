//! The draft's definition as text, to edit.

use leptos::prelude::*;

use crate::domain::workflow::WorkflowDetail;
use crate::server_fns::workflows::WorkflowSaveText;
use crate::ui::components::{ButtonVariant, Card, CodeBlock, TextareaField};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then, Version};
use crate::ui::words::segments;

use super::faults::TEXT;

/// How a definition is written.
pub const HINT: &str = "YAML, or JSON, which is a part of it. What cannot run yet can be saved all the same. \
     Comments are not kept.";

/// The form that saves the draft; for who only reads, its text.
#[component]
pub fn Draft(
    /// The workflow with its draft.
    found: WorkflowDetail,
    /// The draft as text.
    text: String,
    /// Whether the member may change it.
    may_write: bool,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    if !may_write {
        let shown = segments(&text);
        return view! { <CodeBlock label="Definition of the draft" segments=shown copy=text /> }.into_any();
    }
    let (id, version) = (found.workflow.id, found.workflow.version);
    let form = FormState::new("workflow-draft").faults_only().field("/text", TEXT).field("/definition", TEXT);
    let value = form.typed("text").unwrap_or(text);
    let saved = Then::new(move |saved: WorkflowDetail| {
        let _ = changed.try_run(match saved.faults.is_empty() {
            true => "The draft is saved.",
            false => "The draft is saved. Its faults are listed with its steps.",
        });
    });
    view! {
        <Card title="Definition" description="The draft. New executions run what is published.">
            <ActionForm<WorkflowSaveText> form=form.clone() class="grid gap-3" on_done=saved>
                <Hidden name="id" value=id.to_string() />
                <Version of=Signal::stored(version) />
                <TextareaField
                    id=TEXT
                    name="text"
                    label="Definition"
                    value=value
                    hint=HINT
                    error=form.error_at("/text")
                    required=true
                    rows=24
                    mono=true
                />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save the draft".to_owned() />
                </div>
            </ActionForm<WorkflowSaveText>>
        </Card>
    }
    .into_any()
}
