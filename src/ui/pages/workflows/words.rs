//! Workflows in words.

use crate::domain::text::reveal_text;
use crate::domain::workflow::definition::{ConditionStep, WaitStep};
use crate::domain::workflow::{Definition, StepDef, StepKind, StepRun, WorkflowStatus};
use crate::ui::components::Tone;

/// A status as its own word.
pub fn status_name(status: WorkflowStatus) -> &'static str {
    match status {
        WorkflowStatus::Draft => "Draft",
        WorkflowStatus::Active => "Active",
        WorkflowStatus::Paused => "Paused",
        WorkflowStatus::Archived => "Archived",
    }
}

/// How a workflow stands.
pub fn status(status: WorkflowStatus) -> (Tone, &'static str) {
    let tone = match status {
        WorkflowStatus::Draft | WorkflowStatus::Archived => Tone::Neutral,
        WorkflowStatus::Active => Tone::Ok,
        WorkflowStatus::Paused => Tone::Warn,
    };
    (tone, status_name(status))
}

/// How many steps.
pub fn step_count(count: i64) -> String {
    match count {
        1 => "1 step".to_owned(),
        count => format!("{count} steps"),
    }
}

/// Which version new executions run.
pub fn published(number: Option<i64>, changed: bool) -> String {
    match (number, changed) {
        (None, _) => "Nothing yet".to_owned(),
        (Some(number), false) => format!("Version {number}"),
        (Some(number), true) => format!("Version {number}, and the draft differs from it"),
    }
}

/// The kind of a step.
pub fn kind(kind: StepKind) -> &'static str {
    match kind {
        StepKind::Action => "Action",
        StepKind::Agent => "Agent",
        StepKind::Condition => "Condition",
        StepKind::Parallel => "Parallel",
        StepKind::Join => "Join",
        StepKind::Approval => "Approval",
        StepKind::Wait => "Wait",
        StepKind::Workflow => "Workflow",
        StepKind::Set => "Values",
        StepKind::Model => "Model",
        StepKind::Message => "Message",
    }
}

/// What a step does, in a sentence.
pub fn does(run: &StepRun) -> String {
    match run {
        StepRun::Action(step) => {
            format!("{} performs {}.", reveal_text(&step.agent), reveal_text(&step.action_type))
        }
        StepRun::Agent(step) => {
            format!("{} works on: {}", reveal_text(&step.agent), reveal_text(&step.objective))
        }
        StepRun::Condition(_) => "Goes one of two ways.".to_owned(),
        StepRun::Parallel(step) => {
            format!("{} paths at once, until all of them are done.", step.branches.len())
        }
        StepRun::Join(_) => "Where the paths meet.".to_owned(),
        StepRun::Approval(step) => {
            format!("{} asks people: {}", reveal_text(&step.agent), reveal_text(&step.question))
        }
        StepRun::Wait(step) => waits(step),
        StepRun::Workflow(step) => {
            format!("Runs the workflow {} and waits for it.", reveal_text(&step.workflow))
        }
        StepRun::Message(step) => format!("{} gets the task as a message.", reveal_text(&step.agent)),
        StepRun::Model(step) => format!("The model of {} says what comes next.", reveal_text(&step.agent)),
        StepRun::Set(step) => {
            let names: Vec<String> = step.values.as_map().keys().map(|name| reveal_text(name)).collect();
            match names.is_empty() {
                true => "Works out nothing.".to_owned(),
                false => format!("Works out {}.", names.join(", ")),
            }
        }
    }
}

fn waits(step: &WaitStep) -> String {
    match (step.seconds, &step.until, &step.event) {
        (Some(seconds), _, _) => format!("Waits for {}.", span(seconds)),
        (None, Some(until), _) => format!("Waits until {}.", reveal_text(until)),
        (None, None, Some(event)) => format!("Waits for the event {}.", reveal_text(event)),
        (None, None, None) => "Waits for nothing.".to_owned(),
    }
}

/// A span of time in its largest whole unit.
fn span(seconds: i64) -> String {
    const UNITS: [(i64, &str); 4] = [(86_400, "day"), (3_600, "hour"), (60, "minute"), (1, "second")];
    let found = UNITS.into_iter().find(|(unit, _)| seconds >= *unit && seconds % unit == 0);
    let (unit, word) = found.unwrap_or((1, "second"));
    match seconds / unit {
        1 => format!("1 {word}"),
        count => format!("{count} {word}s"),
    }
}

/// What follows a step, in sentences; none where its path ends there, whatever happens.
pub fn follows(step: &StepDef, definition: &Definition) -> Vec<String> {
    let name = |key: &str| {
        let found = definition.place(key).and_then(|at| definition.steps.get(at));
        reveal_text(found.map_or(key, |step| step.name.as_str()))
    };
    let ends = |key: &Option<String>| key.as_deref().map_or("this path ends".to_owned(), name);
    let mut said = Vec::new();
    match &step.run {
        StepRun::Condition(ConditionStep { on_true, on_false, .. }) => {
            said.push(format!("If it holds: {}.", ends(on_true)));
            said.push(format!("If not: {}.", ends(on_false)));
        }
        StepRun::Parallel(step) => {
            let paths: Vec<String> = step.branches.iter().map(|key| name(key)).collect();
            said.push(format!("The paths begin at: {}.", paths.join(", ")));
            said.push(format!("They meet at: {}.", name(&step.join)));
        }
        _ => said.extend(step.on_success.as_deref().map(|key| format!("Then: {}.", name(key)))),
    }
    said.extend(step.on_failure.as_deref().map(|key| format!("If it fails: {}.", name(key))));
    if let Some(retry) = step.retry {
        said.push(format!("Tried up to {} times.", retry.max_attempts));
    }
    said
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn steps_are_said_with_what_follows() {
        let definition: Definition = serde_json::from_value(json!({
            "start": "ask",
            "steps": [
                {"key": "ask", "name": "Ask", "onSuccess": "way", "onFailure": "end",
                 "run": {"approval": {"agent": "Ada", "question": "Go on?"}}},
                {"key": "way", "name": "Which way", "run": {"condition": {
                    "when": {"compare": {"left": "{{ input.a }}", "operator": "exists"}}, "onTrue": "rest"}}},
                {"key": "rest", "name": "Rest", "run": {"wait": {"seconds": 7200}}},
                {"key": "end", "name": "End", "run": {"set": {"values": {"a": 1, "b": 2}}}}
            ]
        }))
        .unwrap();
        let said = |at: usize| {
            let step = &definition.steps[at];
            (does(&step.run), follows(step, &definition).join(" "))
        };
        assert_eq!(
            said(0),
            ("Ada asks people: Go on?".to_owned(), "Then: Which way. If it fails: End.".to_owned())
        );
        assert_eq!(said(1).1, "If it holds: Rest. If not: this path ends.");
        assert_eq!(said(2), ("Waits for 2 hours.".to_owned(), String::new()));
        assert_eq!(said(3).0, "Works out a, b.");
    }

    #[test]
    fn spans_are_whole() {
        for (seconds, words) in [(1, "1 second"), (90, "90 seconds"), (60, "1 minute"), (172_800, "2 days")] {
            assert_eq!(span(seconds), words);
        }
    }
}
