//! Executions while the server is killed: whatever the moment, each one ends as its workflow says, and each step, each
//! effect and each row of the trail comes once. People start and decide meanwhile, and repeat what was not answered.

use crate::flows::{self, Case, Stage};
use crate::ledger::Ledger;
use crate::load;
use crate::program::{Server, World, free_port};
use crate::support::db::{TestDb, databases};
use countersign::domain::token::Scope;
use countersign::server::services::provisioning::{TokenHolder, token_create};
use countersign::server::storage::Db;
use futures::future::join_all;
use rand::rngs::StdRng;
use rand::{Rng, SeedableRng};
use reqwest::Client;
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::{Duration, Instant};
use tokio::task::JoinSet;
use uuid::Uuid;

/// On each database; as many of them are let in before each kill.
const EXECUTIONS: usize = 200;
const KILLS: usize = 25;
/// After a restart, until the server is ready.
const READY: Duration = Duration::from_secs(10);
/// After the last kill, until everything has ended.
const LIMIT: Duration = Duration::from_secs(90);

#[tokio::test(flavor = "multi_thread")]
async fn killed_at_any_moment_executions_end_as_they_say_and_each_step_comes_once() {
    let _alone = crate::nodes::ALONE.lock().await;
    let seed = std::env::var("CRASH_SEED").ok().and_then(|seed| seed.parse().ok()).unwrap_or(20_260);
    for test in databases().await {
        let _seed = Seed(seed, test.name);
        storm(&test, seed).await;
    }
}

/// Says how to do it again, when it fails.
struct Seed(u64, &'static str);

impl Drop for Seed {
    fn drop(&mut self) {
        if std::thread::panicking() {
            eprintln!("{}: failed with CRASH_SEED={}", self.1, self.0);
        }
    }
}

async fn storm(test: &TestDb, seed: u64) {
    let began = Instant::now();
    let mut dice = StdRng::seed_from_u64(seed);
    let ledger = Ledger::start(Duration::ZERO).await;
    let world = World::make(test, &ledger).await;
    let db = test.node().await;
    let stage = Stage::set(&db, world.workspace).await;
    let decider = token(&db, "ada@example.com", Scope::ApprovalsDecide).await;
    let starter = token(&db, flows::STARTER, Scope::Workflows).await;
    db.close().await;
    let (port, client) = (free_port(), load::client());
    let mut cases = flows::cases(&mut dice, EXECUTIONS).into_iter();

    let mut server = Server::start(test, &world, port);
    server.ready(&client, Duration::from_secs(20)).await;
    let desk = Arc::new(Desk::new(&stage, &server.url(), &client, starter, decider));
    let mut people = JoinSet::new();
    people.spawn(desk.clone().starts());
    people.spawn(desk.clone().decides());
    for round in 0..KILLS {
        for case in cases.by_ref().take(EXECUTIONS / KILLS) {
            let input = stage.input(&case);
            desk.waiting.lock().unwrap().push_back((case, input));
        }
        // Every fourth time while it starts.
        let calm = if round % 4 == 3 { 0..400 } else { 100..1_200 };
        tokio::time::sleep(Duration::from_millis(dice.random_range(calm))).await;
        server.kill();
        server = Server::start(test, &world, port);
        if round % 4 != 2 || round + 1 == KILLS {
            server.ready(&client, READY).await;
        }
        desk.is_well(&mut people);
    }
    let killed = began.elapsed();
    while desk.started.lock().unwrap().len() < EXECUTIONS {
        assert!(began.elapsed() < killed + LIMIT, "starts are never answered");
        desk.is_well(&mut people);
        tokio::time::sleep(Duration::from_millis(50)).await;
    }
    let db = test.node().await;
    flows::settled(&db, &stage, LIMIT, test.name).await;
    desk.stop.store(true, Ordering::SeqCst);
    while let Some(person) = people.join_next().await {
        person.expect("a person at the desk");
    }
    server.stop();
    let started = desk.started.lock().unwrap().clone();
    flows::account(&db, &stage, &started, test.name).await;
    db.close().await;
    eprintln!(
        "{}: seed {seed}, {KILLS} kills in {killed:.0?}, all over after {:.0?}; {} requests repeated, {} decided \
         twice or too late",
        test.name,
        began.elapsed(),
        desk.broken.load(Ordering::SeqCst),
        desk.too_late.load(Ordering::SeqCst),
    );
}

async fn token(db: &Db, person: &str, scope: Scope) -> String {
    let holder = TokenHolder::Person(person.to_owned());
    token_create(db, "Acme", holder, &[scope], None).await.unwrap().token
}

/// Who starts executions and who decides what they ask.
struct Desk {
    client: Client,
    api: String,
    starter: String,
    decider: String,
    workflow: String,
    /// Not started yet.
    waiting: Mutex<VecDeque<(Case, Value)>>,
    /// Starts that were acknowledged.
    started: Mutex<Vec<(Case, Uuid)>>,
    stop: AtomicBool,
    /// Requests that got no answer.
    broken: AtomicUsize,
    /// Decisions on what was no longer pending: an earlier try was committed, or the execution no longer needs it.
    too_late: AtomicUsize,
}

impl Desk {
    fn new(stage: &Stage, url: &str, client: &Client, starter: String, decider: String) -> Self {
        Self {
            client: client.clone(),
            api: format!("{url}/api/orchestration"),
            starter,
            decider,
            workflow: stage.workflow.to_string(),
            waiting: Mutex::default(),
            started: Mutex::default(),
            stop: AtomicBool::new(false),
            broken: AtomicUsize::new(0),
            too_late: AtomicUsize::new(0),
        }
    }

    /// Somebody who failed fails the test now, not at the end.
    fn is_well(&self, people: &mut JoinSet<()>) {
        while let Some(person) = people.try_join_next() {
            person.expect("a person at the desk");
        }
    }

    /// Starts one after the other, each until it is acknowledged. Every third is asked for twice at once.
    async fn starts(self: Arc<Self>) {
        while !self.stop.load(Ordering::SeqCst) {
            let next = self.waiting.lock().unwrap().pop_front();
            let Some((case, input)) = next else {
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            let path = format!("/workflows/{}/execute", self.workflow);
            let body = json!({"input": input, "externalRef": format!("case {}", case.n)});
            let mut ids: Vec<Uuid> = Vec::new();
            while ids.is_empty() && !self.stop.load(Ordering::SeqCst) {
                let times = if case.n % 3 == 0 { 2 } else { 1 };
                let asked: Vec<_> = (0..times).map(|_| self.ask(&self.starter, &path, Some(&body))).collect();
                for (status, answer) in join_all(asked).await.into_iter().flatten() {
                    assert_eq!(status, 202, "{case:?}: {answer}");
                    ids.push(answer["id"].as_str().unwrap().parse().unwrap());
                }
            }
            assert!(
                ids.windows(2).all(|two| two[0] == two[1]),
                "one start, two executions: {case:?}: {ids:?}"
            );
            let id = ids.first().map(|id| (case, *id));
            self.started.lock().unwrap().extend(id);
        }
    }

    /// Decides everything that waits, all at once, until told to stop.
    async fn decides(self: Arc<Self>) {
        while !self.stop.load(Ordering::SeqCst) {
            let page = self.ask(&self.decider, "/approvals?status=pending&limit=200", None).await;
            if let Some((status, page)) = page {
                assert_eq!(status, 200, "{page}");
                let items = page["items"].as_array().unwrap();
                let decisions: Vec<_> = items.iter().map(|asked| self.decide(asked)).collect();
                join_all(decisions).await;
            }
            tokio::time::sleep(Duration::from_millis(60)).await;
        }
    }

    async fn decide(&self, asked: &Value) {
        let approved = flows::says(asked["actionType"].as_str().unwrap(), &asked["actionData"]);
        let body = json!({"approved": approved, "argsHash": asked["argsHash"], "reviewNotes": "as it says"});
        let path = format!("/approvals/{}", asked["id"].as_str().unwrap());
        match self.ask(&self.decider, &path, Some(&body)).await {
            None | Some((200, _)) => {}
            Some((409, _)) => {
                self.too_late.fetch_add(1, Ordering::SeqCst);
            }
            Some((status, answer)) => panic!("{path}: {status} {answer}"),
        }
    }

    /// Asks once. `None`: no answer, or that the server is not ready.
    async fn ask(&self, token: &str, path: &str, body: Option<&Value>) -> Option<(u16, Value)> {
        let url = format!("{}{path}", self.api);
        let request = match body {
            Some(body) => self.client.post(url).json(body),
            None => self.client.get(url),
        };
        let answer = async {
            let answer = request.bearer_auth(token).send().await.ok()?;
            let status = answer.status().as_u16();
            let text = answer.text().await.ok()?;
            let body = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{path}: {status}: {text}"));
            (status != 503).then_some((status, body))
        };
        let answer = answer.await;
        if answer.is_none() {
            self.broken.fetch_add(1, Ordering::SeqCst);
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
        answer
    }
}
