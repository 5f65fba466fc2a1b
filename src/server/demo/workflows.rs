//! What the company's agents do without a model, and its workflows: those of the templates, whose agents it has.

use super::cast::Cast;
use super::story::people::{MARKETING, OPERATIONS, OPERATOR, SALES, SUPPORT};
use crate::domain::AppResult;
use crate::domain::workflow::ExecuteWorkflow;
use crate::domain::workflow::template::FromTemplate;
use crate::server::services::ctx::{RunWorkflows, WriteAgents, WriteWorkflows};
use crate::server::services::workflows::templates;
use crate::server::services::{agent_profiles, executions, team_templates};
use crate::server::storage::Db;

/// The company's team for the team template with this key.
fn team_for(key: &str) -> Option<&'static str> {
    match key {
        "sales" => Some(SALES),
        "marketing" => Some(MARKETING),
        "support" => Some(SUPPORT),
        "operations" => Some(OPERATIONS),
        _ => None,
    }
}

/// Gives the agents their playbooks, makes the workflows and starts one of them, which goes on once the server runs.
pub async fn equip(db: &Db, cast: &Cast) -> AppResult<()> {
    let by = cast.person::<WriteAgents>(OPERATOR)?;
    for template in team_templates::list() {
        for member in &template.members {
            if let Some(agent) = cast.agent_id(&member.name) {
                let profile = team_templates::profile_of(member);
                agent_profiles::agent_profile_set(&by, db, agent, profile, None).await?;
            }
        }
    }
    let by = cast.person::<WriteWorkflows>(OPERATOR)?;
    let runs = cast.person::<RunWorkflows>(OPERATOR)?;
    for (i, template) in templates::list().iter().enumerate() {
        let input = FromTemplate {
            template: template.key.clone(),
            name: None,
            team_id: team_for(&template.team).and_then(|name| cast.team(name)),
        };
        let made = templates::workflow_from_template(&by, db, input).await?;
        if i == 0 {
            let start = ExecuteWorkflow { input: template.example.clone(), external_ref: None };
            executions::execution_start(&runs, db, made.workflow.id, start).await?;
        }
    }
    Ok(())
}
