//! The example agent: an ordinary client of the public HTTP API with an agent's token. It knows nothing that is not
//! in the API's answers, so that it does what any agent outside would do: submit, wait, claim, perform, report.

use super::dice::Dice;
use super::story::people::RESERVE_STOCK;
use super::wishes::{self, Wish};
use crate::server::clock::Clock;
use reqwest::{Client, Method, StatusCode};
use serde_json::{Value, json};
use std::collections::VecDeque;
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Requests that it remembers until they are decided.
const MEMORY: usize = 20;
/// Seconds that it waits for a decision before it goes on.
const WAIT: u64 = 15;

pub struct ExampleAgent {
    http: Client,
    /// `http://127.0.0.1:3000`
    base: String,
    token: String,
    clock: Clock,
    dice: Dice,
    open: VecDeque<Open>,
}

/// A request without a decision, or decided and not performed yet.
struct Open {
    id: String,
    action: &'static str,
}

/// Why a round ended early.
#[derive(Debug, thiserror::Error)]
enum Fault {
    #[error("the server does not answer: {0}")]
    Http(#[from] reqwest::Error),
    #[error("refused with {status}: {detail}")]
    Refused { status: StatusCode, detail: String },
    #[error("asked to wait {0} s")]
    Busy(u64),
}

impl ExampleAgent {
    pub fn new(base: String, token: String, clock: Clock) -> Result<Self, reqwest::Error> {
        let http = Client::builder().timeout(Duration::from_secs(90)).build()?;
        // Another sequence of wishes on each run.
        let seed = clock.now().timestamp_micros().unsigned_abs();
        Ok(Self { http, base, token, clock, dice: Dice::new(seed), open: VecDeque::new() })
    }

    /// Works until it is told to stop.
    pub async fn run(mut self, stop: CancellationToken) {
        let mut pause = Duration::from_secs(5);
        loop {
            tokio::select! {
                () = stop.cancelled() => return,
                () = tokio::time::sleep(pause) => {}
            }
            let round = tokio::select! {
                () = stop.cancelled() => return,
                round = self.round() => round,
            };
            pause = Duration::from_secs(u64::try_from(self.dice.between(20, 60)).unwrap_or(30));
            match round {
                Ok(()) => {}
                Err(Fault::Busy(seconds)) => pause = Duration::from_secs(seconds.clamp(1, 300)),
                Err(fault) => tracing::warn!(%fault, "the example agent was stopped for this round"),
            }
        }
    }

    async fn round(&mut self) -> Result<(), Fault> {
        self.look_after().await?;
        let Wish { action, data, why, minutes } = wishes::next(&mut self.dice, self.clock.now());
        let body = json!({
            "actionType": action, "actionData": data, "description": why, "expiresInSeconds": minutes * 60,
            "externalRef": format!("web-shop/{}", self.clock.id()),
        });
        let answer = self.call(Method::POST, "/actions", Some(body)).await?;
        let id = answer["approval"]["id"].as_str().unwrap_or_default().to_owned();
        tracing::debug!(action, verdict = answer["verdict"].as_str(), "the example agent asked");
        if answer["verdict"] != "pending" {
            return Ok(());
        }
        let open = Open { id, action };
        let seen = self.call(Method::GET, &format!("/approvals/{}?wait={WAIT}", open.id), None).await?;
        if self.follow(&open, &seen).await? && self.open.len() < MEMORY {
            self.open.push_back(open);
        }
        Ok(())
    }

    /// What became of former requests.
    async fn look_after(&mut self) -> Result<(), Fault> {
        for _ in 0..self.open.len().min(5) {
            let Some(open) = self.open.pop_front() else { return Ok(()) };
            let seen = self.call(Method::GET, &format!("/approvals/{}", open.id), None).await?;
            if seen["status"] == "pending" && self.dice.percent(4) {
                let reason =
                    json!({"reason": "The order was changed in the web shop; a new request follows."});
                self.call(Method::POST, &format!("/approvals/{}/withdraw", open.id), Some(reason)).await?;
            } else if self.follow(&open, &seen).await? {
                self.open.push_back(open);
            }
        }
        Ok(())
    }

    /// Does what the state of a request asks for. `true`: look again later.
    async fn follow(&mut self, open: &Open, seen: &Value) -> Result<bool, Fault> {
        match (seen["status"].as_str(), seen["outcome"]["status"].as_str()) {
            (Some("pending"), _) => Ok(true),
            (Some("approved"), Some("queued")) if open.action == RESERVE_STOCK => {
                self.perform(open, seen).await
            }
            _ => Ok(false),
        }
    }

    /// Claims an approved action of its own, once, "performs" it and says what happened.
    async fn perform(&mut self, open: &Open, seen: &Value) -> Result<bool, Fault> {
        match self.call(Method::POST, &format!("/approvals/{}/claim", open.id), Some(json!({}))).await {
            Ok(_) => {}
            // Inside its hold, or frozen: not yet.
            Err(Fault::Refused { status: StatusCode::CONFLICT, .. }) => return Ok(true),
            Err(fault) => return Err(fault),
        }
        tokio::time::sleep(Duration::from_secs(2)).await;
        let report = if self.dice.percent(8) {
            json!({"status": "failed", "error": "The warehouse counts one unit less than the shop. Nothing was reserved."})
        } else {
            let place = format!("bay {}", self.dice.between(1, 24));
            json!({"status": "succeeded", "result": {"reserved": seen["actionData"]["quantity"], "place": place}})
        };
        self.call(Method::POST, &format!("/approvals/{}/outcome", open.id), Some(report)).await?;
        Ok(false)
    }

    /// One request. Every POST carries a fresh idempotency key, so that a lost answer could be asked for again.
    async fn call(&self, method: Method, path: &str, body: Option<Value>) -> Result<Value, Fault> {
        let key = self.clock.id().to_string();
        let url = format!("{}/api/orchestration{path}", self.base);
        let mut tries = 0;
        loop {
            let mut request = self.http.request(method.clone(), &url).bearer_auth(&self.token);
            if method == Method::POST {
                request = request.header("Idempotency-Key", &key);
            }
            if let Some(body) = &body {
                request = request.json(body);
            }
            let answer = match request.send().await {
                Err(fault) if tries < 2 => {
                    tracing::debug!(%fault, "the example agent asks again");
                    tries += 1;
                    tokio::time::sleep(Duration::from_secs(1)).await;
                    continue;
                }
                answer => answer?,
            };
            let status = answer.status();
            if matches!(status, StatusCode::TOO_MANY_REQUESTS | StatusCode::SERVICE_UNAVAILABLE) {
                let wait =
                    answer.headers().get("Retry-After").and_then(|text| text.to_str().ok()?.parse().ok());
                return Err(Fault::Busy(wait.unwrap_or(10)));
            }
            let said: Value = answer.json().await?;
            if status.is_success() {
                return Ok(said);
            }
            let detail = said["detail"].as_str().unwrap_or("no reason given").to_owned();
            return Err(Fault::Refused { status, detail });
        }
    }
}
