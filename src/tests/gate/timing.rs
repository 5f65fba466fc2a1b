//! Deadlines by the database's time, more time, and answers that wait.

use crate::actions::{approve, fresh, of_risk, pending, place, queue, reject};
use crate::support::app::{Agent, Jobs, apps, text, until};
use chrono::TimeDelta;
use serde_json::{Value, json};
use std::time::{Duration, Instant};

async fn short(by: &Agent) -> Value {
    let mut action = of_risk("medium");
    action["expiresInSeconds"] = json!(60);
    queue(by, action).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_deadline_holds_before_any_timer_says_so() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let (in_time, late) = (short(&agent).await, short(&agent).await);
        app.advance(TimeDelta::seconds(50));
        approve(&house.reviewer, &in_time).await.ok();
        app.advance(TimeDelta::seconds(11));
        let id = text(&late, "id").to_owned();
        for answer in [
            app.writes(&id, &[], approve(&house.reviewer, &late)).await,
            app.writes(&id, &[], reject(&house.reviewer, &late)).await,
            app.writes(&id, &[], agent.post(format!("{}/withdraw", place(&late)), json!({}))).await,
            app.writes(
                &id,
                &[],
                house.reviewer.post(format!("{}/extend", place(&late)), json!({"seconds": 60})),
            )
            .await,
        ] {
            let problem = answer.refused(409, "conflict");
            assert_eq!(problem["conflict"]["status"], "expired", "{}: {problem}", app.name());
            assert_eq!(problem["conflict"]["by"], "Countersign");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_timer_expires_what_is_overdue_once() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let (overdue, decided) = (short(&agent).await, short(&agent).await);
        approve(&house.reviewer, &decided).await.ok();
        app.advance(TimeDelta::seconds(59));
        tokio::time::sleep(Duration::from_millis(200)).await;
        assert_eq!(fresh(&agent, &overdue).await["status"], "pending", "{}", app.name());
        app.advance(TimeDelta::seconds(2));
        until("expiry", || async { (fresh(&agent, &overdue).await["status"] == "expired").then_some(()) })
            .await;
        assert_eq!(app.trail(text(&overdue, "id")).await, ["approval.requested", "approval.expired"]);
        assert_eq!(app.emitted(text(&overdue, "id")).await, 2, "{}", app.name());
        assert_eq!(fresh(&agent, &decided).await["status"], "approved");
        let problem = approve(&house.reviewer, &overdue).await.refused(409, "conflict");
        assert_eq!(problem["conflict"]["status"], "expired");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_word_an_approval_waits_a_day() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let time = |key: &str| text(&approval, key).parse::<chrono::DateTime<chrono::Utc>>().unwrap();
        assert_eq!(time("expiresAt") - time("createdAt"), TimeDelta::hours(24), "{}", app.name());
        for (seconds, fine) in
            [(9, false), (10, true), (90 * 86_400, true), (90 * 86_400 + 1, false), (-1, false)]
        {
            let mut action = of_risk("medium");
            action["expiresInSeconds"] = json!(seconds);
            let answer = agent.post("/approvals", action).await;
            assert_eq!(answer.code(), if fine { 201 } else { 422 }, "{}: {seconds}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_reviewer_gives_more_time() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = short(&agent).await;
        let (id, extend) = (text(&approval, "id").to_owned(), format!("{}/extend", place(&approval)));
        let more = json!({"seconds": 3600});
        house.viewer.post(&extend, more.clone()).await.refused(403, "forbidden");
        agent.post(&extend, more.clone()).await.refused(403, "agents_never_decide");
        let problem =
            house.reviewer.post(&extend, json!({"seconds": 91 * 86_400})).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/seconds", "{}", app.name());
        app.writes(&id, &["approval.extended"], house.reviewer.post(&extend, more)).await.ok();
        app.advance(TimeDelta::seconds(120));
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(
            fresh(&agent, &approval).await["status"],
            "pending",
            "{}: the first timer is gone",
            app.name()
        );
        app.advance(TimeDelta::seconds(3600));
        until("expiry", || async { (fresh(&agent, &approval).await["status"] == "expired").then_some(()) })
            .await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_answer_waits_until_the_decision() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let waiting = {
            let (by, path) = (agent.caller.clone(), format!("{}?wait=30", place(&approval)));
            tokio::spawn(async move {
                let began = Instant::now();
                (by.get(&path).await.ok(), began.elapsed())
            })
        };
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!waiting.is_finished(), "{}: nothing was decided yet", app.name());
        approve(&house.reviewer, &approval).await.ok();
        let (answer, took) = waiting.await.unwrap();
        assert_eq!(answer["status"], "approved", "{}", app.name());
        assert!(took < Duration::from_secs(5), "{}: it took {took:?}", app.name());
        // What is decided is answered at once, and what is not when the time is over.
        let began = Instant::now();
        agent.get(format!("{}?wait=30", place(&approval))).await.ok();
        assert!(began.elapsed() < Duration::from_secs(5));
        let other = pending(&agent).await;
        let began = Instant::now();
        let answer = agent.get(format!("{}?wait=1", place(&other))).await.ok();
        assert_eq!(answer["status"], "pending");
        assert!((900..6000).contains(&began.elapsed().as_millis()), "{}: {:?}", app.name(), began.elapsed());
        for bad in ["0", "61", "-1", "soon", "1.5"] {
            let problem = agent.get(format!("{}?wait={bad}", place(&other))).await.refused(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], "wait", "{problem}");
        }
        app.stop().await;
    }
}

/// A vote is a change too, but no decision.
#[tokio::test(flavor = "multi_thread")]
async fn an_answer_waits_through_a_vote() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut action = of_risk("medium");
        action["requiredApprovals"] = json!(2);
        let approval = queue(&agent, action).await;
        let waiting = {
            let (by, path) = (agent.caller.clone(), format!("{}?wait=30", place(&approval)));
            tokio::spawn(async move { by.get(&path).await.ok() })
        };
        tokio::time::sleep(Duration::from_millis(300)).await;
        approve(&house.reviewer, &approval).await.ok();
        tokio::time::sleep(Duration::from_millis(500)).await;
        assert!(!waiting.is_finished(), "{}: one vote of two decides nothing", app.name());
        approve(&house.second, &approval).await.ok();
        assert_eq!(waiting.await.unwrap()["status"], "approved");
        app.stop().await;
    }
}
