//! An export (NDJSON), away from the database. The order of its lines proves nothing and does not matter: each line's
//! content is checked as it comes, and their chain by their numbers at the end.

use super::{Marks, Report};
use crate::domain::chain::{ChainFault, ChainRow, ChainWalk, Checkpoint, CheckpointKind, FaultKind, Sealed};
use crate::domain::ids::WorkspaceId;
use crate::server::chain::keys::Checker;
use std::collections::BTreeMap;
use std::io::{self, BufRead};
use uuid::Uuid;

/// What is known of an export besides its lines.
#[derive(Debug, Default)]
pub struct Beside<'a> {
    pub checkpoints: &'a [Checkpoint],
    /// The installation's key, by which the checkpoints are believed.
    pub checker: Option<&'a Checker>,
    /// It was made with filters: rows may be missing.
    pub partial: bool,
}

/// Verifies the chains in an export, each workspace's by itself.
pub fn verify_export(
    lines: impl BufRead,
    beside: &Beside<'_>,
) -> io::Result<Vec<(WorkspaceId, Result<Report, ChainFault>)>> {
    let mut chains: BTreeMap<WorkspaceId, Chain> = BTreeMap::new();
    for (index, line) in lines.lines().enumerate() {
        let line = line?;
        if line.trim().is_empty() {
            continue;
        }
        match serde_json::from_str::<ChainRow>(&line) {
            Ok(row) => chains.entry(row.workspace_id).or_default().add(&row),
            Err(fault) => {
                let detail = format!("line {} cannot be read as an audit row: {fault}", index + 1);
                let fault = ChainFault::new(FaultKind::Unreadable, 0, None, detail);
                return Ok(vec![(WorkspaceId(Uuid::nil()), Err(fault))]);
            }
        }
    }
    // Of a workspace that a checkpoint knows at least one row must be there.
    for checkpoint in beside.checkpoints {
        chains.entry(checkpoint.workspace_id).or_default();
    }
    Ok(chains.into_iter().map(|(workspace, chain)| (workspace, chain.verify(workspace, beside))).collect())
}

#[derive(Default)]
struct Chain {
    rows: Vec<Sealed>,
    /// A row with half a seal.
    broken: Option<ChainFault>,
    unsealed: i64,
}

impl Chain {
    fn add(&mut self, row: &ChainRow) {
        match row.sealed() {
            Some(sealed) => self.rows.push(sealed),
            None if row.seq.is_none() && row.prev_hash.is_none() && row.hash.is_none() => self.unsealed += 1,
            None => {
                let fault = || {
                    let seq = row.seq.unwrap_or_default();
                    ChainFault::new(FaultKind::Changed, seq, Some(row.id), "its seal is incomplete")
                };
                self.broken.get_or_insert_with(fault);
            }
        }
    }

    fn verify(mut self, workspace: WorkspaceId, beside: &Beside<'_>) -> Result<Report, ChainFault> {
        let own = || beside.checkpoints.iter().filter(|checkpoint| checkpoint.workspace_id == workspace);
        let mut marks = match beside.checker {
            Some(checker) => Marks::of(own(), checker, workspace),
            None => Marks { good: own().map(Checkpoint::mark).collect(), fault: None },
        };
        let checkpoints = marks.good.len();
        self.rows.sort_by_key(|row| (row.seq, row.id));
        let removed = own().filter(|checkpoint| checkpoint.kind == CheckpointKind::Anchor);
        let anchor = removed.max_by_key(|checkpoint| checkpoint.seq).map(Checkpoint::mark);
        let mut walk = match beside.partial {
            true => ChainWalk::of_a_part(std::mem::take(&mut marks.good)),
            false => ChainWalk::new(anchor.clone(), std::mem::take(&mut marks.good)),
        };
        for row in self.rows {
            walk.step_to(row)?;
        }
        let walked = walk.finish(None)?;
        match self.broken.or(marks.fault) {
            Some(fault) => Err(fault),
            None => Ok(Report {
                walked,
                unsealed: self.unsealed,
                checkpoints,
                removed_to: anchor.map(|mark| mark.seq),
            }),
        }
    }
}
