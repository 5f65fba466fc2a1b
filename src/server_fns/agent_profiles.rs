//! Agents' profiles as people write them: in parts, with the playbook as a text.

use super::codec::JsonOrForm;
use super::inputs::Words;
use crate::domain::agent_profile::AgentProfile;
use crate::domain::ids::AgentId;
use crate::domain::model::ModelLimits;
use crate::domain::params::double_option;
use crate::domain::playbook::Playbook;
use crate::domain::{AppError, AppResult};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// Changes of an [`AgentProfile`]. What is absent stays. What is `null`, or a form's blank field that is named
/// as cleared, is emptied.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ProfileForm {
    #[serde(with = "double_option", skip_serializing_if = "Option::is_none")]
    pub instructions: Option<Option<String>>,
    /// A list, or one text with the words between spaces, commas or lines.
    #[serde(with = "double_option", skip_serializing_if = "Option::is_none")]
    pub capabilities: Option<Option<Words>>,
    /// A form sends one empty name along, so that no tick at all is a list too.
    #[serde(with = "double_option", skip_serializing_if = "Option::is_none")]
    pub tools: Option<Option<Vec<String>>>,
    #[serde(with = "double_option", skip_serializing_if = "Option::is_none")]
    pub model: Option<Option<String>>,
    /// All of them anew.
    #[serde(with = "double_option", skip_serializing_if = "Option::is_none")]
    pub limits: Option<Option<ModelLimits>>,
    /// YAML, or JSON, which is a part of it; blank: none.
    #[serde(with = "double_option", skip_serializing_if = "Option::is_none")]
    pub playbook: Option<Option<String>>,
}

impl ProfileForm {
    /// The profile with these changes. `read`: what the text of a playbook says.
    pub fn change(
        self,
        profile: AgentProfile,
        read: impl FnOnce(&str) -> AppResult<Option<Playbook>>,
    ) -> AppResult<AgentProfile> {
        let named =
            |list: Vec<String>| -> Vec<String> { list.into_iter().filter(|name| !name.is_empty()).collect() };
        Ok(AgentProfile {
            instructions: self.instructions.map_or(profile.instructions, Option::unwrap_or_default),
            capabilities: self.capabilities.map_or(profile.capabilities, |words| words.unwrap_or_default().0),
            tools: self.tools.map_or(profile.tools, |list| named(list.unwrap_or_default())),
            model: self.model.unwrap_or(profile.model),
            limits: self.limits.map_or(profile.limits, Option::unwrap_or_default),
            playbook: match self.playbook {
                Some(text) => read(&text.unwrap_or_default())?,
                None => profile.playbook,
            },
        })
    }
}

/// The playbook as YAML; blank where the agent has none.
#[server(name = AgentPlaybook, prefix = "/api/fn", endpoint = "agents/playbook", protocol = JsonOrForm)]
pub async fn agent_playbook(id: AgentId) -> Result<String, AppError> {
    use super::door;
    use crate::server::services::{agent_profiles, ctx::ReadAgents};
    let (state, by) = door::allowed::<ReadAgents>().await?;
    door::answer(async {
        let profile = agent_profiles::agent_profile_get(&by, &state.db, id).await?;
        profile.playbook.as_ref().map_or(Ok(String::new()), agent_profiles::playbook_yaml)
    })
    .await
}

/// Changes what an agent is told, is good at, may use and does. `version`: the agent's, as the caller saw it;
/// another one is refused.
#[server(name = AgentProfileSave, prefix = "/api/fn", endpoint = "agents/save-profile", protocol = JsonOrForm)]
pub async fn agent_profile_save(
    id: AgentId,
    version: Option<i64>,
    #[server(default)] input: ProfileForm,
) -> Result<AgentProfile, AppError> {
    use super::{door, reply};
    use crate::server::services::ctx::{ReadAgents, WriteAgents};
    use crate::server::services::{agent_profiles, agents};
    let (state, by) = door::allowed::<WriteAgents>().await?;
    let (_, reader) = door::allowed::<ReadAgents>().await?;
    door::answer(async {
        // The version before the profile, so that nothing that comes in between is overwritten.
        let version = match version {
            Some(version) => version,
            None => agents::agent_get(&reader, &state.db, id).await?.version,
        };
        let before = agent_profiles::agent_profile_get(&reader, &state.db, id).await?;
        let profile = input.change(before, agent_profiles::playbook_parse)?;
        let saved = agent_profiles::agent_profile_set(&by, &state.db, id, profile, Some(version)).await?;
        reply::go_to(&format!("/settings/agents/{id}?done=saved"));
        Ok(saved)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server_fns::codec::{from_form, from_json};

    #[derive(Deserialize)]
    struct Args {
        #[serde(default)]
        input: ProfileForm,
    }

    fn before() -> AgentProfile {
        serde_json::from_value(serde_json::json!({
            "instructions": "Ask first",
            "capabilities": ["sales"],
            "tools": ["create_note"],
            "model": "fast",
            "limits": {"callsPerDay": 5},
            "playbook": {"steps": []}
        }))
        .unwrap()
    }

    /// Reads any text as a playbook without steps, a blank one as none.
    fn changed(input: ProfileForm) -> AgentProfile {
        let empty = Playbook { steps: Vec::new(), output: None };
        input.change(before(), |text| Ok((!text.trim().is_empty()).then_some(empty))).unwrap()
    }

    fn form(text: &str) -> AgentProfile {
        changed(from_form::<Args>(&format!("id=7&{text}")).unwrap().input)
    }

    #[test]
    fn a_form_changes_what_it_names_and_leaves_the_rest() {
        let blank = "input[instructions]=&input[capabilities]=&input[model]=&input[playbook]=";
        assert_eq!(form(blank), before());
        let words = "input[capabilities]=lead_scoring%0D%0Aresearch%2C+sales";
        let some = form(&format!("{words}&input[limits][tokensPerRun]=900"));
        assert_eq!(some.capabilities, ["lead_scoring", "research", "sales"]);
        assert_eq!(some.limits, ModelLimits { tokens_per_run: Some(900), ..ModelLimits::default() });
        assert_eq!((some.tools, some.model), (before().tools, before().model));
    }

    #[test]
    fn what_is_named_as_cleared_is_emptied() {
        let names = ["instructions", "capabilities", "model", "limits][callsPerDay", "playbook"];
        let cleared: Vec<_> =
            names.iter().map(|name| format!("_clearable=input[{name}]&input[{name}]=")).collect();
        let none = "_clearable=input[tools][]&input[tools][]=";
        assert_eq!(form(&format!("{}&{none}", cleared.join("&"))), AgentProfile::default());
        assert_eq!(form(&format!("{none}&input[tools][]=send_email")).tools, ["send_email"]);
    }

    #[test]
    fn json_says_the_same() {
        let json = |text: &str| changed(from_json::<Args>(text).unwrap().input);
        assert_eq!(json("{}"), before());
        let nothing = r#"{"input":{"instructions":null,"capabilities":[],"tools":null,"model":null,
            "limits":{},"playbook":null}}"#;
        assert_eq!(json(nothing), AgentProfile::default());
        assert_eq!(json(r#"{"input":{"model":"slow"}}"#).model.as_deref(), Some("slow"));
    }
}
