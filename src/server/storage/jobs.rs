//! Jobs: claim, lease, finish, retry, give up, reap (shared/DISPATCH.md, rules 2 to 6).
//!
//! Every change of a running job is guarded on its id, its fence and `state = 'running'`: what answers `false`
//! here was no longer the caller's to change. All times are the transaction's, that is the database's.

use super::{Arg, Conn, StorageError, Ts, Tx};
use crate::domain::ids::{JobId, WorkspaceId};
use crate::{args, sql};
use chrono::{DateTime, TimeDelta, Utc};
use serde::de::DeserializeOwned;
use serde_json::json;
use std::time::Duration;
use uuid::Uuid;

/// A job as one attempt holds it.
#[derive(Clone, Debug)]
pub struct Job {
    pub id: JobId,
    pub workspace_id: WorkspaceId,
    pub queue: String,
    pub kind: String,
    /// Which attempt this is, from 1.
    pub attempt: i64,
    pub max_attempts: i64,
    /// Rises with every claim; an older one can no longer finish the job.
    pub fence: i64,
    pub run_at: DateTime<Utc>,
    pub created_at: DateTime<Utc>,
    /// Why the attempt before this one failed.
    pub last_error: Option<String>,
    payload: String,
}

impl Job {
    /// The payload as the handler's own type.
    pub fn payload<T: DeserializeOwned>(&self) -> Result<T, BadPayload> {
        serde_json::from_str(&self.payload).map_err(BadPayload)
    }

    pub fn held(&self) -> HeldJob {
        HeldJob { id: self.id, fence: self.fence }
    }
}

/// A payload that its handler cannot read. Another attempt would not read it either.
#[derive(Debug, thiserror::Error)]
#[error("the payload is unreadable: {0}")]
pub struct BadPayload(serde_json::Error);

/// One claim of a job: what guards every change of it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct HeldJob {
    pub id: JobId,
    pub fence: i64,
}

/// What a heartbeat found still to be ours.
#[derive(Clone, Copy, Debug)]
pub struct ExtendedJob {
    pub id: JobId,
    pub fence: i64,
    pub cancel_requested: bool,
}

#[derive(sqlx::FromRow)]
struct JobRow {
    id: Uuid,
    workspace_id: Uuid,
    queue: String,
    kind: String,
    payload: String,
    run_at: Ts,
    attempt: i64,
    max_attempts: i64,
    fence: i64,
    last_error: Option<String>,
    created_at: Ts,
}

impl From<JobRow> for Job {
    fn from(row: JobRow) -> Self {
        Self {
            id: JobId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            queue: row.queue,
            kind: row.kind,
            attempt: row.attempt,
            max_attempts: row.max_attempts,
            fence: row.fence,
            run_at: row.run_at.0,
            created_at: row.created_at.0,
            last_error: row.last_error,
            payload: row.payload,
        }
    }
}

/// The longest cause that a row keeps, in characters.
const CAUSE_MAX: usize = 2_000;
/// How many expired leases one statement takes.
const REAP_BATCH: i64 = 500;

fn cause_kept(cause: &str) -> String {
    cause.chars().filter(|&c| c != '\0').take(CAUSE_MAX).collect()
}

fn span(length: Duration) -> TimeDelta {
    TimeDelta::from_std(length).unwrap_or(TimeDelta::MAX)
}

/// Claims at most `slots` due jobs of a queue, highest priority first, then the earliest.
///
/// Level by level, because an index over (queue, priority, run_at) finds what is due only within one priority:
/// otherwise a claim would read past every timer that waits. `ANY (ARRAY (…))` keeps PostgreSQL from joining with
/// the whole table when it plans without knowing the limit.
pub async fn jobs_claim(
    tx: &mut Tx,
    queue: &str,
    slots: usize,
    worker: &str,
    lease: Duration,
) -> Result<Vec<Job>, StorageError> {
    let levels: Vec<(i64,)> = tx
        .fetch_all(
            sql!(
                "WITH RECURSIVE levels (priority) AS (",
                "SELECT max(priority) FROM jobs WHERE queue = $1 AND state = 'ready' ",
                "UNION ALL SELECT (SELECT max(jobs.priority) FROM jobs WHERE jobs.queue = $1 ",
                "AND jobs.state = 'ready' AND jobs.priority < levels.priority) ",
                "FROM levels WHERE levels.priority IS NOT NULL) ",
                "SELECT priority FROM levels WHERE priority IS NOT NULL"
            ),
            args![queue],
        )
        .await?;
    let mut claimed = Vec::new();
    for (priority,) in levels {
        let free = slots.saturating_sub(claimed.len());
        if free == 0 {
            break;
        }
        claimed.extend(jobs_claim_level(tx, queue, priority, free, worker, lease).await?);
    }
    Ok(claimed)
}

async fn jobs_claim_level(
    tx: &mut Tx,
    queue: &str,
    priority: i64,
    slots: usize,
    worker: &str,
    lease: Duration,
) -> Result<Vec<Job>, StorageError> {
    let sql = tx.dialect(
        sql!(
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = $5, ",
            "lease_until = $6, dedupe_key = NULL WHERE id IN (",
            "SELECT id FROM jobs WHERE queue = $1 AND priority = $2 AND state = 'ready' AND run_at <= $3 ",
            "ORDER BY run_at, id LIMIT $4) ",
            "RETURNING id, workspace_id, queue, kind, payload, run_at, attempt, max_attempts, fence, last_error, ",
            "created_at"
        ),
        sql!(
            "WITH picked AS MATERIALIZED (",
            "SELECT id FROM jobs WHERE queue = $1 AND priority = $2 AND state = 'ready' AND run_at <= $3 ",
            "ORDER BY run_at, id LIMIT $4 FOR UPDATE SKIP LOCKED) ",
            "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = $5, ",
            "lease_until = $6, dedupe_key = NULL WHERE id = ANY (ARRAY (SELECT id FROM picked)) ",
            "RETURNING id, workspace_id, queue, kind, payload, run_at, attempt, max_attempts, fence, ",
            "last_error, created_at"
        ),
    );
    let now = tx.now();
    let slots = i64::try_from(slots).unwrap_or(i64::MAX);
    let rows: Vec<JobRow> =
        tx.fetch_all(sql, args![queue, priority, now, slots, worker, now + span(lease)]).await?;
    let mut jobs: Vec<Job> = rows.into_iter().map(Job::from).collect();
    // RETURNING has no order.
    jobs.sort_by_key(|job| (job.run_at, job.id));
    Ok(jobs)
}

/// When the next job of any queue becomes due, after `after`.
pub async fn jobs_next_run_at(
    conn: &mut Conn,
    after: DateTime<Utc>,
) -> Result<Option<DateTime<Utc>>, StorageError> {
    let (next,): (Option<Ts>,) = conn
        .fetch_one(
            sql!("SELECT min(run_at) AS next FROM jobs WHERE state = 'ready' AND run_at > $1"),
            args![after],
        )
        .await?;
    Ok(next.map(|next| next.0))
}

/// The heartbeat: extends the leases of all `held` in one statement. What is missing from the answer is lost.
///
/// On PostgreSQL a row that another transaction has locked counts as held and is left alone: it is being finished,
/// and nobody reaps a locked row.
pub async fn jobs_extend(
    tx: &mut Tx,
    held: &[HeldJob],
    lease: Duration,
) -> Result<Vec<ExtendedJob>, StorageError> {
    let sql = tx.dialect(
        sql!(
            "UPDATE jobs SET lease_until = $2 WHERE state = 'running' AND (id, fence) IN (",
            "SELECT unhex(value ->> 'id'), value ->> 'fence' FROM json_each($1)) ",
            "RETURNING id, fence, cancel_requested"
        ),
        sql!(
            "WITH held AS MATERIALIZED (SELECT id, fence FROM jsonb_to_recordset(CAST($1 AS JSONB)) ",
            "AS held (id UUID, fence BIGINT)), ",
            "alive AS MATERIALIZED (SELECT jobs.id, jobs.fence, jobs.cancel_requested FROM jobs JOIN held ",
            "ON jobs.id = held.id AND jobs.fence = held.fence WHERE jobs.state = 'running'), ",
            "free AS MATERIALIZED (SELECT jobs.id FROM jobs JOIN held ",
            "ON jobs.id = held.id AND jobs.fence = held.fence WHERE jobs.state = 'running' ",
            "ORDER BY jobs.id FOR UPDATE OF jobs SKIP LOCKED), ",
            "extended AS (UPDATE jobs SET lease_until = $2 FROM free WHERE jobs.id = free.id) ",
            "SELECT id, fence, cancel_requested FROM alive"
        ),
    );
    let list: Vec<_> =
        held.iter().map(|job| json!({ "id": job.id.0.simple().to_string(), "fence": job.fence })).collect();
    let until = tx.now() + span(lease);
    let rows: Vec<(Uuid, i64, bool)> = tx.fetch_all(sql, args![Arg::json(&list), until]).await?;
    Ok(rows
        .into_iter()
        .map(|(id, fence, cancel_requested)| ExtendedJob { id: JobId(id), fence, cancel_requested })
        .collect())
}

/// Finishes a job in the transaction of what it did. `false`: it is somebody else's now; roll back.
pub async fn job_finish(conn: &mut Conn, job: HeldJob) -> Result<bool, StorageError> {
    let changed = conn
        .execute(
            sql!(
                "UPDATE jobs SET state = 'done', lease_until = NULL, last_error = NULL ",
                "WHERE id = $1 AND fence = $2 AND state = 'running'"
            ),
            args![job.id, job.fence],
        )
        .await?;
    Ok(changed == 1)
}

/// Puts a failed job back, due at `run_at`. `false`: it is lost, or somebody asked to cancel it.
pub async fn job_retry(
    tx: &mut Tx,
    job: HeldJob,
    run_at: DateTime<Utc>,
    cause: &str,
) -> Result<bool, StorageError> {
    let changed = tx
        .execute(
            sql!(
                "UPDATE jobs SET state = 'ready', run_at = $3, last_error = $4, worker = NULL, lease_until = NULL ",
                "WHERE id = $1 AND fence = $2 AND state = 'running' AND NOT cancel_requested"
            ),
            args![job.id, job.fence, run_at, cause_kept(cause)],
        )
        .await?;
    tx.wake_jobs();
    Ok(changed == 1)
}

/// Puts a job back until a time that it named, and gives it its attempt back. `false` as for [`job_retry`].
pub async fn job_snooze(tx: &mut Tx, job: HeldJob, until: DateTime<Utc>) -> Result<bool, StorageError> {
    let changed = tx
        .execute(
            sql!(
                "UPDATE jobs SET state = 'ready', run_at = $3, attempt = attempt - 1, worker = NULL, ",
                "lease_until = NULL WHERE id = $1 AND fence = $2 AND state = 'running' AND NOT cancel_requested"
            ),
            args![job.id, job.fence, until],
        )
        .await?;
    tx.wake_jobs();
    Ok(changed == 1)
}

/// Ends a job without success: `cancelled` if somebody asked for that, else `dead`. `false`: it is lost.
pub async fn job_give_up(tx: &mut Tx, job: HeldJob, cause: &str) -> Result<bool, StorageError> {
    let changed = tx
        .execute(
            sql!(
                "UPDATE jobs SET state = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'dead' END, ",
                "last_error = $3, lease_until = NULL WHERE id = $1 AND fence = $2 AND state = 'running'"
            ),
            args![job.id, job.fence, cause_kept(cause)],
        )
        .await?;
    Ok(changed == 1)
}

/// Makes the jobs whose leases ran out ready again, those that have attempts left. Returns how many.
pub async fn jobs_reap(tx: &mut Tx) -> Result<u64, StorageError> {
    let sql = tx.dialect(
        sql!(
            "UPDATE jobs SET state = 'ready', last_error = 'The lease ran out on worker ' || worker, worker = NULL, ",
            "lease_until = NULL WHERE id IN (SELECT id FROM jobs WHERE state = 'running' AND lease_until < $1 ",
            "AND attempt < max_attempts AND NOT cancel_requested ORDER BY lease_until LIMIT $2)"
        ),
        sql!(
            "WITH expired AS MATERIALIZED (SELECT id FROM jobs WHERE state = 'running' AND lease_until < $1 ",
            "AND attempt < max_attempts AND NOT cancel_requested ORDER BY lease_until LIMIT $2 ",
            "FOR UPDATE SKIP LOCKED) ",
            "UPDATE jobs SET state = 'ready', last_error = 'The lease ran out on worker ' || worker, worker = NULL, ",
            "lease_until = NULL WHERE id = ANY (ARRAY (SELECT id FROM expired))"
        ),
    );
    let now = tx.now();
    let reaped = tx.execute(sql, args![now, REAP_BATCH]).await?;
    if reaped > 0 {
        tx.wake_jobs();
    }
    Ok(reaped)
}

/// One job whose lease ran out and that gets no further attempt, of a kind among `kinds`; locked on PostgreSQL.
/// The caller gives it up in the same transaction.
pub async fn job_reap_spent(tx: &mut Tx, kinds: &[&str]) -> Result<Option<Job>, StorageError> {
    let sql = tx.dialect(
        sql!(
            "SELECT id, workspace_id, queue, kind, payload, run_at, attempt, max_attempts, fence, last_error, ",
            "created_at FROM jobs WHERE state = 'running' AND lease_until < $1 ",
            "AND (attempt >= max_attempts OR cancel_requested) AND kind IN (SELECT value FROM json_each($2)) ",
            "ORDER BY lease_until LIMIT 1"
        ),
        sql!(
            "SELECT id, workspace_id, queue, kind, payload, run_at, attempt, max_attempts, fence, last_error, ",
            "created_at FROM jobs WHERE state = 'running' AND lease_until < $1 ",
            "AND (attempt >= max_attempts OR cancel_requested) ",
            "AND kind IN (SELECT jsonb_array_elements_text(CAST($2 AS JSONB))) ",
            "ORDER BY lease_until LIMIT 1 FOR UPDATE SKIP LOCKED"
        ),
    );
    let now = tx.now();
    let row: Option<JobRow> = tx.fetch_optional(sql, args![now, Arg::json(&kinds)]).await?;
    Ok(row.map(Job::from))
}

/// Ends the leases of all workers whose name begins with `prefix` (all workers, when it is empty), because they
/// are known to be gone. Reaping then takes their jobs.
pub async fn jobs_expire_leases(tx: &mut Tx, prefix: &str) -> Result<u64, StorageError> {
    let past = tx.now() - TimeDelta::microseconds(1);
    tx.execute(
        sql!(
            "UPDATE jobs SET lease_until = $2 WHERE state = 'running' ",
            "AND substr(worker, 1, length(CAST($1 AS TEXT))) = CAST($1 AS TEXT)"
        ),
        args![prefix, past],
    )
    .await
}

/// Deletes up to `limit` jobs that are done or cancelled. Dead ones stay, to be reported.
pub async fn jobs_delete_finished(tx: &mut Tx, limit: i64) -> Result<u64, StorageError> {
    tx.execute(
        sql!(
            "DELETE FROM jobs WHERE id IN (",
            "SELECT id FROM jobs WHERE state IN ('done', 'cancelled') ORDER BY id LIMIT $1)"
        ),
        args![limit],
    )
    .await
}

/// How many jobs of a queue are due, running or dead.
#[derive(Clone, Debug, PartialEq, Eq, sqlx::FromRow)]
pub struct JobCount {
    pub queue: String,
    /// `ready` counts only what is due: timers that wait are not a backlog.
    pub state: String,
    pub count: i64,
}

/// The counts for metrics, each bounded by `most` rows read per state.
pub async fn jobs_count(
    conn: &mut Conn,
    now: DateTime<Utc>,
    most: i64,
) -> Result<Vec<JobCount>, StorageError> {
    conn.fetch_all(
        sql!(
            "SELECT queue, state, count(*) AS count FROM (",
            "SELECT * FROM (SELECT queue, state FROM jobs WHERE state = 'ready' AND run_at <= $1 LIMIT $2) AS due ",
            "UNION ALL SELECT * FROM (SELECT queue, state FROM jobs WHERE state = 'running' LIMIT $2) AS running ",
            "UNION ALL SELECT * FROM (SELECT queue, state FROM jobs WHERE state = 'dead' LIMIT $2) AS dead",
            ") AS counted GROUP BY queue, state ORDER BY queue, state"
        ),
        args![now, most],
    )
    .await
}

impl Tx {
    /// Cancels the ready job of this kind and dedupe key, if there is one. One that is running goes on.
    pub fn job_cancel_ready(&mut self, kind: &str, dedupe_key: &str) {
        self.at_commit(
            sql!(
                "UPDATE jobs SET state = 'cancelled' WHERE kind = $1 AND dedupe_key = $2 AND state = 'ready'"
            ),
            args![kind, dedupe_key],
        );
    }

    /// Moves the ready job of this kind and dedupe key to another time. `false`: there is none.
    pub async fn job_move_ready(
        &mut self,
        kind: &str,
        dedupe_key: &str,
        run_at: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                sql!(
                    "UPDATE jobs SET run_at = $3 ",
                    "WHERE kind = $1 AND dedupe_key = $2 AND state = 'ready'"
                ),
                args![kind, dedupe_key, run_at],
            )
            .await?;
        self.wake_jobs();
        Ok(changed == 1)
    }

    /// Cancels a job: at once when it is ready; a running one learns of it with its next heartbeat and gets no
    /// further attempt. `false`: it has ended.
    pub async fn job_request_cancel(&mut self, id: JobId) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                sql!(
                    "UPDATE jobs SET state = CASE state WHEN 'ready' THEN 'cancelled' ELSE state END, ",
                    "cancel_requested = TRUE WHERE id = $1 AND state IN ('ready', 'running')"
                ),
                args![id],
            )
            .await?;
        Ok(changed == 1)
    }
}
