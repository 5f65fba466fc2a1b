//! The graph of an agent that works with a model. It begins with one `model` step and grows with each answer: what the
//! model calls become steps like any other, and the next `model` step comes after them, whether they succeeded or not,
//! so that the model hears of both.

use super::definition::{
    Definition, JoinStep, MessageStep, ModelStep, ParallelStep, Retry, StepDef, StepRun,
};
use chrono::TimeDelta;

/// The most that one answer may call.
pub const CALLS_AT_ONCE: usize = 20;
/// A model that fails is asked again after a pause.
const AGAIN: Retry = Retry { max_attempts: 4, backoff_seconds: 5 };

/// The first question to the model of the agent with this name.
pub fn begin(agent: &str) -> Definition {
    Definition { start: model_key(1), steps: vec![model(agent, 1)], output: None }
}

/// Adds what the `model` step `key` calls, by name and what each does. Without any call, or where `key` names no such
/// step, nothing changes: the path ends there.
pub fn grow(definition: &mut Definition, key: &str, calls: Vec<(String, StepRun)>) {
    let Some((turn, place)) = turn_of(key).zip(definition.place(key)) else { return };
    let StepRun::Model(ModelStep { agent }) = &definition.steps[place].run else { return };
    let next = model(agent, turn + 1);
    let keys: Vec<String> = (0..calls.len()).map(|i| call_key(turn, i)).collect();
    let Some(first) = keys.first() else { return };
    let several = keys.len() > 1;
    let after = if several { format!("join_{turn}") } else { next.key.clone() };
    definition.steps[place].on_success = Some(if several { format!("calls_{turn}") } else { first.clone() });
    if several {
        let parallel = ParallelStep { branches: keys.clone(), join: after.clone() };
        let mut step = plain(format!("calls_{turn}"), "Calls", StepRun::Parallel(parallel));
        step.on_failure = Some(next.key.clone());
        definition.steps.push(step);
    }
    for (key, (name, run)) in keys.into_iter().zip(calls) {
        let step = plain(key, &name, run);
        definition.steps.push(StepDef {
            on_success: Some(after.clone()),
            on_failure: Some(after.clone()),
            ..step
        });
    }
    if several {
        let join = plain(after, "All done", StepRun::Join(JoinStep {}));
        definition.steps.push(StepDef { on_success: Some(next.key.clone()), ..join });
    }
    definition.steps.push(next);
}

/// The graph of an external agent, which calls in by itself: it gets the task as a message. `patience`: how long its
/// result may take.
pub fn by_message(agent: &str, patience: TimeDelta) -> Definition {
    let run = StepRun::Message(MessageStep { agent: agent.to_owned() });
    let step = plain("task".to_owned(), "Task", run);
    let step = StepDef { timeout_seconds: Some(patience.num_seconds()), ..step };
    Definition { start: step.key.clone(), steps: vec![step], output: None }
}

/// The key of the step of a model's `turn`, from 1.
pub fn model_key(turn: usize) -> String {
    format!("model_{turn}")
}

/// The key of the step of a call in a turn, from 0.
pub fn call_key(turn: usize, call: usize) -> String {
    format!("call_{turn}_{}", call + 1)
}

/// Which turn a `model` step is.
fn turn_of(key: &str) -> Option<usize> {
    key.strip_prefix("model_")?.parse().ok()
}

fn model(agent: &str, turn: usize) -> StepDef {
    let run = StepRun::Model(ModelStep { agent: agent.to_owned() });
    StepDef { retry: Some(AGAIN), ..plain(model_key(turn), "Model", run) }
}

fn plain(key: String, name: &str, run: StepRun) -> StepDef {
    StepDef {
        key,
        name: name.to_owned(),
        run,
        on_success: None,
        on_failure: None,
        timeout_seconds: None,
        retry: None,
    }
}

#[cfg(test)]
mod tests {
    use super::super::flow::{Board, Change, Ended, Settled};
    use super::*;

    fn call(name: &str) -> (String, StepRun) {
        (name.to_owned(), StepRun::Join(JoinStep {}))
    }

    /// Plays a loop in which each turn calls so many tools, all of which end as `how` says; gives the keys in their order.
    fn played(turns: &[usize], how: Settled) -> Vec<String> {
        let mut definition = begin("A");
        let mut ids = 0..;
        let first = Board::new(&definition, Vec::new()).begin(ids.next().unwrap()).unwrap();
        let mut open = vec![first];
        let mut seen = Vec::new();
        let mut turns = turns.iter();
        while let Some(token) = open.iter().copied().find(|token| {
            !matches!(definition.steps[token.at].run, StepRun::Parallel(_)) || {
                !open.iter().any(|other| other.scope == Some(token.id))
            }
        }) {
            let step = definition.steps[token.at].clone();
            seen.push(step.key.clone());
            let how = match step.run {
                StepRun::Model(_) => {
                    let calls = turns.next().copied().unwrap_or_default();
                    grow(&mut definition, &step.key, (0..calls).map(|_| call("c")).collect());
                    Settled::Completed
                }
                _ if step.key.starts_with("call_") => how,
                _ => Settled::Completed,
            };
            let mut board = Board::new(&definition, open.clone());
            let mut new_id = || ids.next().unwrap();
            let changes = match step.run {
                StepRun::Parallel(_) => board.fork(token.id, &mut new_id),
                _ => {
                    open.retain(|other| other.id != token.id);
                    board.settle(token.id, how, &mut new_id)
                }
            };
            for change in changes {
                match change {
                    Change::Opened(token) => open.push(token),
                    Change::Closed { id, .. } | Change::Cancelled(id) => open.retain(|token| token.id != id),
                    Change::Ended { how, .. } => assert_eq!(how, Ended::Completed),
                }
            }
        }
        seen
    }

    #[test]
    fn each_answer_adds_its_calls_and_the_next_question() {
        let keys = ["model_1", "call_1_1", "model_2"];
        assert_eq!(played(&[1], Settled::Completed), keys);
        assert_eq!(played(&[1], Settled::Failed), keys);
        assert_eq!(played(&[], Settled::Completed), ["model_1"]);
    }

    #[test]
    fn several_calls_are_made_side_by_side() {
        for how in [Settled::Completed, Settled::Failed] {
            let mut keys = played(&[3, 1], how);
            assert_eq!(keys[..2], ["model_1", "calls_1"]);
            keys[2..5].sort();
            assert_eq!(
                keys[2..],
                ["call_1_1", "call_1_2", "call_1_3", "join_1", "model_2", "call_2_1", "model_3"]
            );
        }
    }
}
