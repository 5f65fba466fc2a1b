//! How steps end, and what follows from it.

use super::Failure;
use super::work::{Gave, Work};
use crate::domain::AppResult;
use crate::domain::execution::{ExecutionStatus, StepStatus, WaitsFor};
use crate::domain::ids::StepId;
use crate::domain::workflow::flow::{Board, Change, Ended, Settled, Token};
use crate::server::services::ctx::system_actor;
use crate::server::services::executions::{change, note_execution, note_step};
use crate::server::services::workflows::template;
use crate::server::storage::Tx;
use crate::server::storage::workflows::steps::KeptStep;
use chrono::TimeDelta;
use serde_json::{Value, json};

/// Steps of one execution, circles included.
const STEPS_MAX: i64 = 10_000;
/// The longest pause between two attempts, in seconds.
const PAUSE_MAX: i64 = 3600;

impl Work {
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
        let Some(kept) = self.kept(id) else { return Ok(()) };
        let retry = self.def(id).and_then(|step| step.retry).filter(|_| failure.again);
        let attempt = kept.step.attempt;
        if let Some(retry) = retry.filter(|retry| attempt < retry.max_attempts) {
            let now = tx.now();
            let until = now + pause(id, attempt, retry.backoff_seconds);
            tx.attempt_insert(self.running.execution.workspace_id, &kept.step, &failure.cause);
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
        let tokens = tokens.filter_map(|kept| self.token(kept)).collect();
        let mut board = Board::new(&definition, tokens);
        let changes = board.settle(id, how, &mut || StepId(tx.id()));
        self.apply(tx, changes).await
    }

    /// Opens the paths of a `parallel` step.
    pub(super) async fn fork(&mut self, tx: &mut Tx, id: StepId) -> AppResult<()> {
        self.wait(tx, id, WaitsFor::Paths, None);
        let definition = self.definition.clone();
        let Some(token) = self.kept(id).and_then(|kept| self.token(kept)) else { return Ok(()) };
        let mut board = Board::new(&definition, vec![token]);
        let changes = board.fork(id, &mut || StepId(tx.id()));
        self.apply(tx, changes).await
    }

    fn token(&self, kept: &KeptStep) -> Option<Token<StepId>> {
        let at = self.definition.place(&kept.step.key)?;
        Some(Token { id: kept.step.id, at, scope: kept.step.scope_id })
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
                    if let Some(kept) = self.kept(id).cloned() {
                        change::let_go(tx, &self.running.execution, &kept).await?;
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
                change::let_go(tx, &self.running.execution, &kept).await?;
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
        let step = self.kept(last).map(|kept| kept.step.clone());
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

    pub(super) fn finish(&mut self, tx: &mut Tx, how: Ended, output: Option<Value>, error: Option<String>) {
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
}

/// The pause after an attempt: doubled each time, at most an hour, give or take a fifth. The step's id is the dice, so
/// that steps which failed together do not come back together.
fn pause(id: StepId, attempt: i64, first: i64) -> TimeDelta {
    let doublings = u32::try_from(attempt.saturating_sub(1)).unwrap_or(u32::MAX).min(12);
    let seconds = first.saturating_mul(1 << doublings).min(PAUSE_MAX);
    let dice = i64::try_from(id.0.as_u128() % 401).unwrap_or(200);
    TimeDelta::milliseconds(seconds * (800 + dice))
}
