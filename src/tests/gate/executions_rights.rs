//! Executions and promises: who may decide and change, whose line it is, and what is under way.

use crate::actions::register;
use crate::executions::{comes_to, decide, start, step, trace, waits};
use crate::support::app::{Jobs, apps, text, until};
use crate::workflows::{published, set};
use chrono::TimeDelta;
use serde_json::json;

#[tokio::test(flavor = "multi_thread")]
async fn who_started_an_execution_does_not_approve_what_it_asks() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", Some(&house.owner)).await;
        let ask = json!({"key": "ask", "name": "Ask", "run": {"approval": {"agent": agent.name, "question": "Go on?"}}});
        let inner = published(&house, "Inner", None, json!([ask])).await;
        let call = json!({"key": "call", "name": "Call", "run": {"workflow": {"workflow": "Inner"}}});
        let outer = published(&house, "Outer", None, json!([call])).await;
        for workflow in [&inner, &outer] {
            // The admin could decide on anybody's request, and is neither the agent's owner nor its requester.
            let place = start(&house.admin, workflow, json!({})).await;
            let found = until("somebody is asked", || async {
                let page = house.admin.get("/approvals").await.ok();
                page["items"].get(0).cloned()
            })
            .await;
            let path = format!("/approvals/{}", text(&found, "id"));
            let yes = json!({"approved": true, "argsHash": found["argsHash"]});
            house.admin.post(&path, yes.clone()).await.refused(403, "own_request");
            let bulk =
                json!({"items": [{"id": found["id"], "argsHash": found["argsHash"]}], "approved": true});
            let bulk = house.admin.post("/approvals/bulk", bulk).await.ok();
            assert_eq!(bulk["results"][0]["status"], "forbidden", "{}: {bulk}", app.name());
            let detail = house.admin.post("/api/fn/approvals/get", json!({"id": found["id"]})).await.ok();
            assert_eq!(detail["mayDecide"], false);
            assert!(text(&detail, "whyNot").starts_with("You started the execution"), "{detail}");
            house.reviewer.post(&path, yes).await.ok();
            app.advance(TimeDelta::seconds(11));
            comes_to(&house.viewer, &place, &["completed"]).await;
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_changes_only_what_it_started_and_names_only_executions_of_its_workspace() {
    for app in apps(Jobs::Run).await {
        let (house, other) = (app.house("Birch").await, app.house("Cedar").await);
        let agent = app.agent(&house, "runner", None).await;
        let steps = || json!([{"key": "wait", "name": "Wait", "run": {"wait": {"seconds": 3600}}}]);
        let workflow = published(&house, "Waits", None, steps()).await;
        let trigger = json!({"trigger": {"kind": "agent_request"}});
        house.operator.patch(format!("/workflows/{workflow}"), trigger).await.ok();
        let theirs = start(&house.operator, &workflow, json!({})).await;
        for action in ["pause", "resume", "cancel", "retry_step"] {
            agent.patch(&theirs, json!({"action": action})).await.refused(403, "forbidden");
        }
        let own = start(&agent, &workflow, json!({})).await;
        agent.patch(&own, json!({"action": "cancel"})).await.ok();
        let foreign = published(&other, "Waits", None, steps()).await;
        let foreign = start(&other.operator, &foreign, json!({})).await;
        for id in [foreign.rsplit('/').next().unwrap(), "019523e0-0000-7000-8000-000000000001"] {
            let action = json!({"actionType": "log_activity", "actionData": {"message": "x"}, "workflowExecutionId": id});
            let refused = agent.post("/actions", action).await.refused(422, "invalid");
            assert_eq!(refused["errors"][0]["pointer"], "/workflowExecutionId", "{}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn those_in_line_begin_in_the_order_in_which_they_came() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let wait = json!({"key": "wait", "name": "Wait", "run": {"wait": {"seconds": 60}}});
        let workflow = published(&house, "Two at once", None, json!([wait])).await;
        house.operator.patch(format!("/workflows/{workflow}"), json!({"maxRunning": 2})).await.ok();
        let mut line = Vec::new();
        for _ in 0..6 {
            line.push(start(&house.operator, &workflow, json!({})).await);
        }
        for begun in [2, 4, 6] {
            for place in &line[begun - 2..begun] {
                comes_to(&house.viewer, place, &["waiting"]).await;
            }
            for place in &line[begun..] {
                assert_eq!(house.viewer.get(place).await.ok()["status"], "queued", "{}", app.name());
            }
            app.advance(TimeDelta::seconds(61));
            for place in &line[begun - 2..begun] {
                comes_to(&house.viewer, place, &["completed"]).await;
            }
        }
        // Without a limit nobody is left in line.
        house.operator.patch(format!("/workflows/{workflow}"), json!({"maxRunning": 1})).await.ok();
        let mut line = Vec::new();
        for _ in 0..3 {
            line.push(start(&house.operator, &workflow, json!({})).await);
        }
        comes_to(&house.viewer, &line[0], &["waiting"]).await;
        house.operator.patch(format!("/workflows/{workflow}"), json!({"maxRunning": null})).await.ok();
        for place in &line {
            comes_to(&house.viewer, place, &["waiting"]).await;
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_time_out_begins_nothing_again_that_is_under_way() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "courier", None).await;
        let team = house.team("free", "autonomous", &[&agent]).await;
        register(&app, &house, "courier.book", "medium").await;
        let book = json!({"key": "book", "name": "Book", "timeoutSeconds": 60, "onSuccess": "after",
        "retry": {"maxAttempts": 3, "backoffSeconds": 1}, "run": {"action": {
            "agent": agent.name, "actionType": "courier.book", "actionData": {"to": "Graz"}
        }}});
        let workflow =
            published(&house, "Books", Some(&team), json!([book, set("after", json!({}), None)])).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let approval = waits_or_runs(&house, &place).await;
        for _ in 0..3 {
            app.advance(TimeDelta::seconds(120));
            tokio::time::sleep(std::time::Duration::from_millis(150)).await;
        }
        let running = house.viewer.get(&place).await.ok();
        assert_eq!(trace(&running), ["book running"], "{}: {running}", app.name());
        assert_eq!(
            (&step(&running, "book")["attempt"], text(step(&running, "book"), "approvalId")),
            (&json!(1), approval.as_str())
        );
        let asked = house.viewer.get("/approvals?status=all&actionType=courier.book").await.ok();
        assert_eq!(asked["items"].as_array().unwrap().len(), 1, "asked once: {asked}");
        agent.post(format!("/approvals/{approval}/claim"), json!({})).await.ok();
        let report = json!({"status": "succeeded", "result": {"number": 7}});
        agent.post(format!("/approvals/{approval}/outcome"), report).await.ok();
        comes_to(&house.viewer, &place, &["completed"]).await;

        // What only waits for people is withdrawn and asked for again.
        let ask = json!({"key": "ask", "name": "Ask", "timeoutSeconds": 60, "retry": {"maxAttempts": 2, "backoffSeconds": 1},
            "run": {"action": {"agent": agent.name, "actionType": "financial_transaction",
                "actionData": {"amount": "5.00", "currency": "EUR", "counterparty": "Northwind"}}}});
        let workflow = published(&house, "Pays", Some(&team), json!([ask])).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let first = waits(&house, &place, "ask").await;
        app.advance(TimeDelta::seconds(61));
        until("the pause", || async {
            let found = house.viewer.get(&place).await.ok();
            (step(&found, "ask")["waitsFor"] == "retry").then_some(())
        })
        .await;
        app.advance(TimeDelta::seconds(3));
        let second = waits(&house, &place, "ask").await;
        assert_ne!(first, second);
        assert_eq!(house.viewer.get(format!("/approvals/{first}")).await.ok()["status"], "withdrawn");
        decide(&house, &second, json!({"approved": false, "reviewNotes": "No"})).await;
        let ended = comes_to(&house.viewer, &place, &["failed"]).await;
        assert_eq!(step(&ended, "ask")["attempt"], 2, "what people refuse is not tried again: {ended}");
        app.stop().await;
    }
}

/// The approval of an action that was let through and is performed by its agent.
async fn waits_or_runs(house: &crate::support::app::House, place: &str) -> String {
    until("the action is queued", || async {
        let found = house.viewer.get(place).await.ok();
        let step = found["steps"].get(0)?.clone();
        (step["waitsFor"] == "outcome").then(|| text(&step, "approvalId").to_owned())
    })
    .await
}
