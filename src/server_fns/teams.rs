//! Teams and the agents in them.

use super::codec::JsonOrForm;
use crate::domain::AppError;
use crate::domain::ids::TeamId;
use crate::domain::page::Page;
use crate::domain::team::{
    NewTeam, NewTeamMember, PatchTeam, RemoveTeamMember, Team, TeamFilter, TeamMember,
};
use crate::domain::workspace::SetFreeze;
use leptos::prelude::*;

/// The teams, by name; archived ones only when asked for.
#[server(name = TeamList, prefix = "/api/fn", endpoint = "teams/list", protocol = JsonOrForm)]
pub async fn team_list(#[server(default)] filter: TeamFilter) -> Result<Page<Team>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadTeams, teams};
    let (state, by) = door::allowed::<ReadTeams>().await?;
    door::answer(teams::team_list(&by, &state.db, &filter)).await
}

#[server(name = TeamGet, prefix = "/api/fn", endpoint = "teams/get", protocol = JsonOrForm)]
pub async fn team_get(id: TeamId) -> Result<Team, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadTeams, teams};
    let (state, by) = door::allowed::<ReadTeams>().await?;
    door::answer(teams::team_get(&by, &state.db, id)).await
}

#[server(name = TeamCreate, prefix = "/api/fn", endpoint = "teams/create", protocol = JsonOrForm)]
pub async fn team_create(input: NewTeam) -> Result<Team, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, teams};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let input = NewTeam { approval_required: named(input.approval_required), ..input };
        let team = teams::team_create(&by, &state.db, input).await?;
        reply::go_to(&format!("/settings/teams/{}?done=created", team.id));
        Ok(team)
    })
    .await
}

/// Changes a team. `version`: the one that the caller saw; another one is refused.
#[server(name = TeamPatch, prefix = "/api/fn", endpoint = "teams/patch", protocol = JsonOrForm)]
pub async fn team_patch(id: TeamId, version: Option<i64>, input: PatchTeam) -> Result<Team, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, teams};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let input = PatchTeam { approval_required: input.approval_required.map(named), ..input };
        let team = teams::team_patch(&by, &state.db, id, input, version).await?;
        reply::go_to(&format!("/settings/teams/{id}?done=saved"));
        Ok(team)
    })
    .await
}

/// A form sends one empty name along, so that no tick at all is a list too.
#[cfg(feature = "ssr")]
fn named(list: Vec<String>) -> Vec<String> {
    list.into_iter().filter(|name| !name.is_empty()).collect()
}

/// Stops a team's automatic execution and dispatch, and its expiry clocks; or lets them go on.
#[server(name = TeamFreeze, prefix = "/api/fn", endpoint = "teams/freeze", protocol = JsonOrForm)]
pub async fn team_freeze(id: TeamId, input: SetFreeze) -> Result<Team, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, teams};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let patch = PatchTeam { frozen: Some(input.frozen), ..PatchTeam::default() };
        let team = teams::team_patch(&by, &state.db, id, patch, None).await?;
        reply::go_to(&format!("/settings/teams/{id}?done=saved"));
        Ok(team)
    })
    .await
}

/// Deletes a team that never did anything; archives any other.
#[server(name = TeamDelete, prefix = "/api/fn", endpoint = "teams/delete", protocol = JsonOrForm)]
pub async fn team_delete(id: TeamId, version: Option<i64>) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, teams};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        teams::team_delete(&by, &state.db, id, version).await?;
        reply::go_to("/settings/teams?done=deleted");
        Ok(())
    })
    .await
}

/// The agents of a team.
#[server(name = TeamMemberList, prefix = "/api/fn", endpoint = "teams/members", protocol = JsonOrForm)]
pub async fn team_member_list(id: TeamId) -> Result<Vec<TeamMember>, AppError> {
    use super::door;
    use crate::server::services::{ctx::ReadTeams, teams};
    let (state, by) = door::allowed::<ReadTeams>().await?;
    door::answer(teams::team_member_list(&by, &state.db, id)).await
}

#[server(name = TeamMemberAdd, prefix = "/api/fn", endpoint = "teams/add-member", protocol = JsonOrForm)]
pub async fn team_member_add(id: TeamId, input: NewTeamMember) -> Result<TeamMember, AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, teams};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        let member = teams::team_member_add(&by, &state.db, id, input).await?;
        reply::go_to(&format!("/settings/teams/{id}?done=saved"));
        Ok(member)
    })
    .await
}

#[server(name = TeamMemberRemove, prefix = "/api/fn", endpoint = "teams/remove-member", protocol = JsonOrForm)]
pub async fn team_member_remove(id: TeamId, input: RemoveTeamMember) -> Result<(), AppError> {
    use super::{door, reply};
    use crate::server::services::{ctx::WriteTeams, teams};
    let (state, by) = door::allowed::<WriteTeams>().await?;
    door::answer(async {
        teams::team_member_remove(&by, &state.db, id, input.agent_id).await?;
        reply::go_to(&format!("/settings/teams/{id}?done=saved"));
        Ok(())
    })
    .await
}
