//! A request that is sent twice is done once.

use crate::actions::{approve, of_risk, pending, place, queue, submit, yes};
use crate::support::app::{Caller, Jobs, apps, text};
use axum::http::Method;
use countersign::args;
use serde_json::{Value, json};

async fn keyed(by: &Caller, path: &str, body: &Value, key: &str) -> crate::support::app::Answer {
    by.send(Method::POST, path, Some(body.to_string().into_bytes()), &[("idempotency-key", key)]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_external_ref_names_one_request() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (agent, other) = (app.agent(&house, "agent", None).await, app.agent(&house, "other", None).await);
        for risk in ["low", "medium"] {
            let mut action = of_risk(risk);
            action["externalRef"] = json!(format!("order-{risk}"));
            let first = submit(&agent, action.clone()).await;
            let again = submit(&agent, action.clone()).await;
            assert_eq!(first["approval"]["id"], again["approval"]["id"], "{}", app.name());
            assert_eq!(first["verdict"], again["verdict"]);
            let elsewhere = submit(&other, action.clone()).await;
            assert_ne!(
                first["approval"]["id"],
                elsewhere["approval"]["id"],
                "{}: another's name",
                app.name()
            );
            let trail = app.trail(text(&first["approval"], "id")).await;
            assert_eq!(trail.len(), if risk == "low" { 2 } else { 1 }, "{}: {trail:?}", app.name());
            // The repeat of a decided request says what became of it.
            if risk == "medium" {
                approve(&house.reviewer, &first["approval"]).await.ok();
                let later = submit(&agent, action).await;
                assert_eq!(later["approval"]["status"], "approved", "{}: {later}", app.name());
            }
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn repeats_at_once_make_one_request() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        for round in 0..5 {
            let mut action = of_risk(if round % 2 == 0 { "low" } else { "medium" });
            action["externalRef"] = json!(format!("round-{round}"));
            let tries: Vec<_> = (0..6)
                .map(|_| {
                    let (by, action) = (agent.caller.clone(), action.clone());
                    tokio::spawn(async move { submit(&by, action).await })
                })
                .collect();
            let mut ids = Vec::new();
            for one in tries {
                ids.push(text(&one.await.unwrap()["approval"], "id").to_owned());
            }
            ids.dedup();
            assert_eq!(ids.len(), 1, "{}: {ids:?}", app.name());
        }
        assert_eq!(
            app.count("SELECT COUNT(*) FROM agent_pending_actions", args![]).await,
            5,
            "{}",
            app.name()
        );
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_key_gives_the_same_answer_to_the_same_request() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let action = of_risk("medium");
        for (path, key) in [("/actions", "key-1"), ("/approvals", "key-2")] {
            let first = keyed(&agent, path, &action, key).await;
            let again = keyed(&agent, path, &action, key).await;
            assert_eq!((first.status, &first.body), (again.status, &again.body), "{}: {path}", app.name());
            assert_eq!(
                (first.header("idempotency-replayed"), again.header("idempotency-replayed")),
                ("", "true")
            );
            let problem =
                keyed(&agent, path, &of_risk("low"), key).await.refused(422, "idempotency_mismatch");
            assert!(problem["detail"].is_string());
        }
        assert_eq!(app.count("SELECT COUNT(*) FROM agent_pending_actions", args![]).await, 2);
        // A decision that is sent again is not a lost race.
        let approval = pending(&agent).await;
        let (path, decision) = (place(&approval), yes(&approval));
        let first = keyed(&house.reviewer, &path, &decision, "key-3").await;
        let again = keyed(&house.reviewer, &path, &decision, "key-3").await;
        assert_eq!((first.code(), &first.body), (200, &again.body), "{}: {}", app.name(), again.text());
        house.second.post(&path, decision.clone()).await.refused(409, "conflict");
        // A crash may lose the kept answer; the decision knows its key by itself.
        let mut tx = app.db.begin().await.unwrap();
        tx.execute("DELETE FROM idempotency_keys", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let found = keyed(&house.reviewer, &path, &decision, "key-3").await.ok();
        assert_eq!(found["approval"]["status"], "approved", "{}: {found}", app.name());
        keyed(&house.reviewer, &path, &decision, "key-4").await.refused(409, "conflict");
        // Another person's key is another key.
        keyed(&house.second, &path, &decision, "key-3").await.refused(409, "conflict");
        assert_eq!(app.trail(text(&approval, "id")).await, ["approval.requested", "approval.approved"]);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn keys_that_nobody_can_repeat_are_refused() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        for key in ["with space", &"k".repeat(256)] {
            keyed(&agent, "/actions", &of_risk("low"), key).await.refused(422, "invalid");
        }
        let headers = [("idempotency-key", "a"), ("idempotency-key", "b")];
        let body = of_risk("low").to_string().into_bytes();
        agent.send(Method::POST, "/actions", Some(body), &headers).await.refused(422, "invalid");
        let approval = queue(&agent, of_risk("medium")).await;
        assert_eq!(approval["status"], "pending", "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn server_functions_take_the_same_key() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let body = json!({"input": of_risk("medium")});
        let first = keyed(&agent, "/api/fn/actions/submit", &body, "key-1").await;
        let again = keyed(&agent, "/api/fn/actions/submit", &body, "key-1").await;
        assert_eq!(first.ok()["approval"]["id"], again.ok()["approval"]["id"], "{}", app.name());
        assert_eq!(app.count("SELECT COUNT(*) FROM agent_pending_actions", args![]).await, 1);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_with_a_secret_is_written_down_nowhere() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let token = json!({"input": {"name": "Mine", "scopes": ["approvals:read"]}});
        let webhook = json!({"input": {"name": "Ours", "url": "https://example.test/hook"}});
        for (path, body, key) in
            [("tokens/create", token, "cs_"), ("webhooks/create", webhook.clone(), "whsec_")]
        {
            let path = format!("/api/fn/{path}");
            let first = keyed(&house.owner, &path, &body, key).await;
            assert_eq!(first.code(), 200, "{}", first.text());
            assert!(first.text().contains(key), "{}", first.text());
            let again = keyed(&house.owner, &path, &body, key).await;
            assert_eq!(again.code(), 409, "{}: {}", app.name(), again.text());
            assert!(!again.text().contains(key));
        }
        let kept: Vec<(Option<String>,)> = app.rows("SELECT body FROM idempotency_keys", args![]).await;
        assert_eq!(kept, [(None,), (None,)], "{}", app.name());
        app.stop().await;
    }
}
