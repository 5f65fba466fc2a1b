//! Giving a team something to do.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::execution::Execution;
use crate::domain::ids::TeamId;
use crate::domain::team::{Team, TeamMember, TeamRole, TeamStatus};
use crate::server_fns::orchestration::TeamRun;
use crate::ui::components::{ButtonVariant, Card, Icon, TextareaField};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};

/// The form that runs a team; where it cannot be run, why.
#[component]
pub fn RunTeam(
    /// The team.
    team: Team,
    /// Its agents.
    members: Vec<TeamMember>,
    /// Whether the member may run teams.
    may_run: bool,
) -> impl IntoView {
    let body = match why_not(&team, &members, may_run) {
        Some(why) => view! { <p class="text-muted">{why}</p> }.into_any(),
        None => view! { <RunForm id=team.id /> }.into_any(),
    };
    view! { <Card title="Run this team">{body}</Card> }
}

fn why_not(team: &Team, members: &[TeamMember], may_run: bool) -> Option<&'static str> {
    match (may_run, team.status) {
        (false, _) => Some("Your role reads teams. Owners, admins and operators run them."),
        (true, TeamStatus::Paused) => {
            Some("It is paused, and what its agents ask for is denied. Resume it under Settings.")
        }
        (true, TeamStatus::Archived) => {
            Some("It is archived and begins nothing new. Bring it back under Settings.")
        }
        (true, TeamStatus::Active) => {
            members.iter().all(|member| member.role != TeamRole::Coordinator).then_some(
                "It has no coordinator, who would plan its work. Put an agent in as coordinator under Settings.",
            )
        }
    }
}

#[component]
fn RunForm(
    /// The team.
    id: TeamId,
) -> impl IntoView {
    let form = FormState::new("team-run").faults_only().field("/objective", "run-objective");
    let navigate = use_navigate();
    let done = Then::new(move |started: Execution| {
        navigate(&format!("/executions/{}?done=started", started.id), NavigateOptions::default());
    });
    view! {
        <ActionForm<TeamRun> form=form.clone() class="grid gap-3" on_done=done>
            <Hidden name="id" value=id.to_string() />
            <TextareaField
                id="run-objective"
                name="input[objective]"
                label="Objective"
                value=form.typed("input[objective]")
                hint="What is to be reached, in your words. Its coordinator plans, and hands over to the others; you can follow each step."
                error=form.error_at("/objective")
                rows=4
                required=true
                maxlength=10_000
            />
            <div>
                <SubmitButton form=form variant=ButtonVariant::Primary icon=Icon::Play label="Run the team".to_owned() />
            </div>
        </ActionForm<TeamRun>>
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_team_runs_while_it_is_active_and_has_a_coordinator() {
        let team = |status: &str| -> Team {
            serde_json::from_value(json!({
                "id": "01a1f85c-7b1a-7531-8cf6-d8909b46437f", "name": "Sales", "description": "",
                "department": "sales", "autonomyLevel": "supervised", "approvalRequired": [],
                "requiredApprovals": 1, "status": status, "frozenAt": null, "memberCount": 1, "version": 1,
                "createdAt": "2025-11-20T09:14:00Z", "updatedAt": "2025-11-20T09:14:00Z",
            }))
            .unwrap()
        };
        let members = |role: &str| -> Vec<TeamMember> {
            serde_json::from_value(json!([{
                "teamId": "01a1f85c-7b1a-7531-8cf6-d8909b46437f",
                "agentId": "01a1f85c-7b1a-7531-8cf6-d8909b464380",
                "agentName": "Ada", "role": role, "priority": 0, "createdAt": "2025-11-20T09:14:00Z",
            }]))
            .unwrap()
        };
        for (status, role, may_run, runs) in [
            ("active", "coordinator", true, true),
            ("active", "coordinator", false, false),
            ("active", "specialist", true, false),
            ("paused", "coordinator", true, false),
            ("archived", "coordinator", true, false),
        ] {
            let why = why_not(&team(status), &members(role), may_run);
            assert_eq!(why.is_none(), runs, "{status}, {role}, {may_run}");
        }
        assert!(why_not(&team("active"), &[], true).is_some());
    }
}
