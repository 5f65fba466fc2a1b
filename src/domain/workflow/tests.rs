//! Random graphs: the board's trace is that of a small interpreter written apart from it.

use super::check::faults;
use super::definition::{Definition, StepDef, StepRun};
use super::flow::{Board, Change, Ended, Settled, Token};
use proptest::prelude::*;
use serde_json::json;
use std::collections::{HashMap, VecDeque};

/// What a random definition is grown from.
#[derive(Clone, Debug)]
enum Plan {
    Set,
    Fails { answered: Option<Vec<Plan>> },
    Either(Vec<Plan>, Vec<Plan>, bool),
    Together(Vec<Vec<Plan>>, Option<Vec<Plan>>),
}

fn plan() -> impl Strategy<Value = Vec<Plan>> {
    let leaf = prop_oneof![
        6 => Just(Plan::Set),
        1 => Just(Plan::Fails { answered: None }),
        2 => Just(Plan::Fails { answered: Some(vec![Plan::Set]) }),
    ];
    let path = prop::collection::vec(leaf, 1..4);
    path.prop_recursive(3, 40, 4, |inner| {
        let part = prop_oneof![
            3 => Just(Plan::Set),
            1 => Just(Plan::Fails { answered: None }),
            1 => inner.clone().prop_map(|path| Plan::Fails { answered: Some(path) }),
            2 => (inner.clone(), inner.clone(), any::<bool>()).prop_map(|(yes, no, holds)| Plan::Either(yes, no, holds)),
            2 => (prop::collection::vec(inner.clone(), 2..4), prop::option::of(inner))
                .prop_map(|(paths, answer)| Plan::Together(paths, answer)),
        ];
        prop::collection::vec(part, 1..5)
    })
}

/// Writes a path's steps, which go on to `then`; returns the first one's key. `results`: how each step ends.
fn write(
    path: &[Plan],
    then: Option<String>,
    steps: &mut Vec<StepDef>,
    results: &mut HashMap<String, Settled>,
) -> Option<String> {
    let mut next = then;
    for part in path.iter().rev() {
        let key = format!("s{}", steps.len());
        let set = StepRun::Set(super::definition::SetStep::default());
        // Its place is kept before what it names is written.
        steps.push(step(&key, set));
        let at = steps.len() - 1;
        let follows = next.clone();
        match part {
            Plan::Set => {
                results.insert(key.clone(), Settled::Completed);
                steps[at].on_success = follows;
            }
            Plan::Fails { answered } => {
                results.insert(key.clone(), Settled::Failed);
                steps[at].on_success = follows.clone();
                if let Some(answer) = answered {
                    steps[at].on_failure = write(answer, follows, steps, results);
                }
            }
            Plan::Either(yes, no, holds) => {
                results.insert(key.clone(), Settled::Went(*holds));
                let on_true = write(yes, follows.clone(), steps, results);
                let on_false = write(no, follows, steps, results);
                steps[at].run = serde_json::from_value(json!({"condition": {
                    "when": {"all": []}, "onTrue": on_true, "onFalse": on_false,
                }}))
                .unwrap();
            }
            Plan::Together(paths, answer) => {
                let join = format!("j{}", steps.len());
                steps.push(step(&join, serde_json::from_value(json!({"join": {}})).unwrap()));
                results.insert(join.clone(), Settled::Completed);
                let joined = steps.len() - 1;
                steps[joined].on_success = follows.clone();
                let branches: Vec<_> = paths
                    .iter()
                    .map(|path| write(path, Some(join.clone()), steps, results).unwrap())
                    .collect();
                steps[at].run =
                    serde_json::from_value(json!({"parallel": {"branches": branches, "join": join}}))
                        .unwrap();
                if let Some(answer) = answer {
                    steps[at].on_failure = write(answer, follows, steps, results);
                }
            }
        }
        next = Some(key);
    }
    next
}

fn step(key: &str, run: StepRun) -> StepDef {
    StepDef {
        key: key.to_owned(),
        name: key.to_owned(),
        run,
        on_success: None,
        on_failure: None,
        timeout_seconds: None,
        retry: None,
    }
}

fn definition(path: &[Plan]) -> (Definition, HashMap<String, Settled>) {
    let (mut steps, mut results) = (Vec::new(), HashMap::new());
    let start = write(path, None, &mut steps, &mut results).unwrap();
    (Definition { start, steps, output: None }, results)
}

/// The board, driven as the engine does: the oldest open step ends first.
fn driven(definition: &Definition, results: &HashMap<String, Settled>) -> (Vec<String>, Option<Ended>) {
    let mut ids = 0_u32;
    let mut new_id = || {
        ids += 1;
        ids
    };
    let mut board = Board::new(definition, Vec::<Token<u32>>::new());
    let first = new_id();
    let mut trace = Vec::new();
    let mut todo: VecDeque<u32> = board.begin(first).map(|token| token.id).into_iter().collect();
    let mut end = None;
    while let Some(id) = todo.pop_front() {
        let Some(token) = board.open().iter().copied().find(|token| token.id == id) else { continue };
        let step = &definition.steps[token.at];
        trace.push(step.key.clone());
        let changes = match &step.run {
            StepRun::Parallel(_) => board.fork(id, &mut new_id),
            _ => board.settle(id, results[&step.key], &mut new_id),
        };
        for change in changes {
            match change {
                Change::Opened(token) => todo.push_back(token.id),
                Change::Ended { how, .. } => {
                    assert_eq!(end.replace(how), None, "it ends once");
                }
                Change::Closed { .. } | Change::Cancelled(_) => {}
            }
        }
        // What the engine keeps is enough to go on from: the board is made anew from its open steps.
        board = Board::new(definition, board.open().to_vec());
    }
    assert!(board.open().is_empty(), "nothing is left open");
    (trace, end)
}

/// The same meaning, written apart: a program of frames over the plan of each path, all paths a round at a time.
struct Frame {
    /// Where each path is; the paths of the outermost frame are one.
    at: String,
    around: Option<usize>,
}

fn interpreted(definition: &Definition, results: &HashMap<String, Settled>) -> (Vec<String>, Option<Ended>) {
    let find = |key: &str| definition.steps.iter().find(|step| step.key == key).unwrap();
    // Each group is a parallel step that runs: its own group, how many paths still run, its key.
    let mut groups: Vec<(Option<usize>, usize, String)> = Vec::new();
    let mut line = VecDeque::from([Frame { at: definition.start.clone(), around: None }]);
    let mut trace = Vec::new();
    while let Some(frame) = line.pop_front() {
        let step = find(&frame.at);
        trace.push(step.key.clone());
        if let StepRun::Parallel(parallel) = &step.run {
            groups.push((frame.around, parallel.branches.len(), step.key.clone()));
            for branch in &parallel.branches {
                line.push_back(Frame { at: branch.clone(), around: Some(groups.len() - 1) });
            }
            continue;
        }
        let mut around = frame.around;
        let mut next = match (&step.run, results[&step.key]) {
            (StepRun::Condition(c), Settled::Went(true)) => c.on_true.clone(),
            (StepRun::Condition(c), _) => c.on_false.clone(),
            (_, Settled::Failed) => {
                let mut answer = step.on_failure.clone();
                // Up through the parallel steps around it, each of which loses its other paths.
                while answer.is_none() {
                    let Some(group) = around else { return (trace, Some(Ended::Failed)) };
                    let mut lost = vec![group];
                    for (i, (outer, ..)) in groups.iter().enumerate() {
                        if outer.is_some_and(|outer| lost.contains(&outer)) {
                            lost.push(i);
                        }
                    }
                    line.retain(|frame| !frame.around.is_some_and(|around| lost.contains(&around)));
                    around = groups[group].0;
                    answer = find(&groups[group].2).on_failure.clone();
                }
                answer
            }
            _ => step.on_success.clone(),
        };
        let join = around.map(|group| match &find(&groups[group].2).run {
            StepRun::Parallel(parallel) => parallel.join.clone(),
            _ => unreachable!(),
        });
        if let (Some(group), true) = (around, next.is_none() || next == join) {
            groups[group].1 -= 1;
            if groups[group].1 == 0 {
                around = groups[group].0;
                line.push_back(Frame { at: join.unwrap(), around });
            }
            continue;
        }
        match next.take() {
            Some(at) => line.push_back(Frame { at, around }),
            None => return (trace, Some(Ended::Completed)),
        }
    }
    (trace, None)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(512))]

    #[test]
    fn the_board_goes_as_the_interpreter_does(path in plan()) {
        let (definition, results) = definition(&path);
        if definition.steps.len() <= super::definition::MAX_STEPS {
            prop_assert_eq!(faults(&definition), vec![]);
        }
        let (trace, end) = driven(&definition, &results);
        prop_assert!(end.is_some(), "it ends");
        prop_assert_eq!((trace, end), interpreted(&definition, &results));
    }
}

fn found(definition: serde_json::Value) -> Vec<(String, String)> {
    let definition: Definition = serde_json::from_value(definition).unwrap();
    faults(&definition).into_iter().map(|fault| (fault.pointer, fault.detail)).collect()
}

fn set(key: &str, then: Option<&str>) -> serde_json::Value {
    json!({"key": key, "name": key, "run": {"set": {"values": {}}}, "onSuccess": then})
}

#[test]
fn each_fault_is_named_with_its_place() {
    let wait = json!({"key": "w", "name": "w", "run": {"wait": {"seconds": 5}}, "onSuccess": "a"});
    let parallel = |join: &str| json!({"key": "p", "name": "p", "run": {"parallel": {"branches": ["a", "b"], "join": join}}});
    let join = json!({"key": "j", "name": "j", "run": {"join": {}}});
    for (definition, place, word) in [
        (json!({"start": "a", "steps": []}), "/steps", "must have a step"),
        (json!({"start": "x", "steps": [set("a", None)]}), "/start", "no step \"x\""),
        (json!({"start": "a", "steps": [set("a", Some("b"))]}), "/steps/0/onSuccess", "no step \"b\""),
        (json!({"start": "a", "steps": [set("a", None), set("a", None)]}), "/steps/1/key", "another step"),
        (json!({"start": "a", "steps": [set("A", None)]}), "/steps/0/key", "lower-case"),
        (json!({"start": "a", "steps": [set("a", None), set("b", None)]}), "/steps/1", "no path leads"),
        (
            json!({"start": "a", "steps": [set("a", Some("b")), set("b", Some("a"))]}),
            "/steps/1/onSuccess",
            "without a wait",
        ),
        (
            json!({"start": "p", "steps": [parallel("a"), set("a", None), set("b", None)]}),
            "/steps/0/run/parallel/join",
            "not a join",
        ),
        (
            json!({"start": "a", "steps": [set("a", Some("j")), join.clone()]}),
            "/steps/0/onSuccess",
            "not the join",
        ),
        (
            json!({"start": "p", "steps": [parallel("j"), set("a", Some("j")), set("b", Some("c")), set("c", None), {
                "key": "j", "name": "j", "run": {"join": {}}, "onSuccess": "c"
            }]}),
            "",
            "on paths of different",
        ),
        (
            json!({"start": "w", "steps": [{"key": "w", "name": "w", "run": {"wait": {}}}]}),
            "/steps/0/run/wait",
            "one of",
        ),
        (
            json!({"start": "a", "steps": [{"key": "a", "name": "a", "run": {"set": {"values": {}}}, "retry": {"maxAttempts": 3}}]}),
            "/steps/0/retry",
            "not tried again",
        ),
    ] {
        let faults = found(definition.clone());
        assert!(
            faults.iter().any(|(at, detail)| at.starts_with(place) && detail.contains(word)),
            "{definition}: {faults:?}"
        );
    }
    assert_eq!(found(json!({"start": "a", "steps": [set("a", Some("w")), wait]})), []);
}
