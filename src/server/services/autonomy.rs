//! [`AutonomyService`]: the names under which the rest of the program reaches the gate and the approvals.

use super::approvals;
use super::ctx::{Allowed, DecideApprovals, ReadApprovals, SubmitActions};
use super::gate;
use super::trust;
use crate::domain::AppResult;
use crate::domain::action::{SubmitAction, Submitted};
use crate::domain::approval::{Approval, ApprovalFilter, Decide, Decided};
use crate::domain::autonomy::Verdict;
use crate::domain::ids::{ApprovalId, UserId};
use crate::domain::page::Page;
use crate::server::storage::{Db, Tx};
use validator::Validate;

#[derive(Clone)]
pub struct AutonomyService {
    db: Db,
}

impl AutonomyService {
    pub fn new(db: Db) -> Self {
        Self { db }
    }

    /// Would this action need a person? Asks the gate and changes nothing. Anything but a clear "execute" is yes.
    pub async fn requires_approval(
        &self,
        by: &Allowed<SubmitActions>,
        action: &SubmitAction,
    ) -> AppResult<bool> {
        action.validate()?;
        let now = self.db.now().await?;
        let asker = by.principal().agent_id();
        let agent = asker.or(action.agent_id);
        let mut conn = self.db.read().await?;
        let facts = conn.gate_facts(by.workspace(), agent, action.team_id, &action.action_type).await?;
        Ok(match facts {
            Some(facts) => {
                let judged = gate::judge(&facts, &action.action_type, &action.action_data, asker, now)?;
                judged.verdict != Verdict::Execute
            }
            None => true,
        })
    }

    /// Queues an action for people, whatever the gate would say.
    pub async fn queue_for_approval(
        &self,
        by: &Allowed<SubmitActions>,
        action: SubmitAction,
    ) -> AppResult<Approval> {
        approvals::submit::queue(by, &self.db, action).await
    }

    /// Submits an action to the gate.
    pub async fn submit(&self, by: &Allowed<SubmitActions>, action: SubmitAction) -> AppResult<Submitted> {
        approvals::submit::submit(by, &self.db, action).await
    }

    /// A reviewer's decision or vote.
    pub async fn process_approval(
        &self,
        by: &Allowed<DecideApprovals>,
        id: ApprovalId,
        decision: Decide,
    ) -> AppResult<Decided> {
        approvals::decide::decide(by, &self.db, id, decision).await
    }

    /// The list; without a status filter, what is pending.
    pub async fn get_pending_actions(
        &self,
        by: &Allowed<ReadApprovals>,
        filter: &ApprovalFilter,
    ) -> AppResult<Page<Approval>> {
        approvals::read::list(by, &self.db, filter).await
    }

    /// Keeps a human decision, and what it means for learned trust, in the decision's own transaction.
    pub async fn record_approval_pattern(
        tx: &mut Tx,
        approval: &Approval,
        reviewer: UserId,
        approved: bool,
        edited: bool,
    ) -> AppResult<()> {
        tx.pattern_insert(approval, reviewer, approved, edited);
        trust::decided(tx, approval, approved, edited).await
    }
}
