//! Adding deltas to the running totals. One folder at a time in the whole system: it reads totals and writes them back.

use super::totals_of;
use crate::domain::metrics::{Subject, Totals};
use crate::server::storage::db::Engine;
use crate::server::storage::{Arg, Conn, StorageError, Tx};
use crate::{args, sql};
use std::collections::BTreeMap;
use uuid::Uuid;

/// How many deltas one transaction folds.
pub const FOLD_BATCH: i64 = 1_000;
/// Any number that nothing else in this database uses as an advisory lock.
const FOLDER_LOCK: i64 = 0x636f_756e_7465_6d74;

#[derive(sqlx::FromRow)]
struct DeltaRow {
    id: Uuid,
    workspace_id: Uuid,
    subject: String,
    bucket: i64,
    totals: String,
}

/// What one subject's deltas add, by bucket.
type Added = BTreeMap<i64, Totals>;

impl Conn {
    /// Whether deltas wait to be folded.
    pub async fn metrics_waiting(&mut self) -> Result<bool, StorageError> {
        let (waiting,): (bool,) =
            self.fetch_one(sql!("SELECT EXISTS (SELECT 1 FROM metric_deltas) AS waiting"), args![]).await?;
        Ok(waiting)
    }
}

impl Tx {
    /// Folds up to [`FOLD_BATCH`] committed deltas; how many those were. `None`: another node is at it.
    pub async fn metrics_fold(&mut self) -> Result<Option<u64>, StorageError> {
        // On SQLite this transaction is the only one that writes.
        if self.engine() == Engine::Postgres {
            let lock = sql!(/* postgres */ "SELECT pg_try_advisory_xact_lock($1) AS locked");
            let (locked,): (bool,) = self.fetch_one(lock, args![FOLDER_LOCK]).await?;
            if !locked {
                return Ok(None);
            }
        }
        let rows: Vec<DeltaRow> = self
            .fetch_all(
                sql!(
                    "DELETE FROM metric_deltas WHERE id IN (SELECT id FROM metric_deltas ORDER BY id LIMIT $1) ",
                    "RETURNING id, workspace_id, subject, bucket, totals"
                ),
                args![FOLD_BATCH],
            )
            .await?;
        let folded = rows.len() as u64;
        let mut added: BTreeMap<(Uuid, String), Added> = BTreeMap::new();
        for row in rows {
            let totals = totals_of(row.id, &row.totals)?;
            for subject in subjects_of(row.subject) {
                let of_subject = added.entry((row.workspace_id, subject)).or_default();
                of_subject.entry(row.bucket).or_default().add(&totals);
            }
        }
        for ((workspace, subject), added) in added {
            self.rollups_add(workspace, &subject, added).await?;
        }
        Ok(Some(folded))
    }

    async fn rollups_add(
        &mut self,
        workspace: Uuid,
        subject: &str,
        added: Added,
    ) -> Result<(), StorageError> {
        let Some(first) = added.keys().next().copied() else { return Ok(()) };
        // The last before the first change, which it builds on, and all after it.
        let rows: Vec<(i64, String)> = self
            .fetch_all(
                sql!(
                    "SELECT bucket, totals FROM metric_rollups WHERE workspace_id = $1 AND subject = $2 ",
                    "AND bucket >= COALESCE((SELECT MAX(bucket) FROM metric_rollups ",
                    "WHERE workspace_id = $1 AND subject = $2 AND bucket <= $3), $3) ORDER BY bucket"
                ),
                args![workspace, subject, first],
            )
            .await?;
        let found = rows
            .into_iter()
            .map(|(bucket, text)| Ok((bucket, totals_of(workspace, &text)?)))
            .collect::<Result<Added, StorageError>>()?;
        for (bucket, totals) in folded(&found, &added) {
            self.at_commit(
                sql!(
                    "INSERT INTO metric_rollups (workspace_id, subject, bucket, totals) VALUES ($1, $2, $3, $4) ",
                    "ON CONFLICT (workspace_id, subject, bucket) DO UPDATE SET totals = excluded.totals"
                ),
                args![workspace, subject, bucket, Arg::json(&totals)],
            );
        }
        Ok(())
    }
}

/// A team counts for its workspace too.
pub(super) fn subjects_of(subject: String) -> impl Iterator<Item = String> {
    let of_team = subject.split('/').next() == Some("team");
    std::iter::once(subject).chain(of_team.then(|| Subject::Workspace.to_string()))
}

/// The running totals that change: those of buckets with additions, and all later ones. `found` begins with the last
/// before them, where there is one.
fn folded(found: &Added, added: &Added) -> Vec<(i64, Totals)> {
    let mut all: Vec<i64> = found.keys().chain(added.keys()).copied().collect();
    all.sort_unstable();
    all.dedup();
    let (mut before, mut more) = (Totals::default(), Totals::default());
    let mut changed = Vec::new();
    for bucket in all {
        if let Some(totals) = found.get(&bucket) {
            before = totals.clone();
        }
        if let Some(totals) = added.get(&bucket) {
            more.add(totals);
        }
        if !more.is_empty() || added.contains_key(&bucket) {
            let mut totals = before.clone();
            totals.add(&more);
            changed.push((bucket, totals));
        }
    }
    changed
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::metrics::Measure;

    fn asked(counts: &[(i64, i64)]) -> Added {
        counts.iter().map(|&(bucket, n)| (bucket, Totals::default().with(Measure::Asked, n))).collect()
    }

    #[test]
    fn a_late_addition_is_in_all_that_follow_it() {
        for (found, added, changed) in [
            (&[][..], &[(5, 1)][..], &[(5, 1)][..]),
            (&[(3, 7)], &[(5, 1)], &[(5, 8)]),
            (&[(5, 7)], &[(5, 1)], &[(5, 8)]),
            (&[(3, 7), (6, 9)], &[(5, 1)], &[(5, 8), (6, 10)]),
            (&[(3, 7), (6, 9), (9, 9)], &[(5, 1), (8, 2)], &[(5, 8), (6, 10), (8, 12), (9, 12)]),
            (&[(6, 9)], &[(5, 1)], &[(5, 1), (6, 10)]),
        ] {
            let result: Added = folded(&asked(found), &asked(added)).into_iter().collect();
            assert_eq!(result, asked(changed), "{found:?} and {added:?}");
        }
    }

    #[test]
    fn a_team_counts_for_its_workspace() {
        let of = |text: &str| subjects_of(text.to_owned()).collect::<Vec<_>>();
        assert_eq!(of("team"), ["team", "workspace"]);
        assert_eq!(of("team/7"), ["team/7", "workspace"]);
        assert_eq!(of("reviewer/7"), ["reviewer/7"]);
    }
}
