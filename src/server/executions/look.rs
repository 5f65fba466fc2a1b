//! What has come for the steps that wait.

use super::Failure;
use super::work::Work;
use crate::domain::AppResult;
use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::execution::{ExecutionStatus, StepStatus, WaitsFor};
use crate::domain::ids::StepId;
use crate::domain::outcome::OutcomeStatus;
use crate::domain::workflow::StepKind;
use crate::server::services::approvals::lifecycle::Released;
use crate::server::services::executions::change;
use crate::server::storage::Tx;
use crate::server::storage::workflows::steps::KeptStep;
use serde_json::{Value, json};

impl Work {
    /// Looks at each open step once: what it waited for, then its time-out.
    pub(super) async fn look(&mut self, tx: &mut Tx) -> AppResult<()> {
        let waiting: Vec<KeptStep> =
            self.steps.iter().filter(|kept| kept.step.waits_for.is_some()).cloned().collect();
        for kept in waiting {
            // What came for another step may have ended this one.
            if !self.is_open(kept.step.id) {
                continue;
            }
            self.look_at(tx, &kept).await?;
            // As it is now: an attempt that has just ended has no time-out any more.
            let late = self.kept(kept.step.id).cloned().filter(|kept| {
                kept.step.status.is_open() && kept.timeout_at.is_some_and(|at| at <= tx.now())
            });
            let Some(late) = late else { continue };
            // What is being performed, or may have been, is not begun again: its outcome is waited for.
            if change::let_go(tx, &self.running.execution, &late).await? == Released::Over {
                let cause = "It took longer than it may.";
                self.failed(tx, late.step.id, Failure::passing(cause)).await?;
            }
        }
        Ok(())
    }

    fn is_open(&self, id: StepId) -> bool {
        self.kept(id).is_some_and(|kept| kept.step.status.is_open())
    }

    async fn look_at(&mut self, tx: &mut Tx, kept: &KeptStep) -> AppResult<()> {
        let (id, workspace) = (kept.step.id, self.running.execution.workspace_id);
        let due = kept.step.due_at.is_some_and(|at| at <= tx.now());
        match kept.step.waits_for {
            Some(WaitsFor::Outcome) if kept.step.kind == StepKind::Model => self.answered(tx, kept).await,
            Some(WaitsFor::Approval | WaitsFor::Outcome) => {
                let Some(approval) = kept.step.approval_id else { return Ok(()) };
                match tx.approval_get(workspace, approval).await? {
                    Some(approval) => self.heard(tx, id, &approval).await,
                    None => self.failed(tx, id, Failure::lasting("Its approval is gone.")).await,
                }
            }
            Some(WaitsFor::Timer) if due => {
                self.completed(tx, id, json!({ "until": kept.step.due_at })).await
            }
            Some(WaitsFor::Event) if due => {
                let event = kept.step.output.clone().unwrap_or(Value::Null);
                self.completed(tx, id, event).await
            }
            Some(WaitsFor::Retry) if due => {
                if let Some(kept) = self.step(id) {
                    kept.step.status = StepStatus::Pending;
                    kept.step.waits_for = None;
                    kept.step.due_at = None;
                }
                Ok(())
            }
            Some(WaitsFor::Child) => {
                let Some(child) = kept.step.child_id else { return Ok(()) };
                let Some(child) = tx.execution_get(workspace, child).await? else {
                    return self.failed(tx, id, Failure::lasting("Its execution is gone.")).await;
                };
                match child.status {
                    ExecutionStatus::Completed => {
                        self.completed(tx, id, child.output.unwrap_or(Value::Null)).await
                    }
                    ExecutionStatus::Failed => {
                        let cause = child.error.unwrap_or_else(|| "It failed.".to_owned());
                        self.failed(tx, id, Failure::passing(cause)).await
                    }
                    ExecutionStatus::Cancelled => {
                        self.failed(tx, id, Failure::lasting("It was cancelled.")).await
                    }
                    _ => Ok(()),
                }
            }
            _ => Ok(()),
        }
    }

    /// Takes over how the action of a step stands.
    pub(super) async fn heard(&mut self, tx: &mut Tx, id: StepId, approval: &Approval) -> AppResult<()> {
        let by = approval.reviewer_name.as_deref().unwrap_or("a reviewer");
        let notes = approval.review_notes.as_deref().map(|notes| format!(": {notes}")).unwrap_or_default();
        match (approval.status, approval.outcome.status) {
            (ApprovalStatus::Pending, _) => {
                self.waits(tx, id, WaitsFor::Approval);
                Ok(())
            }
            (ApprovalStatus::Rejected, _) => {
                self.failed(tx, id, Failure::lasting(format!("Rejected by {by}{notes}"))).await
            }
            (ApprovalStatus::Expired, _) => {
                self.failed(tx, id, Failure::lasting("Nobody decided in time.")).await
            }
            (ApprovalStatus::Withdrawn, _) => {
                self.failed(tx, id, Failure::lasting(format!("The request was withdrawn{notes}"))).await
            }
            (_, OutcomeStatus::Succeeded) => {
                let output = self.output_of(id, approval);
                self.completed(tx, id, output).await
            }
            (_, OutcomeStatus::Failed) => {
                let cause = approval.outcome.error.clone().unwrap_or_else(|| "The action failed.".to_owned());
                self.failed(tx, id, Failure::passing(cause)).await
            }
            // A person says what happened.
            (_, OutcomeStatus::Unknown) => {
                self.waits(tx, id, WaitsFor::Approval);
                Ok(())
            }
            (_, OutcomeStatus::None | OutcomeStatus::Queued | OutcomeStatus::Running) => {
                self.waits(tx, id, WaitsFor::Outcome);
                Ok(())
            }
        }
    }

    /// Waits on, or for something else from now on.
    fn waits(&mut self, tx: &mut Tx, id: StepId, what: WaitsFor) {
        if self.kept(id).is_some_and(|kept| kept.step.waits_for != Some(what)) {
            self.wait(tx, id, what, None);
        }
    }

    fn output_of(&self, id: StepId, approval: &Approval) -> Value {
        let asked = self.kept(id).is_some_and(|kept| kept.step.kind == StepKind::Approval);
        if asked {
            return json!({
                "approved": true,
                "approvalId": approval.id,
                "reviewNotes": approval.review_notes,
                "reviewedBy": approval.reviewer_name,
            });
        }
        json!({
            "status": approval.outcome.status,
            "approvalId": approval.id,
            "actionData": approval.action_data,
            "reviewNotes": approval.review_notes,
            "result": approval.outcome.result,
        })
    }
}
