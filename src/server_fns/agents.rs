//! Agents.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::agent::{Agent, AgentFilter, NewAgent, PatchAgent};
use crate::domain::ids::AgentId;
use crate::domain::page::Page;
use leptos::prelude::*;

/// The agents, by name; archived ones only when asked for.
#[server(name = AgentList, prefix = "/api/fn", endpoint = "agents/list", protocol = JsonOrForm)]
pub async fn agent_list(#[server(default)] filter: AgentFilter) -> Result<Page<Agent>, AppError> {
    use super::door;
    use crate::server::services::{agents, ctx::ReadAgents};
    let (state, by) = door::allowed::<ReadAgents>().await?;
    door::answer(agents::agent_list(&by, &state.db, &filter)).await
}

#[server(name = AgentGet, prefix = "/api/fn", endpoint = "agents/get", protocol = JsonOrForm)]
pub async fn agent_get(id: AgentId) -> Result<Agent, AppError> {
    use super::door;
    use crate::server::services::{agents, ctx::ReadAgents};
    let (state, by) = door::allowed::<ReadAgents>().await?;
    door::answer(agents::agent_get(&by, &state.db, id)).await
}

#[server(name = AgentCreate, prefix = "/api/fn", endpoint = "agents/create", protocol = JsonOrForm)]
pub async fn agent_create(input: NewAgent) -> Result<Agent, AppError> {
    use super::{door, reply};
    use crate::domain::agent::AgentKind;
    use crate::server::services::{agents, ctx::WriteAgents};
    let (state, by) = door::allowed::<WriteAgents>().await?;
    door::answer(async {
        let agent = agents::agent_create(&by, &state.db, input).await?;
        let word = match agent.kind {
            AgentKind::Internal => "made",
            AgentKind::External => "created",
        };
        reply::go_to(&format!("/settings/agents/{}?done={word}", agent.id));
        Ok(agent)
    })
    .await
}

/// Changes an agent. `version`: the one that the caller saw; another one is refused.
#[server(name = AgentPatch, prefix = "/api/fn", endpoint = "agents/patch", protocol = JsonOrForm)]
pub async fn agent_patch(id: AgentId, version: Option<i64>, input: PatchAgent) -> Result<Agent, AppError> {
    use super::{door, reply};
    use crate::server::services::{agents, ctx::WriteAgents};
    let (state, by) = door::allowed::<WriteAgents>().await?;
    door::answer(async {
        let agent = agents::agent_patch(&by, &state.db, id, input, version).await?;
        reply::go_to(&format!("/settings/agents/{id}?done=saved"));
        Ok(agent)
    })
    .await
}

/// Deletes an agent that never did anything; archives any other.
#[server(name = AgentDelete, prefix = "/api/fn", endpoint = "agents/delete", protocol = JsonOrForm)]
pub async fn agent_delete(id: AgentId, version: Option<i64>) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{agents, ctx::WriteAgents};
    let (state, by) = door::allowed::<WriteAgents>().await?;
    door::answer(async {
        agents::agent_delete(&by, &state.db, id, version).await?;
        reply::go_to("/settings/agents?done=deleted");
        Ok(())
    })
    .await
}
