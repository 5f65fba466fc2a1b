//! Name, description, team and limit of a workflow, to edit.

use leptos::prelude::*;

use crate::domain::workflow::{Workflow, WorkflowDetail};
use crate::server_fns::workflows::WorkflowPatch;
use crate::ui::components::{ButtonVariant, Card, SelectField, TextField, TextareaField};
use crate::ui::forms::{ActionForm, Clearable, FormState, Hidden, SubmitButton, Then, Version};
use crate::ui::pages::whose::Whose;

/// The form for everything but the definition and what starts it.
#[component]
pub fn Terms(
    /// The workflow.
    workflow: Workflow,
    /// Teams to choose from.
    whose: Whose,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("workflow-terms")
        .faults_only()
        .field("/name", "terms-name")
        .field("/description", "terms-description")
        .field("/teamId", "terms-team")
        .field("/maxRunning", "terms-limit");
    let typed = |name: &str, shown: String| form.typed(name).unwrap_or(shown);
    let name = typed("input[name]", workflow.name);
    let description = typed("input[description]", workflow.description);
    let team = typed("input[teamId]", workflow.team_id.map(|id| id.to_string()).unwrap_or_default());
    let limit =
        typed("input[maxRunning]", workflow.max_running.map(|limit| limit.to_string()).unwrap_or_default());
    let saved = Then::new(move |_: WorkflowDetail| {
        let _ = changed.try_run("The change is saved.");
    });
    view! {
        <Card title="Terms">
            <ActionForm<WorkflowPatch> form=form.clone() class="grid gap-3" on_done=saved>
                <Hidden name="id" value=workflow.id.to_string() />
                <Version of=Signal::stored(workflow.version) />
                <TextField
                    id="terms-name"
                    name="input[name]"
                    label="Name"
                    value=name
                    error=form.error_at("/name")
                    autocomplete="off"
                    required=true
                    maxlength=200
                />
                <Clearable name="input[description]" />
                <TextareaField
                    id="terms-description"
                    name="input[description]"
                    label="About"
                    value=description
                    error=form.error_at("/description")
                    rows=2
                    maxlength=10_000
                />
                <Clearable name="input[teamId]" />
                <SelectField
                    id="terms-team"
                    name="input[teamId]"
                    label="Team"
                    options=whose.team_choices("No team")
                    selected=team
                    hint="Its autonomy says which actions of the steps run by themselves."
                    error=form.error_at("/teamId")
                    required=false
                />
                <Clearable name="input[maxRunning]" />
                <TextField
                    id="terms-limit"
                    name="input[maxRunning]"
                    label="Running at once"
                    kind="number"
                    value=limit
                    hint="1 to 1,000; more wait in line. Blank: no limit."
                    error=form.error_at("/maxRunning")
                    inputmode="numeric"
                    min="1"
                    max="1000"
                />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save changes".to_owned() />
                </div>
            </ActionForm<WorkflowPatch>>
        </Card>
    }
}
