//! What the page of one agent shows, and what there is to choose on it.

use serde::{Deserialize, Serialize};

use crate::domain::AppError;
use crate::domain::agent::{Agent, AgentKind};
use crate::domain::agent_profile::AgentProfile;
use crate::domain::ids::{AgentId, UserId};
use crate::domain::page::PageQuery;
use crate::server_fns::action_types::action_type_list;
use crate::server_fns::agent_profiles::agent_playbook;
use crate::server_fns::agents::agent_get;
use crate::server_fns::members::member_list;
use crate::server_fns::models::models_get;
use crate::server_fns::orchestration::agent_profile_get;
use crate::ui::pages::settings::type_ticks::TypeChoice;

/// An agent and what belongs to it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Found {
    pub agent: Agent,
    /// The owner's name.
    pub owner: Option<String>,
    pub profile: AgentProfile,
    /// The playbook as text; blank: none.
    pub playbook: String,
    /// The names of the models that there are.
    pub models: Vec<String>,
    /// The action types that there are; none for who does not choose among them.
    pub tools: Vec<TypeChoice>,
}

impl Found {
    /// The agent of the address. `may_write`: whether the member may change it.
    pub async fn load(id: String, may_write: bool) -> Result<Self, AppError> {
        let id: AgentId = id.parse().map_err(|_| AppError::not_found("agent"))?;
        // The agent before its profile: its version is then no newer than what is shown.
        let agent = agent_get(id).await?;
        let profile = agent_profile_get(id).await?;
        let playbook = match agent_playbook(id).await {
            Ok(text) => text,
            // What cannot be written as YAML can be as JSON.
            Err(AppError::Refused { .. }) => {
                serde_json::to_string_pretty(&profile.playbook).unwrap_or_default()
            }
            Err(error) => return Err(error),
        };
        let internal = agent.kind == AgentKind::Internal;
        let models = match internal {
            true => models_get().await?.models.into_iter().map(|model| model.name).collect(),
            false => Vec::new(),
        };
        let tools = if internal && may_write { tools().await? } else { Vec::new() };
        let owner = match agent.owner_id {
            Some(owner) => Some(owner_name(owner).await),
            None => None,
        };
        Ok(Self { agent, owner, profile, playbook, models, tools })
    }

    /// Whether Countersign runs the agent.
    pub fn is_internal(&self) -> bool {
        self.agent.kind == AgentKind::Internal
    }

    /// The agent's model, where the settings do not name it any more.
    pub fn gone_model(&self) -> Option<&str> {
        self.profile.model.as_deref().filter(|name| !self.models.iter().any(|known| known == name))
    }
}

async fn tools() -> Result<Vec<TypeChoice>, AppError> {
    Ok(action_type_list().await?.into_iter().map(TypeChoice::from).collect())
}

/// The name of a member; who is not among the first two hundred goes by their id.
async fn owner_name(id: UserId) -> String {
    let members = member_list(PageQuery { limit: Some("200".to_owned()), cursor: None }).await;
    let found = members.ok().and_then(|page| page.items.into_iter().find(|member| member.user_id == id));
    found.map_or_else(|| id.to_string(), |member| member.name)
}
