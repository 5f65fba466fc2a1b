//! Decided is not performed: both, each with its own time.

use leptos::prelude::*;

use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::outcome::OutcomeStatus;
use crate::ui::components::{
    Card, DescriptionList, JsonView, KeyValue, RelativeTime, RevealedText, StatusBadge,
};
use crate::ui::words::{moment, outcome_words, segments, stamp, status_words};

/// The decision and, where there was one to perform, what came of it. Nothing while it waits.
#[component]
pub fn OutcomePanel(
    /// The approval.
    approval: Approval,
) -> impl IntoView {
    if approval.status == ApprovalStatus::Pending {
        return ().into_any();
    }
    let (tone, word) = status_words(approval.status);
    let by = match (&approval.reviewer_name, approval.status) {
        (Some(name), _) => Some(name.clone()),
        (None, ApprovalStatus::Withdrawn) => Some(approval.requested_by.name.clone()),
        _ => None,
    };
    let performs = matches!(approval.status, ApprovalStatus::Approved | ApprovalStatus::AutoApproved);
    let notes = approval.review_notes.clone();
    let time =
        |at: chrono::DateTime<chrono::Utc>| view! { <RelativeTime datetime=stamp(at) text=moment(at) /> };
    let decided = approval.reviewed_at.map(time);
    view! {
        <Card title="Decision">
            <DescriptionList>
                <KeyValue label="Decision"><StatusBadge tone=tone label=word /></KeyValue>
                {by.map(|by| view! { <KeyValue label="By">{by}</KeyValue> })}
                {decided.map(|time| view! { <KeyValue label="Decided">{time}</KeyValue> })}
                {notes
                    .map(|notes| view! { <KeyValue label="Reason"><RevealedText segments=segments(&notes) /></KeyValue> })}
            </DescriptionList>
        </Card>
        {performs.then(|| view! { <Performed approval=approval /> })}
    }
    .into_any()
}

#[component]
fn Performed(
    /// The approval.
    approval: Approval,
) -> impl IntoView {
    let outcome = approval.outcome;
    let (tone, word) = outcome_words(outcome.status);
    let explain = match outcome.status {
        OutcomeStatus::Queued => Some("It starts by itself as soon as it may."),
        OutcomeStatus::Unknown => {
            Some("It may or may not have happened. Look at the target, then say what you found.")
        }
        OutcomeStatus::Failed => Some("Nothing more happens unless a person asks for another try."),
        _ => None,
    };
    let time =
        |at: chrono::DateTime<chrono::Utc>| view! { <RelativeTime datetime=stamp(at) text=moment(at) /> };
    let result = outcome.result.as_ref().map(|result| {
        (
            serde_json::to_string_pretty(result).unwrap_or_default(),
            crate::domain::canonical::canonical(result),
        )
    });
    view! {
        <Card title="Outcome">
            <DescriptionList>
                <KeyValue label="Outcome"><StatusBadge tone=tone label=word /></KeyValue>
                {(outcome.attempts > 0)
                    .then(|| view! { <KeyValue label="Attempts">{outcome.attempts.to_string()}</KeyValue> })}
                {approval.claimed_at.map(|at| view! { <KeyValue label="Taken by the agent">{time(at)}</KeyValue> })}
                {outcome.started_at.map(|at| view! { <KeyValue label="Started">{time(at)}</KeyValue> })}
                {outcome.finished_at.map(|at| view! { <KeyValue label="Finished">{time(at)}</KeyValue> })}
                {outcome
                    .error
                    .map(|error| view! { <KeyValue label="Error"><RevealedText segments=segments(&error) /></KeyValue> })}
            </DescriptionList>
            {explain.map(|text| view! { <p class="mt-3 text-sm text-muted">{text}</p> })}
            {result
                .map(|(pretty, exact)| {
                    view! { <div class="mt-3"><JsonView label="Result" segments=segments(&pretty) copy=exact /></div> }
                })}
        </Card>
    }
}
