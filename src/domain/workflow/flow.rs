//! Which steps follow: the board of a running execution.
//!
//! Each open step is a token. A step that ends moves its token on; the tokens of a `parallel` step's paths meet at its
//! join. Pure: the engine keeps what [`Board::settle`] answers.

use super::definition::{Definition, StepRun};
use std::collections::VecDeque;

/// How a step ended, for what follows.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Settled {
    Completed,
    Failed,
    /// A condition that held, or did not.
    Went(bool),
}

/// How everything ended.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Ended {
    Completed,
    Failed,
}

/// An open step: `at` is its place in the definition, `scope` the open `parallel` step on one of whose paths it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Token<Id> {
    pub id: Id,
    pub at: usize,
    pub scope: Option<Id>,
}

/// What a step's end brought about, in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Change<Id> {
    /// This step begins.
    Opened(Token<Id>),
    /// This `parallel` step ended with its paths.
    Closed { id: Id, how: Ended },
    /// This step is over before its end, because another one failed.
    Cancelled(Id),
    /// So is the execution. `last`: the step that ended it.
    Ended { how: Ended, last: Id },
}

/// The open steps of an execution.
#[derive(Clone, Debug)]
pub struct Board<'a, Id> {
    definition: &'a Definition,
    open: Vec<Token<Id>>,
}

impl<'a, Id: Copy + PartialEq> Board<'a, Id> {
    pub fn new(definition: &'a Definition, open: Vec<Token<Id>>) -> Self {
        Self { definition, open }
    }

    pub fn open(&self) -> &[Token<Id>] {
        &self.open
    }

    /// The first step of an execution.
    pub fn begin(&mut self, id: Id) -> Option<Token<Id>> {
        let token = Token { id, at: self.definition.place(&self.definition.start)?, scope: None };
        self.open.push(token);
        Some(token)
    }

    /// Opens the paths of a `parallel` step. A path that begins at the join has ended already.
    pub fn fork(&mut self, id: Id, new_id: &mut impl FnMut() -> Id) -> Vec<Change<Id>> {
        let mut changes = Vec::new();
        let Some(token) = self.find(id) else { return changes };
        let StepRun::Parallel(parallel) = &self.definition.steps[token.at].run else { return changes };
        for key in &parallel.branches {
            if *key == parallel.join {
                continue;
            }
            if let Some(at) = self.definition.place(key) {
                let token = Token { id: new_id(), at, scope: Some(id) };
                self.open.push(token);
                changes.push(Change::Opened(token));
            }
        }
        if changes.is_empty() {
            self.met(token, id, new_id, &mut changes);
        }
        changes
    }

    /// Moves on from a step that ended. A step that is not open moves nothing.
    pub fn settle(&mut self, id: Id, how: Settled, new_id: &mut impl FnMut() -> Id) -> Vec<Change<Id>> {
        let mut changes = Vec::new();
        let mut ends = VecDeque::from([(id, how)]);
        while let Some((id, how)) = ends.pop_front() {
            let Some(token) = self.find(id) else { continue };
            let step = &self.definition.steps[token.at];
            let next = match (&step.run, how) {
                (StepRun::Condition(condition), Settled::Went(true)) => condition.on_true.as_deref(),
                (StepRun::Condition(condition), Settled::Went(false)) => condition.on_false.as_deref(),
                (_, Settled::Failed) => match step.on_failure.as_deref() {
                    Some(next) => Some(next),
                    None => {
                        self.fail(token, &mut ends, &mut changes);
                        continue;
                    }
                },
                (_, Settled::Completed | Settled::Went(_)) => step.on_success.as_deref(),
            };
            self.close(id);
            self.go(token, next, new_id, &mut changes);
        }
        changes
    }

    fn find(&self, id: Id) -> Option<Token<Id>> {
        self.open.iter().copied().find(|token| token.id == id)
    }

    fn close(&mut self, id: Id) {
        self.open.retain(|token| token.id != id);
    }

    /// The token of a closed step goes on to `next`, or its path ends.
    fn go(
        &mut self,
        token: Token<Id>,
        next: Option<&str>,
        new_id: &mut impl FnMut() -> Id,
        changes: &mut Vec<Change<Id>>,
    ) {
        let around = token.scope.and_then(|scope| self.find(scope));
        let join = around.and_then(|parallel| match &self.definition.steps[parallel.at].run {
            StepRun::Parallel(parallel) => Some(parallel.join.as_str()),
            _ => None,
        });
        let at = next.filter(|next| Some(*next) != join).and_then(|next| self.definition.place(next));
        match (at, around) {
            (Some(at), _) => {
                let token = Token { id: new_id(), at, scope: token.scope };
                self.open.push(token);
                changes.push(Change::Opened(token));
            }
            (None, None) => changes.push(Change::Ended { how: Ended::Completed, last: token.id }),
            (None, Some(parallel)) => {
                if !self.open.iter().any(|open| open.scope == Some(parallel.id)) {
                    self.met(parallel, token.id, new_id, changes);
                }
            }
        }
    }

    /// All paths of a `parallel` step have ended: its join begins.
    fn met(
        &mut self,
        parallel: Token<Id>,
        last: Id,
        new_id: &mut impl FnMut() -> Id,
        changes: &mut Vec<Change<Id>>,
    ) {
        self.close(parallel.id);
        changes.push(Change::Closed { id: parallel.id, how: Ended::Completed });
        let StepRun::Parallel(step) = &self.definition.steps[parallel.at].run else { return };
        match self.definition.place(&step.join) {
            Some(at) => {
                let token = Token { id: new_id(), at, scope: parallel.scope };
                self.open.push(token);
                changes.push(Change::Opened(token));
            }
            None => changes.push(Change::Ended { how: Ended::Completed, last }),
        }
    }

    /// A failure that nothing answers: it fails the `parallel` step around it, or the execution.
    fn fail(&mut self, token: Token<Id>, ends: &mut VecDeque<(Id, Settled)>, changes: &mut Vec<Change<Id>>) {
        self.close(token.id);
        match token.scope.and_then(|scope| self.find(scope)) {
            Some(parallel) => {
                self.cancel(Some(parallel.id), changes);
                changes.push(Change::Closed { id: parallel.id, how: Ended::Failed });
                ends.push_back((parallel.id, Settled::Failed));
            }
            None => {
                self.cancel(None, changes);
                changes.push(Change::Ended { how: Ended::Failed, last: token.id });
            }
        }
    }

    /// Closes all open steps of a scope and below it.
    fn cancel(&mut self, scope: Option<Id>, changes: &mut Vec<Change<Id>>) {
        let inside: Vec<Id> =
            self.open.iter().filter(|token| token.scope == scope).map(|token| token.id).collect();
        for id in inside {
            self.cancel(Some(id), changes);
            self.close(id);
            changes.push(Change::Cancelled(id));
        }
    }
}
