//! Tasks of external agents: they get a message, and the execution goes on with the result that they send back.

use crate::executions::{comes_to, start, step, waits_for};
use crate::support::app::{Jobs, apps, text, until};
use crate::workflows::published;
use chrono::TimeDelta;
use countersign::domain::message::LASTS;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn an_external_agent_gets_the_task_as_a_message_and_answers_with_its_result() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let (agent, other) =
            (app.agent(&house, "courier", None).await, app.agent(&house, "other", None).await);
        let steps = json!([{"key": "ask", "name": "Ask", "run": {"agent": {
            "agent": agent.name, "objective": "Book {{ input.what }}", "input": {"to": "Graz"}
        }}}]);
        let workflow = published(&house, "Books", None, steps).await;
        let place = start(&house.operator, &workflow, json!({"what": "a parcel"})).await;
        let taken = until("the task is in the inbox", || async {
            let page = agent.post("/messages/take", json!({})).await.ok();
            page["items"].get(0).cloned()
        })
        .await;
        assert_eq!((text(&taken, "type"), text(&taken["from"], "kind")), ("task", "system"), "{taken}");
        assert!(
            text(&taken, "content").starts_with("Book a parcel") && text(&taken, "content").contains("Graz")
        );
        let told = house.viewer.get("/audit?event=message.sent").await.ok();
        assert_eq!(told["items"][0]["result"]["messageId"], taken["id"], "{}: {told}", app.name());
        let reply = |content: Value| json!({"replyToId": taken["id"], "type": "result", "content": content.to_string()});

        // Neither another agent nor a person answers for it, and no other kind of message does.
        other.post("/messages", reply(json!({"number": 1}))).await.refused(404, "not_found");
        house.owner.post("/messages", reply(json!({"number": 2}))).await.ok();
        let status = json!({"replyToId": taken["id"], "type": "status", "content": "On my way"});
        agent.post("/messages", status).await.ok();
        assert_eq!(house.viewer.get(&place).await.ok()["status"], "waiting", "{}", app.name());

        let handled = format!("/messages/{}/acknowledge", text(&taken, "id"));
        agent.post(handled, json!({"status": "processed"})).await.ok();
        agent.post("/messages", reply(json!({"number": 7}))).await.ok();
        agent.post("/messages", reply(json!({"number": 8}))).await.ok();
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        let output = &step(&ended, "ask")["output"];
        assert_eq!(
            (&output["data"]["number"], &output["result"]),
            (&json!(7), &json!("{\"number\":7}")),
            "{ended}"
        );
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_nobody_answers_fails_and_a_cancelled_one_is_left_alone() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "courier", None).await;
        let task = json!({"agentId": agent.id, "objective": "Book a parcel"});
        let started = async || {
            let answer = house.operator.post("/delegate", task.clone()).await;
            let place = format!("/workflows/executions/{}", text(&answer.json(), "id"));
            waits_for(&house, &place, "task", "event").await;
            place
        };
        let place = started().await;
        house.operator.patch(&place, json!({"action": "cancel"})).await.ok();
        let page = agent.post("/messages/take", json!({})).await.ok();
        let late = json!({"replyToId": page["items"][0]["id"], "type": "result", "content": "Too late"});
        agent.post("/messages", late).await.ok();
        assert_eq!(house.viewer.get(&place).await.ok()["status"], "cancelled", "{}", app.name());

        let place = started().await;
        app.advance(LASTS + TimeDelta::seconds(1));
        let by = app.with_token(&house.owner, countersign::domain::token::Scope::ALL).await;
        let ended = comes_to(&by, &place, &["failed"]).await;
        assert!(text(&ended, "error").contains("took longer"), "{ended}");
        app.stop().await;
    }
}
