//! What a new team can be made of.

use serde::{Deserialize, Serialize};

use crate::domain::AppError;
use crate::domain::agent::{Agent, AgentFilter};
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::team::TeamRole;
use crate::domain::team_template::{MemberTemplate, TeamTemplate};
use crate::domain::workspace::Department;
use crate::server_fns::agents::agent_list;
use crate::server_fns::orchestration::team_template_list;

/// A template without its instructions and playbooks, which are long and which nobody chooses by.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Template {
    /// How an answer names it.
    pub key: String,
    /// Its name, and the team's unless somebody says otherwise.
    pub name: String,
    /// The team's department.
    pub department: Department,
    /// What the team is for.
    pub description: String,
    /// What it may do by itself, unless somebody says otherwise.
    pub autonomy_level: AutonomyLevel,
    /// The action types that always need approval.
    pub approval_required: Vec<String>,
    /// Its agents.
    pub members: Vec<Seat>,
}

/// An agent of a template.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Seat {
    /// Its name.
    pub name: String,
    /// Its role in the team.
    pub role: TeamRole,
    /// What it does.
    pub description: String,
    /// The action types that it may use.
    pub tools: Vec<String>,
}

impl From<TeamTemplate> for Template {
    fn from(of: TeamTemplate) -> Self {
        Self {
            key: of.key,
            name: of.name,
            department: of.department,
            description: of.description,
            autonomy_level: of.autonomy_level,
            approval_required: of.approval_required,
            members: of.members.into_iter().map(Seat::from).collect(),
        }
    }
}

impl From<MemberTemplate> for Seat {
    fn from(of: MemberTemplate) -> Self {
        Self { name: of.name, role: of.role, description: of.description, tools: of.tools }
    }
}

/// An agent that there is.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Candidate {
    /// How an answer names it.
    pub id: String,
    /// Its name.
    pub name: String,
    /// The first line of what is said about it.
    pub about: String,
}

impl From<Agent> for Candidate {
    fn from(of: Agent) -> Self {
        let about = of.description.lines().next().unwrap_or_default().to_owned();
        Self { id: of.id.to_string(), name: of.name, about }
    }
}

/// Everything that there is to choose from.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct Choices {
    /// The templates.
    pub templates: Vec<Template>,
    /// The agents, for a blank team; the first two hundred by name.
    pub agents: Vec<Candidate>,
    /// Whether there are more agents.
    pub more_agents: bool,
}

impl Choices {
    /// Reads the templates, and for a blank team the agents.
    pub async fn load(blank: bool) -> Result<Self, AppError> {
        let templates = team_template_list().await?.into_iter().map(Template::from).collect();
        if !blank {
            return Ok(Self { templates, ..Self::default() });
        }
        let all = AgentFilter { limit: Some("200".to_owned()), ..AgentFilter::default() };
        let page = agent_list(all).await?;
        let agents = page.items.into_iter().map(Candidate::from).collect();
        Ok(Self { templates, agents, more_agents: page.next_cursor.is_some() })
    }

    /// The template of this key.
    pub fn template(&self, key: Option<&str>) -> Option<&Template> {
        self.templates.iter().find(|template| Some(template.key.as_str()) == key)
    }

    /// The name of an agent, or its id.
    pub fn agent_name(&self, id: &str) -> String {
        let found = self.agents.iter().find(|agent| agent.id == id);
        found.map_or(id, |agent| agent.name.as_str()).to_owned()
    }
}
