//! Nodes, scripted handlers, and looking at what became of a job.

use crate::support::db::TestDb;
use async_trait::async_trait;
use countersign::args;
use countersign::domain::ids::{JobId, WorkspaceId};
use countersign::server::engine::{
    Backoff, CronEntry, DEFAULT_QUEUE, Done, Engine, EngineHandle, EngineSettings, Handler, Job, JobCx,
    JobError,
};
use countersign::server::storage::{Db, NewJob, Tx};
use countersign::server::wake::Wake;
use futures::future::BoxFuture;
use serde_json::json;
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::time::Instant;

pub type Ended = Result<Done, JobError>;
type Script = dyn for<'a> Fn(Job, &'a JobCx) -> BoxFuture<'a, Ended> + Send + Sync;

/// A handler that runs a closure, and keeps what it was called with.
pub struct Scripted {
    kind: &'static str,
    script: Box<Script>,
    runs: Mutex<Vec<Job>>,
    given_up: Mutex<Vec<String>>,
}

pub fn scripted(
    kind: &'static str,
    script: impl for<'a> Fn(Job, &'a JobCx) -> BoxFuture<'a, Ended> + Send + Sync + 'static,
) -> Arc<Scripted> {
    Arc::new(Scripted { kind, script: Box::new(script), runs: Mutex::default(), given_up: Mutex::default() })
}

impl Scripted {
    pub fn runs(&self) -> Vec<Job> {
        self.runs.lock().unwrap().clone()
    }

    pub fn given_up(&self) -> Vec<String> {
        self.given_up.lock().unwrap().clone()
    }
}

#[async_trait]
impl Handler for Scripted {
    fn kind(&self) -> &'static str {
        self.kind
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Ended {
        self.runs.lock().unwrap().push(job.clone());
        (self.script)(job, cx).await
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        effect(tx, &format!("given_up {}", job.id)).await?;
        self.given_up.lock().unwrap().push(cause.to_owned());
        Ok(())
    }
}

/// One process: its own connections, wakes and engine.
pub struct Node {
    pub db: Db,
    pub wake: Wake,
    pub engine: EngineHandle,
}

impl Node {
    pub async fn start(
        test: &TestDb,
        handlers: Vec<Arc<dyn Handler>>,
        change: impl FnOnce(&mut EngineSettings),
    ) -> Self {
        Self::with_cron(test, handlers, Vec::new(), change).await
    }

    pub async fn with_cron(
        test: &TestDb,
        handlers: Vec<Arc<dyn Handler>>,
        cron: Vec<CronEntry>,
        change: impl FnOnce(&mut EngineSettings),
    ) -> Self {
        let db = test.node().await;
        let wake = Wake::start(&db);
        let mut settings = EngineSettings::new(&db, "node");
        // Two handles on one SQLite file hear of each other only by polling.
        settings.poll = Duration::from_millis(50);
        settings.backoff = Backoff { base: Duration::from_millis(20), cap: Duration::from_secs(3600) };
        change(&mut settings);
        let engine = Engine::start(db.clone(), wake.clone(), handlers, cron, settings).await.unwrap();
        Self { db, wake, engine }
    }

    pub async fn stop(self) {
        self.engine.shutdown().await;
        self.wake.shutdown().await;
        self.db.close().await;
    }
}

/// A job of the default queue, due now, with three attempts.
pub fn job(tx: &Tx, kind: &'static str) -> NewJob {
    NewJob {
        workspace_id: WorkspaceId(uuid::Uuid::nil()),
        queue: DEFAULT_QUEUE,
        kind,
        payload: json!({}),
        priority: 0,
        run_at: tx.now(),
        max_attempts: 3,
        dedupe_key: None,
    }
}

/// Enqueues one job in a transaction of its own.
pub async fn enqueue(db: &Db, kind: &'static str, change: impl FnOnce(&mut NewJob)) -> JobId {
    let mut tx = db.begin().await.unwrap();
    let mut new = job(&tx, kind);
    change(&mut new);
    let id = tx.enqueue(new);
    tx.commit().await.unwrap();
    id
}

/// What a row of `jobs` says.
#[derive(Debug, sqlx::FromRow)]
pub struct Row {
    pub state: String,
    pub attempt: i64,
    pub fence: i64,
    pub last_error: Option<String>,
}

pub async fn row(db: &Db, id: JobId) -> Row {
    let mut conn = db.read().await.unwrap();
    conn.fetch_one("SELECT state, attempt, fence, last_error FROM jobs WHERE id = $1", args![id])
        .await
        .unwrap()
}

pub async fn count(db: &Db, sql: &'static str) -> i64 {
    let (count,): (i64,) = db.read().await.unwrap().fetch_one(sql, args![]).await.unwrap();
    count
}

/// Something that a transaction did: it counts how often, if it commits.
pub async fn effect(tx: &mut Tx, name: &str) -> Result<(), JobError> {
    tx.execute(
        "INSERT INTO counters (name, value) VALUES ($1, 1) \
         ON CONFLICT (name) DO UPDATE SET value = counters.value + 1",
        args![name],
    )
    .await?;
    Ok(())
}

pub async fn effects(db: &Db, name: &str) -> i64 {
    let found: Option<(i64,)> = db
        .read()
        .await
        .unwrap()
        .fetch_optional("SELECT value FROM counters WHERE name = $1", args![name])
        .await
        .unwrap();
    found.map_or(0, |(value,)| value)
}

/// Waits until a condition holds, at most 20 s.
pub async fn until<F: Future<Output = bool>>(what: &str, mut holds: impl FnMut() -> F) {
    let deadline = Instant::now() + Duration::from_secs(20);
    while !holds().await {
        assert!(Instant::now() < deadline, "never came: {what}");
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
}

pub async fn until_state(db: &Db, id: JobId, state: &str) -> Row {
    until(state, || async { row(db, id).await.state == state }).await;
    row(db, id).await
}

pub fn ms(n: u64) -> Duration {
    Duration::from_millis(n)
}
