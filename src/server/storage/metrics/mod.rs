//! `metric_deltas` and `metric_rollups`: what changes counted, and what that is together.
//!
//! A change writes its deltas with itself; nobody waits for a counter. A folder adds them to the running totals later
//! ([`Tx::metrics_fold`]). A reading takes both in one statement ([`Conn::metric_sums`]), so that it is exact at once.

mod fold;
mod sums;
mod waiting;

pub use fold::FOLD_BATCH;
pub use sums::Sums;

use super::{Arg, CorruptRow, StorageError, Tx, write::AuditEntry};
use crate::domain::metrics::{self, Totals};
use crate::{args, sql};
use uuid::Uuid;

impl Tx {
    /// Writes what a change counts, from its audit row.
    pub(super) fn count(&mut self, entry: &AuditEntry) {
        let bucket = metrics::bucket(self.now());
        for (subject, totals) in metrics::deltas(entry.event, entry.team_id, entry.risk_level, &entry.counted)
        {
            let id = self.id();
            self.at_commit(
                sql!(
                    "INSERT INTO metric_deltas (id, workspace_id, subject, bucket, totals) ",
                    "VALUES ($1, $2, $3, $4, $5)"
                ),
                args![id, entry.workspace_id, subject.to_string(), bucket, Arg::json(&totals)],
            );
            self.wake_folder();
        }
    }
}

fn totals_of(row: Uuid, text: &str) -> Result<Totals, StorageError> {
    Ok(serde_json::from_str(text).map_err(|cause| CorruptRow::new("metric_rollups", "totals", row, cause))?)
}
