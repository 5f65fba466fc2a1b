//! Notices for webhooks: signed as the public library of Standard Webhooks checks it, tried again over days, switched
//! off when nothing arrives, replayed, and under a rotated secret.

use crate::actions::{of_risk, queue};
use crate::notifications::{set_up, settled, told};
use crate::receiver::{Received, Receiver};
use crate::support::app::{App, House, Jobs, apps_with, text, until};
use chrono::TimeDelta;
use countersign::server::actions::outside::guard::network;
use countersign::server::config::{Cidr, Config};
use serde_json::{Value, json};
use standardwebhooks::Webhook;

pub fn open_to_loopback(config: &mut Config) {
    config.webhooks.allow_http = true;
    config.webhooks.allow_private = vec![Cidr(network("127.0.0.0/8").unwrap())];
    config.public_url = Some("https://countersign.example".to_owned());
}

/// A webhook that gets notices of these kinds, with its secret.
async fn webhook(house: &House, receiver: &Receiver, format: &str, kinds: &[&str]) -> (Value, String) {
    let new = json!({"input": {"name": format!("{} {format}", house.name), "url": receiver.url()}});
    let made = house.owner.post("/api/fn/webhooks/create", new).await.ok();
    let id = &made["webhook"]["id"];
    let wanted = json!({"id": id, "input": {"format": format, "notices": kinds}});
    let hook = house.owner.post("/api/fn/webhooks/set-notices", wanted).await.ok();
    (hook, text(&made, "secret").to_owned())
}

async fn log(house: &House, hook: &Value) -> Vec<Value> {
    let found = house.admin.post("/api/fn/webhooks/deliveries", json!({"id": hook["id"]})).await.ok();
    found["items"].as_array().unwrap().clone()
}

async fn fresh(house: &House, hook: &Value) -> Value {
    house.admin.post("/api/fn/webhooks/get", json!({"id": hook["id"]})).await.ok()
}

fn body(received: &Received) -> Value {
    serde_json::from_slice(&received.body).unwrap()
}

async fn last(app: &App, receiver: &Receiver, count: usize) -> Received {
    until(&format!("{count} calls on {}", app.name()), || async {
        let all = receiver.received();
        (all.len() == count).then(|| all[count - 1].clone())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn signed_for_the_public_library_and_under_both_secrets_after_a_rotation() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let receiver = Receiver::start().await;
        let (hook, secret) = webhook(&house, &receiver, "standard", &["approval_needed"]).await;
        for _ in 0..3 {
            queue(&agent, of_risk("high")).await;
        }
        settled(&app).await;
        let first = last(&app, &receiver, 1).await;
        Webhook::new(&secret).unwrap().verify(&first.body, &first.headers).unwrap();
        let message = body(&first);
        assert_eq!(
            (&message["type"], &message["data"]["count"]),
            (&json!("notice.approval_needed"), &json!(3))
        );
        let url = text(&message["data"]["items"][0], "url");
        assert!(url.starts_with("https://countersign.example/approvals/"), "{url}");

        let rotated = house
            .owner
            .post("/api/fn/webhooks/rotate", json!({"id": hook["id"], "version": hook["version"]}))
            .await
            .ok();
        let new = text(&rotated, "secret").to_owned();
        assert_ne!(new, secret);
        queue(&agent, of_risk("high")).await;
        settled(&app).await;
        let second = last(&app, &receiver, 2).await;
        for secret in [&secret, &new] {
            Webhook::new(secret).unwrap().verify(&second.body, &second.headers).unwrap();
        }
        app.advance(TimeDelta::hours(25));
        queue(&agent, of_risk("high")).await;
        settled(&app).await;
        let third = last(&app, &receiver, 3).await;
        let signatures = third.headers["webhook-signature"].to_str().unwrap();
        assert_eq!(signatures.split(' ').count(), 1, "{}: the old one is over", app.name());
        // The old version of the webhook cannot be rotated again.
        house
            .owner
            .post("/api/fn/webhooks/rotate", json!({"id": hook["id"], "version": hook["version"]}))
            .await
            .refused(412, "changed");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn slack_gets_a_text_and_its_address_stays_with_the_admins() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let receiver = Receiver::start().await;
        let (hook, _) = webhook(&house, &receiver, "slack", &["approval_needed", "request_decided"]).await;
        queue(&agent, of_risk("high")).await;
        settled(&app).await;
        let message = body(&last(&app, &receiver, 1).await);
        assert!(text(&message, "text").starts_with("*An approval needs you*\n• "), "{message}");
        assert_eq!(message.as_object().unwrap().len(), 1, "{message}");
        let seen = house.viewer.post("/api/fn/webhooks/get", json!({"id": hook["id"]})).await.ok();
        assert_eq!(text(&seen, "url"), format!("http://{}/…", receiver.address), "{}", app.name());
        assert_eq!(text(&fresh(&house, &hook).await, "url"), receiver.url());
        let wrong = json!({"id": hook["id"], "input": {"notices": ["message"]}});
        house.owner.post("/api/fn/webhooks/set-notices", wrong).await.refused(422, "invalid");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_dead_receiver_is_tried_for_three_days_then_switched_off_and_a_message_can_be_replayed() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let receiver = Receiver::start().await;
        let (hook, secret) = webhook(&house, &receiver, "standard", &["approval_needed"]).await;
        receiver.answers(503);
        queue(&agent, of_risk("high")).await;
        settled(&app).await;
        last(&app, &receiver, 1).await;
        let mut tries = 1;
        for wait in [5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000] {
            let waiting = until("it waits", || async {
                let one = log(&house, &hook).await.remove(0);
                (one["state"] == "waiting").then_some(one)
            })
            .await;
            assert_eq!(waiting["attempts"], tries, "{}", app.name());
            assert!(text(&waiting, "answer").contains("503"), "{waiting}");
            assert_eq!(receiver.received().len() as i64, tries, "{}: not before its time", app.name());
            app.advance(TimeDelta::seconds(wait));
            tries += 1;
            last(&app, &receiver, tries as usize).await;
        }
        assert_eq!(fresh(&house, &hook).await["enabled"], true, "{}", app.name());
        until("it waits", || async { (log(&house, &hook).await[0]["state"] == "waiting").then_some(()) })
            .await;
        app.advance(TimeDelta::hours(24));
        last(&app, &receiver, 10).await;
        let off = until("it is switched off", || async {
            let hook = fresh(&house, &hook).await;
            (hook["enabled"] == false).then_some(hook)
        })
        .await;
        assert_eq!(off["offReason"], "Nothing reached it for 3 days.", "{}", app.name());
        let given_up = log(&house, &hook).await.remove(0);
        assert_eq!((&given_up["state"], &given_up["attempts"]), (&json!("failed"), &json!(10)), "{given_up}");
        settled(&app).await;
        let admin = told(&house.admin).await;
        assert!(
            admin.iter().any(|one| one["kind"] == "webhook_off" && one["href"] == "/settings/webhooks"),
            "{admin:?}"
        );
        assert!(told(&house.reviewer).await.iter().all(|one| one["kind"] != "webhook_off"));
        let ids: std::collections::BTreeSet<_> = receiver
            .received()
            .iter()
            .map(|one| one.headers["webhook-id"].clone())
            .map(|id| id.to_str().unwrap().to_owned())
            .collect();
        assert_eq!(ids.len(), 1, "{}: one message has one id", app.name());

        let replay = json!({"id": given_up["id"]});
        house.admin.post("/api/fn/webhooks/replay", replay.clone()).await.refused(409, "refused");
        receiver.answers(204);
        let on = json!({"id": hook["id"], "input": {"enabled": true}});
        assert_eq!(house.admin.post("/api/fn/webhooks/patch", on).await.ok()["offReason"], Value::Null);
        house.admin.post("/api/fn/webhooks/replay", replay).await.ok();
        let again = last(&app, &receiver, 11).await;
        assert_eq!(again.headers["webhook-id"].to_str().unwrap(), text(&given_up, "id"));
        until("it arrived", || async { (log(&house, &hook).await[0]["state"] == "delivered").then_some(()) })
            .await;
        assert!(!String::from_utf8_lossy(&again.body).contains(&secret));
        app.stop().await;
    }
}
