//! 2,000 approvals, two reviewers and the expiry timer: one of them ends each, once, and the others are told who.
//!
//! Time moves with the reviewers: approval `i` is due at minute `i`, and the clock stands near the minute of the
//! approval that they decide just now. So all three meet at each approval, however fast the machine is.

use crate::actions::{fresh, of_risk, place};
use crate::support::app::{App, Caller, House, Jobs, User, apps, id, text, until};
use chrono::TimeDelta;
use countersign::args;
use countersign::server::services::autonomy::AutonomyService;
use serde_json::{Value, json};
use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use tokio::sync::Barrier;
use tokio::task::JoinSet;

const APPROVALS: usize = 2_000;
/// Requests that each reviewer has under way.
const HANDS: usize = 6;
/// Minutes before the first is due: more than the making of all takes.
const LEAD: i64 = 60;

/// What a reviewer was answered about one approval.
struct Told {
    approval: usize,
    by: String,
    status: u16,
    body: Value,
}

#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn one_of_two_reviewers_and_the_clock_ends_each_approval() {
    for app in apps(Jobs::Run).await {
        let began = std::time::Instant::now();
        let house = app.house("Birch").await;
        let approvals = Arc::new(make(&app, &house).await);
        let told = race(&app, &approvals, [&house.reviewer, &house.second]).await;
        app.advance(TimeDelta::minutes(10));
        until("the timer has ended the rest", || async {
            let left = app
                .count("SELECT COUNT(*) FROM agent_pending_actions WHERE status = 'pending'", args![])
                .await;
            (left == 0).then_some(())
        })
        .await;
        check(&app, &approvals, &told).await;
        // What the API shows is what the table says.
        assert_ne!(fresh(&house.viewer, &approvals[0]).await["status"], "pending");
        eprintln!("{}: {:?}", app.name(), began.elapsed());
        app.stop().await;
    }
}

/// Through the service, because it is not the making that races.
async fn make(app: &App, house: &House) -> Vec<Value> {
    let next = Arc::new(AtomicUsize::new(0));
    let mut makers = JoinSet::new();
    for _ in 0..8 {
        let (next, by) = (next.clone(), house.operator.allowed());
        let service = AutonomyService::new(app.db.clone());
        makers.spawn(async move {
            let mut made = Vec::new();
            loop {
                let i = next.fetch_add(1, Ordering::SeqCst);
                if i >= APPROVALS {
                    return made;
                }
                let mut action = of_risk("medium");
                action["expiresInSeconds"] = json!((LEAD + i as i64) * 60);
                let action = serde_json::from_value(action).unwrap();
                made.push((i, json!(service.queue_for_approval(&by, action).await.unwrap())));
            }
        });
    }
    let mut all: Vec<(usize, Value)> = makers.join_all().await.into_iter().flatten().collect();
    all.sort_by_key(|(i, _)| *i);
    assert_eq!(all.len(), APPROVALS, "{}", app.name());
    all.into_iter().map(|(_, approval)| approval).collect()
}

async fn race(app: &App, approvals: &Arc<Vec<Value>>, reviewers: [&User; 2]) -> Vec<Told> {
    let barrier = Arc::new(Barrier::new(2 * HANDS + 1));
    let answered: [Arc<AtomicUsize>; 2] = Default::default();
    let mut hands = JoinSet::new();
    for (reviewer, answered) in reviewers.into_iter().zip(&answered) {
        let next = Arc::new(AtomicUsize::new(0));
        for _ in 0..HANDS {
            let (barrier, next, approvals) = (barrier.clone(), next.clone(), approvals.clone());
            let answered = answered.clone();
            let (by, name) = (reviewer.caller.clone(), reviewer.name.clone());
            let approved = reviewer.id == reviewers[0].id;
            hands.spawn(async move {
                barrier.wait().await;
                let mut told = Vec::new();
                loop {
                    let i = next.fetch_add(1, Ordering::SeqCst);
                    if i >= approvals.len() {
                        return told;
                    }
                    told.push(decide(&by, &name, i, &approvals[i], approved).await);
                    answered.fetch_add(1, Ordering::SeqCst);
                }
            });
        }
    }
    // The clock follows the slower of the two: a little ahead of what they decide just now, or a little behind.
    let (clock, wakes) = (app.test.clock.clone(), app.db.wakes.clone());
    let started = clock.now();
    let due_in = text(&approvals[0], "expiresAt").parse::<chrono::DateTime<chrono::Utc>>().unwrap() - started;
    let follow = tokio::spawn({
        let (answered, barrier) = (answered.clone(), barrier.clone());
        async move {
            barrier.wait().await;
            let mut stood = TimeDelta::zero();
            loop {
                let slower = answered[0].load(Ordering::SeqCst).min(answered[1].load(Ordering::SeqCst));
                if slower >= APPROVALS {
                    return;
                }
                let at =
                    due_in + TimeDelta::minutes(slower as i64 - HANDS as i64 + (slower % (HANDS + 3)) as i64);
                if at > stood {
                    clock.advance(at - stood);
                    stood = at;
                    wakes.jobs.notify_one();
                }
                tokio::time::sleep(std::time::Duration::from_millis(1)).await;
            }
        }
    });
    let told = hands.join_all().await.into_iter().flatten().collect();
    follow.await.unwrap();
    told
}

async fn decide(by: &Caller, name: &str, approval: usize, seen: &Value, approved: bool) -> Told {
    let decision = json!({"approved": approved, "argsHash": seen["argsHash"], "reviewNotes": "Raced"});
    let answer = by.post(place(seen), decision).await;
    Told { approval, by: name.to_owned(), status: answer.code(), body: answer.json() }
}

async fn check(app: &App, approvals: &[Value], told: &[Told]) {
    let rows: Vec<(uuid::Uuid, String, Option<String>)> = app
        .rows(
            "SELECT a.id, a.status, u.name FROM agent_pending_actions a LEFT JOIN users u ON u.id = a.reviewed_by",
            args![],
        )
        .await;
    let ended: HashMap<uuid::Uuid, (String, Option<String>)> =
        rows.into_iter().map(|(id, status, by)| (id, (status, by))).collect();
    let rows: Vec<(uuid::Uuid, String)> = app
        .rows(
            "SELECT approval_id, event FROM agent_action_audit_log \
             WHERE event IN ('approval.approved', 'approval.rejected', 'approval.expired', 'approval.withdrawn')",
            args![],
        )
        .await;
    let mut audited: HashMap<uuid::Uuid, Vec<String>> = HashMap::new();
    for (id, event) in rows {
        audited.entry(id).or_default().push(event);
    }
    let mut counts: HashMap<&str, usize> = HashMap::new();
    let mut wrong = Vec::new();
    for (i, approval) in approvals.iter().enumerate() {
        let (status, by) = &ended[&id(text(approval, "id"))];
        *counts.entry(status).or_default() += 1;
        let events = audited.remove(&id(text(approval, "id"))).unwrap_or_default();
        if events != [format!("approval.{status}")] {
            wrong.push(format!("{i} ended as {status}, audited as {events:?}"));
        }
        let answers: Vec<&Told> = told.iter().filter(|told| told.approval == i).collect();
        let won: Vec<&str> =
            answers.iter().filter(|told| told.status == 200).map(|told| told.by.as_str()).collect();
        let winner = if status == "expired" { vec![] } else { vec![by.as_deref().unwrap_or_default()] };
        if won != winner {
            wrong.push(format!("{i} ended as {status} by {by:?}, but {won:?} were told that they decided"));
        }
        for loser in answers.iter().filter(|told| told.status != 200) {
            let conflict = &loser.body["conflict"];
            let named = if status == "expired" { "Countersign" } else { by.as_deref().unwrap_or_default() };
            if loser.status != 409 || conflict["status"] != json!(status) || conflict["by"] != json!(named) {
                let (code, said) = (loser.status, &loser.body);
                wrong.push(format!(
                    "{i} ended as {status} by {named}, but {} was told {code} {said}",
                    loser.by
                ));
            }
        }
    }
    assert!(wrong.is_empty(), "{}: {} wrong: {:#?}", app.name(), wrong.len(), &wrong[..wrong.len().min(5)]);
    assert_eq!(told.len(), 2 * APPROVALS);
    eprintln!("{}: {counts:?}", app.name());
    for status in ["approved", "rejected", "expired"] {
        let count = counts.get(status).copied().unwrap_or_default();
        assert!(count >= 20, "{}: no race was had: {counts:?}", app.name());
    }
    // No word too many: made, and ended.
    let events = app.count("SELECT COUNT(*) FROM events WHERE topic = 'approval'", args![]).await;
    let performed =
        app.count("SELECT COUNT(*) FROM agent_action_audit_log WHERE event LIKE 'action.%'", args![]).await;
    assert_eq!(events, 2 * APPROVALS as i64 + performed, "{}: one event for each audit row", app.name());
}
