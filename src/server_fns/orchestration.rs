//! The orchestrator: routing, delegation, team runs, teams from templates, and what agents do.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::agent_profile::AgentProfile;
use crate::domain::execution::Execution;
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::orchestration::{DelegateTask, RunTeam};
use crate::domain::routing::{Route, RouteTask};
use crate::domain::team::Team;
use crate::domain::team_template::{FromTeamTemplate, TeamTemplate};
use leptos::prelude::*;

/// Who should do something, best first. It starts nothing.
#[server(name = TaskRoute, prefix = "/api/fn", endpoint = "tasks/route", protocol = JsonOrForm)]
pub async fn task_route(input: RouteTask) -> Result<Route, AppError> {
    use super::door;
    use crate::server::services::{ctx::RunTeams, orchestration};
    let (state, by) = door::allowed::<RunTeams>().await?;
    door::answer(orchestration::route_task(&by, &state.db, input)).await
}

/// Hands a task to an agent.
#[server(name = TaskDelegate, prefix = "/api/fn", endpoint = "tasks/delegate", protocol = JsonOrForm)]
pub async fn task_delegate(input: DelegateTask) -> Result<Execution, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::RunTeams, orchestration};
    let (state, by) = door::allowed::<RunTeams>().await?;
    door::answer(async {
        let execution = orchestration::delegate_task(&by, &state.db, input).await?;
        reply::go_to(&format!("/executions/{}", execution.id));
        Ok(execution)
    })
    .await
}

/// Runs a team on an objective.
#[server(name = TeamRun, prefix = "/api/fn", endpoint = "teams/run", protocol = JsonOrForm)]
pub async fn team_run(id: TeamId, input: RunTeam) -> Result<Execution, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::RunTeams, orchestration};
    let (state, by) = door::allowed::<RunTeams>().await?;
    door::answer(async {
        let execution = orchestration::team_run(&by, &state.db, id, input).await?;
        reply::go_to(&format!("/executions/{}?done=started", execution.id));
        Ok(execution)
    })
    .await
}

/// The templates of teams.
#[server(name = TeamTemplates, prefix = "/api/fn", endpoint = "teams/templates", protocol = JsonOrForm)]
pub async fn team_template_list() -> Result<Vec<TeamTemplate>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadTeams, team_templates};
    door::allowed::<ReadTeams>().await?;
    Ok(team_templates::list().to_vec())
}

/// Makes a team and its agents of a template.
#[server(name = TeamFromTemplate, prefix = "/api/fn", endpoint = "teams/from-template", protocol = JsonOrForm)]
pub async fn team_from_template(input: FromTeamTemplate) -> Result<Team, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, team_templates};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let team = team_templates::team_from_template(&by, &state.db, input).await?;
        reply::go_to(&format!("/teams/{}?done=created", team.id));
        Ok(team)
    })
    .await
}

/// What an agent is told, is good at, may use, and does without a model.
#[server(name = AgentProfileGet, prefix = "/api/fn", endpoint = "agents/profile", protocol = JsonOrForm)]
pub async fn agent_profile_get(id: AgentId) -> Result<AgentProfile, AppError> {
    use super::door;
    use crate::server::services::{agent_profiles, ctx::ReadAgents};
    let (state, by) = door::allowed::<ReadAgents>().await?;
    door::answer(agent_profiles::agent_profile_get(&by, &state.db, id)).await
}

/// Replaces an agent's profile. `version`: the agent's, as the caller saw it; another one is refused.
#[server(name = AgentProfileSet, prefix = "/api/fn", endpoint = "agents/set-profile", protocol = JsonOrForm)]
pub async fn agent_profile_set(
    id: AgentId,
    version: Option<i64>,
    input: AgentProfile,
) -> Result<AgentProfile, AppError> {
    use super::{door, reply};
    use crate::server::services::{agent_profiles, ctx::WriteAgents};
    let (state, by) = door::allowed::<WriteAgents>().await?;
    door::answer(async {
        let profile = agent_profiles::agent_profile_set(&by, &state.db, id, input, version).await?;
        reply::go_to(&format!("/settings/agents/{id}?done=saved"));
        Ok(profile)
    })
    .await
}
