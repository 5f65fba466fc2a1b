//! What a suggestion or a grant rests on, and what the last 30 days would have been under it.

use leptos::prelude::*;

use crate::domain::outcome::OutcomeStatus;
use crate::domain::trust::{TrustEvidence, TrustGrant, TrustSimulation};
use crate::ui::components::{Card, RelativeTime, RevealedText, RiskBadge, StatusBadge};
use crate::ui::words::{moment, outcome_words, risk_tone, segments, stamp};

/// The simulation, with the way to what it counts.
#[component]
pub fn Simulated(
    /// What it is about.
    grant: TrustGrant,
    /// The counts.
    simulation: TrustSimulation,
) -> impl IntoView {
    let query = form_urlencoded::Serializer::new(String::new())
        .append_pair("status", "all")
        .append_pair("teamId", &grant.team_id.to_string())
        .append_pair("actionType", &grant.action_type)
        .finish();
    view! {
        <Card title="What it would have changed">
            <p class="text-base">{simulation.words()}</p>
            <p class="mt-2 text-sm text-muted">
                "Counted is what agents of the team asked people for, from medium up to this risk. "
                <a class="link" href=format!("/approvals?{query}")>"All of this type on this team"</a>
            </p>
        </Card>
    }
}

/// The approvals, newest first.
#[component]
pub fn Evidence(
    /// The approvals.
    evidence: Vec<TrustEvidence>,
) -> impl IntoView {
    let rows: Vec<_> = evidence.into_iter().map(row).collect();
    view! {
        <Card title="What it rests on" description="Approved as they were asked for, one after the other." flush=true>
            <ul aria-label="Approvals it rests on" class="divide-y divide-line">{rows}</ul>
        </Card>
    }
}

fn row(one: TrustEvidence) -> AnyView {
    let outcome = (one.outcome != OutcomeStatus::None).then(|| {
        let (tone, word) = outcome_words(one.outcome);
        view! { <StatusBadge tone=tone label=word /> }
    });
    let by =
        one.reviewer_name.map(|name| view! { "approved by "<RevealedText segments=segments(&name) />" " });
    let agent = one.agent_name.map(|name| view! { <RevealedText segments=segments(&name) />" · " });
    let when = one.reviewed_at.map(|at| view! { <RelativeTime datetime=stamp(at) text=moment(at) /> });
    view! {
        <li class="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3">
            <a class="link min-w-0 flex-[1_1_16rem]" href=format!("/approvals/{}", one.approval_id)>
                <RevealedText segments=segments(&one.sentence) />
            </a>
            <RiskBadge level=risk_tone(one.risk_level) />
            {outcome}
            <span class="text-sm text-muted">{agent}{by}{when}</span>
        </li>
    }
    .into_any()
}
