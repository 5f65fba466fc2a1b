//! The teams and agents of the workspace, for choices and for names.

use crate::domain::agent::AgentFilter;
use crate::domain::team::TeamFilter;
use crate::server_fns::agents::agent_list;
use crate::server_fns::teams::team_list;
use crate::ui::components::Choice;
use serde::{Deserialize, Serialize};

/// Id and name of each; the first two hundred by name. What cannot be loaded is empty: pages can be read without.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Whose {
    teams: Vec<(String, String)>,
    agents: Vec<(String, String)>,
}

impl Whose {
    pub async fn load() -> Self {
        let limit = Some("200".to_owned());
        let teams = team_list(TeamFilter { limit: limit.clone(), ..TeamFilter::default() }).await;
        let agents = agent_list(AgentFilter { limit, ..AgentFilter::default() }).await;
        Self {
            teams: teams.map_or_else(
                |_| Vec::new(),
                |page| page.items.into_iter().map(|team| (team.id.to_string(), team.name)).collect(),
            ),
            agents: agents.map_or_else(
                |_| Vec::new(),
                |page| page.items.into_iter().map(|agent| (agent.id.to_string(), agent.name)).collect(),
            ),
        }
    }

    /// The name of a team, or its id.
    pub fn team(&self, id: &str) -> String {
        name(&self.teams, id)
    }

    /// The name of an agent, or its id.
    pub fn agent(&self, id: &str) -> String {
        name(&self.agents, id)
    }

    /// Every team, after what stands for none.
    pub fn team_choices(&self, none: &str) -> Vec<Choice> {
        choices(&self.teams, none)
    }

    /// Every agent, after what stands for none.
    pub fn agent_choices(&self, none: &str) -> Vec<Choice> {
        choices(&self.agents, none)
    }
}

fn name(of: &[(String, String)], id: &str) -> String {
    of.iter().find(|(known, _)| known == id).map_or(id, |(_, name)| name.as_str()).to_owned()
}

fn choices(of: &[(String, String)], none: &str) -> Vec<Choice> {
    let first = std::iter::once(Choice::new("", none));
    first.chain(of.iter().map(|(id, name)| Choice::new(id.clone(), name.clone()))).collect()
}
