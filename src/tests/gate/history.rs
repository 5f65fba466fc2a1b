//! History under an injected clock: what a workspace no longer keeps goes, and everything else still answers.

use crate::executions::{comes_to, decide, start, step, waits, waits_for};
use crate::support::app::{App, Caller, Jobs, apps, text, until};
use crate::workflows::{published, set};
use chrono::{Datelike, TimeDelta};
use countersign::args;
use countersign::domain::member::Role;
use countersign::server::executions::start_due;
use countersign::server::services::history::{Removed, history_cron, remove_history};
use serde_json::{Value, json};

async fn say(by: &Caller, message: Value) -> Value {
    let sent = by.post("/messages", message).await;
    assert_eq!(sent.code(), 201, "{}", sent.text());
    sent.json()
}

async fn deal_with(by: &Caller, message: &Value) {
    let place = format!("/messages/{}/acknowledge", text(message, "id"));
    by.post(place, json!({"status": "processed"})).await.ok();
}

async fn keep(by: &Caller, days: Value) -> Value {
    by.post("/api/fn/workspace/set-history", json!({"input": {"days": days}})).await.ok()
}

async fn remove(app: &App) -> Removed {
    remove_history(&app.db, &|| false).await.unwrap()
}

async fn told(app: &App, event: &str) -> i64 {
    app.count("SELECT COUNT(*) FROM agent_action_audit_log WHERE event = $1", args![event]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_no_longer_kept_goes_and_the_rest_answers() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let house = app.house("Birch").await;
        // The house's own sessions end before.
        let admin = app.person(house.id, "Birch", "second admin", Role::Admin).await;
        let (agent, mate) = (app.agent(&house, "writer", None).await, app.agent(&house, "mate", None).await);
        let team = house.team("careful", "supervised", &[&agent]).await;
        let note = json!({"key": "note", "name": "Write it down", "run": {"action": {
            "agent": agent.name, "actionType": "create_note", "actionData": {"title": "For Ada", "body": "x"}
        }}});
        published(&house, "Inner", Some(&team), json!([note])).await;
        let call = json!({"key": "call", "name": "Call", "run": {"workflow": {"workflow": "Inner"}}});
        let outer = published(&house, "Outer", Some(&team), json!([call])).await;
        let wait = json!({"key": "wait", "name": "Wait", "run": {"wait": {"seconds": 300 * 86_400}}});
        let long = published(&house, "Long", None, json!([wait])).await;
        let quick = published(&house, "Quick", None, json!([set("a", json!({}), None)])).await;

        // A tree that asked people and ended; one that waits for months; one that its caller named.
        let node = app.run_beside().await;
        let old = start(&house.operator, &outer, json!({})).await;
        waits_for(&house, &old, "call", "child").await;
        let waiting = house.viewer.get(&old).await.ok();
        let child_id = text(step(&waiting, "call"), "childId").to_owned();
        let child = format!("/workflows/executions/{child_id}");
        let approval = waits(&house, &child, "note").await;
        decide(&house, &approval, json!({"approved": true})).await;
        app.advance(TimeDelta::seconds(11));
        comes_to(&house.viewer, &old, &["completed"]).await;
        let open = start(&house.operator, &long, json!({})).await;
        comes_to(&house.viewer, &open, &["waiting"]).await;
        let execute = format!("/workflows/{quick}/execute");
        let order = json!({"externalRef": "order 7"});
        let named = admin.post(&execute, order.clone()).await.ok();
        let named = format!("/workflows/executions/{}", text(&named, "id"));
        comes_to(&admin, &named, &["completed"]).await;
        node.shutdown().await;
        // A thread that is dealt with, one that nobody reads, one that goes on later.
        let talk = say(&mate, json!({"toAgentId": agent.id, "subject": "Talk", "content": "Well?"})).await;
        let answer = say(&agent, json!({"replyToId": talk["id"], "content": "Yes."})).await;
        let unread = json!({"toAgentId": agent.id, "subject": "Unread", "content": "Anybody?"});
        say(&mate, unread).await;
        let slow = say(&mate, json!({"toAgentId": agent.id, "subject": "Slow", "content": "And?"})).await;
        deal_with(&agent, &talk).await;
        deal_with(&mate, &answer).await;
        deal_with(&agent, &slow).await;

        app.advance(TimeDelta::days(40));
        say(&agent, json!({"replyToId": slow["id"], "content": "At last."})).await;
        let node = app.run_beside().await;
        let young = start(&admin, &quick, json!({})).await;
        comes_to(&admin, &young, &["completed"]).await;
        node.shutdown().await;
        assert_eq!(remove(&app).await, Removed::default(), "{name}: kept until somebody says otherwise");
        let trail = app.trail(&approval).await;
        assert_eq!(keep(&admin, json!("30")).await, json!({"days": 30}), "{name}");
        assert_eq!(remove(&app).await, Removed { executions: 3, messages: 2 }, "{name}");
        assert_eq!(remove(&app).await, Removed::default(), "{name}");

        for gone in [&old, &child, &named] {
            admin.get(gone).await.refused(404, "not_found");
        }
        admin.patch(&old, json!({"action": "retry_step"})).await.refused(404, "not_found");
        assert_eq!(admin.get(&open).await.ok()["status"], "waiting", "{name}");
        admin.get(&young).await.ok();
        admin.get(format!("/messages/{}", text(&talk, "id"))).await.refused(404, "not_found");
        let late = json!({"replyToId": talk["id"], "content": "One more thing."});
        agent.post("/messages", late).await.refused(404, "not_found");
        let threads = admin.get("/messages?threads=true").await.ok();
        let subjects: Vec<&str> =
            threads["items"].as_array().unwrap().iter().map(|one| text(one, "subject")).collect();
        assert_eq!(subjects, ["Slow", "Unread"], "{name}");

        // The approval says what it said, on its page too; what is gone has a page that says so.
        let asked = admin.get(format!("/approvals/{approval}")).await.ok();
        assert_eq!(
            (text(&asked, "status"), text(&asked, "workflowExecutionId")),
            ("approved", child_id.as_str())
        );
        admin.post("/api/fn/approvals/get", json!({"id": approval})).await.ok();
        let page = admin.page(&format!("/approvals/{approval}")).await;
        assert!(page.status.is_success() && page.text().contains("For Ada"), "{name}: {}", page.status);
        let page = admin.page(&format!("/executions/{child_id}")).await;
        assert_eq!(page.code(), 404, "{name}");
        assert!(page.text().contains("There is no such execution here."), "{name}");
        assert_eq!(app.trail(&approval).await, trail, "{name}");
        assert_eq!(told(&app, "history.removed").await, 1, "{name}");

        // What was started once under a name is not started again.
        admin.post(&execute, order).await.refused(409, "refused");
        let other = admin.post(&execute, json!({"externalRef": "order 8"})).await;
        assert_eq!(other.code(), 202, "{name}: {}", other.text());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn how_long_it_is_kept_is_said_by_who_may_and_within_bounds() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let now = async || house.viewer.post("/api/fn/workspace/history", json!({})).await.ok();
        assert_eq!(now().await, json!({"days": null}), "{}", app.name());
        for bad in [json!(6), json!(0), json!(-1), json!(40_000), json!("ten")] {
            let set = json!({"input": {"days": bad}});
            let answer = house.admin.post("/api/fn/workspace/set-history", set).await;
            assert_eq!(answer.code(), 422, "{}: {}", app.name(), answer.text());
        }
        let set = json!({"input": {"days": 30}});
        house.operator.post("/api/fn/workspace/set-history", set).await.refused(403, "forbidden");
        for (days, kept) in [(json!(7), json!(7)), (json!("90"), json!(90)), (json!(""), Value::Null)] {
            assert_eq!(keep(&house.admin, days).await, json!({"days": kept}));
            assert_eq!(now().await, json!({"days": kept}), "{}", app.name());
        }
        assert_eq!(told(&app, "workspace.history_set").await, 3, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_slot_whose_execution_is_gone_is_not_started_again() {
    for app in apps(Jobs::Wait).await {
        let name = app.name();
        let house = app.house("Birch").await;
        let admin = app.person(house.id, "Birch", "second admin", Role::Admin).await;
        let workflow = published(&house, "Yearly", None, json!([set("a", json!({}), None)])).await;
        // The next midnight, and then not for a year.
        let day = app.test.clock.now() + TimeDelta::days(1);
        let cron = format!("0 0 {} {} *", day.day(), day.month());
        let trigger = json!({"kind": "schedule", "cron": cron, "zone": "UTC"});
        house.operator.patch(format!("/workflows/{workflow}"), json!({"trigger": trigger})).await.ok();
        app.advance(TimeDelta::days(2));
        start_due(&app.db).await.unwrap();
        let list = format!("/workflows/executions?workflowId={workflow}");
        let started = async || admin.get(&list).await.ok()["items"].as_array().unwrap().clone();
        let first = started().await;
        assert_eq!(first.len(), 1, "{name}: {first:?}");
        let node = app.run_beside().await;
        let place = format!("/workflows/executions/{}", text(&first[0], "id"));
        comes_to(&admin, &place, &["completed"]).await;
        node.shutdown().await;

        keep(&admin, json!(7)).await;
        app.advance(TimeDelta::days(8));
        assert_eq!(remove(&app).await, Removed { executions: 1, messages: 0 }, "{name}");
        start_due(&app.db).await.unwrap();
        assert!(started().await.is_empty(), "{name}");
        // The next slot comes as ever (after four years, where the day is the 29th of February).
        app.advance(TimeDelta::days(4 * 366));
        start_due(&app.db).await.unwrap();
        start_due(&app.db).await.unwrap();
        assert_eq!(started().await.len(), 1, "{name}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_clock_removes_by_itself() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let quick = published(&house, "Quick", None, json!([set("a", json!({}), None)])).await;
        let place = start(&house.operator, &quick, json!({})).await;
        comes_to(&house.viewer, &place, &["completed"]).await;
        keep(&house.admin, json!(7)).await;
        app.advance(TimeDelta::days(8));
        let mut tx = app.db.begin().await.unwrap();
        let now = tx.now();
        tx.enqueue((history_cron().unwrap().job)(now));
        tx.commit().await.unwrap();
        until("it is gone", || async { (house.viewer.get(&place).await.code() == 404).then_some(()) }).await;
        assert_eq!(told(&app, "history.removed").await, 1, "{}", app.name());
        app.stop().await;
    }
}
