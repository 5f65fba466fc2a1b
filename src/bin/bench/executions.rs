//! Executions: steps per second, in one long chain and in many executions at once, beside the same writes as plain SQL;
//! and how soon the next step has begun once a person has decided.
//!
//! Measured first, on a database that holds nothing yet: what the decisions leave behind them is performed later and
//! would be in the way.

use crate::direct::{self, Direct};
use crate::program::{Place, Server, World};
use crate::report::{Report, Verdict, median, ms, quantile};
use crate::wire::Wire;
use crate::{Outcome, Scope};
use chrono::{DateTime, TimeDelta, Utc};
use countersign::args;
use countersign::domain::member::Role;
use countersign::domain::workflow::{PublishWorkflow, Workflow};
use countersign::server::services::ctx::{
    Allowed, Credential, Holder, Principal, RequestCtx, WriteWorkflows, system_actor,
};
use countersign::server::services::executions::start::{Line, start_workflow};
use countersign::server::services::workflows::{workflow_create, workflow_publish};
use countersign::server::storage::Db;
use countersign::server::storage::db::{Conn, Engine};
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

const CHAIN: usize = 400;
const SHORT: usize = 10;
/// Executions that one node takes further at once.
const SLOTS: usize = 8;
/// Steps that the engine begins in one transaction.
const TOGETHER: usize = 100;
/// From the preparation of executions until they are let go: time for the server to start.
const LEAD: TimeDelta = TimeDelta::seconds(4);
const LIMIT: Duration = Duration::from_secs(120);
/// Decisions before those that count.
const WARM_UP: usize = 10;

const READ: &str = "SELECT e.id, v.definition FROM agent_workflow_executions e JOIN agent_workflow_versions v \
    ON v.workflow_id = e.workflow_id AND v.number = e.workflow_version WHERE e.workspace_id = $1 AND e.id = $2";

const OPEN: &str = "SELECT id, step_key, status FROM agent_workflow_steps WHERE execution_id = $1 \
    AND status IN ('pending', 'running', 'waiting') ORDER BY seq";

const CLAIM: &str = "UPDATE jobs SET state = 'running', attempt = attempt + 1, fence = fence + 1, worker = 'bare', \
    lease_until = $2, dedupe_key = NULL WHERE id = $1 AND state = 'ready'";

const FINISH: &str = "UPDATE jobs SET state = 'done', lease_until = NULL, last_error = NULL WHERE id = $1 \
    AND state = 'running'";

const EXECUTION: &str = "UPDATE agent_workflow_executions SET status = $3, output = $4, error = $5, \
    started_at = $6, finished_at = $7, steps_made = $8, version = version + 1 WHERE workspace_id = $1 AND id = $2";

const STEP: &str = "INSERT INTO agent_workflow_steps (id, workspace_id, execution_id, seq, step_key, name, kind, \
    scope_id, status, attempt, waits_for, event, input, output, error, approval_id, child_id, due_at, timeout_at, \
    created_at, started_at, finished_at) VALUES ($1, $2, $3, $4, $5, $6, 'set', NULL, $7, $8, NULL, NULL, NULL, $9, \
    NULL, NULL, NULL, NULL, NULL, $10, $11, $12)";

const STEP_DONE: &str = "UPDATE agent_workflow_steps SET status = 'completed', attempt = 1, output = $2, \
    started_at = $3, finished_at = $3 WHERE id = $1";

pub async fn measure(scope: &Scope, place: &Place, world: &World, report: &mut Report) -> Outcome<()> {
    let db = place.open().await?;
    let chain = workflow(&db, world, "Chain", chained(CHAIN)).await?;
    let short = workflow(&db, world, "Short", chained(SHORT)).await?;
    let question = json!({"approval": {"agent": "bot", "question": "Go on?"}});
    let ask = json!({"key": "ask", "name": "Ask", "run": question, "onSuccess": "next"});
    let ask = workflow(&db, world, "Ask", vec![ask, set("next", None)]).await?;
    db.close().await;
    let one = Load { workflow: &chain, steps: CHAIN, executions: 1, tasks: 1 };
    // A thousand, or a hundred where the rounds are short.
    let executions = scope.flows * 5 / 2;
    let many = Load { workflow: &short, steps: SHORT, executions, tasks: SLOTS };
    let what = format!("{executions} executions of {SHORT} steps at once");
    compare(scope, place, world, &one, "an execution of 400 steps", report).await?;
    compare(scope, place, world, &many, &what, report).await?;
    resumption(scope, place, world, &ask, report).await
}

/// Executions of one workflow, and how many of them are under way at once.
struct Load<'a> {
    workflow: &'a Workflow,
    steps: usize,
    executions: usize,
    tasks: usize,
}

fn set(key: &str, then: Option<String>) -> Value {
    json!({"key": key, "name": key, "run": {"set": {"values": {"of": key}}}, "onSuccess": then})
}

/// Steps that do nothing, one after the other.
fn chained(steps: usize) -> Vec<Value> {
    (1..=steps).map(|n| set(&format!("s{n}"), (n < steps).then(|| format!("s{}", n + 1)))).collect()
}

/// A published workflow, whose first step begins.
async fn workflow(db: &Db, world: &World, name: &str, steps: Vec<Value>) -> Outcome<Workflow> {
    let holder =
        Holder::Human { user_id: world.reviewer, name: "ada".to_owned(), role: Role::Owner, hold_seconds: 0 };
    let credential = Credential::Session(Uuid::nil().into());
    let principal = Principal { workspace_id: world.workspace, holder, credential };
    let request = RequestCtx { principal, request_id: "bench".to_owned(), idempotency_key: None };
    let by: Allowed<WriteWorkflows> = request.allow()?;
    let new = json!({"name": name, "definition": {"start": steps[0]["key"], "steps": steps}});
    let made = workflow_create(&by, db, serde_json::from_value(new)?).await?;
    let made = workflow_publish(&by, db, made.workflow.id, PublishWorkflow::default(), None).await?;
    Ok(made.workflow)
}

/// Puts executions in line, each with its job, while no server runs.
async fn prepare(db: &Db, workflow: &Workflow, executions: usize) -> Outcome<()> {
    // Who starts an execution does not decide on what it asks.
    let by = system_actor();
    let mut tx = db.begin().await?;
    for _ in 0..executions {
        start_workflow(&mut tx, workflow, json!({}), by.clone(), None, Line::default())
            .await?
            .ok_or("it was not started")?;
    }
    Ok(tx.commit().await?)
}

async fn compare(
    scope: &Scope,
    place: &Place,
    world: &World,
    load: &Load<'_>,
    what: &str,
    report: &mut Report,
) -> Outcome<()> {
    let (mut by_engine, mut as_sql, mut ratios) = (Vec::new(), Vec::new(), Vec::new());
    for _ in 0..scope.rounds {
        let ours = engine(scope, place, world, load).await?;
        let theirs = bare(place, world, load).await?;
        by_engine.push(ours);
        as_sql.push(theirs);
        ratios.push(ours / theirs);
    }
    let rate = |mut rates: Vec<f64>| format!("{:.0} steps/s", median(&mut rates));
    let tasks = if load.tasks == 1 { "one task".to_owned() } else { format!("{} tasks", load.tasks) };
    report.add(what, "", place.name, rate(by_engine), Verdict::Open);
    report.add(&format!("  its writes directly, {tasks}"), "", place.name, rate(as_sql), Verdict::Open);
    let ratio = format!("{:.2}", median(&mut ratios));
    report.add(&format!("  ratio, {tasks}"), "none: for comparison", place.name, ratio, Verdict::Open);
    Ok(())
}

/// Steps per second of a server's engine, from the moment at which the executions are due until the last has ended.
async fn engine(scope: &Scope, place: &Place, world: &World, load: &Load<'_>) -> Outcome<f64> {
    let db = place.open().await?;
    prepare(&db, load.workflow, load.executions).await?;
    let mut tx = db.begin().await?;
    let due = tx.now() + LEAD;
    let later = "UPDATE jobs SET run_at = $1 WHERE kind = 'execution.advance' AND state = 'ready'";
    tx.execute(later, args![due]).await?;
    tx.commit().await?;
    let server = Server::start(scope, place).await?;
    if db.now().await? >= due {
        return Err("the server was not ready in time".into());
    }
    let open = "SELECT COUNT(*) FROM agent_workflow_executions WHERE workspace_id = $1 AND workflow_id = $2 \
        AND status IN ('queued', 'running', 'waiting', 'paused')";
    let mut conn = db.read().await?;
    let began = Instant::now();
    loop {
        let (left,): (i64,) = conn.fetch_one(open, args![world.workspace, load.workflow.id]).await?;
        if left == 0 {
            break;
        }
        if began.elapsed() > LIMIT {
            return Err(format!("{left} executions have not ended").into());
        }
        tokio::time::sleep(Duration::from_millis(2)).await;
    }
    let took = (db.now().await? - due).to_std()?;
    drop(conn);
    server.stop()?;
    db.close().await;
    Ok((load.steps * load.executions) as f64 / took.as_secs_f64())
}

/// An execution that is due, and its job.
#[derive(Clone, Copy)]
struct Due {
    execution: Uuid,
    job: Uuid,
}

/// Steps per second of a loop that writes what the engine writes, in as many transactions: a claim for every eight jobs,
/// and one for every hundred steps of an execution.
async fn bare(place: &Place, world: &World, load: &Load<'_>) -> Outcome<f64> {
    let db = place.open().await?;
    let since = db.now().await?;
    prepare(&db, load.workflow, load.executions).await?;
    // The engine may have left jobs of executions that are over.
    let sql = "SELECT id, payload FROM jobs WHERE kind = 'execution.advance' AND state = 'ready' AND created_at >= $1 \
        ORDER BY id";
    let jobs: Vec<(Uuid, String)> = db.read().await?.fetch_all(sql, args![since]).await?;
    db.close().await;
    let mut due = Vec::new();
    for (job, payload) in jobs {
        let payload: Value = serde_json::from_str(&payload)?;
        let execution = payload["executionId"].as_str().ok_or("the job names no execution")?.parse()?;
        due.push(Due { execution, job });
    }
    let db = Direct::open(&place.url, load.tasks).await?;
    let world = Arc::new(world.without_tokens());
    let (steps, began) = (load.steps, Instant::now());
    let mut tasks = JoinSet::new();
    for part in due.chunks(due.len().div_ceil(load.tasks)) {
        let (db, world, part) = (db.clone(), world.clone(), part.to_vec());
        tasks.spawn(async move {
            for together in part.chunks(SLOTS) {
                claim(&db, together).await?;
                for one in together {
                    advance(&db, &world, *one, steps).await?;
                }
            }
            Outcome::Ok(())
        });
    }
    while let Some(task) = tasks.join_next().await {
        task??;
    }
    let took = began.elapsed();
    db.close().await;
    Ok((steps * due.len()) as f64 / took.as_secs_f64())
}

async fn claim(db: &Direct, jobs: &[Due]) -> Outcome<()> {
    let (mut tx, now) = db.begin().await?;
    for one in jobs {
        tx.execute(CLAIM, args![one.job, now + TimeDelta::seconds(30)]).await?;
    }
    direct::commit(tx).await
}

/// All steps of one execution, in the engine's transactions.
async fn advance(db: &Direct, world: &World, due: Due, steps: usize) -> Outcome<()> {
    let mut next = db.clock.id();
    for first in (1..=steps).step_by(TOGETHER) {
        let last = (first + TOGETHER - 1).min(steps);
        let (mut tx, now) = db.begin().await?;
        let lock = tx.dialect("", " FOR UPDATE OF e");
        let _: (Uuid, String) =
            tx.fetch_one(format!("{READ}{lock}"), args![world.workspace, due.execution]).await?;
        let _: Vec<(Uuid, String, String)> = tx.fetch_all(OPEN, args![due.execution]).await?;
        let over = last == steps;
        let made = if over { last } else { last + 1 };
        let (status, output, ended) =
            if over { ("completed", Some("{\"of\":\"last\"}"), Some(now)) } else { ("running", None, None) };
        let none: Option<&str> = None;
        let row = args![world.workspace, due.execution, status, output, none, now, ended, made as i64];
        tx.execute(EXECUTION, row).await?;
        if over {
            tx.execute(FINISH, args![due.job]).await?;
        }
        for seq in first..=last {
            let about =
                format!("{{\"executionId\":\"{}\",\"stepId\":\"{next}\",\"key\":\"s{seq}\"}}", due.execution);
            tell(db, &mut tx, world, "step.completed", format!("Chain: s{seq} completed"), about, now)
                .await?;
            let values = format!("{{\"of\":\"s{seq}\"}}");
            // What the transaction before this one opened is there already.
            if seq == first && first > 1 {
                tx.execute(STEP_DONE, args![next, values, now]).await?;
            } else {
                open_step(&mut tx, world, due, next, seq, Some(&values), now).await?;
            }
            next = db.clock.id();
        }
        if over {
            let about = format!("{{\"executionId\":\"{}\",\"status\":\"completed\"}}", due.execution);
            tell(db, &mut tx, world, "execution.completed", "Completed Chain".to_owned(), about, now).await?;
        } else {
            open_step(&mut tx, world, due, next, made, None, now).await?;
        }
        if tx.engine() == Engine::Sqlite {
            tx.execute(direct::NUMBER, args![]).await?;
        }
        let event = tx.dialect(direct::NUMBERED_EVENT, direct::EVENT);
        tx.execute(event, args![db.clock.id(), world.workspace, "execution", due.execution, now]).await?;
        direct::commit(tx).await?;
    }
    Ok(())
}

/// A step that is done with these values, or that begins later.
async fn open_step(
    tx: &mut Conn,
    world: &World,
    due: Due,
    id: Uuid,
    seq: usize,
    values: Option<&str>,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let key = format!("s{seq}");
    let (status, attempt) = if values.is_some() { ("completed", 1_i64) } else { ("pending", 0) };
    let done = values.map(|_| now);
    let mut row = args![id, world.workspace, due.execution, seq as i64, &key, &key, status, attempt];
    row.extend(args![values, now, done, done]);
    tx.execute(STEP, row).await?;
    Ok(())
}

/// An audit row of the engine's.
async fn tell(
    db: &Direct,
    tx: &mut Conn,
    world: &World,
    event: &str,
    text: String,
    about: String,
    now: DateTime<Utc>,
) -> Outcome<()> {
    let (no_id, no_text): (Option<Uuid>, Option<&str>) = (None, None);
    let (no_int, no_bool): (Option<i64>, Option<bool>) = (None, None);
    let mut row =
        args![db.clock.id(), world.workspace, no_id, no_id, "system", Uuid::nil(), "Countersign", event];
    row.extend(args![no_text, no_text, text, no_id, no_text, false, no_bool, no_text, about, no_int, now]);
    tx.execute(direct::AUDIT, row).await?;
    Ok(())
}

/// From the request of a person who approves until the step after the question has begun, as another reader of the
/// database sees it, who looks every millisecond. Nothing is held.
async fn resumption(
    scope: &Scope,
    place: &Place,
    world: &World,
    ask: &Workflow,
    report: &mut Report,
) -> Outcome<()> {
    let db = place.open().await?;
    let held = hold(&db, 0).await?;
    let count = scope.flows / 2 + WARM_UP;
    prepare(&db, ask, count).await?;
    let server = Server::start(scope, place).await?;
    let mut wire = Wire::connect(server.address).await?;
    let mut conn = db.read().await?;
    let sql = "SELECT e.id, a.id, a.args_hash FROM agent_workflow_executions e JOIN agent_pending_actions a \
        ON a.workflow_execution_id = e.id WHERE e.workflow_id = $1 AND e.status = 'waiting' AND a.status = 'pending'";
    let unsealed = "SELECT COUNT(*) FROM agent_action_audit_log WHERE seq IS NULL";
    let began = Instant::now();
    let waiting: Vec<(Uuid, Uuid, String)> = loop {
        // The trail of the loops above is sealed first, so that it is in nobody's way, here or later.
        let (rows,): (i64,) = conn.fetch_one(unsealed, args![]).await?;
        let waiting: Vec<_> = conn.fetch_all(sql, args![ask.id]).await?;
        if waiting.len() == count && rows == 0 {
            break waiting;
        }
        if began.elapsed() > LIMIT {
            return Err(
                format!("{} of {count} executions wait, {rows} rows are not sealed", waiting.len()).into()
            );
        }
        tokio::time::sleep(Duration::from_millis(100)).await;
    };
    let next = "SELECT id FROM agent_workflow_steps WHERE execution_id = $1 AND step_key = 'next' \
        AND started_at IS NOT NULL";
    let mut times = Vec::new();
    for (n, (execution, approval, hash)) in waiting.into_iter().enumerate() {
        let decision = json!({"approved": true, "argsHash": hash}).to_string();
        let began = Instant::now();
        let path = format!("/api/orchestration/approvals/{approval}");
        wire.post(&path, &world.reviewer_token, &decision).await?;
        while conn.fetch_optional::<(Uuid,)>(next, args![execution]).await?.is_none() {
            if began.elapsed() > LIMIT {
                return Err(format!("the execution {execution} does not go on").into());
            }
            tokio::time::sleep(Duration::from_millis(1)).await;
        }
        if n >= WARM_UP {
            times.push(began.elapsed());
        }
    }
    drop(conn);
    server.stop()?;
    hold(&db, held).await?;
    db.close().await;
    let (p50, p99) = (quantile(&mut times, 0.5), quantile(&mut times, 0.99));
    let text = format!("p50 {}, p99 {}", ms(p50), ms(p99));
    report.add("decision → next step begun", "", place.name, text, Verdict::Open);
    Ok(())
}

/// How long everybody's decisions are held from now on, in seconds; returns how long they were.
async fn hold(db: &Db, seconds: i64) -> Outcome<i64> {
    let mut tx = db.begin().await?;
    let (before,): (i64,) = tx.fetch_one("SELECT MAX(hold_seconds) FROM users", args![]).await?;
    tx.execute("UPDATE users SET hold_seconds = $1", args![seconds]).await?;
    tx.commit().await?;
    Ok(before)
}
