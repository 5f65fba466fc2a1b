//! Votes, and everything that happened, oldest first.

use leptos::prelude::*;

use crate::domain::approval::Vote;
use crate::domain::audit::AuditRow;
use crate::ui::components::{Icon, RelativeTime, RevealedText, Timeline, TimelineItem, Tone};
use crate::ui::words::{moment, segments, stamp};

/// The votes, where several are needed, then the audit rows as a timeline.
#[component]
pub fn History(
    /// Oldest first.
    rows: Vec<AuditRow>,
    /// The votes for the data as it is now.
    votes: Vec<Vote>,
    /// How many approvals are needed.
    required: i64,
) -> impl IntoView {
    let given = votes.iter().filter(|vote| vote.approved).count();
    let items: Vec<_> = rows
        .into_iter()
        .map(|row| {
            let (icon, tone) = mark(&row.event);
            let at = row.executed_at;
            view! {
                <TimelineItem
                    icon=icon
                    tone=tone
                    time=move || view! { <RelativeTime datetime=stamp(at) text=moment(at) /> }
                >
                    <p><RevealedText segments=segments(&row.description) /></p>
                    <p class="text-sm text-muted">{row.actor.name}</p>
                    {row
                        .error
                        .map(|error| view! { <p class="text-sm text-bad"><RevealedText segments=segments(&error) /></p> })}
                </TimelineItem>
            }
        })
        .collect();
    view! {
        {(required > 1)
            .then(|| {
                let names: Vec<_> = votes.iter().map(|vote| vote.name.clone()).collect();
                view! {
                    <p class="mb-3 text-sm">
                        {format!("{given} of {required} approvals")}
                        {(!names.is_empty()).then(|| format!(": {}", names.join(", ")))}
                    </p>
                }
            })}
        <Timeline label="History of this approval">{items}</Timeline>
    }
}

fn mark(event: &str) -> (Icon, Tone) {
    match event {
        "approval.approved" | "approval.voted" => (Icon::Check, Tone::Ok),
        "approval.rejected" => (Icon::X, Tone::Bad),
        "approval.expired" | "approval.extended" => (Icon::Clock, Tone::Neutral),
        "approval.undone" | "approval.withdrawn" => (Icon::Undo, Tone::Neutral),
        "approval.attended" | "approval.left" => (Icon::User, Tone::Neutral),
        "approval.commented" => (Icon::Message, Tone::Neutral),
        "approval.edited" => (Icon::Pencil, Tone::Info),
        "action.succeeded" => (Icon::Check, Tone::Ok),
        "action.failed" => (Icon::Alert, Tone::Bad),
        "action.unknown" => (Icon::Alert, Tone::Warn),
        "action.claimed" | "action.retried" | "action.executed" => (Icon::Play, Tone::Info),
        _ => (Icon::Inbox, Tone::Neutral),
    }
}
