//! What is wrong with a definition, each fault at its place.

use super::condition::MAX_NESTING;
use super::definition::{Definition, MAX_SECONDS, MAX_STEPS, StepDef, StepKind, StepRun, is_action_type};
use crate::domain::approval::{MAX_EXPIRY_SECONDS, MAX_REQUIRED_APPROVALS, MIN_EXPIRY_SECONDS};
use crate::domain::error::FieldError;
use std::collections::{HashMap, HashSet};
use validator::Validate;

/// Fewest and most paths of a `parallel` step.
const BRANCHES: std::ops::RangeInclusive<usize> = 2..=20;
/// Longest question or objective, in characters.
const TEXT_MAX: usize = 10_000;

/// The faults of a definition by itself: names of steps, paths, limits. Templates, agents and workflows that it names
/// are checked by the server.
pub fn faults(definition: &Definition) -> Vec<FieldError> {
    let mut check = Check { definition, places: HashMap::new(), found: Vec::new() };
    check.keys();
    if check.found.is_empty() {
        check.names();
        for (i, step) in definition.steps.iter().enumerate() {
            check.step(i, step);
        }
    }
    if check.found.is_empty() {
        check.paths();
        check.circles();
    }
    check.found
}

struct Check<'a> {
    definition: &'a Definition,
    places: HashMap<&'a str, usize>,
    found: Vec<FieldError>,
}

impl<'a> Check<'a> {
    fn fault(&mut self, pointer: impl Into<String>, detail: impl Into<String>) {
        self.found.push(FieldError { pointer: pointer.into(), detail: detail.into() });
    }

    fn keys(&mut self) {
        let steps = &self.definition.steps;
        if steps.is_empty() {
            self.fault("/steps", "must have a step");
        }
        if steps.len() > MAX_STEPS {
            self.fault("/steps", format!("must be at most {MAX_STEPS} steps"));
            return;
        }
        for (i, step) in steps.iter().enumerate() {
            if let Err(faults) = step.validate() {
                let error = crate::domain::AppError::from(faults);
                for FieldError { pointer, detail } in error.errors() {
                    self.fault(format!("/steps/{i}{pointer}"), detail.clone());
                }
            }
            if self.places.insert(&step.key, i).is_some() {
                self.fault(format!("/steps/{i}/key"), format!("there is another step \"{}\"", step.key));
            }
        }
    }

    /// Each name of a step is that of one.
    fn names(&mut self) {
        let definition = self.definition;
        self.named("/start".to_owned(), &definition.start);
        for (i, step) in definition.steps.iter().enumerate() {
            for (pointer, key) in named_steps(step) {
                self.named(format!("/steps/{i}{pointer}"), key);
            }
        }
    }

    fn named(&mut self, pointer: String, key: &str) {
        if !self.places.contains_key(key) {
            self.fault(pointer, format!("there is no step \"{key}\""));
        }
    }

    fn step(&mut self, i: usize, step: &StepDef) {
        let kind = step.run.kind();
        let at = format!("/steps/{i}");
        if step.on_success.is_some() && matches!(kind, StepKind::Condition | StepKind::Parallel) {
            let instead = if kind == StepKind::Condition { "onTrue and onFalse" } else { "join" };
            self.fault(format!("{at}/onSuccess"), format!("a {kind} step says by {instead} what follows"));
        }
        let waits = matches!(
            kind,
            StepKind::Action | StepKind::Agent | StepKind::Approval | StepKind::Wait | StepKind::Workflow
        );
        if step.timeout_seconds.is_some() && !waits {
            self.fault(format!("{at}/timeoutSeconds"), format!("a {kind} step takes no time"));
        }
        if step.retry.is_some() && !matches!(kind, StepKind::Action | StepKind::Agent | StepKind::Workflow) {
            self.fault(format!("{at}/retry"), format!("a {kind} step is not tried again"));
        }
        if step.on_failure.is_some() && matches!(kind, StepKind::Join) {
            self.fault(format!("{at}/onFailure"), "a join step cannot fail");
        }
        self.run(&format!("{at}/run/{kind}"), &step.run);
    }

    fn run(&mut self, at: &str, run: &StepRun) {
        match run {
            StepRun::Action(action) => {
                if !is_action_type(&action.action_type) {
                    self.fault(format!("{at}/actionType"), "is not the name of an action type");
                }
                self.text(format!("{at}/agent"), &action.agent);
                if let Some(text) = &action.description {
                    self.text(format!("{at}/description"), text);
                }
                self.expiry(at, action.expires_in_seconds);
            }
            StepRun::Agent(agent) => {
                self.text(format!("{at}/agent"), &agent.agent);
                self.text(format!("{at}/objective"), &agent.objective);
            }
            StepRun::Condition(condition) => {
                if condition.when.depth() > MAX_NESTING {
                    self.fault(format!("{at}/when"), format!("is nested more than {MAX_NESTING} deep"));
                }
            }
            StepRun::Parallel(parallel) => {
                let distinct: HashSet<&String> = parallel.branches.iter().collect();
                if !BRANCHES.contains(&parallel.branches.len()) {
                    self.fault(format!("{at}/branches"), "must be 2 to 20 paths");
                }
                if distinct.len() < parallel.branches.len() {
                    self.fault(format!("{at}/branches"), "two paths begin at the same step");
                }
                let join =
                    self.places.get(parallel.join.as_str()).map(|at| self.definition.steps[*at].run.kind());
                if join.is_some_and(|kind| kind != StepKind::Join) {
                    self.fault(format!("{at}/join"), format!("\"{}\" is not a join step", parallel.join));
                }
            }
            StepRun::Join(_) | StepRun::Set(_) => {}
            StepRun::Approval(approval) => {
                self.text(format!("{at}/agent"), &approval.agent);
                self.text(format!("{at}/question"), &approval.question);
                self.expiry(at, approval.expires_in_seconds);
                if approval.required_approvals.is_some_and(|n| !(1..=MAX_REQUIRED_APPROVALS).contains(&n)) {
                    self.fault(format!("{at}/requiredApprovals"), "must be between 1 and 10");
                }
            }
            StepRun::Wait(wait) => {
                let said = [wait.seconds.is_some(), wait.until.is_some(), wait.event.is_some()];
                if said.iter().filter(|said| **said).count() != 1 {
                    self.fault(at, "must say one of seconds, until and event");
                }
                if wait.seconds.is_some_and(|n| !(1..=MAX_SECONDS).contains(&n)) {
                    self.fault(format!("{at}/seconds"), "must be between 1 second and a year");
                }
                if let Some(event) = &wait.event
                    && !super::is_event_name(event)
                {
                    self.fault(format!("{at}/event"), "must be an event such as \"record.created\"");
                }
            }
            StepRun::Workflow(child) => self.text(format!("{at}/workflow"), &child.workflow),
            StepRun::Model(_) | StepRun::Message(_) => {
                self.fault(at, "cannot be written: an agent step does this where the agent works so");
            }
        }
    }

    fn text(&mut self, pointer: String, text: &str) {
        if text.trim().is_empty() {
            self.fault(pointer, "must not be empty");
        } else if text.chars().count() > TEXT_MAX {
            self.fault(pointer, "must be at most 10,000 characters");
        } else if text.contains('\0') {
            self.fault(pointer, "must not contain a NUL character");
        }
    }

    fn expiry(&mut self, at: &str, seconds: Option<i64>) {
        if seconds.is_some_and(|n| !(MIN_EXPIRY_SECONDS..=MAX_EXPIRY_SECONDS).contains(&n)) {
            self.fault(format!("{at}/expiresInSeconds"), "must be between 10 and 7776000 seconds");
        }
    }

    /// Each step is reached, and on the paths of one `parallel` step or of none.
    fn paths(&mut self) {
        let steps = &self.definition.steps;
        // The parallel step around each step that was reached.
        let mut around: Vec<Option<Option<usize>>> = vec![None; steps.len()];
        let mut owner: HashMap<usize, usize> = HashMap::new();
        let mut todo = vec![(self.places[self.definition.start.as_str()], None, "/start".to_owned())];
        while let Some((at, scope, from)) = todo.pop() {
            match around[at] {
                Some(known) if known == scope => continue,
                Some(_) => {
                    let key = &steps[at].key;
                    self.fault(from, format!("\"{key}\" is on paths of different parallel steps"));
                    continue;
                }
                None => around[at] = Some(scope),
            }
            let join = scope.and_then(|parallel: usize| match &steps[parallel].run {
                StepRun::Parallel(parallel) => self.places.get(parallel.join.as_str()).copied(),
                _ => None,
            });
            for (pointer, key) in named_steps(&steps[at]) {
                let (to, place) = (self.places[key], format!("/steps/{at}{pointer}"));
                let inside = pointer.starts_with("/run/parallel/branches");
                if pointer == "/run/parallel/join" {
                    if let Some(other) = owner.insert(to, at)
                        && other != at
                    {
                        self.fault(place.clone(), format!("\"{key}\" is the join of another parallel step"));
                    }
                    todo.push((to, scope, place));
                } else if inside {
                    let StepRun::Parallel(parallel) = &steps[at].run else { continue };
                    if *key != parallel.join {
                        todo.push((to, Some(at), place));
                    }
                } else if Some(to) == join {
                    // The path ends here.
                } else if steps[to].run.kind() == StepKind::Join {
                    self.fault(
                        place,
                        format!("\"{key}\" is not the join of the parallel step around this one"),
                    );
                } else {
                    todo.push((to, scope, place));
                }
            }
        }
        if self.found.is_empty() {
            for (i, step) in steps.iter().enumerate() {
                if around[i].is_none() {
                    self.fault(format!("/steps/{i}"), format!("no path leads to \"{}\"", step.key));
                }
            }
        }
    }

    /// A circle must pass a wait, or it would turn for ever.
    fn circles(&mut self) {
        #[derive(Clone, Copy, PartialEq)]
        enum Seen {
            No,
            Open,
            Done,
        }
        let steps = &self.definition.steps;
        let mut seen = vec![Seen::No; steps.len()];
        for first in 0..steps.len() {
            // Depth first, without recursion: a chain may be as long as the definition.
            let mut path = vec![(first, 0)];
            while let Some((at, next)) = path.pop() {
                if next == 0 {
                    if seen[at] != Seen::No || steps[at].run.kind() == StepKind::Wait {
                        continue;
                    }
                    seen[at] = Seen::Open;
                }
                let named = named_steps(&steps[at]);
                let Some((pointer, key)) = named.get(next) else {
                    seen[at] = Seen::Done;
                    continue;
                };
                path.push((at, next + 1));
                let to = self.places[*key];
                if seen[to] == Seen::Open {
                    self.fault(
                        format!("/steps/{at}{pointer}"),
                        format!("leads back to \"{key}\" without a wait step in between"),
                    );
                } else if seen[to] == Seen::No {
                    path.push((to, 0));
                }
            }
        }
    }
}

/// Every step that a step names, with the place of the name.
pub(super) fn named_steps(step: &StepDef) -> Vec<(String, &str)> {
    let follows = [("/onSuccess", &step.on_success), ("/onFailure", &step.on_failure)];
    let mut named: Vec<(String, &str)> = follows
        .into_iter()
        .filter_map(|(pointer, key)| key.as_deref().map(|key| (pointer.to_owned(), key)))
        .collect();
    match &step.run {
        StepRun::Condition(condition) => {
            let ways = [("onTrue", &condition.on_true), ("onFalse", &condition.on_false)];
            named.extend(
                ways.into_iter().filter_map(|(way, key)| {
                    key.as_deref().map(|key| (format!("/run/condition/{way}"), key))
                }),
            );
        }
        StepRun::Parallel(parallel) => {
            let branches = parallel.branches.iter().enumerate();
            named.extend(branches.map(|(i, key)| (format!("/run/parallel/branches/{i}"), key.as_str())));
            named.push(("/run/parallel/join".to_owned(), &parallel.join));
        }
        _ => {}
    }
    named
}
