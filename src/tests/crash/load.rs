//! The load: agents that submit and reviewers that decide, each repeating a request with its key until it is
//! answered, and everything that was acknowledged to them.

use crate::program::World;
use reqwest::{Client, StatusCode};
use serde_json::{Value, json};
use std::collections::{HashMap, VecDeque};
use std::sync::atomic::{AtomicBool, AtomicU64, AtomicUsize, Ordering};
use std::sync::{Arc, Mutex};
use std::time::Duration;
use tokio::task::JoinSet;
use tokio::time::Instant;

const AGENTS: usize = 6;
const REVIEWERS: usize = 4;
/// An agent's pause between two new actions.
const PACE: Duration = Duration::from_millis(60);
/// Requests of one client that wait for another try, before it asks for nothing new.
const PARKED: usize = 12;

/// What was submitted, and as which approval it was acknowledged.
#[derive(Clone, Debug)]
pub struct Submitted {
    pub n: u64,
    pub approval: String,
    pub verdict: String,
}

/// What was decided, and whether that was acknowledged or found done when the request was repeated.
#[derive(Clone, Debug)]
pub struct Decided {
    pub approved: bool,
    pub at: Instant,
}

#[derive(Default)]
pub struct Acknowledged {
    pub submitted: HashMap<String, Submitted>,
    pub decided: HashMap<String, Decided>,
}

pub struct Load {
    client: Client,
    url: String,
    agent_token: String,
    reviewer_token: String,
    webhook: String,
    stop: AtomicBool,
    next: AtomicU64,
    to_decide: Mutex<VecDeque<(String, String, u64)>>,
    agents_left: AtomicUsize,
    pub acknowledged: Mutex<Acknowledged>,
    /// Requests that were repeated after a connection broke.
    pub broken: AtomicUsize,
    /// Decisions that were committed by a try whose answer was lost.
    pub found_decided: AtomicUsize,
}

/// What one try came to.
enum Tried {
    Answered(Value),
    Conflict,
    /// Again after this long.
    Later(Duration),
}

/// What the `n`th action is.
pub fn action(n: u64, webhook: &str) -> Value {
    match n % 10 {
        0..=3 => json!({
            "actionType": "external_api_call",
            "actionData": {"webhookId": webhook, "payload": {"n": n}},
        }),
        4..=6 => json!({"actionType": "create_task", "actionData": {"title": format!("task {n}")}}),
        7 | 8 => json!({"actionType": "store_context", "actionData": {"content": format!("memory {n}")}}),
        _ => json!({
            "actionType": "send_email",
            "actionData": {"to": ["grace@example.com"], "subject": format!("mail {n}"), "body": "Hello"},
        }),
    }
}

pub fn client() -> Client {
    // An error only says that another test was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder().timeout(Duration::from_secs(20)).no_proxy().build().unwrap()
}

impl Load {
    pub fn start(world: &World, url: &str, client: &Client) -> (Arc<Self>, JoinSet<()>) {
        let load = Arc::new(Self {
            client: client.clone(),
            url: format!("{url}/api/orchestration"),
            agent_token: world.agent_token.clone(),
            reviewer_token: world.reviewer_token.clone(),
            webhook: world.webhook.to_string(),
            stop: AtomicBool::new(false),
            next: AtomicU64::new(0),
            to_decide: Mutex::default(),
            agents_left: AtomicUsize::new(AGENTS),
            acknowledged: Mutex::default(),
            broken: AtomicUsize::new(0),
            found_decided: AtomicUsize::new(0),
        });
        let mut tasks = JoinSet::new();
        for _ in 0..AGENTS {
            tasks.spawn(load.clone().agent());
        }
        for _ in 0..REVIEWERS {
            tasks.spawn(load.clone().reviewer());
        }
        (load, tasks)
    }

    /// No new actions. The tasks end when everything that was begun is acknowledged.
    pub fn stop(&self) {
        self.stop.store(true, Ordering::SeqCst);
    }

    pub fn begun(&self) -> u64 {
        self.next.load(Ordering::SeqCst)
    }

    async fn agent(self: Arc<Self>) {
        let mut parked: VecDeque<(Instant, u64)> = VecDeque::new();
        loop {
            let stopping = self.stop.load(Ordering::SeqCst);
            let n = match parked.front() {
                Some(&(due, n)) if due <= Instant::now() => {
                    parked.pop_front();
                    n
                }
                Some(&(due, _)) if stopping || parked.len() >= PARKED => {
                    tokio::time::sleep_until(due).await;
                    continue;
                }
                None if stopping => break,
                _ => {
                    tokio::time::sleep(PACE).await;
                    self.next.fetch_add(1, Ordering::SeqCst)
                }
            };
            if let Some(again) = self.submit(n).await {
                parked.push_back((Instant::now() + again, n));
            }
        }
        self.agents_left.fetch_sub(1, Ordering::SeqCst);
    }

    async fn submit(&self, n: u64) -> Option<Duration> {
        let body = action(n, &self.webhook);
        let key = format!("submit-{n}");
        let answer = match self.post("/actions", &self.agent_token, &key, &body).await {
            Tried::Later(wait) => return Some(wait),
            Tried::Conflict => panic!("{key}: a submission met a conflict"),
            Tried::Answered(answer) => answer,
        };
        let text = |value: &Value| value.as_str().unwrap().to_owned();
        let approval = text(&answer["approval"]["id"]);
        let submitted = Submitted { n, approval: approval.clone(), verdict: text(&answer["verdict"]) };
        if submitted.verdict == "pending" {
            let hash = text(&answer["approval"]["argsHash"]);
            self.to_decide.lock().unwrap().push_back((approval.clone(), hash, n));
        }
        let before = self.acknowledged.lock().unwrap().submitted.insert(approval, submitted);
        assert!(before.is_none(), "two keys were answered with one approval: {before:?} and {n}");
        None
    }

    async fn reviewer(self: Arc<Self>) {
        let mut parked: VecDeque<(Instant, (String, String, u64))> = VecDeque::new();
        loop {
            let agents_left = self.agents_left.load(Ordering::SeqCst);
            let due = parked.front().is_some_and(|(due, _)| *due <= Instant::now());
            let item = if due { parked.pop_front().map(|(_, item)| item) } else { None };
            let item = match item {
                Some(item) => Some(item),
                None if parked.len() < PARKED || agents_left == 0 => {
                    self.to_decide.lock().unwrap().pop_front()
                }
                None => None,
            };
            let Some(item) = item else {
                if agents_left == 0 && parked.is_empty() && self.to_decide.lock().unwrap().is_empty() {
                    return;
                }
                tokio::time::sleep(Duration::from_millis(20)).await;
                continue;
            };
            if let Some(again) = self.decide(&item).await {
                parked.push_back((Instant::now() + again, item));
            }
        }
    }

    async fn decide(&self, (approval, hash, n): &(String, String, u64)) -> Option<Duration> {
        let approved = n % 7 != 0;
        let body = json!({"approved": approved, "argsHash": hash, "reviewNotes": format!("decision {n}")});
        let path = format!("/approvals/{approval}");
        let wanted = if approved { "approved" } else { "rejected" };
        let found = match self.post(&path, &self.reviewer_token, &format!("decide-{n}"), &body).await {
            Tried::Later(wait) => return Some(wait),
            Tried::Answered(answer) => answer["approval"]["status"].clone(),
            Tried::Conflict => {
                // Only this reviewer decides: an earlier try was committed and its answer lost.
                self.found_decided.fetch_add(1, Ordering::SeqCst);
                match self.get(approval).await {
                    Some(found) => found["status"].clone(),
                    None => return Some(Duration::from_millis(100)),
                }
            }
        };
        assert_eq!(found, wanted, "{approval}");
        let decided = Decided { approved, at: Instant::now() };
        self.acknowledged.lock().unwrap().decided.insert(approval.clone(), decided);
        None
    }

    /// One approval, if the server answers.
    pub async fn get(&self, approval: &str) -> Option<Value> {
        let request = self.client.get(format!("{}/approvals/{approval}", self.url));
        let answer = request.bearer_auth(&self.reviewer_token).send().await.ok()?;
        if answer.status() == StatusCode::SERVICE_UNAVAILABLE {
            return None;
        }
        assert_eq!(answer.status(), 200, "an acknowledged approval is gone: {approval}");
        answer.json().await.ok()
    }

    /// How many of the approvals with this outcome are shown, at most one.
    pub async fn any_with_outcome(&self, outcome: &str) -> bool {
        let url = format!("{}/approvals?status=all&limit=1&outcome={outcome}", self.url);
        let answer = self.client.get(url).bearer_auth(&self.reviewer_token).send().await.unwrap();
        assert_eq!(answer.status(), 200);
        let page: Value = answer.json().await.unwrap();
        !page["items"].as_array().unwrap().is_empty()
    }

    async fn post(&self, path: &str, token: &str, key: &str, body: &Value) -> Tried {
        let request = self.client.post(format!("{}{path}", self.url)).bearer_auth(token);
        let sent = request.header("idempotency-key", key).json(body).send().await;
        let Ok(answer) = sent else {
            self.broken.fetch_add(1, Ordering::SeqCst);
            return Tried::Later(Duration::from_millis(100));
        };
        let status = answer.status();
        let Ok(text) = answer.text().await else {
            self.broken.fetch_add(1, Ordering::SeqCst);
            return Tried::Later(Duration::from_millis(100));
        };
        let body: Value = serde_json::from_str(&text).unwrap_or_else(|_| panic!("{status}: {text}"));
        match (status.as_u16(), body["code"].as_str()) {
            (200 | 201, _) => Tried::Answered(body),
            (503, _) => Tried::Later(Duration::from_millis(100)),
            // The key is claimed by a request of a process that died.
            (409, Some("refused")) => Tried::Later(Duration::from_secs(1)),
            (409, Some("conflict")) => Tried::Conflict,
            _ => panic!("{key}: {status} {text}"),
        }
    }
}
