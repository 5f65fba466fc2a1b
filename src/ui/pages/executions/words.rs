//! Executions in words.

use chrono::{DateTime, Utc};

use crate::domain::approval::{ActorKind, ActorRef};
use crate::domain::execution::{ExecutionAction, ExecutionStatus, StepStatus, WaitsFor};
use crate::domain::text::reveal_text;
use crate::domain::workflow::StepKind;
use crate::ui::components::{Icon, Tone};

/// How an execution stands.
pub fn status(status: ExecutionStatus) -> (Tone, &'static str) {
    match status {
        ExecutionStatus::Queued => (Tone::Neutral, "Queued"),
        ExecutionStatus::Running => (Tone::Info, "Running"),
        ExecutionStatus::Waiting => (Tone::Info, "Waiting"),
        ExecutionStatus::Paused => (Tone::Warn, "Paused"),
        ExecutionStatus::Completed => (Tone::Ok, "Completed"),
        ExecutionStatus::Failed => (Tone::Bad, "Failed"),
        ExecutionStatus::Cancelled => (Tone::Neutral, "Cancelled"),
    }
}

/// What the status means, where the word leaves something open.
pub fn meaning(status: ExecutionStatus) -> Option<&'static str> {
    match status {
        ExecutionStatus::Queued => {
            Some("As many run as the workflow allows; it begins when one of them ends.")
        }
        ExecutionStatus::Waiting => Some("A step below says what for. It goes on by itself."),
        ExecutionStatus::Paused => Some("No new step begins until somebody resumes it."),
        ExecutionStatus::Failed => Some("Nothing more happens unless somebody retries the step that failed."),
        ExecutionStatus::Running | ExecutionStatus::Completed | ExecutionStatus::Cancelled => None,
    }
}

/// How a step stands.
pub fn step_status(status: StepStatus) -> (Tone, &'static str) {
    match status {
        StepStatus::Pending => (Tone::Neutral, "Pending"),
        StepStatus::Running => (Tone::Info, "Running"),
        StepStatus::Waiting => (Tone::Info, "Waiting"),
        StepStatus::Completed => (Tone::Ok, "Completed"),
        StepStatus::Failed => (Tone::Bad, "Failed"),
        StepStatus::Skipped => (Tone::Neutral, "Skipped"),
        StepStatus::Cancelled => (Tone::Neutral, "Cancelled"),
    }
}

/// What a step waits for, up to the time at which it goes on by itself, where there is one.
pub fn waits_for(waits: WaitsFor) -> &'static str {
    match waits {
        WaitsFor::Approval => "Waits for people to decide",
        WaitsFor::Outcome => "Waits for what its action does",
        WaitsFor::Timer => "Waits for a time",
        WaitsFor::Retry => "Waits to be tried again",
        WaitsFor::Event => "Waits for an event",
        WaitsFor::Child => "Waits for another execution",
        WaitsFor::Paths => "Waits for its paths to end",
    }
}

/// The picture of a kind of step.
pub fn step_icon(kind: StepKind) -> Icon {
    match kind {
        StepKind::Action => Icon::Play,
        StepKind::Agent | StepKind::Model | StepKind::Message => Icon::User,
        StepKind::Condition => Icon::ChevronsUpDown,
        StepKind::Parallel | StepKind::Join | StepKind::Workflow => Icon::Workflow,
        StepKind::Approval => Icon::Inbox,
        StepKind::Wait => Icon::Clock,
        StepKind::Set => Icon::Pencil,
    }
}

/// What somebody did, once it is done.
pub fn done(action: ExecutionAction) -> &'static str {
    match action {
        ExecutionAction::Pause => "The execution is paused.",
        ExecutionAction::Resume => "The execution goes on.",
        ExecutionAction::Cancel => "The execution is cancelled.",
        ExecutionAction::RetryStep => "The step that failed is tried again.",
    }
}

/// The title for headings and lists: one line, at most 120 characters. An objective may be long.
pub fn headline(title: &str) -> String {
    let text = reveal_text(title.lines().next().unwrap_or_default());
    match text.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &text[..end]),
        None => text,
    }
}

/// Who did something.
pub fn actor(actor: &ActorRef) -> String {
    let name = reveal_text(&actor.name);
    match actor.kind {
        ActorKind::User => name,
        ActorKind::Agent => format!("{name} (agent)"),
        ActorKind::System if name == "Countersign" => format!("{name} by itself"),
        ActorKind::System => name,
    }
}

/// How long something took, in up to two units.
pub fn took(started: DateTime<Utc>, finished: DateTime<Utc>) -> String {
    let milliseconds = (finished - started).num_milliseconds().max(0);
    let seconds = milliseconds / 1_000;
    match (seconds / 86_400, seconds / 3_600 % 24, seconds / 60 % 60, seconds % 60) {
        (0, 0, 0, 0) => format!("{milliseconds} ms"),
        (0, 0, 0, seconds) => format!("{seconds} s"),
        (0, 0, minutes, seconds) => format!("{minutes} min {seconds} s"),
        (0, hours, minutes, _) => format!("{hours} h {minutes} min"),
        (days, hours, ..) => format!("{days} d {hours} h"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use chrono::TimeDelta;

    #[test]
    fn spans_have_at_most_two_units() {
        let begin = DateTime::from_timestamp(1_763_630_040, 0).unwrap();
        for (milliseconds, words) in [
            (-5, "0 ms"),
            (480, "480 ms"),
            (59_999, "59 s"),
            (60_000, "1 min 0 s"),
            (3_720_000, "1 h 2 min"),
            (90_000_000, "1 d 1 h"),
        ] {
            assert_eq!(took(begin, begin + TimeDelta::milliseconds(milliseconds)), words);
        }
    }

    #[test]
    fn a_headline_is_one_short_line() {
        assert_eq!(headline("Ask\u{202e} them\nand wait"), "Ask[U+202E] them");
        assert_eq!(headline(&"ä".repeat(500)).chars().count(), 121);
        assert_eq!(headline(""), "");
    }
}
