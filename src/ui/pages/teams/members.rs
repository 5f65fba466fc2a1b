//! Who is in a team.

use leptos::prelude::*;

use crate::domain::team::TeamMember;
use crate::ui::components::{Badge, Card, RevealedText, Tone};
use crate::ui::words::{human, segments};

/// The agents: coordinators first, then by priority.
#[component]
pub fn Members(
    /// The agents, in that order.
    members: Vec<TeamMember>,
) -> impl IntoView {
    let body = if members.is_empty() {
        view! {
            <p class="px-4 py-3 text-muted">"No agent is in this team yet. Put agents in under Settings."</p>
        }
        .into_any()
    } else {
        let rows: Vec<_> = members.into_iter().map(|member| view! { <MemberRow member=member /> }).collect();
        view! { <ul aria-label="Agents of the team" class="divide-y divide-line">{rows}</ul> }.into_any()
    };
    view! {
        <Card
            title="Agents"
            description="The coordinator plans, and asks those of higher priority first."
            flush=true
        >
            {body}
        </Card>
    }
}

#[component]
fn MemberRow(
    /// The agent in the team.
    member: TeamMember,
) -> impl IntoView {
    let href = format!("/settings/agents/{}", member.agent_id);
    let name = segments(&member.agent_name);
    let (role, priority) = (human(member.role.as_str()), format!("Priority {}", member.priority));
    view! {
        <li class="flex min-w-0 flex-wrap items-center gap-x-3 gap-y-1 px-4 py-2">
            <a class="link inline-flex min-h-11 min-w-0 items-center font-medium [overflow-wrap:anywhere] md:min-h-6" href=href>
                <RevealedText segments=name />
            </a>
            <Badge tone=Tone::Neutral>{role}</Badge>
            <span class="tabular text-sm text-muted">{priority}</span>
        </li>
    }
}
