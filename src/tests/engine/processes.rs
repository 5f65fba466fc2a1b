//! Real processes, killed and stopped at any moment, with effects in a ledger outside the database: rule 1 of
//! shared/DISPATCH.md, played with rows of `counters` as the actions. The workers are this test binary itself.

use crate::harness::*;
use crate::support::db::{TestDb, databases};
use chrono::TimeDelta;
use countersign::args;
use countersign::server::engine::{Done, Engine, EngineSettings, JobError};
use countersign::server::storage::{Db, Tx};
use countersign::server::wake::Wake;
use serde_json::json;
use std::collections::BTreeMap;
use std::io::Write;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

const JOBS: usize = 1_500;
const LEASE: Duration = Duration::from_millis(1_000);

const QUEUED: i64 = 0;
const RUNNING: i64 = 1;
const SUCCEEDED: i64 = 2;
const UNKNOWN: i64 = 3;

async fn swap(tx: &mut Tx, action: &str, from: i64, to: i64) -> Result<bool, JobError> {
    let changed = tx
        .execute("UPDATE counters SET value = $3 WHERE name = $1 AND value = $2", args![action, from, to])
        .await?;
    Ok(changed == 1)
}

/// The worker process: started by the tests below, nothing by itself.
#[tokio::test(flavor = "multi_thread")]
#[ignore = "a process of the other tests"]
async fn worker() {
    let (Ok(url), Ok(ledger), Ok(node)) =
        (std::env::var("WORKER_URL"), std::env::var("WORKER_LEDGER"), std::env::var("WORKER_NODE"))
    else {
        return;
    };
    let db = Db::open(&url, Default::default()).await.unwrap();
    let handler = scripted("act", move |job, cx| {
        let ledger = ledger.clone();
        Box::pin(async move {
            let action: String = job.payload()?;
            let mut tx = cx.db().begin().await?;
            cx.past_swap();
            if !swap(&mut tx, &action, QUEUED, RUNNING).await? {
                // Finished, or an earlier attempt may have had its effect.
                swap(&mut tx, &action, RUNNING, UNKNOWN).await?;
                tx.commit().await?;
                return Ok(Done::Finish);
            }
            tx.commit().await?;
            tokio::time::sleep(ms(15)).await;
            let mut file = std::fs::OpenOptions::new().append(true).open(&ledger).unwrap();
            file.write_all(format!("{action}\n").as_bytes()).unwrap();
            tokio::time::sleep(ms(15)).await;
            let mut tx = cx.db().begin().await?;
            if !swap(&mut tx, &action, RUNNING, SUCCEEDED).await? {
                swap(&mut tx, &action, UNKNOWN, SUCCEEDED).await?;
            }
            tx.commit().await?;
            Ok(Done::Finish)
        })
    });
    let mut settings = EngineSettings::new(&db, node);
    settings.lease = LEASE;
    let wake = Wake::start(&db);
    let _engine = Engine::start(db, wake, vec![handler], Vec::new(), settings).await.unwrap();
    std::future::pending::<()>().await;
}

/// A worker that is killed when the test ends, however it ends.
struct Worker(Child);

impl Worker {
    fn start(test: &TestDb, ledger: &Path, node: &str) -> Self {
        let child = Command::new(std::env::current_exe().unwrap())
            .args(["--exact", "processes::worker", "--ignored", "--nocapture"])
            .env("WORKER_URL", &test.url)
            .env("WORKER_LEDGER", ledger)
            .env("WORKER_NODE", node)
            .stdout(Stdio::null())
            .spawn()
            .unwrap();
        Self(child)
    }

    fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.0.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }
}

impl Drop for Worker {
    fn drop(&mut self) {
        let _ = self.0.kill();
        let _ = self.0.wait();
    }
}

async fn prepare(db: &Db) {
    let mut tx = db.begin().await.unwrap();
    for n in 0..JOBS {
        let action = format!("action {n}");
        tx.execute("INSERT INTO counters (name, value) VALUES ($1, 0)", args![&action]).await.unwrap();
        let mut new = job(&tx, "act");
        new.payload = json!(action);
        new.max_attempts = 50;
        // Spread, so that there is always something under way.
        new.run_at += TimeDelta::milliseconds(n as i64 * 4);
        tx.enqueue(new);
    }
    tx.commit().await.unwrap();
}

/// Every job ended; no effect twice; what counts as succeeded has happened.
async fn account(test: &TestDb, db: &Db, ledger: &Path) {
    until("all jobs are done", || async {
        count(db, "SELECT count(*) FROM jobs WHERE state <> 'done'").await == 0
    })
    .await;
    let mut happened: BTreeMap<String, usize> = BTreeMap::new();
    for line in std::fs::read_to_string(ledger).unwrap().lines() {
        *happened.entry(line.to_owned()).or_default() += 1;
    }
    let doubled: Vec<_> = happened.iter().filter(|(_, times)| **times > 1).collect();
    assert!(doubled.is_empty(), "{}: {doubled:?}", test.name);
    let actions: Vec<(String, i64)> = db
        .read()
        .await
        .unwrap()
        .fetch_all("SELECT name, value FROM counters WHERE name LIKE 'action %'", args![])
        .await
        .unwrap();
    assert_eq!(actions.len(), JOBS);
    let mut unknown = 0;
    for (action, state) in actions {
        match state {
            SUCCEEDED => assert!(happened.contains_key(&action), "{}: {action} did not happen", test.name),
            UNKNOWN => unknown += 1,
            other => panic!("{}: {action} was left at {other}", test.name),
        }
    }
    eprintln!("{}: {} effects, {unknown} of {JOBS} unknown", test.name, happened.len());
}

#[tokio::test(flavor = "multi_thread")]
async fn killed_and_stopped_workers_double_nothing_and_lose_nothing() {
    for test in databases().await {
        let folder = tempfile::tempdir().unwrap();
        let ledger = folder.path().join("ledger");
        std::fs::write(&ledger, "").unwrap();
        let db = test.node().await;
        prepare(&db).await;
        let mut a = Worker::start(&test, &ledger, "a");
        // SQLite has one process.
        let b = test.is_postgres().then(|| Worker::start(&test, &ledger, "b"));
        for round in 0..8 {
            tokio::time::sleep(ms(350 + round * 37)).await;
            if let Some(b) = b.as_ref().filter(|_| round % 3 == 1) {
                b.signal("-STOP");
                tokio::time::sleep(LEASE * 2).await;
                b.signal("-CONT");
            } else {
                drop(a);
                a = Worker::start(&test, &ledger, "a");
            }
        }
        account(&test, &db, &ledger).await;
        drop((a, b));
    }
}
