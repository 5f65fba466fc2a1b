//! Tasks of external agents: they get a message, and the execution goes on with the result that they send back.

use crate::executions::{comes_to, start, step, waits_for};
use crate::support::app::{Agent, House, Jobs, apps, text, until};
use crate::workflows::published;
use chrono::TimeDelta;
use countersign::domain::message::{LASTS, WORK};
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

/// Delegates a task to an agent; where its execution is, once the task is in the inbox.
async fn delegated(house: &House, agent: &Agent) -> String {
    let task = json!({"agentId": agent.id, "objective": "Book a parcel"});
    let answer = house.operator.post("/delegate", task).await;
    let place = format!("/workflows/executions/{}", text(&answer.json(), "id"));
    waits_for(house, &place, "task", "event").await;
    place
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_no_longer_needed_is_taken_back() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "courier", None).await;
        let inbox = async || {
            let page = agent.post("/messages/take", json!({})).await.ok();
            page["items"].as_array().unwrap().clone()
        };
        let place = delegated(&house, &agent).await;
        let task = inbox().await.remove(0);
        let never_taken = delegated(&house, &agent).await;
        for place in [&place, &never_taken] {
            house.operator.patch(place, json!({"action": "cancel"})).await.ok();
        }

        // Who has it is told; who never had it is not given it.
        let told = inbox().await;
        let about: Vec<_> = told.iter().map(|one| (text(one, "type"), &one["replyToId"])).collect();
        assert_eq!(about, [("status", &task["id"])], "{}: {told:?}", app.name());
        app.advance(WORK);
        let again = inbox().await;
        assert_eq!(again.len(), 1, "{}: {again:?}", app.name());
        assert_eq!(again[0]["id"], told[0]["id"], "{}: only what it did not acknowledge", app.name());
        let thread = house.viewer.get(format!("/messages/{}", text(&task, "id"))).await.ok();
        assert_eq!(thread["deliveries"][0]["status"], "processed", "{thread}");
        assert!(text(&thread["deliveries"][0], "error").starts_with("Taken back"), "{thread}");
        let audit = house.viewer.get("/audit?event=message.taken_back").await.ok();
        assert_eq!(audit["items"].as_array().unwrap().len(), 2, "{audit}");

        // What it still says of it is heard, and changes nothing.
        let handled = format!("/messages/{}/acknowledge", text(&task, "id"));
        agent.post(handled, json!({"status": "processed"})).await.ok();
        let late = json!({"replyToId": task["id"], "type": "result", "content": "Too late"});
        agent.post("/messages", late).await.ok();
        assert_eq!(house.viewer.get(&place).await.ok()["status"], "cancelled", "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_is_asked_for_again_takes_the_place_of_the_one_before() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "courier", None).await;
        let steps = json!([{"key": "ask", "name": "Ask", "timeoutSeconds": 60,
            "retry": {"maxAttempts": 2, "backoffSeconds": 1},
            "run": {"agent": {"agent": agent.name, "objective": "Book a parcel"}}}]);
        let workflow = published(&house, "Books", None, steps).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let open = async || {
            let page = house.viewer.get("/messages?type=task&status=pending").await.ok();
            page["items"].as_array().unwrap().iter().map(|one| text(one, "id").to_owned()).collect::<Vec<_>>()
        };
        let first = until("the task is in the inbox", || async { open().await.pop() }).await;
        app.advance(TimeDelta::seconds(61));
        waits_for(&house, &place, "ask", "retry").await;
        app.advance(TimeDelta::seconds(2));
        let second = until("the second takes the first one's place", || async {
            let open = open().await;
            (open.len() == 1 && open[0] != first).then(|| open[0].clone())
        })
        .await;
        let page = agent.post("/messages/take", json!({})).await.ok();
        let taken: Vec<_> = page["items"].as_array().unwrap().iter().map(|one| text(one, "id")).collect();
        assert_eq!(taken, [second.as_str()], "{}: {page}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_task_that_nobody_answers_fails() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "courier", None).await;
        let place = delegated(&house, &agent).await;
        app.advance(LASTS + TimeDelta::seconds(1));
        let by = app.with_token(&house.owner, countersign::domain::token::Scope::ALL).await;
        let ended = comes_to(&by, &place, &["failed"]).await;
        assert!(text(&ended, "error").contains("took longer"), "{ended}");
        app.stop().await;
    }
}
