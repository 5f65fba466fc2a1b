//! Short forms of what most cases do: submit an action, decide on it.

use crate::support::app::{Agent, Answer, Caller, House, text};
use serde_json::{Value, json};

/// A built-in action of each risk, whose data raises nothing.
pub fn of_risk(risk: &str) -> Value {
    match risk {
        "low" => json!({"actionType": "log_activity", "actionData": {"message": "Called the customer"}}),
        "medium" => json!({"actionType": "create_task", "actionData": {"title": "Send the quote"}}),
        "high" => {
            json!({"actionType": "publish_content", "actionData": {"title": "Spring release", "body": "It is here.", "channel": "blog"}})
        }
        "critical" => {
            json!({"actionType": "financial_transaction", "actionData": {"amount": "40.00", "currency": "EUR", "counterparty": "Acme Ltd"}})
        }
        other => panic!("no risk is called {other}"),
    }
}

/// The catalogue's example of a type.
pub fn example(action_type: &str) -> Value {
    let spec = countersign::domain::catalogue::find(action_type).expect("a built-in type");
    serde_json::from_str(spec.example).expect("the example is JSON")
}

pub async fn submit(by: &Caller, action: Value) -> Value {
    by.post("/actions", action).await.ok()
}

/// Queues an action for people; answers its approval.
pub async fn queue(by: &Caller, action: Value) -> Value {
    let answer = by.post("/approvals", action).await;
    assert_eq!(answer.code(), 201, "{}", answer.text());
    answer.json()
}

/// A pending approval of a medium action.
pub async fn pending(by: &Caller) -> Value {
    queue(by, of_risk("medium")).await
}

pub fn place(approval: &Value) -> String {
    format!("/approvals/{}", text(approval, "id"))
}

pub async fn fresh(by: &Caller, approval: &Value) -> Value {
    by.get(place(approval)).await.ok()
}

/// The approval alone, as the other routes answer it.
pub async fn stored(by: &Caller, approval: &Value) -> Value {
    let mut found = fresh(by, approval).await;
    for about_records in ["changedSince", "recordsHash"] {
        found.as_object_mut().unwrap().remove(about_records).expect("a read says how the records stand");
    }
    found
}

pub fn yes(approval: &Value) -> Value {
    json!({"approved": true, "argsHash": approval["argsHash"]})
}

pub fn no(approval: &Value) -> Value {
    json!({"approved": false, "argsHash": approval["argsHash"], "reviewNotes": "Not this week"})
}

pub async fn approve(by: &Caller, approval: &Value) -> Answer {
    by.post(place(approval), yes(approval)).await
}

pub async fn reject(by: &Caller, approval: &Value) -> Answer {
    by.post(place(approval), no(approval)).await
}

/// What has to be typed before a critical action can be approved.
pub async fn target(by: &Caller, approval: &Value) -> String {
    let detail = by.post("/api/fn/approvals/get", json!({"id": approval["id"]})).await.ok();
    text(&detail["preview"], "target").to_owned()
}

pub async fn approve_critical(by: &Caller, approval: &Value) -> Answer {
    let mut decision = yes(approval);
    decision["confirmation"] = json!(target(by, approval).await);
    by.post(place(approval), decision).await
}

/// Registers a type of the workspace's own that its agents perform.
pub async fn register(app: &crate::support::app::App, house: &House, name: &str, risk: &str) {
    use countersign::server::services::action_types;
    let new = json!({"name": name, "title": "A type of our own", "riskLevel": risk, "executor": "agent"});
    let new = serde_json::from_value(new).expect("a type");
    action_types::action_type_create(&house.owner.allowed(), &app.db, new)
        .await
        .expect("the type is registered");
}

/// A type of one's own, approved: it waits for its agent.
pub async fn approved_for_agent(app: &crate::support::app::App, house: &House, agent: &Agent) -> Value {
    let approval = queue(agent, json!({"actionType": "own.work", "actionData": {"n": 1}})).await;
    approve(&house.reviewer, &approval).await.ok();
    // Low and medium decisions are held first.
    app.advance(chrono::TimeDelta::seconds(101));
    fresh(&house.reviewer, &approval).await
}
