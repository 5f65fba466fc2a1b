//! A POST sent twice with one key is done once.

use super::databases::databases;
use super::support::*;
use axum::body::Body;
use axum::http::Request;
use chrono::TimeDelta;
use countersign::server::storage::idempotency::{Answer, Claim, IdempotencyKey};
use countersign::server::storage::upkeep::Schema;
use std::sync::atomic::Ordering;
use tokio::sync::Mutex;

/// The counter of work is one for the process.
static ALONE: Mutex<()> = Mutex::const_new(());

const WORK_PATH: &str = "/api/orchestration/work";

fn keyed(key: &str, mode: &str) -> Request<Body> {
    keyed_by(AGENT, key, mode)
}

fn keyed_by(token: &str, key: &str, mode: &str) -> Request<Body> {
    request("POST", WORK_PATH)
        .header("authorization", bearer(token))
        .header("content-type", "application/json")
        .header("idempotency-key", key)
        .body(Body::from(format!("{{\"mode\":\"{mode}\"}}")))
        .unwrap()
}

fn done() -> usize {
    WORK.load(Ordering::SeqCst)
}

#[tokio::test]
async fn a_repeat_gets_the_first_answer() {
    let _alone = ALONE.lock().await;
    let app = app().await;
    let before = done();
    let first = app.send(keyed("k1", "plain")).await;
    assert_eq!((first.status.as_u16(), first.header("idempotency-replayed")), (201, ""));
    let second = app.send(keyed("k1", "plain")).await;
    assert_eq!((second.status.as_u16(), second.header("idempotency-replayed")), (201, "true"));
    assert_eq!((&second.text, second.header("content-type")), (&first.text, "application/json"));
    app.send(keyed("k1", "other")).await.problem(422, "idempotency_mismatch");
    assert_eq!(done() - before, 1);
    assert_eq!(app.send(keyed_by(OTHER_AGENT, "k1", "plain")).await.status, 201);
    assert_eq!(done() - before, 2);
}

#[tokio::test]
async fn refusals_are_kept_and_what_may_pass_is_not() {
    let _alone = ALONE.lock().await;
    let app = app().await;
    let before = done();
    for _ in 0..2 {
        let refused = app.send(keyed("no", "refused")).await;
        assert_eq!(refused.json()["code"], "refused");
        assert_eq!(refused.status, 409);
    }
    assert_eq!(done() - before, 1);
    for _ in 0..2 {
        app.send(keyed("later", "broken")).await.problem(503, "unavailable");
        app.send(keyed("bang", "panic")).await.problem(500, "internal");
    }
    assert_eq!(done() - before, 5);
}

#[tokio::test]
async fn a_secret_is_shown_once_and_never_stored() {
    let _alone = ALONE.lock().await;
    let app = app().await;
    let before = done();
    assert_eq!(app.send(keyed("s", "secret")).await.json()["token"], "cs_x");
    app.send(keyed("s", "secret")).await.problem(409, "refused");
    assert_eq!(done() - before, 1);
}

#[tokio::test]
async fn twins_at_the_same_time_do_the_work_once() {
    let _alone = ALONE.lock().await;
    let app = app().await;
    let before = done();
    let twins = futures::future::join_all((0..8).map(|_| app.send(keyed("twin", "slow")))).await;
    let created = twins.iter().filter(|twin| twin.status == 201).count();
    let running: Vec<_> = twins.iter().filter(|twin| twin.status == 409).collect();
    assert_eq!((created, running.len()), (1, 7));
    for twin in running {
        twin.problem(409, "refused");
        assert_eq!(twin.header("retry-after"), "1");
    }
    assert_eq!(done() - before, 1);
}

#[tokio::test]
async fn hanging_up_does_not_stop_the_work() {
    let _alone = ALONE.lock().await;
    let app = app().await;
    let before = done();
    let gone =
        tokio::time::timeout(std::time::Duration::from_millis(100), app.send(keyed("gone", "slow"))).await;
    assert!(gone.is_err());
    tokio::time::sleep(std::time::Duration::from_millis(600)).await;
    let again = app.send(keyed("gone", "slow")).await;
    assert_eq!((again.status.as_u16(), again.header("idempotency-replayed")), (201, "true"));
    assert_eq!(done() - before, 1);
}

#[tokio::test]
async fn a_claim_of_a_dead_process_lapses_on_both_engines() {
    for test in databases().await {
        let db = test.node().await;
        let key = IdempotencyKey {
            workspace_id: WORKSPACE,
            holder_id: uuid::Uuid::nil(),
            key: "k".to_owned(),
            hash: "h".to_owned(),
        };
        let claim = async || db.idempotency_claim(&key).await.unwrap();
        assert_eq!(claim().await, Claim::New, "{}", test.name);
        assert_eq!(claim().await, Claim::Running, "{}", test.name);
        test.clock.advance(TimeDelta::seconds(5));
        db.idempotency_refresh(&key).await.unwrap();
        test.clock.advance(TimeDelta::seconds(5));
        assert_eq!(claim().await, Claim::Running, "{}", test.name);
        test.clock.advance(TimeDelta::seconds(10));
        let twins = futures::future::join_all((0..8).map(|_| claim())).await;
        assert_eq!(twins.iter().filter(|claim| **claim == Claim::New).count(), 1, "{}", test.name);
        db.idempotency_free(&key).await.unwrap();
        let twins = futures::future::join_all((0..8).map(|_| claim())).await;
        assert_eq!(twins.iter().filter(|claim| **claim == Claim::New).count(), 1, "{}", test.name);
        let answer = Answer { status: 200, content_type: None, body: Some("{}".to_owned()) };
        db.idempotency_keep(&key, answer.clone()).await.unwrap();
        assert_eq!(db.idempotency_free_all().await.unwrap(), 0, "{}", test.name);
        assert_eq!(claim().await, Claim::Done(answer), "{}", test.name);
        let other = IdempotencyKey { hash: "other".to_owned(), ..key.clone() };
        assert_eq!(db.idempotency_claim(&other).await.unwrap(), Claim::OtherBody, "{}", test.name);
        db.close().await;
    }
}

#[tokio::test]
async fn the_database_says_how_it_is() {
    for test in databases().await {
        let db = test.node().await;
        db.ping().await.unwrap();
        assert_eq!(db.schema().await.unwrap(), Schema::Current, "{}", test.name);
        assert!(db.is_ours().await.unwrap(), "{}", test.name);
        db.close().await;
    }
}

#[tokio::test]
async fn a_key_is_visible_ascii() {
    let app = app().await;
    let path = "/api/orchestration/orders";
    for key in ["", "a b", "\u{e9}", &"k".repeat(256)] {
        let asked = post_request(path).header("idempotency-key", key).body(Body::from("{}")).unwrap();
        let problem = app.send(asked).await.problem(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "Idempotency-Key");
    }
}
