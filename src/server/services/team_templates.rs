//! Teams from templates: agents, what each does, and the team, in one transaction.

use super::change::{entry, note, taken};
use super::ctx::{Allowed, WriteAgents, WriteTeams};
use crate::domain::agent::{AgentKind, NewAgent};
use crate::domain::agent_profile::AgentProfile;
use crate::domain::event::Topic;
use crate::domain::playbook::Playbook;
use crate::domain::team::{NewTeam, NewTeamMember, Team};
use crate::domain::team_template::{FromTeamTemplate, MemberTemplate, TeamTemplate};
use crate::domain::workflow::StepRun;
use crate::domain::{AppError, AppResult};
use crate::server::storage::{Db, Tx};
use std::collections::HashMap;
use std::sync::LazyLock;
use validator::Validate;

/// Read once: they are part of the program, and a test reads every one.
static TEMPLATES: LazyLock<Vec<TeamTemplate>> = LazyLock::new(|| {
    [
        include_str!("../../../templates/teams/sales.yaml"),
        include_str!("../../../templates/teams/marketing.yaml"),
        include_str!("../../../templates/teams/support.yaml"),
        include_str!("../../../templates/teams/operations.yaml"),
    ]
    .into_iter()
    .filter_map(|text| {
        serde_saphyr::from_str(text)
            .inspect_err(|fault| tracing::error!(%fault, "a team template cannot be read"))
            .ok()
    })
    .collect()
});

pub fn list() -> &'static [TeamTemplate] {
    &TEMPLATES
}

pub fn find(key: &str) -> AppResult<&'static TeamTemplate> {
    list()
        .iter()
        .find(|template| template.key == key)
        .ok_or_else(|| AppError::invalid("/template", "is not a template of a team"))
}

/// Makes a team and its agents. An agent whose name is taken gets a number, and the playbooks name it so.
pub async fn team_from_template(
    by: &Allowed<WriteTeams>,
    db: &Db,
    input: FromTeamTemplate,
) -> AppResult<Team> {
    input.validate()?;
    // The same person makes the agents.
    let agents = by.ctx().clone().allow::<WriteAgents>()?;
    let owner =
        agents.principal().user_id().ok_or_else(|| AppError::forbidden("Only people make agents."))?;
    let template = find(&input.template)?;
    let members = chosen(template, &input)?;
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let new = NewTeam {
        name: input.name.clone().unwrap_or_else(|| template.name.clone()),
        description: template.description.clone(),
        department: template.department,
        autonomy_level: input.autonomy_level.unwrap_or(template.autonomy_level),
        approval_required: template.approval_required.clone(),
        required_approvals: 1,
    };
    let team =
        tx.team_insert(workspace, &new).await.map_err(taken("/name", "is the name of another team"))?;
    let mut names = HashMap::new();
    for member in &members {
        names.insert(member.name.clone(), free_name(&mut tx, by, &member.name).await?);
    }
    for member in &members {
        let name = names.get(&member.name).unwrap_or(&member.name).clone();
        let agent = NewAgent {
            name: name.clone(),
            description: member.description.clone(),
            kind: AgentKind::Internal,
            owner_id: Some(owner),
        };
        let id = tx
            .agent_insert(workspace, &agent)
            .await
            .map_err(taken("/members", "has the name of another agent"))?;
        tx.agent_set_profile(workspace, id, 1, &profile(member, &names)).await?;
        let seat = NewTeamMember { agent_id: id, role: member.role, priority: member.priority };
        tx.team_member_insert(workspace, team, &seat).await?;
        let text = format!("Made the agent {name} for the team {}", new.name);
        let mut row = entry(&agents, "agent.created", text);
        row.agent_id = Some(id);
        note(&mut tx, Topic::Agent, id.0, row);
    }
    let text = format!("Made the {} team {} from a template", new.department, new.name);
    let mut row = entry(by, "team.created", text);
    row.team_id = Some(team);
    note(&mut tx, Topic::Team, team.0, row);
    let made = tx.team_get(workspace, team).await?.ok_or_else(|| AppError::not_found("team"))?;
    tx.commit().await?;
    Ok(made)
}

/// The members that are wanted; the coordinator is one of them.
fn chosen<'a>(template: &'a TeamTemplate, input: &FromTeamTemplate) -> AppResult<Vec<&'a MemberTemplate>> {
    let Some(wanted) = &input.members else { return Ok(template.members.iter().collect()) };
    for (i, name) in wanted.iter().enumerate() {
        if !template.members.iter().any(|member| member.name == *name) {
            return Err(AppError::invalid(format!("/members/{i}"), "is not a member of this template"));
        }
    }
    let chosen: Vec<_> = template.members.iter().filter(|member| wanted.contains(&member.name)).collect();
    if chosen.is_empty() {
        return Err(AppError::invalid("/members", "choose at least one"));
    }
    Ok(chosen)
}

/// The name itself, or with the first number that is free.
async fn free_name(tx: &mut Tx, by: &Allowed<WriteTeams>, name: &str) -> AppResult<String> {
    let mut free = name.to_owned();
    let mut number = 2;
    while tx.agent_by_name(by.workspace(), &free).await?.is_some() {
        free = format!("{name} {number}");
        number += 1;
    }
    Ok(free)
}

/// What a member does where every agent has the name that its template gives it.
pub fn profile_of(member: &MemberTemplate) -> AgentProfile {
    profile(member, &HashMap::new())
}

fn profile(member: &MemberTemplate, names: &HashMap<String, String>) -> AgentProfile {
    AgentProfile {
        instructions: member.instructions.clone(),
        capabilities: member.capabilities.clone(),
        tools: member.tools.clone(),
        playbook: Some(renamed(member.playbook.clone(), names)),
        ..AgentProfile::default()
    }
}

/// A playbook that names agents as they are called here.
fn renamed(mut playbook: Playbook, names: &HashMap<String, String>) -> Playbook {
    for step in &mut playbook.steps {
        let name = match &mut step.run {
            StepRun::Action(action) => &mut action.agent,
            StepRun::Agent(agent) => &mut agent.agent,
            StepRun::Approval(approval) => &mut approval.agent,
            _ => continue,
        };
        if let Some(here) = names.get(name) {
            name.clone_from(here);
        }
    }
    playbook
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::catalogue;
    use crate::server::services::agent_profiles::check;

    #[test]
    fn every_template_reads_and_has_no_fault() {
        let keys: Vec<&str> = list().iter().map(|template| template.key.as_str()).collect();
        assert_eq!(keys, ["sales", "marketing", "support", "operations"]);
        for template in list() {
            let own: HashMap<_, _> =
                template.members.iter().map(|m| (m.name.clone(), m.name.clone())).collect();
            for member in &template.members {
                let profile = profile_of(member);
                let place = format!("{}: {}", template.key, member.name);
                if let Err(fault) = check(&profile) {
                    panic!("{place}: {:?}", fault.errors());
                }
                assert!(!member.instructions.trim().is_empty() && !member.tools.is_empty(), "{place}");
                for tool in &member.tools {
                    assert!(catalogue::find(tool).is_some(), "{place}: there is no action {tool}");
                }
                for step in &member.playbook.steps {
                    match &step.run {
                        StepRun::Action(action) => {
                            assert_eq!(action.agent, member.name, "{place}: {}", step.key);
                            assert!(member.tools.contains(&action.action_type), "{place}: {}", step.key);
                        }
                        StepRun::Agent(agent) => {
                            assert!(own.contains_key(&agent.agent), "{place}: {}", step.key);
                        }
                        _ => {}
                    }
                }
            }
        }
    }
}
