//! The agents of a team.

use leptos::prelude::*;

use crate::domain::agent::Agent;
use crate::domain::ids::TeamId;
use crate::domain::team::{TeamMember, TeamRole};
use crate::server_fns::teams::{TeamMemberAdd, TeamMemberRemove};
use crate::ui::components::{
    ButtonSize, Card, Cell, Choice, Column, RevealedText, Row, RowHeader, SelectField, Table, TextField,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};
use crate::ui::pages::settings::lists::words;
use crate::ui::words::{human, segments};

/// Who is in the team, with a way in and out.
#[component]
pub fn TeamMembers(
    /// The team.
    team: TeamId,
    /// Its agents.
    members: Vec<TeamMember>,
    /// The agents of the workspace.
    agents: Vec<Agent>,
    /// Whether the member may change the team.
    may_write: bool,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let free: Vec<_> = agents
        .into_iter()
        .filter(|agent| !members.iter().any(|member| member.agent_id == agent.id))
        .map(|agent| Choice::new(agent.id.to_string(), agent.name))
        .collect();
    let list = if members.is_empty() {
        view! { <p class="px-4 py-3 text-muted">"No agent is in this team yet."</p> }.into_any()
    } else {
        let rows: Vec<_> = members
            .into_iter()
            .map(|member| view! { <MemberRow member=member may_write=may_write changed=changed /> })
            .collect();
        let columns = vec![
            Column::new("Agent"),
            Column::new("Role"),
            Column::new("Priority").number(),
            Column::new("Remove").hidden(),
        ];
        view! {
            <Table caption="Agents of the team" columns=columns>
                {rows}
            </Table>
        }
        .into_any()
    };
    let add = may_write.then(|| view! { <AddMember team=team free=free changed=changed /> });
    view! {
        <Card title="Agents" flush=true>
            {list} {add}
        </Card>
    }
}

#[component]
fn MemberRow(
    /// The agent in the team.
    member: TeamMember,
    /// Whether the member may change the team.
    may_write: bool,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new(format!("member-remove-{}", member.agent_id)).faults_only();
    let done = Then::new(move |()| {
        let _ = changed.try_run("The agent is out of the team.");
    });
    let name = member.agent_name.clone();
    let remove = may_write.then(|| {
        view! {
            <ActionForm<TeamMemberRemove> form=form.clone() on_done=done>
                <Hidden name="id" value=member.team_id.to_string() />
                <Hidden name="input[agentId]" value=member.agent_id.to_string() />
                <SubmitButton form=form size=ButtonSize::Small label="Remove".to_owned() subject=name />
            </ActionForm<TeamMemberRemove>>
        }
    });
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=format!("/settings/agents/{}", member.agent_id)>
                    <RevealedText segments=segments(&member.agent_name) />
                </a>
            </RowHeader>
            <Cell label="Role">{human(member.role.as_str())}</Cell>
            <Cell label="Priority" number=true>{member.priority.to_string()}</Cell>
            <Cell>{remove}</Cell>
        </Row>
    }
}

#[component]
fn AddMember(
    /// The team.
    team: TeamId,
    /// The agents that are not in it.
    free: Vec<Choice>,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    if free.is_empty() {
        return view! {
            <p class="border-t border-line px-4 py-3 text-sm text-muted">
                "Every agent is in this team. " <a class="link" href="/settings/agents">"Add an agent"</a>
            </p>
        }
        .into_any();
    }
    let form = FormState::new("member-add")
        .faults_only()
        .field("/agentId", "member-agent")
        .field("/role", "member-role")
        .field("/priority", "member-priority");
    let done = Then::new(move |_: TeamMember| {
        let _ = changed.try_run("The agent is in the team.");
    });
    let roles = words(TeamRole::ALL.iter().map(|role| role.as_str()));
    view! {
        <div class="border-t border-line p-4">
            <ActionForm<TeamMemberAdd> form=form.clone() class="grid items-end gap-3 sm:grid-cols-4" on_done=done>
                <Hidden name="id" value=team.to_string() />
                <SelectField
                    id="member-agent"
                    name="input[agentId]"
                    label="Agent"
                    options=free
                    selected=form.typed("input[agentId]")
                    error=form.error_at("/agentId")
                />
                <SelectField
                    id="member-role"
                    name="input[role]"
                    label="Role"
                    options=roles
                    selected=form.typed("input[role]").unwrap_or_else(|| TeamRole::Specialist.to_string())
                    error=form.error_at("/role")
                />
                <TextField
                    id="member-priority"
                    name="input[priority]"
                    label="Priority, 0 to 100"
                    kind="number"
                    value=form.typed("input[priority]").unwrap_or_else(|| "0".to_owned())
                    error=form.error_at("/priority")
                    inputmode="numeric"
                    min="0"
                    max="100"
                    required=true
                />
                <div>
                    <SubmitButton form=form label="Add to the team".to_owned() />
                </div>
            </ActionForm<TeamMemberAdd>>
        </div>
    }
    .into_any()
}
