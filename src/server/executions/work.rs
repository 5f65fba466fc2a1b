//! One transaction of an execution: its open steps, what has come for them, what follows.

use super::Failure;
use crate::domain::AppResult;
use crate::domain::event::Topic;
use crate::domain::execution::{ExecutionStatus, Step, StepStatus, WaitsFor};
use crate::domain::ids::StepId;
use crate::domain::workflow::flow::{Board, Change, Ended, Settled, Token};
use crate::domain::workflow::{Definition, StepDef, StepKind, StepRun};
use crate::server::services::ctx::system_actor;
use crate::server::services::executions::{change, note_execution, note_step, timer_job};
use crate::server::services::workflows::template::{self, Known};
use crate::server::storage::Tx;
use crate::server::storage::workflows::executions::Running;
use crate::server::storage::workflows::steps::KeptStep;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Steps that begin in one transaction.
const STEPS_AT_ONCE: usize = 100;
/// Steps of one execution, circles included.
const STEPS_MAX: i64 = 10_000;
/// The longest pause between two attempts, in seconds.
const PAUSE_MAX: i64 = 3600;

/// How a transaction ends.
pub enum Turn {
    /// Commit; there is more to do at once.
    More,
    /// Commit; nothing more happens until something comes.
    Rest,
    /// Drop the transaction: the effect of this step's action was refused, for this cause.
    Refused((StepId, String)),
}

/// What a step gave that ended in this transaction.
struct Gave {
    failed: bool,
    output: Value,
    error: Option<String>,
}

pub struct Work {
    pub(super) running: Running,
    pub(super) definition: Arc<Definition>,
    pub(super) steps: Vec<KeptStep>,
    /// Steps that this transaction made.
    new: HashSet<StepId>,
    /// Steps that it changed or made.
    touched: HashSet<StepId>,
    gave: HashMap<String, Gave>,
    /// The execution began in this transaction.
    begun: bool,
    over: bool,
}

impl Work {
    pub async fn load(tx: &mut Tx, running: Running) -> AppResult<Self> {
        let execution = &running.execution;
        let steps = tx.steps_open(execution.workspace_id, execution.id).await?;
        Ok(Self {
            definition: Arc::new(running.definition.clone()),
            running,
            steps,
            new: HashSet::new(),
            touched: HashSet::new(),
            gave: HashMap::new(),
            begun: false,
            over: false,
        })
    }

    /// Takes the execution one transaction further. `refused`: the effect of this step's action was refused in a
    /// transaction that was dropped.
    pub async fn turn(&mut self, tx: &mut Tx, refused: Option<(StepId, String)>) -> AppResult<Turn> {
        let status = self.running.execution.status;
        if !status.is_open() || status == ExecutionStatus::Paused || self.running.frozen {
            return Ok(Turn::Rest);
        }
        if self.running.execution.started_at.is_none() && !self.may_begin(tx).await? {
            return Ok(Turn::Rest);
        }
        self.look(tx).await?;
        // An action begins only as the first thing that this transaction does for a step that was kept before.
        let due = self.steps.iter().find(|kept| {
            kept.step.status == StepStatus::Pending
                && !self.new.contains(&kept.step.id)
                && acts(kept.step.kind)
        });
        if let Some(id) = due.map(|kept| kept.step.id).filter(|_| !self.over) {
            let cause = refused.filter(|(step, _)| *step == id).map(|(_, cause)| cause);
            if let Some(cause) = self.act(tx, id, cause).await? {
                return Ok(Turn::Refused((id, cause)));
            }
        }
        let mut begun = 0;
        while let Some(id) = self.next_inside() {
            if begun == STEPS_AT_ONCE {
                break;
            }
            begun += 1;
            self.begin_inside(tx, id).await?;
        }
        self.keep(tx).await
    }

    /// Begins the execution, unless as many of its workflow run as may.
    async fn may_begin(&mut self, tx: &mut Tx) -> AppResult<bool> {
        let execution = &mut self.running.execution;
        if let (Some(limit), Some(workflow)) = (self.running.max_running, execution.workflow_id) {
            tx.workflow_lock(execution.workspace_id, workflow).await?;
            if tx.executions_under_way(execution.workspace_id, workflow).await? >= limit {
                return Ok(false);
            }
        }
        execution.started_at = Some(tx.now());
        self.begun = true;
        execution.status = ExecutionStatus::Running;
        let id = StepId(tx.id());
        let definition = self.definition.clone();
        match Board::new(&definition, Vec::new()).begin(id) {
            Some(token) => self.open(tx, token),
            None => {
                self.finish(tx, Ended::Failed, None, Some("The definition has no first step.".to_owned()))
            }
        }
        Ok(true)
    }

    /// The next step that begins without an action.
    fn next_inside(&self) -> Option<StepId> {
        self.steps
            .iter()
            .find(|kept| !self.over && kept.step.status == StepStatus::Pending && !acts(kept.step.kind))
            .map(|kept| kept.step.id)
    }

    /// Writes everything that changed.
    async fn keep(&mut self, tx: &mut Tx) -> AppResult<Turn> {
        let before = self.running.execution.status;
        let pending = self.steps.iter().any(|kept| kept.step.status == StepStatus::Pending);
        if !self.over {
            let waits = self
                .steps
                .iter()
                .filter(|kept| kept.step.status.is_open())
                .all(|kept| !matches!(kept.step.waits_for, None | Some(WaitsFor::Outcome)));
            self.running.execution.status =
                if waits { ExecutionStatus::Waiting } else { ExecutionStatus::Running };
        }
        let (workspace, id) = (self.running.execution.workspace_id, self.running.execution.id);
        for kept in &self.steps {
            if self.new.contains(&kept.step.id) {
                tx.step_insert(workspace, id, kept);
            } else if self.touched.contains(&kept.step.id) {
                tx.step_update(kept);
            }
        }
        let moved = before != self.running.execution.status || self.begun;
        if !self.touched.is_empty() || self.over || moved {
            tx.execution_update(&self.running.execution, self.running.steps_made).await?;
            if !self.over {
                tx.emit(workspace, Topic::Execution, id.0);
            }
        }
        if self.over {
            change::ended(tx, &self.running.execution, self.running.max_running).await?;
        }
        Ok(if pending && !self.over { Turn::More } else { Turn::Rest })
    }

    pub(super) fn def(&self, step: &Step) -> Option<&StepDef> {
        self.definition.place(&step.key).map(|at| &self.definition.steps[at])
    }

    /// A step to change; it is written at the end.
    pub(super) fn step(&mut self, id: StepId) -> Option<&mut KeptStep> {
        self.touched.insert(id);
        self.steps.iter_mut().find(|kept| kept.step.id == id)
    }

    fn open(&mut self, tx: &mut Tx, token: Token<StepId>) {
        let step = &self.definition.steps[token.at];
        self.running.steps_made += 1;
        self.new.insert(token.id);
        self.touched.insert(token.id);
        self.steps.push(KeptStep {
            step: Step {
                id: token.id,
                seq: self.running.steps_made,
                key: step.key.clone(),
                name: step.name.clone(),
                kind: step.run.kind(),
                scope_id: token.scope,
                status: StepStatus::Pending,
                attempt: 0,
                waits_for: None,
                input: None,
                output: None,
                error: None,
                approval_id: None,
                child_id: None,
                due_at: None,
                created_at: tx.now(),
                started_at: None,
                finished_at: None,
                attempts: Vec::new(),
            },
            timeout_at: None,
            event: None,
        });
    }

    /// A step waits from now on; `until`: it goes on by itself then.
    pub(super) fn wait(&mut self, tx: &mut Tx, id: StepId, what: WaitsFor, until: Option<DateTime<Utc>>) {
        let (workspace, execution) = (self.running.execution.workspace_id, self.running.execution.id);
        let Some(kept) = self.step(id) else { return };
        kept.step.status = if what == WaitsFor::Outcome || what == WaitsFor::Paths {
            StepStatus::Running
        } else {
            StepStatus::Waiting
        };
        kept.step.waits_for = Some(what);
        kept.step.due_at = until;
        if let Some(until) = until {
            tx.enqueue(timer_job(workspace, execution, id, until));
        }
    }

    /// A step did what it is for.
    pub(super) async fn completed(&mut self, tx: &mut Tx, id: StepId, output: Value) -> AppResult<()> {
        self.settle(tx, id, Settled::Completed, output, None).await
    }

    /// A condition went one of its ways.
    pub(super) async fn went(&mut self, tx: &mut Tx, id: StepId, holds: bool) -> AppResult<()> {
        self.settle(tx, id, Settled::Went(holds), json!({ "holds": holds }), None).await
    }

    /// An attempt failed: there is another one after a pause, or the step failed.
    pub(super) async fn failed(&mut self, tx: &mut Tx, id: StepId, failure: Failure) -> AppResult<()> {
        let Some(kept) = self.steps.iter().find(|kept| kept.step.id == id) else { return Ok(()) };
        let retry = self.def(&kept.step).and_then(|step| step.retry).filter(|_| failure.again);
        let attempt = kept.step.attempt;
        if let Some(retry) = retry.filter(|retry| attempt < retry.max_attempts) {
            let now = tx.now();
            let until = now + pause(id, attempt, retry.backoff_seconds);
            tx.attempt_insert(self.running.execution.workspace_id, &kept.step.clone(), &failure.cause);
            self.wait(tx, id, WaitsFor::Retry, Some(until));
            if let Some(kept) = self.step(id) {
                kept.step.error = Some(failure.cause);
                kept.step.approval_id = None;
                kept.step.child_id = None;
                kept.timeout_at = None;
            }
            return Ok(());
        }
        self.settle(tx, id, Settled::Failed, Value::Null, Some(failure.cause)).await
    }

    async fn settle(
        &mut self,
        tx: &mut Tx,
        id: StepId,
        how: Settled,
        output: Value,
        error: Option<String>,
    ) -> AppResult<()> {
        let failed = how == Settled::Failed;
        self.close(tx, id, if failed { StepStatus::Failed } else { StepStatus::Completed }, error.clone());
        if let Some(kept) = self.step(id) {
            kept.step.output = (!output.is_null()).then(|| output.clone());
            let key = kept.step.key.clone();
            self.gave.insert(key, Gave { failed, output, error });
        }
        let definition = self.definition.clone();
        // The step itself is closed already, and still moves its token on.
        let tokens = self.steps.iter().filter(|kept| kept.step.status.is_open() || kept.step.id == id);
        let tokens = tokens
            .filter_map(|kept| {
                let at = definition.place(&kept.step.key)?;
                Some(Token { id: kept.step.id, at, scope: kept.step.scope_id })
            })
            .collect();
        let mut board = Board::new(&definition, tokens);
        let changes = board.settle(id, how, &mut || StepId(tx.id()));
        self.apply(tx, changes).await
    }

    /// Opens the paths of a `parallel` step.
    pub(super) async fn fork(&mut self, tx: &mut Tx, id: StepId) -> AppResult<()> {
        self.wait(tx, id, WaitsFor::Paths, None);
        let definition = self.definition.clone();
        let at = self.steps.iter().find(|kept| kept.step.id == id);
        let Some(at) = at.and_then(|kept| definition.place(&kept.step.key)) else { return Ok(()) };
        let scope = self.steps.iter().find(|kept| kept.step.id == id).and_then(|kept| kept.step.scope_id);
        let mut board = Board::new(&definition, vec![Token { id, at, scope }]);
        let changes = board.fork(id, &mut || StepId(tx.id()));
        self.apply(tx, changes).await
    }

    async fn apply(&mut self, tx: &mut Tx, changes: Vec<Change<StepId>>) -> AppResult<()> {
        for change in changes {
            match change {
                Change::Opened(token) => self.open(tx, token),
                Change::Closed { id, how } => {
                    let failed = how == Ended::Failed;
                    let error = failed.then(|| "One of its paths failed.".to_owned());
                    let status = if failed { StepStatus::Failed } else { StepStatus::Completed };
                    self.close(tx, id, status, error.clone());
                    if let Some(kept) = self.step(id) {
                        let key = kept.step.key.clone();
                        self.gave.insert(key, Gave { failed, output: Value::Null, error });
                    }
                }
                Change::Cancelled(id) => {
                    if let Some(kept) = self.steps.iter().find(|kept| kept.step.id == id) {
                        let kept = kept.clone();
                        change::let_go(tx, self.running.execution.workspace_id, &kept).await?;
                    }
                    self.close(tx, id, StepStatus::Cancelled, None);
                }
                Change::Ended { how, last } => self.end(tx, how, last).await?,
            }
        }
        if self.running.steps_made > STEPS_MAX && !self.over {
            let open: Vec<KeptStep> =
                self.steps.iter().filter(|kept| kept.step.status.is_open()).cloned().collect();
            for kept in open {
                change::let_go(tx, self.running.execution.workspace_id, &kept).await?;
                self.close(tx, kept.step.id, StepStatus::Cancelled, None);
            }
            let cause = format!("It took more than {STEPS_MAX} steps.");
            self.finish(tx, Ended::Failed, None, Some(cause));
        }
        Ok(())
    }

    fn close(&mut self, tx: &mut Tx, id: StepId, status: StepStatus, error: Option<String>) {
        let now = tx.now();
        let Some(kept) = self.step(id) else { return };
        kept.step.status = status;
        kept.step.waits_for = None;
        kept.step.error = error;
        kept.step.finished_at = Some(now);
        kept.event = None;
        kept.timeout_at = None;
        let step = kept.step.clone();
        note_step(tx, &self.running.execution, &step, system_actor());
    }

    /// The execution ended by its last step.
    async fn end(&mut self, tx: &mut Tx, how: Ended, last: StepId) -> AppResult<()> {
        let step = self.steps.iter().find(|kept| kept.step.id == last).map(|kept| kept.step.clone());
        if how == Ended::Failed {
            let cause = step.map(|step| format!("{}: {}", step.name, step.error.unwrap_or_default()));
            self.finish(tx, how, None, cause);
            return Ok(());
        }
        let definition = self.definition.clone();
        match &definition.output {
            None => self.finish(tx, how, step.and_then(|step| step.output), None),
            Some(output) => {
                let known = self.known(tx, &template::read_by_value(output)).await?;
                match known.render(output) {
                    Ok(output) => self.finish(tx, how, Some(output), None),
                    Err(cause) => self.finish(tx, Ended::Failed, None, Some(format!("The output: {cause}"))),
                }
            }
        }
        Ok(())
    }

    fn finish(&mut self, tx: &mut Tx, how: Ended, output: Option<Value>, error: Option<String>) {
        self.over = true;
        let execution = &mut self.running.execution;
        execution.status = match how {
            Ended::Completed => ExecutionStatus::Completed,
            Ended::Failed => ExecutionStatus::Failed,
        };
        execution.output = output;
        execution.error = error;
        execution.finished_at = Some(tx.now());
        let (event, text) = match how {
            Ended::Completed => ("execution.completed", format!("Completed {}", execution.title)),
            Ended::Failed => ("execution.failed", format!("Failed: {}", execution.title)),
        };
        note_execution(tx, &self.running.execution, system_actor(), event, text);
    }

    /// What templates may read: the input, and the last that each of these steps gave.
    pub(super) async fn known(&self, tx: &mut Tx, keys: &[String]) -> AppResult<Known> {
        let execution = &self.running.execution;
        let mut steps = Map::new();
        let kept: Vec<String> = keys.iter().filter(|key| !self.gave.contains_key(*key)).cloned().collect();
        if !kept.is_empty() {
            for ended in tx.steps_ended(execution.id, &kept).await? {
                let failed = ended.status == StepStatus::Failed;
                steps.insert(ended.key, said(failed, ended.output, ended.error));
            }
        }
        for key in keys {
            if let Some(gave) = self.gave.get(key) {
                steps.insert(key.clone(), said(gave.failed, Some(gave.output.clone()), gave.error.clone()));
            }
        }
        let about = json!({
            "id": execution.id, "title": execution.title, "startedAt": execution.started_at,
        });
        Ok(Known::new(&execution.input, steps, about))
    }

    pub(super) fn run_of(&self, id: StepId) -> Option<StepRun> {
        let kept = self.steps.iter().find(|kept| kept.step.id == id)?;
        self.def(&kept.step).map(|step| step.run.clone())
    }
}

/// What a template finds under `steps.<key>`.
fn said(failed: bool, output: Option<Value>, error: Option<String>) -> Value {
    let status = if failed { StepStatus::Failed } else { StepStatus::Completed };
    let mut step = Map::new();
    step.insert("status".to_owned(), json!(status));
    if let Some(output) = output.filter(|output| !output.is_null()) {
        step.insert("output".to_owned(), output);
    }
    if let Some(error) = error {
        step.insert("error".to_owned(), json!(error));
    }
    Value::Object(step)
}

/// Steps that ask the gate.
fn acts(kind: StepKind) -> bool {
    matches!(kind, StepKind::Action | StepKind::Approval)
}

/// The pause after an attempt: doubled each time, at most an hour, give or take a fifth. The step's id is the dice, so
/// that steps which failed together do not come back together.
fn pause(id: StepId, attempt: i64, first: i64) -> TimeDelta {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX).min(12);
    let seconds = first.saturating_mul(1 << doublings).min(PAUSE_MAX);
    let dice = i64::try_from(id.0.as_u128() % 401).unwrap_or(200);
    TimeDelta::milliseconds(seconds * (800 + dice))
}
