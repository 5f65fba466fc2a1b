//! Filling a database by its own means: a million approvals through the API would take an hour.

use crate::Outcome;
use crate::program::World;
use countersign::args;
use countersign::domain::canonical::Data;
use countersign::server::folder;
use countersign::server::storage::db::Engine;
use countersign::server::storage::{Arg, Db, Tx};
use serde_json::json;

/// The data of every approval that is decided in the rounds.
pub fn task() -> Outcome<Data> {
    Ok(Data::from_value(json!({"title": "Send Northwind the revised quote", "assignee": "Grace Hopper"}))?)
}

/// The fragments in which the engines differ; `n` is the row's number.
struct Dialect {
    series: &'static str,
    /// A UUIDv7 of the millisecond in which row `n` was born.
    id: &'static str,
    /// `$3` (now) and so many seconds.
    time: fn(seconds: &str) -> String,
}

fn dialect(engine: Engine) -> Dialect {
    match engine {
        Engine::Sqlite => Dialect {
            series: "(WITH RECURSIVE s (n) AS (SELECT $1 UNION ALL SELECT n + 1 FROM s WHERE n < $2) SELECT n FROM s)",
            id: "unhex(printf('%012x', $3 / 1000 + n) || '7' || substr(hex(randomblob(2)), 1, 3) || '8' || \
                 substr(hex(randomblob(8)), 1, 15))",
            time: |seconds| format!("($3 + ({seconds}) * 1000000)"),
        },
        Engine::Postgres => Dialect {
            series: "generate_series($1::bigint, $2::bigint) AS s (n)",
            id: "(lpad(to_hex((extract(epoch FROM $3::timestamptz) * 1000)::bigint + n), 12, '0') || '7' || \
                 substr(md5(random()::text), 1, 3) || '8' || substr(md5(random()::text), 1, 15))::uuid",
            time: |seconds| format!("($3::timestamptz + ({seconds}) * interval '1 second')"),
        },
    }
}

/// Approvals that wait, all with [`task`], each with its two clocks, as a submission leaves them.
pub async fn to_decide(db: &Db, world: &World, count: i64) -> Outcome<()> {
    let dialect = dialect(db.engine());
    let data = task()?;
    let mut tx = db.begin().await?;
    let sql = format!(
        "INSERT INTO agent_pending_actions (id, workspace_id, team_id, agent_id, action_type, action_data, \
         description, risk_level, risk_order, risk_reasons, gate_reasons, executor, status, expires_at, created_at, \
         args_hash, requested_by_kind, requested_by_id, requested_by_name, search) \
         SELECT {id}, $4, $5, $6, 'create_task', $7, 'Create the task \"Send Northwind the revised quote\"', \
         'medium', 2, '[]', '[\"Medium risk needs approval.\"]', 'builtin', 'pending', {expires}, {created}, $8, \
         'agent', $6, 'bot', 'send northwind the revised quote bot grace hopper' FROM {series}",
        id = dialect.id,
        expires = (dialect.time)("86400"),
        created = (dialect.time)("0"),
        series = dialect.series,
    );
    let now = tx.now();
    let args =
        args![1_i64, count, now, world.workspace, world.teams[0], world.agent, data.canonical(), data.hash()];
    tx.execute(sql, args).await?;
    let new_id = tx.dialect("randomblob(16)", "gen_random_uuid()");
    let key = tx.dialect(
        "lower(substr(hex(id), 1, 8) || '-' || substr(hex(id), 9, 4) || '-' || substr(hex(id), 13, 4) || '-' || \
         substr(hex(id), 17, 4) || '-' || substr(hex(id), 21))",
        "id::text",
    );
    for (id, clock) in [("id", "approval.expire"), (new_id, "approval.remind")] {
        let jobs = format!(
            "INSERT INTO jobs (id, workspace_id, queue, kind, payload, state, priority, run_at, max_attempts, \
             dedupe_key, created_at) SELECT {id}, workspace_id, 'default', '{clock}', '{{\"approvalId\":\"' || {key} \
             || '\"}}', 'ready', 0, expires_at, 20, {key}, created_at FROM agent_pending_actions \
             WHERE status = 'pending'"
        );
        tx.execute(jobs, args![]).await?;
    }
    tx.commit().await?;
    upkeep(db).await
}

/// Approvals of every kind for the lists, from number `from` to number `to`: four of ten wait.
pub async fn lists(db: &Db, world: &World, from: i64, to: i64) -> Outcome<()> {
    // A commit now and then, as a log of a server's life would have it.
    for first in (from..=to).step_by(50_000) {
        let mut tx = db.begin().await?;
        insert_lists(&mut tx, world, first, to.min(first + 49_999)).await?;
        tx.commit().await?;
    }
    upkeep(db).await
}

async fn insert_lists(tx: &mut Tx, world: &World, first: i64, last: i64) -> Outcome<()> {
    let dialect = dialect(tx.engine());
    let data = task()?;
    let pick = |by: &str, values: &[&str]| {
        let arms: Vec<String> =
            values.iter().enumerate().map(|(n, value)| format!("WHEN {n} THEN {value}")).collect();
        format!("CASE {by} % {} {} END", values.len(), arms.join(" "))
    };
    let status = pick(
        "n",
        &[
            "'pending'",
            "'approved'",
            "'pending'",
            "'rejected'",
            "'approved'",
            "'pending'",
            "'approved'",
            "'expired'",
            "'pending'",
            "'approved'",
        ],
    );
    let outcome = pick(
        "n",
        &[
            "'none'",
            "'succeeded'",
            "'none'",
            "'none'",
            "'succeeded'",
            "'none'",
            "'failed'",
            "'none'",
            "'none'",
            "'succeeded'",
        ],
    );
    // The numbers after the first digit choose the rest, so that all combinations occur.
    let risk = pick("n / 10", &["'critical'", "'high'", "'medium'", "'low'"]);
    let risk_order = pick("n / 10", &["0", "1", "2", "3"]);
    let team = pick("n / 40", &["$5", "$9", "$10", "$11", "$12"]);
    let kind = pick(
        "n / 200",
        &["'create_task'", "'create_note'", "'send_email'", "'publish_content'", "'update_deal_value'"],
    );
    let word = pick(
        "n / 10",
        &[
            "'quote'",
            "'invoice'",
            "'contract'",
            "'meeting'",
            "'campaign'",
            "'renewal'",
            "'ticket'",
            "'refund'",
            "'release'",
            "'report'",
        ],
    );
    let sql = format!(
        "INSERT INTO agent_pending_actions (id, workspace_id, team_id, agent_id, action_type, action_data, \
         description, risk_level, risk_order, risk_reasons, gate_reasons, executor, status, reviewed_by, reviewed_at, \
         expires_at, created_at, args_hash, requested_by_kind, requested_by_id, requested_by_name, outcome, search) \
         SELECT {id}, $4, {team}, $6, {kind}, $7, 'Prepare the ' || {word} || ' for customer ' || n, {risk}, \
         {risk_order}, '[]', '[]', 'builtin', {status}, CASE WHEN {status} IN ('approved', 'rejected') THEN $13 END, \
         CASE WHEN {status} <> 'pending' THEN {created} END, {expires}, {created}, $8, 'agent', $6, 'bot', {outcome}, \
         'prepare the ' || {word} || ' for customer' || n || 'x {words}' FROM {series}",
        id = dialect.id,
        // What is over was born in the last 30 days; what waits has up to a day left.
        created = (dialect.time)("-(n * 7919 % 2592000)"),
        expires = (dialect.time)(&format!(
            "CASE {status} WHEN 'pending' THEN 600 + n * 7919 % 86400 ELSE 86400 - (n * 7919 % 2592000) END"
        )),
        words = "send northwind the revised quotation grace hopper bot sales team",
        series = dialect.series,
    );
    let mut args: Vec<Arg> = args![first, last, tx.now(), world.workspace, world.teams[0], world.agent];
    args.extend(args![data.canonical(), data.hash()]);
    args.extend(world.teams[1..].iter().map(|team| Arg::from(*team)));
    args.push(Arg::from(world.reviewer));
    tx.execute(sql, args).await?;
    Ok(())
}

/// The audit trail of the approvals that [`lists`] made, a row for each, and the running totals that those rows count.
/// The totals of a quarter of an hour go in as one delta: folding a million would take long, and end the same.
pub async fn figures(db: &Db, world: &World) -> Outcome<()> {
    let engine = db.engine();
    let mut tx = db.begin().await?;
    let event = "CASE a.status WHEN 'pending' THEN 'approval.requested' WHEN 'approved' THEN \
         (CASE a.outcome WHEN 'failed' THEN 'approval.approved' ELSE 'action.auto_approved' END) \
         WHEN 'rejected' THEN 'approval.rejected' ELSE 'approval.expired' END";
    tx.execute(
        format!(
            "INSERT INTO agent_action_audit_log (id, workspace_id, team_id, agent_id, actor_kind, actor_id, \
             actor_name, event, action_type, description, approval_id, risk_level, was_automatic, executed_at) \
             SELECT a.id, a.workspace_id, a.team_id, a.agent_id, 'agent', a.agent_id, 'bot', {event}, \
             a.action_type, a.description, a.id, a.risk_level, a.status = 'approved', a.created_at \
             FROM agent_pending_actions a WHERE a.workspace_id = $1 \
             AND NOT EXISTS (SELECT 1 FROM agent_action_audit_log l WHERE l.id = a.id)"
        ),
        args![world.workspace],
    )
    .await?;
    tx.execute("DELETE FROM metric_rollups", args![]).await?;
    tx.execute("DELETE FROM metric_deltas", args![]).await?;
    // In the order of time, so that each adds to the last.
    let (id, bucket, team) = match engine {
        Engine::Sqlite => (
            "unhex(printf('%032x', row_number() OVER (ORDER BY s.bucket)))",
            "l.executed_at / 900000000",
            "lower(substr(hex(l.team_id), 1, 8) || '-' || substr(hex(l.team_id), 9, 4) || '-' || \
             substr(hex(l.team_id), 13, 4) || '-' || substr(hex(l.team_id), 17, 4) || '-' || substr(hex(l.team_id), 21))",
        ),
        Engine::Postgres => (
            "lpad(to_hex(row_number() OVER (ORDER BY s.bucket)), 32, '0')::uuid",
            "CAST(floor(extract(epoch FROM l.executed_at) / 900) AS BIGINT)",
            "l.team_id::text",
        ),
    };
    let sql = format!(
        "INSERT INTO metric_deltas (id, workspace_id, subject, bucket, totals) SELECT {id}, $1, 'team/' || s.team, \
         s.bucket, CASE s.event WHEN 'approval.requested' THEN '{{\"n\":{{\"asked\":' || s.n || ',\"pending_' || \
         s.risk_level || '\":' || s.n || '}}}}' WHEN 'action.auto_approved' THEN '{{\"n\":{{\"automatic\":' || s.n || \
         ',\"succeeded\":' || s.n || '}}}}' WHEN 'approval.expired' THEN '{{\"n\":{{\"expired\":' || s.n || '}}}}' \
         ELSE '{{\"n\":{{\"' || substr(s.event, 10) || '\":' || s.n || '}},\"t\":{{\"' || (30 + s.n % 20) || '\":' || \
         s.n || '}}}}' END FROM (SELECT {team} AS team, {bucket} AS bucket, l.event, l.risk_level, COUNT(*) AS n \
         FROM agent_action_audit_log l WHERE l.workspace_id = $1 GROUP BY 1, 2, 3, 4) s"
    );
    tx.execute(sql, args![world.workspace]).await?;
    tx.commit().await?;
    folder::fold_all(db).await?;
    upkeep(db).await
}

/// What the database's own upkeep would have done by then.
async fn upkeep(db: &Db) -> Outcome<()> {
    match db.engine() {
        Engine::Sqlite => {
            let mut tx = db.begin().await?;
            tx.execute("ANALYZE", args![]).await?;
            tx.commit().await?;
        }
        // Not inside a transaction.
        Engine::Postgres => {
            db.read().await?.execute("VACUUM ANALYZE", args![]).await?;
        }
    }
    Ok(())
}
