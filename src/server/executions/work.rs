//! One transaction of an execution: its open steps, what has come for them, what follows.

use super::line;
use crate::domain::AppResult;
use crate::domain::event::Topic;
use crate::domain::execution::{ExecutionStatus, Step, StepStatus, WaitsFor};
use crate::domain::ids::StepId;
use crate::domain::workflow::flow::{Board, Ended, Token};
use crate::domain::workflow::{Definition, StepDef, StepKind};
use crate::server::services::executions::{change, timer_job};
use crate::server::services::workflows::template::Known;
use crate::server::storage::Tx;
use crate::server::storage::workflows::executions::Running;
use crate::server::storage::workflows::steps::KeptStep;
use chrono::{DateTime, Utc};
use serde_json::{Map, Value, json};
use std::collections::{HashMap, HashSet};
use std::sync::Arc;

/// Steps that begin in one transaction.
const STEPS_AT_ONCE: usize = 100;

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
pub(super) struct Gave {
    pub failed: bool,
    pub output: Value,
    pub error: Option<String>,
}

pub struct Work {
    pub(super) running: Running,
    pub(super) definition: Arc<Definition>,
    /// The definition grew in this transaction.
    pub(super) grown: bool,
    pub(super) steps: Vec<KeptStep>,
    /// Steps that this transaction made.
    new: HashSet<StepId>,
    /// Steps that it changed or made.
    touched: HashSet<StepId>,
    pub(super) gave: HashMap<String, Gave>,
    pub(super) over: bool,
}

impl Work {
    pub async fn load(tx: &mut Tx, running: Running) -> AppResult<Self> {
        let execution = &running.execution;
        let steps = tx.steps_open(execution.workspace_id, execution.id).await?;
        Ok(Self {
            definition: running.definition.clone(),
            grown: false,
            running,
            steps,
            new: HashSet::new(),
            touched: HashSet::new(),
            gave: HashMap::new(),
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
        self.keep(tx, status).await
    }

    /// Begins the execution, unless it has to wait for its team or its workflow.
    async fn may_begin(&mut self, tx: &mut Tx) -> AppResult<bool> {
        if !line::may_begin(tx, &self.running).await? {
            return Ok(false);
        }
        let execution = &mut self.running.execution;
        execution.started_at = Some(tx.now());
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

    /// Writes everything that changed. `before`: the status that the execution had.
    async fn keep(&mut self, tx: &mut Tx, before: ExecutionStatus) -> AppResult<Turn> {
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
        if self.grown {
            tx.execution_redefine(workspace, id, &self.definition).await?;
        }
        if !self.touched.is_empty() || before != self.running.execution.status {
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

    pub(super) fn kept(&self, id: StepId) -> Option<&KeptStep> {
        self.steps.iter().find(|kept| kept.step.id == id)
    }

    pub(super) fn def(&self, id: StepId) -> Option<&StepDef> {
        let at = self.definition.place(&self.kept(id)?.step.key)?;
        Some(&self.definition.steps[at])
    }

    /// A step to change; it is written at the end.
    pub(super) fn step(&mut self, id: StepId) -> Option<&mut KeptStep> {
        self.touched.insert(id);
        self.steps.iter_mut().find(|kept| kept.step.id == id)
    }

    pub(super) fn open(&mut self, tx: &mut Tx, token: Token<StepId>) {
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
