//! The message bus: who gets what, at least once, who sees it, and what becomes of what nobody deals with.

use crate::support::app::{Agent, Caller, House, Jobs, apps, text, until};
use chrono::TimeDelta;
use countersign::args;
use countersign::server::services::messages::give_up;
use serde_json::{Value, json};
use std::time::Duration;

/// A team of these agents; its id.
async fn team(house: &House, agents: &[&Agent]) -> String {
    let team = house.owner.post("/teams", json!({"name": "Sales", "department": "sales"})).await.ok();
    let id = text(&team, "id").to_owned();
    for agent in agents {
        house.owner.post(format!("/teams/{id}/members"), json!({"agentId": agent.id})).await.ok();
    }
    id
}

async fn send(by: &Caller, to: Value, subject: &str) -> Value {
    let mut message = json!({"subject": subject, "content": format!("{subject}, please.")});
    message.as_object_mut().unwrap().extend(to.as_object().unwrap().clone());
    let sent = by.post("/messages", message).await;
    assert_eq!(sent.code(), 201, "{}", sent.text());
    sent.json()
}

async fn take(agent: &Agent) -> Vec<Value> {
    agent.post("/messages/take", json!({})).await.ok()["items"].as_array().unwrap().clone()
}

async fn acknowledge(agent: &Agent, message: &Value, body: Value) -> Value {
    agent.post(format!("/messages/{}/acknowledge", text(message, "id")), body).await.ok()
}

fn subjects(messages: &[Value]) -> Vec<&str> {
    messages.iter().map(|message| text(message, "subject")).collect()
}

async fn subjects_of(by: &Caller, query: &str) -> Vec<String> {
    let page = by.get(format!("/messages?{query}")).await.ok();
    page["items"].as_array().unwrap().iter().map(|one| text(one, "subject").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn each_agent_of_a_team_gets_its_own_and_the_message_is_as_far_as_the_last() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (scout, writer) =
            (app.agent(&house, "scout", None).await, app.agent(&house, "writer", None).await);
        let closer = app.agent(&house, "closer", None).await;
        let other = app.agent(&house, "other", None).await;
        let team = team(&house, &[&scout, &writer, &closer]).await;
        let sent = send(&scout, json!({"toTeamId": team, "type": "handoff"}), "Northwind").await;
        assert_eq!(
            (&sent["from"]["name"], &sent["type"], &sent["status"]),
            (&json!("Birch the scout"), &json!("handoff"), &json!("pending"))
        );
        assert_eq!(sent["deliveries"].as_array().unwrap().len(), 2, "not to who sent it: {sent}");
        assert!(take(&scout).await.is_empty() && take(&other).await.is_empty());

        let got = take(&writer).await;
        assert_eq!(subjects(&got), ["Northwind"], "{}", app.name());
        assert_eq!(got[0]["deliveries"].as_array().unwrap().len(), 1, "its own alone: {got:?}");
        acknowledge(&writer, &sent, json!({"status": "processed"})).await;
        let place = format!("/messages/{}", text(&sent, "id"));
        assert_eq!(house.viewer.get(&place).await.ok()["status"], "pending", "one has not taken it");
        assert_eq!(take(&closer).await.len(), 1);
        assert_eq!(house.viewer.get(&place).await.ok()["status"], "delivered");
        acknowledge(&closer, &sent, json!({"status": "read"})).await;
        assert_eq!(house.viewer.get(&place).await.ok()["status"], "read");
        acknowledge(&closer, &sent, json!({"status": "processed"})).await;
        let done = house.viewer.get(&place).await.ok();
        assert_eq!((&done["status"], done["deliveries"].as_array().unwrap().len()), (&json!("processed"), 2));

        // Who has no part in it sees nothing of it.
        other.get(&place).await.refused(404, "not_found");
        other
            .post(format!("{place}/acknowledge"), json!({"status": "processed"}))
            .await
            .refused(404, "not_found");
        assert!(subjects_of(&other, "").await.is_empty());
        assert_eq!(subjects_of(&scout, "").await, ["Northwind"]);
        assert_eq!(subjects_of(&closer, "threads=true").await, ["Northwind"]);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_acknowledged_comes_again_and_what_is_does_not() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let to = json!({"toAgentId": agent.id});
        let sent = send(&house.operator, to, "Quote").await;
        assert_eq!(take(&agent).await.len(), 1);
        assert!(take(&agent).await.is_empty(), "{}: handed out, for a minute", app.name());
        app.advance(TimeDelta::seconds(61));
        let again = take(&agent).await;
        assert_eq!((again.len(), &again[0]["deliveries"][0]["attempts"]), (1, &json!(2)));
        // Working on it takes longer than a minute.
        acknowledge(&agent, &sent, json!({"status": "read"})).await;
        app.advance(TimeDelta::minutes(10));
        assert!(take(&agent).await.is_empty());
        app.advance(TimeDelta::minutes(6));
        assert_eq!(take(&agent).await.len(), 1, "{}: it may have died over it", app.name());
        // A failure waits, and says why.
        let failed = acknowledge(&agent, &sent, json!({"status": "failed", "error": "No price list"})).await;
        assert_eq!(
            (&failed["deliveries"][0]["status"], &failed["deliveries"][0]["error"]),
            (&json!("pending"), &json!("No price list"))
        );
        assert!(take(&agent).await.is_empty());
        app.advance(TimeDelta::seconds(60));
        assert_eq!(take(&agent).await.len(), 1);
        for _ in 0..2 {
            let done = acknowledge(&agent, &sent, json!({"status": "processed"})).await;
            assert_eq!(done["status"], "processed", "{}: and a repeat changes nothing", app.name());
        }
        acknowledge(&agent, &sent, json!({"status": "failed"})).await;
        app.advance(TimeDelta::days(1));
        assert!(take(&agent).await.is_empty());
        let told = app
            .count("SELECT COUNT(*) FROM agent_action_audit_log WHERE event = 'message.processed' AND agent_id = $1", args![agent.id])
            .await;
        assert_eq!(told, 1, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_handed_out_too_often_or_lies_too_long_is_given_up_and_can_be_sent_again() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let deaf = app.agent(&house, "deaf", None).await;
        let sent = send(&house.operator, json!({"toAgentId": agent.id}), "Quote").await;
        for _ in 0..10 {
            assert_eq!(take(&agent).await.len(), 1);
            app.advance(TimeDelta::seconds(61));
        }
        assert!(take(&agent).await.is_empty(), "{}", app.name());
        assert_eq!(subjects_of(&house.viewer, "status=dead").await, ["Quote"]);
        let failed = agent
            .post(format!("/messages/{}/acknowledge", text(&sent, "id")), json!({"status": "read"}))
            .await;
        failed.refused(409, "refused");
        let again = format!("/messages/{}/redeliver", text(&sent, "id"));
        agent.post(&again, json!({"agentId": agent.id})).await.refused(403, "forbidden");
        house.operator.post(&again, json!({"agentId": deaf.id})).await.refused(409, "refused");
        house.operator.post(&again, json!({"agentId": agent.id})).await.ok();
        house.operator.post(&again, json!({"agentId": agent.id})).await.refused(409, "refused");
        assert_eq!(take(&agent).await.len(), 1);
        acknowledge(&agent, &sent, json!({"status": "processed"})).await;

        send(&house.operator, json!({"toAgentId": deaf.id}), "Nobody reads this").await;
        app.advance(TimeDelta::days(8));
        give_up(&app.db).await.unwrap();
        assert_eq!(subjects_of(&house.viewer, "status=dead").await, ["Nobody reads this"], "{}", app.name());
        assert!(take(&deaf).await.is_empty(), "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_urgent_comes_first_and_whoever_waits_is_told_at_once() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        for (subject, priority) in
            [("a", "low"), ("b", "urgent"), ("c", "normal"), ("d", "high"), ("e", "urgent")]
        {
            send(&house.operator, json!({"toAgentId": agent.id, "priority": priority}), subject).await;
        }
        let some = agent.post("/messages/take", json!({"max": 3})).await.ok();
        assert_eq!(subjects(some["items"].as_array().unwrap()), ["b", "e", "d"], "{}", app.name());
        assert_eq!(subjects(&take(&agent).await), ["c", "a"]);

        let waiting = {
            let caller = agent.caller.clone();
            tokio::spawn(async move { caller.post("/messages/take?wait=30", json!({})).await.ok() })
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!waiting.is_finished(), "{}: there was nothing", app.name());
        send(&house.operator, json!({"toAgentId": agent.id}), "now").await;
        let got = tokio::time::timeout(Duration::from_secs(10), waiting).await.expect("it is told").unwrap();
        assert_eq!(subjects(got["items"].as_array().unwrap()), ["now"]);
        app.stop().await;
    }
}

/// Every change leaves a row and an event. The rows say who wrote to whom and not what: agents may read the trail.
#[tokio::test(flavor = "multi_thread")]
async fn the_trail_knows_of_each_step_and_of_no_word() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (agent, other) = (app.agent(&house, "agent", None).await, app.agent(&house, "other", None).await);
        let sent = send(&other, json!({"toAgentId": agent.id}), "Zanzibar").await;
        take(&agent).await;
        for (status, error) in [("read", None), ("failed", Some("Zanzibar is closed")), ("processed", None)] {
            let mut body = json!({ "status": status });
            if let Some(error) = error {
                body["error"] = json!(error);
            }
            acknowledge(&agent, &sent, body).await;
        }
        let lost = send(&other, json!({"toAgentId": agent.id}), "Zanzibar again").await;
        app.advance(TimeDelta::days(8));
        give_up(&app.db).await.unwrap();
        let again = format!("/messages/{}/redeliver", text(&lost, "id"));
        house.operator.post(again, json!({"agentId": agent.id})).await.ok();

        let trail = agent.get("/audit?limit=200&event=message").await.ok();
        let rows = trail["items"].as_array().unwrap();
        let events: Vec<_> = rows.iter().rev().map(|row| text(row, "event")).collect();
        let expected =
            ["sent", "delivered", "read", "failed", "processed", "sent", "given_up", "redelivered"];
        assert_eq!(events, expected.map(|verb| format!("message.{verb}")), "{}", app.name());
        assert!(!trail.to_string().contains("Zanzibar"), "{}: {trail}", app.name());
        assert_eq!(
            text(rows.last().unwrap(), "description"),
            "Sent a message of Birch the other to Birch the agent"
        );
        let told = "SELECT COUNT(*) FROM events WHERE topic = 'message' AND subject_id = $1";
        // Sent twice and once more: the inbox is told each time, the thread of every step.
        assert_eq!(app.count(told, args![agent.id]).await, 3, "{}", app.name());
        for (thread, steps) in [(&sent, 5), (&lost, 3)] {
            let id: uuid::Uuid = text(thread, "threadId").parse().unwrap();
            assert_eq!(app.count(told, args![id]).await, steps, "{}", app.name());
        }
        app.stop().await;
    }
}

/// However many take at once, each message goes to one of them.
#[tokio::test(flavor = "multi_thread", worker_threads = 4)]
async fn many_hands_of_one_agent_take_each_message_once() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (agent, mate) = (app.agent(&house, "agent", None).await, app.agent(&house, "mate", None).await);
        let team = team(&house, &[&agent, &mate]).await;
        for n in 0..40 {
            send(&house.operator, json!({"toTeamId": team}), &format!("m{n}")).await;
        }
        let hands = (0..8).map(|n| {
            let caller = if n % 2 == 0 { agent.caller.clone() } else { mate.caller.clone() };
            tokio::spawn(async move {
                let mut got = Vec::new();
                loop {
                    let page = caller.post("/messages/take", json!({"max": 7})).await.ok();
                    let items = page["items"].as_array().unwrap().clone();
                    if items.is_empty() {
                        return (n % 2, got);
                    }
                    for one in items {
                        let place = format!("/messages/{}/acknowledge", text(&one, "id"));
                        caller.post(place, json!({"status": "processed"})).await.ok();
                        got.push(text(&one, "id").to_owned());
                    }
                }
            })
        });
        let mut taken = [Vec::new(), Vec::new()];
        for hand in hands.collect::<Vec<_>>() {
            let (whose, got) = hand.await.unwrap();
            taken[whose].extend(got);
        }
        for mut all in taken {
            all.sort();
            let count = all.len();
            all.dedup();
            assert_eq!((count, all.len()), (40, 40), "{}", app.name());
        }
        let left = house.viewer.get("/messages?limit=200").await.ok();
        let all = left["items"].as_array().unwrap();
        assert!(all.iter().all(|one| one["status"] == "processed"), "{}: {all:?}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn answers_make_a_thread() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (scout, writer) =
            (app.agent(&house, "scout", None).await, app.agent(&house, "writer", None).await);
        let first = send(&scout, json!({"toAgentId": writer.id, "type": "query"}), "Which price list?").await;
        app.advance(TimeDelta::minutes(1));
        send(&house.operator, json!({"toAgentId": writer.id}), "Something else").await;
        app.advance(TimeDelta::minutes(1));
        let answer = json!({"replyToId": first["id"], "content": "The one of November.", "type": "result"});
        let answer = writer.post("/messages", answer).await;
        assert_eq!(answer.code(), 201, "{}", answer.text());
        let answer = answer.json();
        assert_eq!(
            (&answer["threadId"], &answer["subject"], &answer["toAgentId"]),
            (&first["id"], &json!("Which price list?"), &json!(scout.id))
        );
        assert_eq!(subjects(&take(&scout).await), ["Which price list?"]);
        let threads = house.viewer.get("/messages?threads=true").await.ok();
        let threads = threads["items"].as_array().unwrap();
        assert_eq!(subjects(threads), ["Which price list?", "Something else"], "{}", app.name());
        assert_eq!((&threads[0]["replies"], &threads[1]["replies"]), (&json!(1), &json!(0)));
        let of = format!("/messages?threadId={}", text(&first, "id"));
        let thread = house.viewer.get(&of).await.ok();
        let said: Vec<_> =
            thread["items"].as_array().unwrap().iter().map(|one| text(one, "content")).collect();
        assert_eq!(said, ["Which price list?, please.", "The one of November."]);
        // Pages of it, and of the threads.
        let page = house.viewer.get(format!("{of}&limit=1")).await.ok();
        let next = house.viewer.get(format!("{of}&limit=1&cursor={}", text(&page, "nextCursor"))).await.ok();
        assert_eq!(text(&next["items"][0], "content"), "The one of November.");
        let page = house.viewer.get("/messages?threads=true&limit=1").await.ok();
        let next = house
            .viewer
            .get(format!("/messages?threads=true&limit=1&cursor={}", text(&page, "nextCursor")))
            .await
            .ok();
        assert_eq!(subjects(next["items"].as_array().unwrap()), ["Something else"]);
        // A person is answered in the thread.
        let asked = send(&house.operator, json!({"toAgentId": scout.id}), "How is it going?").await;
        let told = scout.post("/messages", json!({"replyToId": asked["id"], "content": "Well."})).await.ok();
        assert_eq!((&told["toAgentId"], told["deliveries"].as_array().unwrap().len()), (&Value::Null, 0));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_sent() {
    for app in apps(Jobs::Wait).await {
        let (house, elsewhere) = (app.house("Birch").await, app.house("Cedar").await);
        let agent = app.agent(&house, "agent", None).await;
        let stranger = app.agent(&elsewhere, "stranger", None).await;
        let empty = team(&house, &[]).await;
        let old = app.agent(&house, "old", None).await;
        house.owner.patch(format!("/agents/{}", old.id), json!({"status": "archived"})).await.ok();
        let long = "x".repeat(10_001);
        let to = json!(agent.id);
        for (body, pointer) in [
            (json!({"subject": "a", "content": "b"}), "/toAgentId"),
            (json!({"toAgentId": to, "toTeamId": empty, "subject": "a", "content": "b"}), "/toTeamId"),
            (json!({"toAgentId": stranger.id, "subject": "a", "content": "b"}), "/toAgentId"),
            (json!({"toAgentId": old.id, "subject": "a", "content": "b"}), "/toAgentId"),
            (json!({"toTeamId": empty, "subject": "a", "content": "b"}), "/toTeamId"),
            (json!({"toAgentId": to, "content": "b"}), "/subject"),
            (json!({"toAgentId": to, "subject": "a\u{202e}b", "content": "b"}), "/subject"),
            (json!({"toAgentId": to, "subject": "a", "content": " "}), "/content"),
            (json!({"toAgentId": to, "subject": "a", "content": long}), "/content"),
            (json!({"toAgentId": to, "subject": "a", "content": "b\u{0}"}), "/content"),
        ] {
            let answer = house.operator.post("/messages", body.clone()).await;
            assert_eq!(answer.code(), 422, "{body}: {}", answer.text());
            assert_eq!(answer.json()["errors"][0]["pointer"], pointer, "{body}: {}", answer.text());
        }
        let unknown = json!({"toAgentId": to, "subject": "a", "content": "b", "cc": "c"});
        assert_eq!(house.operator.post("/messages", unknown).await.code(), 422);
        house
            .viewer
            .post("/messages", json!({"toAgentId": to, "subject": "a", "content": "b"}))
            .await
            .refused(403, "forbidden");
        for query in ["threads=maybe", "status=lost", "type=letter", "agentId=7", "cursor=!", "limit=0"] {
            let answer = house.viewer.get(format!("/messages?{query}")).await;
            assert_eq!(answer.code(), 422, "{query}: {}", answer.text());
        }
        let taken = agent.post("/messages/take", json!({"max": 51})).await;
        assert_eq!(taken.json()["errors"][0]["pointer"], "/max", "{}", taken.text());
        house.owner.post("/messages/take", json!({})).await.refused(403, "forbidden");
        app.stop().await;
    }
}

/// What an approved action sends arrives like anything else.
#[tokio::test(flavor = "multi_thread")]
async fn an_approved_message_arrives() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let (agent, other) = (app.agent(&house, "agent", None).await, app.agent(&house, "other", None).await);
        let data = json!({"agentId": other.id, "content": "The quote is ready."});
        let action = json!({"actionType": "send_message", "actionData": data});
        let approval = crate::actions::queue(&agent, action).await;
        crate::actions::approve(&house.reviewer, &approval).await.ok();
        let got = until("it arrives", || async {
            let got = take(&other).await;
            (!got.is_empty()).then_some(got)
        })
        .await;
        assert_eq!(
            (&got[0]["content"], &got[0]["from"]["name"]),
            (&json!("The quote is ready."), &json!("Birch the agent")),
            "{}",
            app.name()
        );
        app.stop().await;
    }
}
