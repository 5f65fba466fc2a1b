//! What a decision writes, as plain SQL over the same driver with the settings that keep an acknowledged change: on
//! SQLite WAL, `synchronous = FULL` and one writer, on PostgreSQL a pool as large as ours. No HTTP, no identity, no
//! rules, no commit that waits for the disk together with others, and no row turned into an approval. The statements
//! are those of `services::approvals::decide`, in its order.

use crate::Outcome;
use crate::program::World;
use chrono::{DateTime, TimeDelta, Utc};
use countersign::args;
use countersign::domain::canonical::Data;
use countersign::server::clock::Clock;
use countersign::server::storage::Ts;
use countersign::server::storage::db::{Conn, Engine};
use sqlx::postgres::{PgPool, PgPoolOptions};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteSynchronous,
};
use uuid::Uuid;

const READ: &str = "SELECT a.id, a.workspace_id, a.team_id, a.agent_id, a.workflow_execution_id, a.action_type, \
    a.action_data, a.original_data, a.description, a.risk_level, a.risk_reasons, a.gate_reasons, a.executor, \
    a.status, a.reviewed_by, a.reviewed_at, a.review_notes, a.expires_at, a.expiry_paused_at, a.created_at, \
    a.args_hash, a.version, a.required_approvals, a.requested_by_kind, a.requested_by_id, a.requested_by_name, \
    a.external_ref, a.hold_until, a.outcome, a.fence, a.outcome_attempts, a.outcome_started_at, \
    a.outcome_finished_at, a.outcome_error, a.outcome_result, a.claimed_at, a.claimed_by, t.name AS team_name, \
    g.name AS agent_name, g.owner_id AS agent_owner_id, u.name AS reviewer_name FROM agent_pending_actions a \
    LEFT JOIN agent_teams t ON t.id = a.team_id LEFT JOIN agents g ON g.id = a.agent_id \
    LEFT JOIN users u ON u.id = a.reviewed_by WHERE a.workspace_id = $1 AND a.id = $2";

const DECIDE: &str = "UPDATE agent_pending_actions SET status = $3, reviewed_by = $4, reviewed_at = $5, \
    review_notes = $6, hold_until = $7, outcome = $8, version = version + 1 WHERE workspace_id = $1 AND id = $2 \
    AND status = 'pending' AND args_hash = $9 AND (expires_at > $5 OR expiry_paused_at IS NOT NULL)";

const JOB: &str = "INSERT INTO jobs (id, workspace_id, queue, kind, payload, state, priority, run_at, max_attempts, \
    dedupe_key, created_at) VALUES ($1, $2, $3, $4, $5, 'ready', $6, $7, $8, $9, $10) ON CONFLICT DO NOTHING";

const CANCEL: &str =
    "UPDATE jobs SET state = 'cancelled' WHERE kind = $1 AND dedupe_key = $2 AND state = 'ready'";

const PATTERN: &str = "INSERT INTO approval_patterns (id, workspace_id, team_id, action_type, risk_level, \
    approval_id, reviewer_id, approved, edited, created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)";

pub const AUDIT: &str = "INSERT INTO agent_action_audit_log (id, workspace_id, team_id, agent_id, actor_kind, actor_id, \
    actor_name, event, action_type, action_data, description, approval_id, risk_level, was_automatic, success, error, \
    result, duration_ms, executed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, \
    $17, $18, $19)";

const TRUST: &str = "SELECT p.approval_id, p.risk_level, p.approved, p.edited, p.undone, p.created_at \
    FROM agent_teams t JOIN approval_patterns p ON p.workspace_id = t.workspace_id AND p.team_id = t.id \
    JOIN agent_pending_actions a ON a.id = p.approval_id AND a.requested_by_kind = 'agent' \
    WHERE t.workspace_id = $1 AND t.id = $2 AND t.autonomy_level = 'semi_autonomous' AND p.workspace_id = $1 \
    AND p.team_id = $2 AND p.action_type = $3 AND p.created_at > $4 ORDER BY p.created_at DESC, p.id DESC LIMIT 20";

const OPENED: &str = "SELECT MIN(first_opened_at) FROM approval_opens WHERE workspace_id = $1 AND approval_id = $2 \
    AND user_id = $3";

const NOTICE: &str = "INSERT INTO notices (id, workspace_id, kind, event, actor_id, approval_id, team_id, description, \
    created_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)";

const DELTA: &str =
    "INSERT INTO metric_deltas (id, workspace_id, subject, bucket, totals) VALUES ($1, $2, $3, $4, $5)";

pub const NUMBER: &str = "UPDATE counters SET value = value + 1 WHERE name = 'event_seq'";

pub const NUMBERED_EVENT: &str = "INSERT INTO events (id, workspace_id, topic, subject_id, created_at, seq) \
    SELECT $1, $2, $3, $4, $5, value FROM counters WHERE name = 'event_seq'";

pub const EVENT: &str =
    "INSERT INTO events (id, workspace_id, topic, subject_id, created_at) VALUES ($1, $2, $3, $4, $5)";

/// A database without the product.
#[derive(Clone)]
pub struct Direct {
    pools: Pools,
    pub clock: Clock,
}

#[derive(Clone)]
enum Pools {
    Sqlite(SqlitePool),
    Postgres(PgPool),
}

impl Direct {
    /// Opens the database at `url`, for `tasks` at a time.
    pub async fn open(url: &str, tasks: usize) -> Outcome<Self> {
        let pools = match url.strip_prefix("sqlite:") {
            Some(path) => {
                let options = SqliteConnectOptions::new()
                    .filename(path)
                    .journal_mode(SqliteJournalMode::Wal)
                    .synchronous(SqliteSynchronous::Full)
                    .pragma("temp_store", "memory")
                    .pragma("cache_size", "-8000");
                Pools::Sqlite(SqlitePoolOptions::new().max_connections(1).connect_with(options).await?)
            }
            None => {
                let most = u32::try_from(tasks)?;
                Pools::Postgres(PgPoolOptions::new().max_connections(most).connect(url).await?)
            }
        };
        Ok(Self { pools, clock: Clock::new() })
    }

    pub async fn begin(&self) -> Outcome<(Conn, DateTime<Utc>)> {
        match &self.pools {
            Pools::Sqlite(pool) => {
                Ok((Conn::SqliteTx(pool.begin_with("BEGIN IMMEDIATE").await?), self.clock.now()))
            }
            Pools::Postgres(pool) => {
                let mut tx = Conn::PostgresTx(pool.begin().await?);
                let (now,): (Ts,) = tx.fetch_one("SELECT clock_timestamp()", args![]).await?;
                Ok((tx, now.0))
            }
        }
    }

    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite(pool) => pool.close().await,
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// Approves one approval.
pub async fn decide(
    db: &Direct,
    world: &World,
    id: Uuid,
    data: &Data,
    text: &str,
    hash: &str,
) -> Outcome<()> {
    let (none_text, none_int, none_bool): (Option<&str>, Option<i64>, Option<bool>) = (None, None, None);
    let workspace = world.workspace;
    let (mut tx, now) = db.begin().await?;
    let hold = now + TimeDelta::seconds(100);
    let lock = format!("{READ}{}", tx.dialect("", " FOR UPDATE OF a"));
    let _: (Uuid,) = tx.fetch_one(lock, args![workspace, id]).await?;
    let decision = args![workspace, id, "approved", world.reviewer, now, none_text, hold, "queued", hash];
    if tx.execute(DECIDE, decision).await? != 1 {
        return Err(format!("{id} was not pending").into());
    }
    let key = id.to_string();
    let payload = format!("{{\"approvalId\":\"{key}\"}}");
    let job =
        args![db.clock.id(), workspace, "actions", "action.perform", payload, 1_i64, hold, 5_i64, &key, now];
    tx.execute(JOB, job).await?;
    for clock in ["approval.expire", "approval.remind"] {
        tx.execute(CANCEL, args![clock, &key]).await?;
    }
    let team = world.teams[0];
    let learned = args![workspace, team, "create_task", now - TimeDelta::days(30)];
    let _: Vec<(Uuid,)> = tx.fetch_all(TRUST, learned).await?;
    let _: (Option<Ts>,) = tx.fetch_one(OPENED, args![workspace, id, world.reviewer]).await?;
    let pattern =
        args![db.clock.id(), workspace, team, "create_task", "medium", id, world.reviewer, true, false, now];
    tx.execute(PATTERN, pattern).await?;
    let notice = args![
        db.clock.id(),
        workspace,
        "request_decided",
        "approval.approved",
        world.reviewer,
        id,
        team,
        text,
        now
    ];
    tx.execute(NOTICE, notice).await?;
    let soon = now + TimeDelta::seconds(3);
    let collect = args![
        db.clock.id(),
        workspace,
        "notices",
        "notices.collect",
        "{}",
        0_i64,
        soon,
        20_i64,
        workspace.to_string(),
        now
    ];
    tx.execute(JOB, collect).await?;
    let bucket = now.timestamp() / 900;
    for (subject, totals) in [
        (format!("team/{team}"), "{\"n\":{\"approved\":1,\"pending_medium\":-1},\"t\":{\"40\":1}}"),
        (format!("reviewer/{}", world.reviewer), "{\"n\":{\"approved\":1,\"unopened\":1}}"),
    ] {
        tx.execute(DELTA, args![db.clock.id(), workspace, subject, bucket, totals]).await?;
    }
    let result = format!("{{\"argsHash\":\"{hash}\",\"notes\":null,\"holdUntil\":\"{hold}\"}}");
    let audit = args![
        db.clock.id(),
        workspace,
        team,
        world.agent,
        "user",
        world.reviewer,
        "ada",
        "approval.approved",
        "create_task",
        data.canonical(),
        text,
        id,
        "medium",
        false,
        none_bool,
        none_text,
        result,
        none_int,
        now
    ];
    tx.execute(AUDIT, audit).await?;
    let event = args![db.clock.id(), workspace, "approval", id, now];
    if tx.engine() == Engine::Sqlite {
        tx.execute(NUMBER, args![]).await?;
    }
    let numbered = tx.dialect(NUMBERED_EVENT, EVENT);
    tx.execute(numbered, event).await?;
    commit(tx).await
}

pub async fn commit(tx: Conn) -> Outcome<()> {
    match tx {
        Conn::SqliteTx(tx) => tx.commit().await?,
        Conn::PostgresTx(tx) => tx.commit().await?,
        Conn::Sqlite(_) | Conn::Postgres(_) => {}
    }
    Ok(())
}
