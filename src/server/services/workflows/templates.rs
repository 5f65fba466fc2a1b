//! Workflows from templates.

use super::{workflow_create, workflow_publish};
use crate::domain::workflow::template::{FromTemplate, WorkflowTemplate};
use crate::domain::workflow::{NewWorkflow, PublishWorkflow, WorkflowDetail};
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, WriteWorkflows};
use crate::server::storage::Db;
use std::sync::LazyLock;
use validator::Validate;

/// Read once: they are part of the program, and a test reads every one.
static TEMPLATES: LazyLock<Vec<WorkflowTemplate>> = LazyLock::new(|| {
    [
        include_str!("../../../../templates/workflows/lead-to-customer.yaml"),
        include_str!("../../../../templates/workflows/content-campaign.yaml"),
        include_str!("../../../../templates/workflows/support-ticket.yaml"),
    ]
    .into_iter()
    .filter_map(|text| {
        serde_saphyr::from_str(text)
            .inspect_err(|fault| tracing::error!(%fault, "a workflow template cannot be read"))
            .ok()
    })
    .collect()
});

pub fn list() -> &'static [WorkflowTemplate] {
    &TEMPLATES
}

/// Makes a workflow from a template and publishes it, where the agents that it names are there; else it stays a draft
/// that says what is missing.
pub async fn workflow_from_template(
    by: &Allowed<WriteWorkflows>,
    db: &Db,
    input: FromTemplate,
) -> AppResult<WorkflowDetail> {
    input.validate()?;
    let template = list()
        .iter()
        .find(|template| template.key == input.template)
        .ok_or_else(|| AppError::invalid("/template", "is not a template of a workflow"))?;
    let new = NewWorkflow {
        name: input.name.unwrap_or_else(|| template.name.clone()),
        description: template.description.clone(),
        team_id: input.team_id,
        trigger: template.trigger.clone(),
        max_running: None,
        definition: template.definition.clone(),
    };
    let made = workflow_create(by, db, new).await?;
    if !made.faults.is_empty() {
        return Ok(made);
    }
    let note = format!("From the template {}", template.name);
    let publish = PublishWorkflow { note, restore: None };
    workflow_publish(by, db, made.workflow.id, publish, Some(made.workflow.version)).await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::workflow::{StepRun, check};
    use crate::server::services::team_templates;
    use crate::server::services::workflows::template;

    #[test]
    fn every_template_reads_and_has_no_fault() {
        let keys: Vec<&str> = list().iter().map(|template| template.key.as_str()).collect();
        assert_eq!(keys, ["lead-to-customer", "content-campaign", "support-ticket"]);
        for one in list() {
            assert_eq!(check::faults(&one.definition), [], "{}", one.key);
            assert_eq!(template::faults(&one.definition), [], "{}", one.key);
            let team = team_templates::find(&one.team).unwrap();
            for step in &one.definition.steps {
                let name = match &step.run {
                    StepRun::Action(action) => &action.agent,
                    StepRun::Agent(agent) => &agent.agent,
                    StepRun::Approval(approval) => &approval.agent,
                    _ => continue,
                };
                let member = team.members.iter().find(|member| member.name == *name);
                let member = member.unwrap_or_else(|| panic!("{}: {name} is not in {}", one.key, team.key));
                if let StepRun::Action(action) = &step.run {
                    assert!(member.tools.contains(&action.action_type), "{}: {}", one.key, step.key);
                }
            }
        }
    }
}
