//! Workflows: definitions with versions, and starting them.

use super::codec::JsonOrForm;
use super::inputs::DataOrText;
use crate::domain::canonical::Data;
use crate::domain::execution::Execution;
use crate::domain::ids::{TeamId, WorkflowId};
use crate::domain::page::Page;
use crate::domain::params::double_option;
use crate::domain::workflow::template::{FromTemplate, WorkflowTemplate};
use crate::domain::workflow::{
    Definition, ExecuteWorkflow, NewWorkflow, PatchWorkflow, PublishWorkflow, Trigger, Workflow,
    WorkflowDetail, WorkflowFilter, WorkflowStatus, WorkflowVersion,
};
use crate::domain::{AppError, AppResult};
use leptos::prelude::*;
use serde::{Deserialize, Deserializer, Serialize};

/// [`NewWorkflow`] as a form sends it: the definition is a text, YAML or JSON.
#[derive(Clone, Debug, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewWorkflowText {
    pub name: String,
    #[serde(default)]
    pub description: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub team_id: Option<TeamId>,
    pub text: String,
}

impl NewWorkflowText {
    /// With the definition that its text says.
    pub fn with(self, definition: Definition) -> NewWorkflow {
        NewWorkflow {
            name: self.name,
            description: self.description,
            team_id: self.team_id,
            trigger: Trigger::default(),
            max_running: None,
            definition,
        }
    }
}

/// [`PatchWorkflow`], whose description a form can clear.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct PatchWorkflowForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub name: Option<String>,
    #[serde(deserialize_with = "blank_too", skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    #[serde(with = "double_option", skip_serializing_if = "Option::is_none")]
    pub team_id: Option<Option<TeamId>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub trigger: Option<Trigger>,
    #[serde(with = "double_option", skip_serializing_if = "Option::is_none")]
    pub max_running: Option<Option<i64>>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub status: Option<WorkflowStatus>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub definition: Option<Definition>,
}

/// A form's blank field that is named as cleared is a text too, not an absent one.
fn blank_too<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<String>, D::Error> {
    #[derive(Deserialize)]
    #[serde(untagged)]
    enum Either {
        Text(String),
        Absent(()),
    }
    Ok(match Either::deserialize(deserializer)? {
        Either::Text(text) => Some(text),
        Either::Absent(()) => None,
    })
}

impl From<PatchWorkflowForm> for PatchWorkflow {
    fn from(form: PatchWorkflowForm) -> Self {
        Self {
            name: form.name,
            description: form.description,
            team_id: form.team_id,
            trigger: form.trigger,
            max_running: form.max_running,
            status: form.status,
            definition: form.definition,
        }
    }
}

/// [`ExecuteWorkflow`], whose input may be a text, which is all that a form can send.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ExecuteWorkflowForm {
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input: Option<Data>,
    /// The input as JSON text, instead; blank: no fields.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub input_text: Option<DataOrText>,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub external_ref: Option<String>,
}

impl ExecuteWorkflowForm {
    /// What it says. Faults of the text are named below its own place.
    pub fn read(self) -> AppResult<ExecuteWorkflow> {
        let text = match self.input_text {
            Some(text) => text.read("/input/inputText")?,
            None => None,
        };
        let input = text.or(self.input).unwrap_or_default();
        Ok(ExecuteWorkflow { input, external_ref: self.external_ref })
    }
}

/// The workflows, by name; archived ones only when asked for.
#[server(name = WorkflowList, prefix = "/api/fn", endpoint = "workflows/list", protocol = JsonOrForm)]
pub async fn workflow_list(#[server(default)] filter: WorkflowFilter) -> Result<Page<Workflow>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadWorkflows, workflows};
    let (state, by) = door::allowed::<ReadWorkflows>().await?;
    door::answer(workflows::workflow_list(&by, &state.db, &filter)).await
}

/// One workflow with its draft, and what keeps the draft from being published.
#[server(name = WorkflowGet, prefix = "/api/fn", endpoint = "workflows/get", protocol = JsonOrForm)]
pub async fn workflow_get(id: WorkflowId) -> Result<WorkflowDetail, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadWorkflows, workflows};
    let (state, by) = door::allowed::<ReadWorkflows>().await?;
    door::answer(workflows::workflow_get(&by, &state.db, id)).await
}

/// The draft as YAML.
#[server(name = WorkflowText, prefix = "/api/fn", endpoint = "workflows/text", protocol = JsonOrForm)]
pub async fn workflow_text(id: WorkflowId) -> Result<String, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadWorkflows, workflows};
    let (state, by) = door::allowed::<ReadWorkflows>().await?;
    door::answer(async {
        let found = workflows::workflow_get(&by, &state.db, id).await?;
        workflows::text::yaml(&found.draft)
    })
    .await
}

/// Makes a workflow with a draft, which may be faulty.
#[server(name = WorkflowCreate, prefix = "/api/fn", endpoint = "workflows/create", protocol = JsonOrForm)]
pub async fn workflow_create(input: NewWorkflow) -> Result<WorkflowDetail, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteWorkflows, workflows};
    let (state, by) = door::allowed::<WriteWorkflows>().await?;
    door::answer(async {
        let made = workflows::workflow_create(&by, &state.db, input).await?;
        reply::go_to(&format!("/workflows/{}?done=created", made.workflow.id));
        Ok(made)
    })
    .await
}

/// The same with the definition as text, YAML or JSON.
#[server(name = WorkflowCreateText, prefix = "/api/fn", endpoint = "workflows/create-text", protocol = JsonOrForm)]
pub async fn workflow_create_text(input: NewWorkflowText) -> Result<WorkflowDetail, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteWorkflows, workflows};
    let (state, by) = door::allowed::<WriteWorkflows>().await?;
    door::answer(async {
        let definition = workflows::text::parse(&input.text)?;
        let made = workflows::workflow_create(&by, &state.db, input.with(definition)).await?;
        reply::go_to(&format!("/workflows/{}?done=created", made.workflow.id));
        Ok(made)
    })
    .await
}

/// Changes a workflow. `version`: the one that the caller saw; another one is refused.
#[server(name = WorkflowPatch, prefix = "/api/fn", endpoint = "workflows/patch", protocol = JsonOrForm)]
pub async fn workflow_patch(
    id: WorkflowId,
    version: Option<i64>,
    input: PatchWorkflowForm,
) -> Result<WorkflowDetail, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteWorkflows, workflows};
    let (state, by) = door::allowed::<WriteWorkflows>().await?;
    door::answer(async {
        let changed = workflows::workflow_patch(&by, &state.db, id, input.into(), version).await?;
        reply::go_to(&format!("/workflows/{id}?done=changed"));
        Ok(changed)
    })
    .await
}

/// Saves the draft from its text, YAML or JSON. `version`: as above.
#[server(name = WorkflowSaveText, prefix = "/api/fn", endpoint = "workflows/save-text", protocol = JsonOrForm)]
pub async fn workflow_save_text(
    id: WorkflowId,
    version: Option<i64>,
    text: String,
) -> Result<WorkflowDetail, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteWorkflows, workflows};
    let (state, by) = door::allowed::<WriteWorkflows>().await?;
    door::answer(async {
        let definition = workflows::text::parse(&text)?;
        let patch = PatchWorkflow { definition: Some(definition), ..PatchWorkflow::default() };
        let saved = workflows::workflow_patch(&by, &state.db, id, patch, version).await?;
        reply::go_to(&format!("/workflows/{id}?done=saved"));
        Ok(saved)
    })
    .await
}

/// Deletes a workflow that never ran; archives any other.
#[server(name = WorkflowDelete, prefix = "/api/fn", endpoint = "workflows/delete", protocol = JsonOrForm)]
pub async fn workflow_delete(id: WorkflowId, version: Option<i64>) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteWorkflows, workflows};
    let (state, by) = door::allowed::<WriteWorkflows>().await?;
    door::answer(async {
        workflows::workflow_delete(&by, &state.db, id, version).await?;
        reply::go_to("/workflows?done=deleted");
        Ok(())
    })
    .await
}

/// The versions, newest first: the last hundred.
#[server(name = WorkflowVersions, prefix = "/api/fn", endpoint = "workflows/versions", protocol = JsonOrForm)]
pub async fn workflow_versions(id: WorkflowId) -> Result<Vec<WorkflowVersion>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadWorkflows, workflows};
    let (state, by) = door::allowed::<ReadWorkflows>().await?;
    door::answer(workflows::workflow_versions(&by, &state.db, id)).await
}

/// Publishes the draft as the next version, or a former version again. `version`: as above.
#[server(name = WorkflowPublish, prefix = "/api/fn", endpoint = "workflows/publish", protocol = JsonOrForm)]
pub async fn workflow_publish(
    id: WorkflowId,
    version: Option<i64>,
    #[server(default)] input: PublishWorkflow,
) -> Result<WorkflowDetail, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteWorkflows, workflows};
    let (state, by) = door::allowed::<WriteWorkflows>().await?;
    door::answer(async {
        let word = if input.restore.is_some() { "restored" } else { "published" };
        let published = workflows::workflow_publish(&by, &state.db, id, input, version).await?;
        reply::go_to(&format!("/workflows/{id}?done={word}"));
        Ok(published)
    })
    .await
}

/// The templates that a workflow can be made of.
#[server(name = WorkflowTemplates, prefix = "/api/fn", endpoint = "workflows/templates", protocol = JsonOrForm)]
pub async fn workflow_templates() -> Result<Vec<WorkflowTemplate>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadWorkflows, workflows};
    let _allowed = door::allowed::<ReadWorkflows>().await?;
    Ok(workflows::templates::list().to_vec())
}

/// Makes a workflow from a template.
#[server(name = WorkflowFromTemplate, prefix = "/api/fn", endpoint = "workflows/from-template", protocol = JsonOrForm)]
pub async fn workflow_from_template(input: FromTemplate) -> Result<WorkflowDetail, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteWorkflows, workflows};
    let (state, by) = door::allowed::<WriteWorkflows>().await?;
    door::answer(async {
        let made = workflows::templates::workflow_from_template(&by, &state.db, input).await?;
        reply::go_to(&format!("/workflows/{}?done=created", made.workflow.id));
        Ok(made)
    })
    .await
}

/// Starts an execution of the published version.
#[server(name = WorkflowExecute, prefix = "/api/fn", endpoint = "workflows/execute", protocol = JsonOrForm)]
pub async fn workflow_execute(
    id: WorkflowId,
    #[server(default)] input: ExecuteWorkflowForm,
) -> Result<Execution, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::RunWorkflows, executions};
    let (state, by) = door::allowed::<RunWorkflows>().await?;
    door::answer(async {
        let started = executions::execution_start(&by, &state.db, id, input.read()?).await?;
        reply::go_to(&format!("/executions/{}?done=started", started.id));
        Ok(started)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server_fns::codec::{from_form, from_json};

    #[derive(Deserialize)]
    struct Change {
        input: PatchWorkflowForm,
    }

    fn change(form: &str) -> PatchWorkflow {
        from_form::<Change>(form).unwrap().input.into()
    }

    #[test]
    fn a_form_says_what_starts_a_workflow() {
        let cron = change(
            "input[trigger][kind]=schedule&input[trigger][cron]=0+9+*+*+1&input[trigger][zone]=Europe%2FVienna",
        );
        let expected = Trigger::Schedule { cron: "0 9 * * 1".to_owned(), zone: "Europe/Vienna".to_owned() };
        assert_eq!(cron, PatchWorkflow { trigger: Some(expected), ..PatchWorkflow::default() });
        assert_eq!(change("input[trigger][kind]=manual").trigger, Some(Trigger::Manual));
        assert_eq!(change("input[trigger][kind]=webhook").trigger, Some(Trigger::Webhook));
        let event = Trigger::Event { event: "record.created".to_owned() };
        let form = change("input[trigger][kind]=event&input[trigger][event]=record.created");
        assert_eq!(form.trigger, Some(event));
        assert_eq!(change("input[status]=paused").status, Some(WorkflowStatus::Paused));
    }

    #[test]
    fn a_form_clears_what_it_names_and_leaves_the_rest() {
        let named = "_clearable=input[description]&_clearable=input[teamId]&_clearable=input[maxRunning]";
        let blank = "input[name]=Ada&input[description]=&input[teamId]=&input[maxRunning]=";
        let cleared = change(&format!("{named}&{blank}"));
        assert_eq!((cleared.team_id, cleared.max_running), (Some(None), Some(None)));
        assert_eq!(cleared.description.as_deref(), Some(""));
        let kept = change(blank);
        assert_eq!((kept.description, kept.team_id, kept.max_running), (None, None, None));
        let set = change(&format!("{named}&input[description]=a%0D%0Ab&input[maxRunning]=3"));
        assert_eq!((set.description.as_deref(), set.max_running), (Some("a\nb"), Some(Some(3))));
        let json = |text: &str| PatchWorkflow::from(from_json::<Change>(text).unwrap().input);
        assert_eq!(json(r#"{"input":{"teamId":null,"description":null}}"#).team_id, Some(None));
        assert_eq!(json(r#"{"input":{}}"#), PatchWorkflow::default());
    }

    #[test]
    fn the_input_of_a_start_is_an_object_or_its_text() {
        #[derive(Deserialize)]
        struct Args {
            input: ExecuteWorkflowForm,
        }
        let form = |text: &str| from_form::<Args>(text).unwrap().input.read();
        let json = |text: &str| from_json::<Args>(text).unwrap().input.read();
        let expected = ExecuteWorkflow {
            input: Data::parse(r#"{"who":"Ada"}"#).unwrap(),
            external_ref: Some("a".to_owned()),
        };
        let typed = "input[inputText]=%7B%22who%22%3A%22Ada%22%7D&input[externalRef]=a";
        assert_eq!(form(typed).unwrap(), expected);
        assert_eq!(json(r#"{"input":{"input":{"who":"Ada"},"externalRef":"a"}}"#).unwrap(), expected);
        assert_eq!(form("input[inputText]=+&_form=x").unwrap(), ExecuteWorkflow::default());
        let wrong = form("input[inputText]=%7B%22a%22%3A1e300%7D").unwrap_err();
        assert_eq!(wrong.errors()[0].pointer, "/input/inputText/a");
        assert_eq!(form("input[inputText]=who").unwrap_err().errors()[0].pointer, "/input/inputText");
    }

    #[test]
    fn a_form_makes_a_workflow() {
        #[derive(Deserialize)]
        struct Args {
            input: NewWorkflowText,
        }
        let form = "input[name]=Notes&input[description]=&input[teamId]=&input[text]=start%3A+a%0D%0Asteps%3A+%5B%5D";
        let input = from_form::<Args>(form).unwrap().input;
        assert_eq!((input.text.as_str(), input.team_id), ("start: a\nsteps: []", None));
        let definition = Definition { start: "a".to_owned(), steps: Vec::new(), output: None };
        assert_eq!(input.with(definition).trigger, Trigger::Manual);
    }
}
