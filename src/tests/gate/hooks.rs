//! Workflows that signed webhooks start. The public library of Standard Webhooks signs them.

use crate::executions::comes_to;
use crate::support::app::{Answer, App, House, Jobs, apps, apps_with, text};
use crate::workflows::{published, set};
use axum::http::Method;
use chrono::TimeDelta;
use countersign::args;
use serde_json::{Value, json};
use standardwebhooks::Webhook;

/// What a sender knows: where webhooks go, and what signs them.
struct Sender {
    /// The workflow's id.
    workflow: String,
    path: String,
    secret: String,
}

impl Sender {
    /// Signed and sent now.
    async fn send(&self, app: &App, id: &str, body: &str) -> Answer {
        let now = now(app);
        let signature = sign(&self.secret, id, now, body);
        deliver(app, &self.path, &signed(id, &now.to_string(), &signature), body).await
    }
}

fn now(app: &App) -> i64 {
    app.db.clock.now().timestamp()
}

fn sign(secret: &str, id: &str, at: i64, body: &str) -> String {
    Webhook::new(secret).unwrap().sign(id, at, body.as_bytes()).unwrap()
}

fn signed<'a>(id: &'a str, at: &'a str, signature: &'a str) -> [(&'a str, &'a str); 3] {
    [("webhook-id", id), ("webhook-timestamp", at), ("webhook-signature", signature)]
}

async fn deliver(app: &App, path: &str, headers: &[(&str, &str)], body: &str) -> Answer {
    app.nobody().send(Method::POST, path, Some(body.as_bytes().to_vec()), headers).await
}

/// A published workflow that webhooks start, without a secret; its id.
async fn without_secret(house: &House, name: &str) -> String {
    let steps = json!([set("see", json!({"n": "{{ input.event.order }}"}), None)]);
    let id = published(house, name, None, steps).await;
    let trigger = json!({"trigger": {"kind": "webhook"}});
    let changed = house.operator.patch(format!("/workflows/{id}"), trigger).await.ok();
    assert_eq!(changed["trigger"], json!({"kind": "webhook"}));
    id
}

/// A new secret of a workflow.
async fn secret(house: &House, workflow: &str) -> String {
    let made = house.operator.post(format!("/workflows/{workflow}/secret"), Value::Null).await;
    assert_eq!(made.code(), 201, "{}", made.text());
    let made = made.json();
    assert_eq!(made["url"], json!(format!("http://127.0.0.1:3000/api/hooks/{workflow}")));
    text(&made, "secret").to_owned()
}

/// A published workflow that webhooks start, with its secret.
async fn hooked(house: &House, name: &str) -> Sender {
    let workflow = without_secret(house, name).await;
    let secret = secret(house, &workflow).await;
    Sender { path: format!("/api/hooks/{workflow}"), workflow, secret }
}

async fn started(house: &House, workflow: &str) -> usize {
    let page = house.viewer.get(format!("/workflows/executions?workflowId={workflow}")).await.ok();
    page["items"].as_array().unwrap().len()
}

/// How its webhook stands, as the workflow's page shows it.
async fn stands(house: &House, workflow: &str) -> Value {
    house.viewer.get(format!("/workflows/{workflow}/secret")).await.ok()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_signed_webhook_starts_a_workflow_once() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let sender = hooked(&house, "Orders").await;
        let body = r#"{"order": 7, "by": {"name": "Ada"}}"#;
        let first = sender.send(&app, "msg_1", body).await;
        assert_eq!(first.code(), 202, "{}: {}", app.name(), first.text());
        let place = format!("/workflows/executions/{}", text(&first.json(), "executionId"));
        let ended = comes_to(&house.viewer, &place, &["completed"]).await;
        assert_eq!(ended["output"], json!({"n": 7}), "{}: {ended}", app.name());
        assert_eq!(ended["input"], json!({"event": {"order": 7, "by": {"name": "Ada"}}}));
        assert_eq!(
            (&ended["startedBy"]["kind"], &ended["startedBy"]["name"]),
            (&json!("system"), &json!("Webhook of Orders"))
        );
        // A repeat, which its sender signs anew, is told what the first one started.
        app.advance(TimeDelta::minutes(10));
        let again = sender.send(&app, "msg_1", body).await;
        assert_eq!((again.code(), again.json()), (202, first.json()), "{}", app.name());
        assert_eq!(started(&house, &sender.workflow).await, 1);

        // One of several signatures is enough, and the content type is the sender's affair.
        let at = now(&app);
        let several = format!("v1,AAAA v1a,AAAA {}", sign(&sender.secret, "msg_2", at, body));
        let time = at.to_string();
        let mut headers = signed("msg_2", &time, &several).to_vec();
        headers.push(("content-type", "text/plain"));
        let second = deliver(&app, &sender.path, &headers, body).await;
        assert_eq!(second.code(), 202, "{}", second.text());
        assert_ne!(second.json(), first.json());
        assert_eq!(started(&house, &sender.workflow).await, 2);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_at_once_start_one_execution() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let sender = hooked(&house, "Orders").await;
        for round in 0..4 {
            let (id, body) = (format!("msg_{round}"), r#"{"order": 7}"#);
            let tries = (0..8).map(|_| sender.send(&app, &id, body));
            let answers = futures::future::join_all(tries).await;
            for answer in &answers {
                assert_eq!((answer.code(), answer.json()), (202, answers[0].json()), "{}", app.name());
            }
            assert_eq!(started(&house, &sender.workflow).await, round + 1, "{}", app.name());
        }
        app.stop().await;
    }
}

/// The problem without what is each request's own.
fn told(answer: &Answer) -> Value {
    let mut problem = answer.refused(401, "bad_signature");
    problem.as_object_mut().unwrap().remove("instance");
    problem
}

#[tokio::test(flavor = "multi_thread")]
async fn whatever_is_wrong_with_a_signature_is_the_same() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (sender, other) = (hooked(&house, "Orders").await, hooked(&house, "Returns").await);
        let bare = without_secret(&house, "No secret").await;
        let manual = hooked(&house, "By people again").await;
        let place = format!("/workflows/{}", manual.workflow);
        house.operator.patch(place, json!({"trigger": {"kind": "manual"}})).await.ok();
        let (path, id, body) = (sender.path.as_str(), "msg_1", r#"{"order": 7}"#);
        let at = now(&app);
        let time = at.to_string();
        let good = sign(&sender.secret, id, at, body);
        let good_headers = signed(id, &time, &good);
        let mut all = Vec::new();
        for (what, id, at, signature, body) in [
            ("another workflow's secret", id, at, sign(&other.secret, id, at, body), body),
            ("no signature", id, at, String::new(), body),
            ("another version", id, at, good.replace("v1,", "v2,"), body),
            ("a part of it", id, at, good[..good.len() - 1].to_owned(), body),
            ("another body", id, at, good.clone(), r#"{"order": 8}"#),
            ("no JSON", id, at, good.clone(), "order=8"),
            ("another id", "msg_2", at, good.clone(), body),
            ("another time", id, at - 1, good.clone(), body),
            ("too old", id, at - 400, sign(&sender.secret, id, at - 400, body), body),
            ("of the future", id, at + 400, sign(&sender.secret, id, at + 400, body), body),
        ] {
            let time = at.to_string();
            let answer = deliver(&app, path, &signed(id, &time, &signature), body).await;
            all.push((what.to_owned(), answer));
        }
        for missing in 0..3 {
            let mut headers = good_headers.to_vec();
            let (name, _) = headers.remove(missing);
            all.push((format!("no {name}"), deliver(&app, path, &headers, body).await));
        }
        let no_time = sign(&sender.secret, id, 0, body);
        all.push(("no time".to_owned(), deliver(&app, path, &signed(id, "now", &no_time), body).await));
        let nobodys = format!("/api/hooks/{}", app.db.clock.id());
        all.push(("an unknown workflow".to_owned(), deliver(&app, &nobodys, &good_headers, body).await));
        let bare = format!("/api/hooks/{bare}");
        all.push(("no secret".to_owned(), deliver(&app, &bare, &good_headers, body).await));
        all.push(("another trigger".to_owned(), manual.send(&app, id, body).await));
        let owner = &house.owner.caller;
        let by_owner = owner.send(Method::POST, path, Some(body.as_bytes().to_vec()), &[]).await;
        all.push(("a credential instead".to_owned(), by_owner));

        let first = told(&all[0].1);
        for (what, answer) in &all {
            assert_eq!(told(answer), first, "{}: {what}", app.name());
        }
        let none = app.count("SELECT COUNT(*) FROM agent_workflow_executions", args![]).await;
        assert_eq!(none, 0, "{}", app.name());
        assert_eq!(deliver(&app, path, &good_headers, body).await.code(), 202, "the good one is good");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_former_secret_counts_for_a_day() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let oldest = hooked(&house, "Orders").await;
        let body = r#"{"order": 7}"#;
        let with =
            |secret: String| Sender { workflow: oldest.workflow.clone(), path: oldest.path.clone(), secret };
        let before = stands(&house, &oldest.workflow).await;
        assert!(before["madeAt"].is_string() && before["formerUntil"].is_null(), "{before}");
        let old = with(secret(&house, &oldest.workflow).await);
        assert_eq!(oldest.send(&app, "msg_1", body).await.code(), 202, "{}", app.name());
        let new = with(secret(&house, &oldest.workflow).await);
        told(&oldest.send(&app, "msg_2", body).await);
        assert!(stands(&house, &oldest.workflow).await["formerUntil"].is_string());
        app.advance(TimeDelta::hours(23));
        for (sender, id) in [(&old, "msg_3"), (&new, "msg_4")] {
            assert_eq!(sender.send(&app, id, body).await.code(), 202, "{}: {id}", app.name());
        }
        app.advance(TimeDelta::hours(2));
        told(&old.send(&app, "msg_5", body).await);
        // Not even a repeat of what it started.
        told(&old.send(&app, "msg_3", body).await);
        assert_eq!(new.send(&app, "msg_6", body).await.code(), 202, "{}", app.name());
        let after = stands(&house, &oldest.workflow).await;
        assert!(after["madeAt"].is_string() && after["formerUntil"].is_null(), "{after}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_signed_is_told_why_it_starts_nothing() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let sender = hooked(&house, "Orders").await;
        let body = r#"{"order": 7}"#;
        for wrong in
            ["[{\"order\": 7}]", "7", "null", "order=7", "", "{\"a\": 1, \"a\": 2}", "{\"n\": 1e300}"]
        {
            sender.send(&app, "msg_1", wrong).await.refused(422, "invalid");
        }
        let long = "m".repeat(201);
        let problem = sender.send(&app, &long, body).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "webhook-id", "{}", app.name());
        assert_eq!(sender.send(&app, &long[1..], body).await.code(), 202, "{}", app.name());

        let place = format!("/workflows/{}", sender.workflow);
        let first = sender.send(&app, "msg_2", body).await.ok();
        for status in ["paused", "archived"] {
            house.operator.patch(&place, json!({"status": status})).await.ok();
            sender.send(&app, "msg_3", body).await.refused(409, "refused");
            assert_eq!(sender.send(&app, "msg_2", body).await.ok(), first, "{}: {status}", app.name());
        }
        house.operator.patch(&place, json!({"status": "active"})).await.ok();
        assert_eq!(sender.send(&app, "msg_3", body).await.code(), 202);

        let definition = json!({"start": "a", "steps": [set("a", json!({}), None)]});
        let draft = json!({"name": "Draft", "trigger": {"kind": "webhook"}, "definition": definition});
        let draft = text(&house.operator.post("/workflows", draft).await.ok(), "id").to_owned();
        let secret = secret(&house, &draft).await;
        let unpublished = Sender { path: format!("/api/hooks/{draft}"), workflow: draft, secret };
        unpublished.send(&app, "msg_1", body).await.refused(409, "refused");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn people_who_may_change_a_workflow_make_its_secret_and_nobody_reads_it() {
    for app in apps(Jobs::Wait).await {
        let (house, other) = (app.house("Birch").await, app.house("Rowan").await);
        let agent = app.agent(&house, "scout", None).await;
        let workflow = without_secret(&house, "Orders").await;
        let place = format!("/workflows/{workflow}/secret");
        let none = stands(&house, &workflow).await;
        assert_eq!((&none["madeAt"], &none["formerUntil"]), (&Value::Null, &Value::Null));
        for who in [&house.viewer.caller, &house.reviewer.caller, &agent.caller] {
            who.post(&place, Value::Null).await.refused(403, "forbidden");
        }
        other.owner.post(&place, Value::Null).await.refused(404, "not_found");
        other.owner.get(&place).await.refused(404, "not_found");
        app.nobody().post(&place, Value::Null).await.refused(401, "unauthenticated");
        assert_eq!(stands(&house, &workflow).await, none, "{}", app.name());

        // What a key's first answer showed is not shown again.
        let key = [("idempotency-key", "once")];
        let made = house.operator.send(Method::POST, &place, None, &key).await;
        let secret = text(&made.ok(), "secret").to_owned();
        assert!(secret.starts_with("whsec_"), "{secret}");
        house.operator.send(Method::POST, &place, None, &key).await.refused(409, "refused");
        let shown = stands(&house, &workflow).await.to_string();
        assert!(!shown.contains("whsec_"), "{shown}");
        let row = "SELECT COUNT(*) FROM agent_action_audit_log WHERE workspace_id = $1 AND event = $2";
        let rows = app.count(row, args![house.id, "workflow.secret_made"]).await;
        assert_eq!(rows, 1, "{}", app.name());

        // Only what webhooks start has a secret; who deletes it deletes the secret.
        let manual = published(&house, "By people", None, json!([set("a", json!({}), None)])).await;
        house.operator.post(format!("/workflows/{manual}/secret"), Value::Null).await.refused(409, "refused");
        assert_eq!(house.operator.delete(format!("/workflows/{workflow}")).await.code(), 204);
        assert_eq!(app.count("SELECT COUNT(*) FROM workflow_secrets", args![]).await, 0, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_form_makes_a_secret_and_hands_it_to_the_workflows_page() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let workflow = without_secret(&house, "Orders").await;
        let made = house.operator.post("/api/fn/workflows/secret", json!({"id": workflow})).await.ok();
        assert!(text(&made, "secret").starts_with("whsec_"), "{made}");
        let headers = [
            ("content-type", "application/x-www-form-urlencoded"),
            ("accept", "text/html"),
            ("referer", "http://127.0.0.1:3000/workflows"),
        ];
        let form = format!("_form=workflow-secret&id={workflow}").into_bytes();
        let answer =
            house.operator.send(Method::POST, "/api/fn/workflows/secret", Some(form), &headers).await;
        let page = format!("/workflows/{workflow}");
        assert_eq!((answer.code(), answer.header("location")), (303, page.as_str()), "{}", answer.text());
        let cookie = answer.header("set-cookie");
        assert!(cookie.starts_with("cs_shown_once="), "{cookie}");
        assert!(cookie.contains("; Path=/workflows; ") && cookie.contains("; HttpOnly"), "{cookie}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn senders_without_a_signature_are_limited_by_their_address() {
    for app in apps_with(Jobs::Wait, |config| config.limits.anonymous_per_minute = 2).await {
        let path = format!("/api/hooks/{}", app.db.clock.id());
        let mut codes = Vec::new();
        for _ in 0..3 {
            codes.push(deliver(&app, &path, &[], "{}").await.code());
        }
        assert_eq!(codes, [401, 401, 429], "{}", app.name());
        app.stop().await;
    }
}
