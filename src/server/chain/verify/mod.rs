//! The verifier: of the chains in the database, of an export, of an evidence bundle.

pub mod database;
pub mod evidence;
pub mod export;

use super::keys::Checker;
use crate::domain::chain::{ChainFault, Checkpoint, FaultKind, Mark, Walked};
use crate::domain::ids::WorkspaceId;

/// A chain that holds, and how much of it is proven.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Report {
    pub walked: Walked,
    /// Rows that have no seal yet, which nothing is proven of.
    pub unsealed: i64,
    /// Checkpoints that the chain was held against.
    pub checkpoints: usize,
    /// The rows up to this one were removed, as the retention asks.
    pub removed_to: Option<i64>,
}

/// Checkpoints of one workspace that bear the right signature, and the first fault of those that do not.
#[derive(Debug, Default)]
struct Marks {
    good: Vec<Mark>,
    fault: Option<ChainFault>,
}

impl Marks {
    fn of<'a>(
        checkpoints: impl IntoIterator<Item = &'a Checkpoint>,
        checker: &Checker,
        workspace: WorkspaceId,
    ) -> Self {
        let mut marks = Self::default();
        marks.add_all(checkpoints, checker, workspace);
        marks
    }

    fn add_all<'a>(
        &mut self,
        checkpoints: impl IntoIterator<Item = &'a Checkpoint>,
        checker: &Checker,
        workspace: WorkspaceId,
    ) {
        checkpoints.into_iter().for_each(|checkpoint| self.add(checkpoint, checker, workspace));
    }

    fn add(&mut self, checkpoint: &Checkpoint, checker: &Checker, workspace: WorkspaceId) {
        if checkpoint.workspace_id == workspace && checker.signed(checkpoint) {
            self.good.push(checkpoint.mark());
        } else if self.fault.is_none() {
            let detail = "the checkpoint with this number does not bear the key's signature";
            self.fault = Some(ChainFault::new(FaultKind::Signature, checkpoint.seq, None, detail));
        }
    }
}
