//! Executions and time: waits, time-outs, attempts, and versions that change meanwhile.

use crate::executions::{comes_to, start, step, trace, waits};
use crate::support::app::{Jobs, apps, text, until};
use crate::workflows::{published, set};
use chrono::TimeDelta;
use countersign::domain::token::Scope;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn a_wait_of_thirty_days_survives_restarts_and_a_new_version() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let wait = json!({"key": "wait", "name": "Wait", "run": {"wait": {"seconds": 30 * 86_400}}, "onSuccess": "after"});
        let workflow =
            published(&house, "Month", None, json!([wait, set("after", json!({"version": 1}), None)])).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let node = app.run_beside().await;
        // Sessions do not last as long.
        let by = app.with_token(&house.owner, Scope::ALL).await;
        comes_to(&by, &place, &["waiting"]).await;
        node.shutdown().await;

        let second = json!({"start": "after", "steps": [set("after", json!({"version": 2}), None)]});
        house.operator.patch(format!("/workflows/{workflow}"), json!({"definition": second})).await.ok();
        house.operator.post(format!("/workflows/{workflow}/versions"), json!({})).await.ok();
        app.advance(TimeDelta::days(29));
        let node = app.run_beside().await;
        let newer = start(&by, &workflow, json!({})).await;
        let ended = comes_to(&by, &newer, &["completed"]).await;
        assert_eq!((&ended["output"]["version"], &ended["workflowVersion"]), (&json!(2), &json!(2)));
        assert_eq!(by.get(&place).await.ok()["status"], "waiting", "{}", app.name());
        node.shutdown().await;

        app.advance(TimeDelta::days(1) + TimeDelta::seconds(1));
        let node = app.run_beside().await;
        let ended = comes_to(&by, &place, &["completed"]).await;
        assert_eq!((&ended["output"]["version"], &ended["workflowVersion"]), (&json!(1), &json!(1)));
        node.shutdown().await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_fails_is_tried_again_after_longer_and_longer_pauses() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "reader", None).await;
        let read = json!({"key": "read", "name": "Read", "retry": {"maxAttempts": 3, "backoffSeconds": 60}, "run": {"action": {
            "agent": agent.name, "actionType": "read_data",
            "actionData": {"recordId": "019523e0-0000-7000-8000-000000000001"}
        }}});
        let workflow = published(&house, "Reads", None, json!([read])).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let retries = |attempt: i64| {
            let (house, place) = (&house, &place);
            until("the next attempt waits", move || async move {
                let found = house.viewer.get(place).await.ok();
                let step = found["steps"].get(0)?.clone();
                (step["waitsFor"] == "retry" && step["attempt"] == attempt).then_some(step)
            })
        };
        let first = retries(1).await;
        assert_eq!(first["attempts"].as_array().unwrap().len(), 1, "{first}");
        app.advance(TimeDelta::seconds(40));
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        retries(1).await;
        app.advance(TimeDelta::seconds(40));
        retries(2).await;
        app.advance(TimeDelta::seconds(150));
        let ended = comes_to(&house.viewer, &place, &["failed"]).await;
        let step = step(&ended, "read");
        assert_eq!((&step["attempt"], step["attempts"].as_array().unwrap().len()), (&json!(3), 2), "{step}");
        assert!(text(&ended, "error").starts_with("Read: "), "{ended}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_takes_too_long_is_withdrawn_and_fails() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "asker", None).await;
        let ask = json!({"key": "ask", "name": "Ask", "timeoutSeconds": 120, "onFailure": "late", "run": {"approval": {
            "agent": agent.name, "question": "Go on?"
        }}});
        let steps = json!([ask, set("late", json!({"why": "{{ steps.ask.error }}"}), None)]);
        let workflow = published(&house, "Late", None, steps).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let approval = waits(&house, &place, "ask").await;
        app.advance(TimeDelta::seconds(121));
        let ended = comes_to(&house.viewer, &place, &["completed"]).await;
        assert_eq!(trace(&ended), ["ask failed", "late completed"]);
        let asked = house.viewer.get(format!("/approvals/{approval}")).await.ok();
        assert_eq!(asked["status"], "withdrawn", "{}", app.name());
        app.stop().await;
    }
}
