//! `/workflows/new`: a workflow from its name and its definition.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::member::Permission;
use crate::domain::workflow::WorkflowDetail;
use crate::server_fns::workflows::WorkflowCreateText;
use crate::ui::components::{
    ButtonVariant, Card, EmptyState, Icon, LinkButton, PageHeader, SelectField, Skeleton, TextField,
    TextareaField,
};
use crate::ui::forms::{ActionForm, FormState, ReturnedError, SubmitButton, Then};
use crate::ui::pages::use_session;
use crate::ui::pages::whose::Whose;

use super::address::PATH;
use super::draft::HINT;
use super::faults::TEXT;

/// The agent of the example, where the workspace has none.
const SOMEBODY: &str = "Lead Qualifier";

/// A small definition to begin with. A JSON text is a YAML text, so that any name fits.
fn example(agent: &str) -> String {
    let agent = serde_json::to_string(agent).unwrap_or_default();
    format!(
        "start: note
steps:
  - key: note
    name: Write a note
    run:
      action:
        agent: {agent}
        actionType: log_activity
        actionData:
          message: \"Hello {{{{ input.who }}}}\"
"
    )
}

/// The form, for those who may make workflows.
#[component]
pub fn NewWorkflowPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteWorkflows);
    let whose = Resource::new(|| (), |()| Whose::load());
    let body = if may_write {
        view! {
            <Transition fallback=|| view! { <Skeleton lines=12 label="Loading teams and agents" /> }>
                {move || Suspend::new(async move {
                    let whose = whose.await;
                    view! { <NewWorkflow whose=whose /> }
                })}
            </Transition>
        }
        .into_any()
    } else {
        view! {
            <EmptyState
                icon=Icon::Workflow
                title="Your role reads workflows"
                body="Owners, admins and operators make them. Ask one of them, or an admin for another role."
            >
                <LinkButton href=PATH>"Go to workflows"</LinkButton>
            </EmptyState>
        }
        .into_any()
    };
    view! {
        <Title text="New workflow" />
        <PageHeader title="New workflow" back=PATH back_label="Workflows" />
        <ReturnedError />
        {body}
    }
}

#[component]
fn NewWorkflow(
    /// Teams and agents of the workspace.
    whose: Whose,
) -> impl IntoView {
    let form = FormState::new("workflow-new")
        .faults_only()
        .field("/name", "workflow-name")
        .field("/description", "workflow-description")
        .field("/teamId", "workflow-team")
        .field("/text", TEXT)
        .field("/definition", TEXT);
    let navigate = use_navigate();
    let done = Then::new(move |made: WorkflowDetail| {
        navigate(&format!("{PATH}/{}?done=created", made.workflow.id), NavigateOptions::default());
    });
    let agents = whose.agent_choices("");
    // The first choice stands for none.
    let agent = agents.get(1).map_or(SOMEBODY, |agent| agent.label.as_str());
    let text = form.typed("input[text]").unwrap_or_else(|| example(agent));
    view! {
        <Card>
            <ActionForm<WorkflowCreateText> form=form.clone() class="grid gap-4" on_done=done>
                <div class="grid gap-4 sm:grid-cols-2">
                    <TextField
                        id="workflow-name"
                        name="input[name]"
                        label="Name"
                        value=form.typed("input[name]")
                        error=form.error_at("/name")
                        autocomplete="off"
                        required=true
                        maxlength=200
                    />
                    <SelectField
                        id="workflow-team"
                        name="input[teamId]"
                        label="Team"
                        options=whose.team_choices("No team")
                        selected=form.typed("input[teamId]")
                        hint="Its autonomy says which actions of the steps run by themselves."
                        error=form.error_at("/teamId")
                        required=false
                    />
                </div>
                <TextareaField
                    id="workflow-description"
                    name="input[description]"
                    label="About"
                    value=form.typed("input[description]")
                    error=form.error_at("/description")
                    rows=2
                    maxlength=10_000
                />
                <TextareaField
                    id=TEXT
                    name="input[text]"
                    label="Definition"
                    value=text
                    hint=HINT
                    error=form.error_at("/text")
                    required=true
                    rows=16
                    mono=true
                />
                <div class="flex flex-wrap gap-2">
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Make the workflow".to_owned() />
                    <LinkButton href=PATH variant=ButtonVariant::Ghost>
                        "Cancel"
                    </LinkButton>
                </div>
            </ActionForm<WorkflowCreateText>>
        </Card>
    }
}

#[cfg(test)]
mod tests {
    use super::example;

    #[test]
    fn the_example_takes_any_name() {
        let text = example("The \"first\" one: yes");
        assert!(text.contains("agent: \"The \\\"first\\\" one: yes\"\n"), "{text}");
        assert!(text.contains("message: \"Hello {{ input.who }}\"\n"), "{text}");
    }
}
