//! Reading running totals, with what is not folded yet.

use super::fold::subjects_of;
use super::totals_of;
use crate::domain::ids::WorkspaceId;
use crate::domain::metrics::{Subject, Totals};
use crate::server::storage::{Arg, Conn, StorageError};
use crate::{args, sql};
use std::collections::{BTreeMap, BTreeSet};

/// Running totals of some subjects before some buckets, all as of one moment.
#[derive(Clone, Debug, Default)]
pub struct Sums(BTreeMap<(String, i64), Totals>);

impl Sums {
    /// What was counted before a bucket that was asked for.
    pub fn before(&self, subject: Subject, bucket: i64) -> Totals {
        self.0.get(&(subject.to_string(), bucket)).cloned().unwrap_or_default()
    }

    /// What was counted from one bucket to before another; both were asked for.
    pub fn between(&self, subject: Subject, from: i64, to: i64) -> Totals {
        self.before(subject, to).since(&self.before(subject, from))
    }
}

#[derive(sqlx::FromRow)]
struct SumRow {
    folded: bool,
    subject: String,
    /// The bucket that was asked for, or the one that a delta is of.
    bucket: i64,
    totals: String,
}

impl Conn {
    /// One statement, so that a delta is either folded in it or not: two seeks for each subject and bucket.
    pub async fn metric_sums(
        &mut self,
        workspace: WorkspaceId,
        wanted: impl IntoIterator<Item = (Subject, i64)>,
    ) -> Result<Sums, StorageError> {
        let wanted: BTreeSet<(String, i64)> =
            wanted.into_iter().map(|(subject, bucket)| (subject.to_string(), bucket)).collect();
        let sql = self.dialect(
            sql!(
                "WITH wanted AS (SELECT json_extract(value, '$[0]') AS subject, ",
                "json_extract(value, '$[1]') AS bucket FROM json_each($2)) ",
                "SELECT TRUE AS folded, w.subject, w.bucket, r.totals FROM wanted w CROSS JOIN metric_rollups r ",
                "ON r.workspace_id = $1 AND r.subject = w.subject AND r.bucket = (SELECT MAX(x.bucket) ",
                "FROM metric_rollups x WHERE x.workspace_id = $1 AND x.subject = w.subject AND x.bucket < w.bucket) ",
                "UNION ALL SELECT FALSE, d.subject, d.bucket, d.totals FROM metric_deltas d WHERE d.workspace_id = $1"
            ),
            sql!(
                "WITH wanted AS (SELECT pair ->> 0 AS subject, CAST(pair ->> 1 AS BIGINT) AS bucket ",
                "FROM jsonb_array_elements(CAST($2 AS JSONB)) AS pair) ",
                "SELECT TRUE AS folded, w.subject, w.bucket, r.totals FROM wanted w CROSS JOIN LATERAL ",
                "(SELECT x.totals FROM metric_rollups x WHERE x.workspace_id = $1 AND x.subject = w.subject ",
                "AND x.bucket < w.bucket ORDER BY x.bucket DESC LIMIT 1) AS r ",
                "UNION ALL SELECT FALSE, d.subject, d.bucket, d.totals FROM metric_deltas d WHERE d.workspace_id = $1"
            ),
        );
        let rows: Vec<SumRow> = self.fetch_all(sql, args![workspace, Arg::json(&wanted)]).await?;
        let mut sums = BTreeMap::new();
        let mut late: BTreeMap<String, BTreeMap<i64, Totals>> = BTreeMap::new();
        for row in rows {
            let totals = totals_of(workspace.0, &row.totals)?;
            if row.folded {
                sums.insert((row.subject, row.bucket), totals);
            } else {
                for subject in subjects_of(row.subject) {
                    late.entry(subject).or_default().entry(row.bucket).or_default().add(&totals);
                }
            }
        }
        for (subject, bucket) in wanted {
            let Some(late) = late.get(&subject) else { continue };
            let total: &mut Totals = sums.entry((subject, bucket)).or_default();
            late.range(..bucket).for_each(|(_, more)| total.add(more));
        }
        Ok(Sums(sums))
    }
}
