//! The account after the storm: what the database says, against what was acknowledged and what really happened.

use crate::ledger::{Answer, Call, Ledger};
use crate::load::{Acknowledged, action};
use crate::program::World;
use countersign::args;
use countersign::domain::canonical::canonical;
use countersign::server::storage::Db;
use serde_json::Value;
use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;

/// A row of `agent_pending_actions`.
#[derive(Debug, sqlx::FromRow)]
pub struct Approval {
    id: uuid::Uuid,
    action_type: String,
    action_data: String,
    status: String,
    outcome: String,
    outcome_attempts: i64,
    idempotency_key: Option<String>,
}

impl Approval {
    fn performed(&self) -> bool {
        matches!(self.status.as_str(), "approved" | "auto_approved")
    }
}

pub async fn approvals(db: &Db) -> Vec<Approval> {
    let sql = "SELECT id, action_type, action_data, status, outcome, outcome_attempts, idempotency_key \
               FROM agent_pending_actions";
    db.read().await.unwrap().fetch_all(sql, args![]).await.unwrap()
}

/// The events that the audit trail has of each approval, in their order.
pub async fn audit(db: &Db) -> HashMap<uuid::Uuid, Vec<String>> {
    let sql = "SELECT approval_id, event FROM agent_action_audit_log WHERE approval_id IS NOT NULL \
               ORDER BY executed_at, id";
    let rows: Vec<(uuid::Uuid, String)> = db.read().await.unwrap().fetch_all(sql, args![]).await.unwrap();
    let mut events: HashMap<uuid::Uuid, Vec<String>> = HashMap::new();
    for (approval, event) in rows {
        events.entry(approval).or_default().push(event);
    }
    events
}

/// The ends of attempts among some events.
pub fn ends(events: &[String]) -> Vec<&str> {
    let ends = ["action.succeeded", "action.failed", "action.unknown"];
    events.iter().map(String::as_str).filter(|event| ends.contains(event)).collect()
}

/// How often each outcome occurs, for the log and for what must be equal.
pub fn outcomes(approvals: &[Approval]) -> BTreeMap<(&str, &str), usize> {
    let mut counts = BTreeMap::new();
    for approval in approvals {
        *counts.entry((approval.action_type.as_str(), approval.outcome.as_str())).or_default() += 1;
    }
    counts
}

/// Everything that was acknowledged is there, in the state that was acknowledged, and nothing else is.
pub fn acknowledged(approvals: &[Approval], kept: &Acknowledged, begun: u64, world: &World) {
    let by_id: HashMap<String, &Approval> =
        approvals.iter().map(|approval| (approval.id.to_string(), approval)).collect();
    assert_eq!(kept.submitted.len() as u64, begun, "every request is answered in the end");
    assert_eq!(approvals.len() as u64, begun, "one approval per request");
    for submitted in kept.submitted.values() {
        let approval = by_id.get(&submitted.approval).expect("an acknowledged submission exists");
        assert_eq!(approval.idempotency_key, Some(format!("submit-{}", submitted.n)));
        let asked = action(submitted.n, &world.webhook.to_string());
        assert_eq!(approval.action_data, canonical(&asked["actionData"]), "{approval:?}");
        match submitted.verdict.as_str() {
            "executed" => assert_eq!((&*approval.status, &*approval.outcome), ("auto_approved", "succeeded")),
            "pending" => assert!(kept.decided.contains_key(&submitted.approval), "{approval:?}"),
            other => panic!("{other}: {approval:?}"),
        }
    }
    for (id, decided) in &kept.decided {
        let status = if decided.approved { "approved" } else { "rejected" };
        assert_eq!(by_id[id].status, status, "an acknowledged decision holds: {:?}", by_id[id]);
    }
}

/// Each approval has the audit rows of what happened to it, once.
pub fn told_once(approvals: &[Approval], audit: &HashMap<uuid::Uuid, Vec<String>>) {
    for approval in approvals {
        let events = audit.get(&approval.id).map(Vec::as_slice).unwrap_or_default();
        let times = |event: &str| events.iter().filter(|found| *found == event).count();
        let context = || format!("{approval:?}: {events:?}");
        let (asked, decided) = match approval.status.as_str() {
            "auto_approved" => ("action.auto_approved", None),
            "approved" => ("approval.requested", Some("approval.approved")),
            "rejected" => ("approval.requested", Some("approval.rejected")),
            _ => panic!("{}", context()),
        };
        assert_eq!(times(asked), 1, "{}", context());
        assert_eq!(times("approval.approved") + times("approval.rejected"), usize::from(decided.is_some()));
        assert!(decided.is_none_or(|event| times(event) == 1), "{}", context());
        let ends = ends(events);
        if !approval.performed() {
            assert_eq!((approval.outcome.as_str(), ends.len()), ("none", 0), "{}", context());
            continue;
        }
        assert!(matches!(&*approval.outcome, "succeeded" | "failed" | "unknown"), "{}", context());
        // What was given up before it ran has an end and no attempt.
        assert_eq!(ends.len() as i64, approval.outcome_attempts.max(1), "{}", context());
        assert!(approval.outcome_attempts <= 1, "nobody asked for another try: {}", context());
        assert_eq!(ends[ends.len() - 1], format!("action.{}", approval.outcome), "{}", context());
    }
}

/// Each attempt has the audit row of its end; where a node was stopped, it may have been told as unknown first.
pub fn told_truly(approvals: &[Approval], audit: &HashMap<uuid::Uuid, Vec<String>>) {
    for approval in approvals.iter().filter(|approval| approval.performed()) {
        let events = audit.get(&approval.id).map(Vec::as_slice).unwrap_or_default();
        assert!(matches!(&*approval.outcome, "succeeded" | "failed" | "unknown"), "{approval:?}");
        let mut ends = ends(events);
        let told = ends.iter().position(|end| *end == format!("action.{}", approval.outcome));
        ends.remove(told.unwrap_or_else(|| panic!("{approval:?}: {events:?}")));
        assert!(ends.is_empty() || ends == ["action.unknown"], "{approval:?}: {events:?}");
        assert!(approval.outcome_attempts <= 1, "nobody asked for another try: {approval:?}");
    }
}

/// No call twice, none without an approval, and the outcome says of each what is true.
pub fn calls_match(approvals: &[Approval], ledger: &Ledger) {
    let mut calls = ledger.calls();
    let doubled: Vec<&Vec<Call>> = calls.values().filter(|calls| calls.len() > 1).collect();
    assert!(doubled.is_empty(), "effects that happened twice: {doubled:#?}");
    for approval in approvals.iter().filter(|approval| approval.action_type == "external_api_call") {
        let call = calls.remove(&approval.id.to_string()).and_then(|mut calls| calls.pop());
        let answer = call.as_ref().map(|call| call.answer);
        let context = || format!("{approval:?}: {call:?}");
        if let Some(call) = &call {
            assert!(approval.performed(), "a call that nobody approved: {}", context());
            let data: Value = serde_json::from_str(&approval.action_data).unwrap();
            assert_eq!(call.body, canonical(&data["payload"]), "what was approved was sent: {}", context());
        }
        match approval.outcome.as_str() {
            "none" => assert_eq!(answer, None, "{}", context()),
            "succeeded" => assert_eq!(answer, Some(Answer::Done), "{}", context()),
            "failed" if approval.outcome_attempts == 0 => assert_eq!(answer, None, "{}", context()),
            "failed" => assert_eq!(answer, Some(Answer::Refused), "{}", context()),
            // Cut off at any point, or answered in a way that leaves it open.
            "unknown" => {}
            other => panic!("{other}: {}", context()),
        }
    }
    assert!(calls.is_empty(), "calls of no approval: {calls:#?}");
}

/// Built-in effects exist exactly once per action that succeeded.
pub async fn records_match(approvals: &[Approval], db: &Db) {
    let tasks: Vec<(String,)> =
        db.read().await.unwrap().fetch_all("SELECT title FROM records", args![]).await.unwrap();
    let memories: Vec<(String,)> =
        db.read().await.unwrap().fetch_all("SELECT content FROM agent_shared_memory", args![]).await.unwrap();
    for (action_type, field, found) in
        [("create_task", "title", tasks), ("store_context", "content", memories)]
    {
        let wanted: BTreeSet<String> = approvals
            .iter()
            .filter(|approval| approval.action_type == action_type && approval.outcome == "succeeded")
            .map(|approval| {
                let data: Value = serde_json::from_str(&approval.action_data).unwrap();
                data[field].as_str().unwrap().to_owned()
            })
            .collect();
        assert_eq!(found.len(), wanted.len(), "{action_type}");
        assert_eq!(found.into_iter().map(|(name,)| name).collect::<BTreeSet<_>>(), wanted);
    }
}

/// Each e-mail lies in the outbox once; every one that counts as sent does, and none that counts as failed.
pub fn mails_match(approvals: &[Approval], outbox: &Path) {
    let mut names: Vec<String> = Vec::new();
    for folder in ["new", "cur"] {
        for entry in std::fs::read_dir(outbox.join(folder)).unwrap() {
            let entry = entry.unwrap();
            // What people are told goes the same way.
            if !std::fs::read_to_string(entry.path()).unwrap().contains("\nX-Countersign-Notification: ") {
                names.push(entry.file_name().into_string().unwrap());
            }
        }
    }
    let mut known = 0;
    for approval in approvals.iter().filter(|approval| approval.action_type == "send_email") {
        let id = approval.id.to_string();
        let sent = names.iter().filter(|name| name.contains(&id)).count();
        known += sent;
        match approval.outcome.as_str() {
            "succeeded" => assert_eq!(sent, 1, "{approval:?}"),
            "unknown" => assert!(sent <= 1, "{approval:?}"),
            _ => assert_eq!(sent, 0, "{approval:?}"),
        }
    }
    assert_eq!(names.len(), known, "e-mails of no approval");
}

/// Jobs that should have come to an end and did not.
pub async fn unfinished(db: &Db) -> i64 {
    let sql = "SELECT count(*) FROM jobs WHERE kind = 'action.perform' AND state IN ('ready', 'running')";
    let (count,): (i64,) = db.read().await.unwrap().fetch_one(sql, args![]).await.unwrap();
    count
}
