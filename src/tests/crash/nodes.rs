//! Two servers on one PostgreSQL, each stopped past its lease and resumed while both work.

use crate::account;
use crate::ledger::Ledger;
use crate::load::{self, Load};
use crate::program::{LEASE, Server, World, free_port};
use crate::support::db::{TestDb, databases};
use countersign::args;
use countersign::server::storage::Db;
use std::time::Duration;
use tokio::sync::Mutex;
use tokio::time::Instant;

/// These tests measure time and use all cores: one at a time.
pub static ALONE: Mutex<()> = Mutex::const_new(());

const SEEDED: i64 = 5_000;

#[tokio::test(flavor = "multi_thread")]
async fn a_node_that_is_stopped_past_its_lease_doubles_nothing() {
    let _alone = ALONE.lock().await;
    for test in databases().await.iter().filter(|test| test.is_postgres()) {
        two_nodes(test).await;
    }
}

async fn two_nodes(test: &TestDb) {
    let began = Instant::now();
    let ledger = Ledger::start(Duration::from_millis(500)).await;
    let world = World::make(test, &ledger).await;
    let client = load::client();
    let mut a = Server::start(test, &world, free_port());
    let mut b = Server::start(test, &world, free_port());
    a.ready(&client, Duration::from_secs(20)).await;
    b.ready(&client, Duration::from_secs(20)).await;
    let db = test.node().await;

    // Real requests, while the actions made below are worked off.
    let (load, mut clients) = Load::start(&world, &a.url(), &client);
    seed(&db, &world).await;
    let mut stops = Vec::new();
    for (name, node, left) in [("b", &b, SEEDED * 4 / 5), ("a", &a, SEEDED * 3 / 5)] {
        until_left(&db, left).await;
        node.signal("-STOP");
        let held = held_by(&db, node).await;
        assert!(held > 0, "node {name} had nothing under way");
        let before = account::unfinished(&db).await;
        tokio::time::sleep(LEASE + Duration::from_secs(3)).await;
        taken_over(&db, node).await;
        let after = account::unfinished(&db).await;
        node.signal("-CONT");
        assert!(after > 0 && after < before, "the other node is at work: {before}, then {after}");
        stops.push(format!("{name} was stopped with {held} jobs; {before} waited before, {after} after"));
    }
    load.stop();
    while let Some(client) = clients.join_next().await {
        client.expect("a client of the load");
    }
    until_left(&db, 0).await;
    let worked = began.elapsed();
    // What a stopped node still has to say arrives before it ends.
    a.stop();
    b.stop();

    let approvals = account::approvals(&db).await;
    assert_eq!(approvals.len() as i64, SEEDED + load.begun() as i64);
    account::calls_match(&approvals, &ledger);
    account::told_truly(&approvals, &account::audit(&db).await);
    account::records_match(&approvals, &db).await;
    account::mails_match(&approvals, &world.outbox());
    eprintln!("two nodes: {} actions in {worked:.0?}; {}", approvals.len(), stops.join("; "));
    eprintln!("two nodes: {:?}", account::outcomes(&approvals));
    db.close().await;
}

/// Approved actions as a decision leaves them, with their jobs, made at once: by HTTP they would take minutes.
async fn seed(db: &Db, world: &World) {
    let mut tx = db.begin().await.unwrap();
    let rows = "\
        WITH made AS (\
          SELECT n, CASE WHEN n % 10 < 7 THEN 'external_api_call' ELSE 'create_task' END AS type, \
            CASE WHEN n % 10 < 7 THEN '{\"payload\":{\"n\":' || n || '},\"webhookId\":\"' || $2 || '\"}' \
              ELSE '{\"title\":\"seeded ' || n || '\"}' END AS data \
          FROM generate_series(1, $3) AS n) \
        INSERT INTO agent_pending_actions (id, workspace_id, agent_id, action_type, action_data, description, \
          risk_level, risk_order, risk_reasons, gate_reasons, executor, status, reviewed_by, reviewed_at, \
          expires_at, created_at, args_hash, requested_by_kind, requested_by_id, requested_by_name, outcome, search) \
        SELECT gen_random_uuid(), $1, g.id, type, data, 'seeded ' || n, 'high', 1, '[]', '[]', \
          CASE type WHEN 'create_task' THEN 'builtin' ELSE 'webhook' END, 'approved', u.id, now(), \
          now() + interval '1 day', now(), encode(sha256(convert_to(data, 'UTF8')), 'hex'), 'agent', g.id, g.name, \
          'queued', 'seeded' \
        FROM made, agents g, users u WHERE g.workspace_id = $1";
    let made = tx.execute(rows, args![world.workspace, world.webhook.to_string(), SEEDED]).await.unwrap();
    assert_eq!(made as i64, SEEDED);
    let jobs = "\
        INSERT INTO jobs (id, workspace_id, queue, kind, payload, state, priority, run_at, max_attempts, \
          dedupe_key, created_at) \
        SELECT gen_random_uuid(), workspace_id, 'actions', 'action.perform', \
          json_build_object('approvalId', id)::text, 'ready', 2, now(), 5, id::text, now() \
        FROM agent_pending_actions WHERE search = 'seeded'";
    assert_eq!(tx.execute(jobs, args![]).await.unwrap() as i64, SEEDED);
    tx.commit().await.unwrap();
}

/// Jobs that this node has under way.
async fn held_by(db: &Db, node: &Server) -> i64 {
    let sql =
        "SELECT count(*) FROM jobs WHERE state = 'running' AND kind = 'action.perform' AND worker LIKE $1";
    let worker = format!("%:{}/%", node.port());
    let (count,): (i64,) = db.read().await.unwrap().fetch_one(sql, args![worker]).await.unwrap();
    count
}

/// Waits until the other node has taken over everything that a stopped one held. PostgreSQL has to end its open
/// transactions first.
async fn taken_over(db: &Db, stopped: &Server) {
    let began = Instant::now();
    while held_by(db, stopped).await > 0 {
        assert!(began.elapsed() < Duration::from_secs(10), "a stopped node keeps its jobs");
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
}

async fn until_left(db: &Db, left: i64) {
    let began = Instant::now();
    while account::unfinished(db).await > left {
        assert!(began.elapsed() < Duration::from_secs(60), "more than {left} jobs are left");
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
}
