//! Executions on two nodes of one PostgreSQL, each a process of its own: one is killed again and again, the other is
//! stopped in the middle of its work past its lease, and past the time after which PostgreSQL ends its transactions, and
//! goes on. What each input must bring about comes about, once. The nodes are this test binary itself.

use crate::flows::{self, Case, Stage};
use crate::support::db::{TestDb, databases};
use countersign::args;
use countersign::domain::AppError;
use countersign::domain::approval::Decide;
use countersign::domain::ids::ApprovalId;
use countersign::domain::member::Role;
use countersign::domain::workflow::ExecuteWorkflow;
use countersign::server::actions::perform::Executors;
use countersign::server::config::Config;
use countersign::server::engine::EngineSettings;
use countersign::server::runtime::Runtime;
use countersign::server::services::approvals::decide::decide;
use countersign::server::services::ctx::{Allowed, DecideApprovals};
use countersign::server::services::executions::execution_start;
use countersign::server::storage::Db;
use countersign::server::wake::Wake;
use rand::SeedableRng;
use rand::rngs::StdRng;
use serde_json::{Value, json};
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;
use tokio::time::Instant;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

const EXECUTIONS: usize = 40;
/// Parts in which they are started, and for each of which something happens to a node.
const ROUNDS: usize = 8;
const LEASE: Duration = Duration::from_millis(1_000);
/// PostgreSQL ends a transaction that is idle for five seconds.
const PAST_THE_TRANSACTION: Duration = Duration::from_millis(6_500);

/// A node: started by the test below, nothing by itself.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a process of another test"]
async fn node() {
    let (Ok(url), Ok(folder), Ok(name)) =
        (std::env::var("NODE_URL"), std::env::var("NODE_FOLDER"), std::env::var("NODE_NAME"))
    else {
        return;
    };
    let db = Db::open(&url, Default::default()).await.unwrap();
    let config = Config { data_dir: folder.into(), ..Config::default() };
    let executors = Executors::from_config(&config, &db).unwrap();
    let poll = Duration::from_millis(500);
    let settings = EngineSettings { lease: LEASE, poll, ..EngineSettings::new(&db, name) };
    let _runtime = Runtime::start_with(&db, executors, settings).await.unwrap();
    std::future::pending::<()>().await;
}

/// A node that is killed when the test ends, however it ends.
struct Node {
    child: Child,
    name: &'static str,
}

impl Node {
    fn start(test: &TestDb, folder: &Path, name: &'static str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "executions::node", "--ignored", "--nocapture"])
            .env("NODE_URL", &test.url)
            .env("NODE_FOLDER", folder)
            .env("NODE_NAME", name)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self { child, name }
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// Jobs of executions that it has under way.
    async fn holds(&self, db: &Db) -> i64 {
        let sql = "SELECT count(*) FROM jobs WHERE state = 'running' AND worker LIKE $1 \
            AND (kind LIKE 'execution.%' OR kind LIKE 'action.%')";
        let worker = format!("{}/%", self.name);
        let (count,): (i64,) = db.read().await.unwrap().fetch_one(sql, args![worker]).await.unwrap();
        count
    }

    /// Stops it at a moment at which it has something under way, for this long. How many jobs that was; none, if there
    /// was no such moment for ten seconds.
    async fn freeze(&self, db: &Db, length: Duration) -> i64 {
        let began = Instant::now();
        loop {
            self.signal("-STOP");
            let held = self.holds(db).await;
            if held > 0 {
                tokio::time::sleep(length).await;
            }
            self.signal("-CONT");
            if held > 0 || began.elapsed() > Duration::from_secs(10) {
                return held;
            }
            tokio::time::sleep(Duration::from_millis(3)).await;
        }
    }
}

impl Drop for Node {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_killed_and_a_stopped_node_double_no_step_and_lose_none() {
    for test in databases().await.iter().filter(|test| test.is_postgres()) {
        two_nodes(test).await;
    }
}

async fn two_nodes(test: &TestDb) {
    let began = Instant::now();
    let folder = tempfile::tempdir().unwrap();
    let db = test.node().await;
    let (stage, owner) = stage(&db).await;
    // The nodes hear of what is started and decided here as they hear of each other.
    let wake = Wake::start(&db);
    let mut a = Node::start(test, folder.path(), "a");
    let b = Node::start(test, folder.path(), "b");
    let over = CancellationToken::new();
    let person = tokio::spawn(decides(db.clone(), owner, over.clone()));
    let mut cases = flows::cases(&mut StdRng::seed_from_u64(20_260), EXECUTIONS).into_iter();
    let mut started = Vec::new();
    let (mut kills, mut frozen) = (0, Vec::new());
    for round in 0..ROUNDS {
        for case in cases.by_ref().take(EXECUTIONS / ROUNDS) {
            started.push((case, start(&db, &stage, &case).await));
        }
        match round % 4 {
            1 => frozen.push(b.freeze(&db, LEASE * 2).await),
            3 => frozen.push(b.freeze(&db, PAST_THE_TRANSACTION).await),
            _ => {
                tokio::time::sleep(Duration::from_millis(250 + 37 * round as u64)).await;
                drop(a);
                a = Node::start(test, folder.path(), "a");
                kills += 1;
            }
        }
        assert!(!person.is_finished(), "the person who decides has failed");
    }
    assert!(frozen.iter().any(|held| *held > 0), "b was never stopped in the middle of its work");
    flows::settled(&db, &stage, Duration::from_secs(60), test.name).await;
    over.cancel();
    person.await.expect("the person who decides");
    flows::account(&db, &stage, &started, test.name).await;
    eprintln!(
        "two nodes: {EXECUTIONS} executions in {:.0?}; a was killed {kills} times, b stopped with {frozen:?} jobs",
        began.elapsed()
    );
    drop((a, b));
    wake.shutdown().await;
    db.close().await;
}

/// A workspace with an owner, who decides, and the workflow in it.
async fn stage(db: &Db) -> (Stage, Allowed<DecideApprovals>) {
    let mut tx = db.begin().await.unwrap();
    let workspace = tx.workspace_insert("Acme", false).await.unwrap();
    let owner = tx.user_insert("ada@example.com", "Ada", "none").await.unwrap();
    tx.member_insert(workspace, owner, Role::Owner).await.unwrap();
    tx.commit().await.unwrap();
    (Stage::set(db, workspace).await, flows::allowed(workspace, owner, Role::Owner))
}

async fn start(db: &Db, stage: &Stage, case: &Case) -> Uuid {
    let input = json!({"input": stage.input(case), "externalRef": format!("case {}", case.n)});
    let input: ExecuteWorkflow = serde_json::from_value(input).unwrap();
    execution_start(&stage.allowed(), db, stage.workflow, input).await.unwrap().id.0
}

/// Decides everything that waits, until it is over.
async fn decides(db: Db, by: Allowed<DecideApprovals>, over: CancellationToken) {
    let waiting = "SELECT id, action_type, action_data, args_hash FROM agent_pending_actions \
        WHERE workspace_id = $1 AND status = 'pending' ORDER BY id";
    while !over.is_cancelled() {
        let asked: Vec<(Uuid, String, String, String)> =
            db.read().await.unwrap().fetch_all(waiting, args![by.workspace()]).await.unwrap();
        for (id, action_type, data, hash) in asked {
            let data: Value = serde_json::from_str(&data).unwrap();
            let decision = json!({"approved": flows::says(&action_type, &data), "argsHash": hash,
                "reviewNotes": "as it says"});
            let decision: Decide = serde_json::from_value(decision).unwrap();
            match decide(&by, &db, ApprovalId(id), decision).await {
                Ok(_) => {}
                // The execution no longer needs it, or a stopped node keeps the database busy.
                Err(AppError::Conflict { .. } | AppError::Unavailable { .. }) => {}
                Err(fault) => panic!("{action_type} {id}: {fault}"),
            }
        }
        tokio::time::sleep(Duration::from_millis(40)).await;
    }
}
