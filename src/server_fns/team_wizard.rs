//! A blank team with agents in it, made in one go: the last step of `/teams/new`.

use super::codec::JsonOrForm;
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::ids::AgentId;
use crate::domain::team::{MAX_MEMBERS, NewTeam, NewTeamMember, Team, TeamRole};
use crate::domain::workspace::Department;
use crate::domain::{AppError, AppResult};
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

/// A team, and agents of the workspace that are put in it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct NewBlankTeam {
    /// A form without one hears at the field that it is missing.
    #[serde(default)]
    pub name: String,
    pub department: Department,
    #[serde(default)]
    pub description: String,
    #[serde(default = "supervised")]
    pub autonomy_level: AutonomyLevel,
    /// Each is a specialist, unless it is the coordinator.
    #[serde(default)]
    pub agents: Vec<AgentId>,
    /// In the team, whether `agents` names it or not.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub coordinator: Option<AgentId>,
}

fn supervised() -> AutonomyLevel {
    AutonomyLevel::Supervised
}

impl NewBlankTeam {
    /// The agents with their roles, each once, and where the input names them.
    pub fn seats(&self) -> AppResult<Vec<(String, NewTeamMember)>> {
        let seat = |agent_id, role| NewTeamMember { agent_id, role, priority: 0 };
        let mut seats: Vec<(String, NewTeamMember)> = Vec::new();
        if let Some(agent) = self.coordinator {
            seats.push(("/coordinator".to_owned(), seat(agent, TeamRole::Coordinator)));
        }
        for (at, agent) in self.agents.iter().enumerate() {
            if seats.iter().all(|(_, seat)| seat.agent_id != *agent) {
                seats.push((format!("/agents/{at}"), seat(*agent, TeamRole::Specialist)));
            }
        }
        let most = usize::try_from(MAX_MEMBERS).unwrap_or(usize::MAX);
        if seats.len() > most {
            return Err(AppError::invalid("/agents", format!("must be at most {MAX_MEMBERS} agents")));
        }
        Ok(seats)
    }

    /// The team without its agents.
    pub fn team(self) -> NewTeam {
        NewTeam {
            name: self.name,
            description: self.description,
            department: self.department,
            autonomy_level: self.autonomy_level,
            approval_required: Vec::new(),
            required_approvals: 1,
        }
    }
}

/// Makes a team of no template and puts agents in it: the team with all of them, or none.
#[server(name = TeamCreateBlank, prefix = "/api/fn", endpoint = "teams/create-blank", protocol = JsonOrForm)]
pub async fn team_create_blank(input: NewBlankTeam) -> Result<Team, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, teams};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let seats = input.seats()?;
        let team = teams::team_create_with(&by, &state.db, input.team(), seats).await?;
        reply::go_to(&format!("/teams/{}?done=created", team.id));
        Ok(team)
    })
    .await
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server_fns::codec::{from_form, from_json};

    #[derive(Deserialize)]
    struct Args {
        input: NewBlankTeam,
    }

    const ADA: &str = "01a1f85c-7b1a-7531-8cf6-d8909b46437f";
    const BOB: &str = "01a1f85c-7b1a-7531-8cf6-d8909b464380";

    fn seats(input: &NewBlankTeam) -> Vec<(String, String, TeamRole)> {
        let seats = input.seats().unwrap();
        seats.into_iter().map(|(at, seat)| (at, seat.agent_id.to_string(), seat.role)).collect()
    }

    #[test]
    fn a_form_and_json_make_the_same_team() {
        let form = format!(
            "_form=team-blank&input[name]=Field+sales&input[department]=sales&input[description]=\
             &input[autonomyLevel]=semi_autonomous&input[coordinator]={BOB}&input[agents][]={ADA}&input[agents][]={BOB}"
        );
        let json = format!(
            r#"{{"input":{{"name":"Field sales","department":"sales","autonomyLevel":"semi_autonomous",
                "coordinator":"{BOB}","agents":["{ADA}","{BOB}"]}}}}"#
        );
        let form = from_form::<Args>(&form).unwrap().input;
        assert_eq!(form, from_json::<Args>(&json).unwrap().input);
        let expected = [
            ("/coordinator".to_owned(), BOB.to_owned(), TeamRole::Coordinator),
            ("/agents/0".to_owned(), ADA.to_owned(), TeamRole::Specialist),
        ];
        assert_eq!(seats(&form), expected);
        assert_eq!(form.team().name, "Field sales");
    }

    #[test]
    fn a_team_needs_no_agents_and_has_not_too_many() {
        let form = "input[department]=general&input[coordinator]=";
        let mut input = from_form::<Args>(form).unwrap().input;
        assert_eq!((input.name.as_str(), input.autonomy_level), ("", AutonomyLevel::Supervised));
        assert!(input.seats().unwrap().is_empty());
        let ada = ADA.parse::<AgentId>().unwrap();
        input.agents = vec![ada; 1_000];
        assert_eq!(input.seats().unwrap().len(), 1);
        input.agents = (0..=MAX_MEMBERS).map(|at| AgentId(uuid::Uuid::from_u128(at as u128))).collect();
        assert_eq!(input.seats().unwrap_err().errors()[0].pointer, "/agents");
    }
}
