//! Web push: what a browser gets and reads, who may have it sent where, and what becomes of it when a push service says
//! no, wait, or gone.

use crate::actions::{of_risk, place, queue};
use crate::notifications::{high, set_up, settled, told};
use crate::push_browser::{Browser, claims};
use crate::receiver::{Received, Receiver};
use crate::support::app::{App, Caller, Jobs, User, apps, apps_with, text, until};
use crate::webhook_notices::open_to_loopback;
use chrono::{TimeDelta, Timelike};
use countersign::args;
use serde_json::{Value, json};
use std::time::Duration;

async fn turned_on(by: &Caller, browser: &Browser) -> Value {
    let made = by.post("/notifications/push", browser.subscription()).await;
    assert_eq!(made.code(), 201, "{}", made.text());
    made.ok()
}

async fn browsers(by: &Caller) -> Vec<Value> {
    by.get("/notifications/push").await.ok()["items"].as_array().unwrap().clone()
}

/// What came to one browser.
fn sent_to(service: &Receiver, browser: &Browser) -> Vec<Received> {
    let mut all = service.received();
    all.retain(|one| browser.endpoint.ends_with(&one.path));
    all
}

async fn events(app: &App, user: &User) -> Vec<String> {
    let sql = "SELECT event FROM agent_action_audit_log WHERE workspace_id = $1 AND event LIKE 'member.push%' \
               ORDER BY executed_at, id";
    let rows: Vec<(String,)> = app.rows(sql, args![user.workspace]).await;
    rows.into_iter().map(|(event,)| event).collect()
}

async fn chooses(by: &Caller, input: Value) {
    by.post("/api/fn/notifications/set-preferences", json!({ "input": input })).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_reads_what_comes_and_its_push_service_knows_who_sends() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let service = Receiver::start().await;
        let (one, other) = (Browser::at(&service, 1), Browser::at(&service, 2));
        turned_on(&house.reviewer, &one).await;
        turned_on(&house.reviewer, &other).await;
        let approval = high(&agent).await;
        settled(&app).await;
        for browser in [&one, &other] {
            let sent = sent_to(&service, browser);
            assert_eq!(sent.len(), 1, "{}", app.name());
            let message = browser.read(&sent[0]);
            let notification = told(&house.reviewer).await.remove(0);
            assert_eq!(
                message,
                json!({
                    "title": "An approval needs you",
                    "body": approval["sentence"],
                    "href": place(&approval),
                    "tag": text(&notification, "id").replace('-', ""),
                    "critical": false,
                }),
                "{}",
                app.name()
            );
            let header = |name: &str| sent[0].headers[name].to_str().unwrap().to_owned();
            assert_eq!((header("ttl"), header("urgency")), ("86400".to_owned(), "normal".to_owned()));
            assert_eq!(header("topic").len(), 22, "of the notification");
            let key = house.viewer.get("/notifications/push-key").await.ok();
            let claims = claims(&sent[0], text(&key, "publicKey"));
            assert_eq!(claims["aud"], format!("http://{}", service.address), "{}", app.name());
            assert_eq!(claims["sub"], "https://countersign.example");
            let hours =
                TimeDelta::seconds(claims["exp"].as_i64().unwrap() - app.db.now().await.unwrap().timestamp());
            assert!(hours > TimeDelta::hours(11) && hours < TimeDelta::hours(13), "{hours}");
        }
        assert_eq!(service.received().len(), 2, "{}: the others have no browser", app.name());
        let kept = browsers(&house.reviewer).await;
        assert!(
            kept.iter().all(|one| one["reachedAt"].is_string() && one["failingAt"].is_null()),
            "{kept:?}"
        );
        assert_eq!(kept[0]["service"], service.address.to_string());
        assert!(!kept[0].to_string().contains(&one.endpoint), "the address stays here");

        // What is critical may wake a device.
        app.advance(TimeDelta::minutes(15));
        queue(&agent, of_risk("critical")).await;
        settled(&app).await;
        let sent = sent_to(&service, &one);
        assert_eq!(sent.len(), 2, "{}", app.name());
        assert_eq!(sent[1].headers["urgency"], "high");
        assert_eq!(one.read(&sent[1])["critical"], true);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn subscribing_is_checked_repeats_are_one_and_each_is_told_in_the_trail() {
    for app in apps_with(Jobs::Wait, open_to_loopback).await {
        let house = app.house("Birch").await;
        let service = Receiver::start().await;
        let browser = Browser::at(&service, 1);
        for (key, wrong) in [
            ("endpoint", "ftp://push.example/x"),
            ("endpoint", "https://192.168.1.1/x"),
            ("endpoint", "https://push.example/x#y"),
            ("p256dh", "BCVxsr7N"),
            ("p256dh", &"A".repeat(87)),
            ("auth", "short"),
            ("auth", "BTBZMqHH6r4Tts7J+aSIgg"),
            ("browser", ""),
            ("browser", "a\u{202e}b"),
        ] {
            let mut input = browser.subscription();
            input[key] = json!(wrong);
            let problem =
                house.viewer.post("/notifications/push", input.clone()).await.refused(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], format!("/{key}"), "{}: {problem}", app.name());
            let problem = house
                .viewer
                .post("/api/fn/push/subscribe", json!({ "input": input }))
                .await
                .refused(422, "invalid");
            assert!(text(&problem["errors"][0], "pointer").ends_with(key), "{}: {problem}", app.name());
        }
        let mut long = browser.subscription();
        long["endpoint"] = json!(format!("https://push.example/{}", "x".repeat(2000)));
        house.viewer.post("/notifications/push", long).await.refused(422, "invalid");
        assert_eq!(browsers(&house.viewer).await, [] as [Value; 0]);

        let made = turned_on(&house.viewer, &browser).await;
        let again = house.viewer.post("/notifications/push", browser.subscription()).await;
        assert_eq!((again.code(), again.ok()), (200, made.clone()), "{}", app.name());
        let mut renamed = browser.subscription();
        renamed["browser"] = json!("The one at home");
        let same = house.viewer.post("/api/fn/push/subscribe", json!({ "input": renamed })).await.ok();
        assert_eq!((&same["id"], &same["browser"]), (&made["id"], &json!("The one at home")));
        assert_eq!(browsers(&house.viewer).await.len(), 1, "{}", app.name());
        // The same browser of somebody else is another one.
        let theirs = turned_on(&house.owner, &browser).await;
        for id in [&made["id"], &json!(app.db.clock.id())] {
            let id = id.as_str().unwrap();
            house.owner.delete(format!("/notifications/push/{id}")).await.refused(404, "not_found");
            let test = format!("/notifications/push/{id}/test");
            house.owner.post(test, Value::Null).await.refused(404, "not_found");
        }
        let id = text(&made, "id");
        assert_eq!(house.viewer.delete(format!("/notifications/push/{id}")).await.code(), 204);
        house.viewer.delete(format!("/notifications/push/{id}")).await.refused(404, "not_found");
        assert_eq!(browsers(&house.owner).await, [theirs], "{}", app.name());
        assert_eq!(
            events(&app, &house.viewer).await,
            ["member.push_added", "member.push_added", "member.push_removed"],
            "{}",
            app.name()
        );

        for n in 0..10 {
            turned_on(&house.viewer, &Browser::at(&service, 10 + n)).await;
        }
        let one_more = Browser::at(&service, 30).subscription();
        let problem = house.viewer.post("/notifications/push", one_more).await.refused(409, "refused");
        assert!(text(&problem, "detail").contains("Remove one first"), "{problem}");
        // One that is there may still be changed.
        house.viewer.post("/notifications/push", Browser::at(&service, 10).subscription()).await.ok();
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn push_is_https_only_unless_the_installation_opens_http_to_webhooks() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let service = Receiver::start().await;
        let mut input = Browser::at(&service, 1).subscription();
        for (endpoint, why) in [
            (format!("http://{}/x", service.address), "https"),
            ("https://localhost.example:22/x".to_owned(), "port"),
            ("https://10.0.0.1/x".to_owned(), "not public"),
            ("https://me:secret@push.example/x".to_owned(), "password"),
        ] {
            input["endpoint"] = json!(endpoint);
            let problem =
                house.viewer.post("/notifications/push", input.clone()).await.refused(422, "invalid");
            assert!(text(&problem["errors"][0], "detail").contains(why), "{}: {problem}", app.name());
        }
        input["endpoint"] = json!("https://push.example/x");
        house.viewer.post("/notifications/push", input).await.ok();
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_chooses_what_is_pushed_and_when() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let service = Receiver::start().await;
        let (reviewer, second, owner) =
            (Browser::at(&service, 1), Browser::at(&service, 2), Browser::at(&service, 3));
        turned_on(&house.reviewer, &reviewer).await;
        turned_on(&house.second, &second).await;
        turned_on(&house.owner, &owner).await;
        let hour = i64::from(app.db.now().await.unwrap().hour());
        let quiet = |breaks: bool| {
            json!({"push": ["approval_needed"], "quietFrom": hour, "quietUntil": (hour + 3) % 24,
                "criticalBreaksQuiet": breaks})
        };
        chooses(&house.reviewer, quiet(true)).await;
        chooses(&house.second, quiet(false)).await;
        chooses(&house.owner, json!({"inApp": ["approval_needed"], "push": ["outcome"]})).await;
        let got = house.reviewer.post("/api/fn/notifications/preferences", json!({})).await.ok();
        assert_eq!((&got["push"], &got["email"]), (&json!(["approval_needed"]), &json!([])), "{got}");
        high(&agent).await;
        settled(&app).await;
        assert_eq!(service.received().len(), 0, "{}: it is quiet", app.name());
        assert_eq!(told(&house.reviewer).await.len(), 0, "{}: only pushed", app.name());
        assert_eq!(told(&house.owner).await.len(), 1);
        queue(&agent, of_risk("critical")).await;
        settled(&app).await;
        assert_eq!(sent_to(&service, &reviewer).len(), 1, "{}: critical", app.name());
        assert_eq!(service.received().len(), 1, "{}", app.name());
        app.advance(TimeDelta::hours(3));
        settled(&app).await;
        let late = sent_to(&service, &second);
        assert_eq!(late.len(), 1, "{}: when they are over", app.name());
        assert_eq!(second.read(&late[0])["title"], "2 approvals need you");
        assert_eq!(sent_to(&service, &owner).len(), 0, "{}: did not want it", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_arrivals_are_one_message() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let service = Receiver::start().await;
        let browser = Browser::at(&service, 1);
        turned_on(&house.reviewer, &browser).await;
        for n in 0..200 {
            high(&agent).await;
            if n == 120 {
                settled(&app).await;
            }
        }
        settled(&app).await;
        app.advance(TimeDelta::minutes(1));
        settled(&app).await;
        // What comes within a minute waits for it to be over, and says it all. A slow machine may need two of them.
        let sent = sent_to(&service, &browser);
        assert!((2..=3).contains(&sent.len()), "{}: {} messages", app.name(), sent.len());
        let read: Vec<Value> = sent.iter().map(|one| browser.read(one)).collect();
        let (one, all) = (&read[0], &read[sent.len() - 1]);
        assert!(text(one, "title").ends_with(" approvals need you"), "{one}");
        assert_eq!((text(all, "title"), text(all, "href")), ("200 approvals need you", "/approvals"));
        assert!(text(all, "body").ends_with("… and 195 more"), "{all}");
        assert_eq!(one["tag"], all["tag"], "{}: it takes the place of the first", app.name());
        assert_eq!(sent[0].headers["topic"], sent[sent.len() - 1].headers["topic"]);
        app.advance(TimeDelta::minutes(30));
        settled(&app).await;
        assert_eq!(sent_to(&service, &browser).len(), sent.len(), "{}: and no more", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_browser_that_is_gone_is_removed() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let service = Receiver::start().await;
        for (n, status) in [(1, 410), (2, 404)] {
            service.answers(status);
            let browser = Browser::at(&service, n);
            turned_on(&house.reviewer, &browser).await;
            house.reviewer.post("/notifications/read", json!({"all": true})).await.ok();
            high(&agent).await;
            settled(&app).await;
            assert_eq!(sent_to(&service, &browser).len(), 1, "{}", app.name());
            assert_eq!(browsers(&house.reviewer).await, [] as [Value; 0], "{}: {status}", app.name());
            let open = "SELECT COUNT(*) FROM notification_deliveries WHERE channel = 'push'";
            assert_eq!(app.count(open, args![]).await, 0, "{}", app.name());
        }
        let ended = ["member.push_added", "member.push_ended", "member.push_added", "member.push_ended"];
        assert_eq!(events(&app, &house.reviewer).await, ended, "{}", app.name());
        service.answers(201);
        app.advance(TimeDelta::hours(1));
        high(&agent).await;
        settled(&app).await;
        assert_eq!(service.received().len(), 2, "{}: nobody is there", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_asks_to_wait_is_left_alone_until_then() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let service = Receiver::start().await;
        let browser = Browser::at(&service, 1);
        let made = turned_on(&house.reviewer, &browser).await;
        service.asks_to_wait(600);
        high(&agent).await;
        settled(&app).await;
        assert_eq!(service.received().len(), 1, "{}", app.name());
        let failing = browsers(&house.reviewer).await.remove(0);
        assert!(failing["failingAt"].is_string(), "{failing}");
        assert!(text(&failing, "failure").contains("429"), "{failing}");
        // Neither the same message, nor another one, nor a test.
        app.advance(TimeDelta::minutes(5));
        high(&agent).await;
        house
            .reviewer
            .post(format!("/notifications/push/{}/test", text(&made, "id")), Value::Null)
            .await
            .ok();
        settled(&app).await;
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(service.received().len(), 1, "{}: it said ten minutes", app.name());
        service.answers(201);
        app.advance(TimeDelta::minutes(6));
        settled(&app).await;
        app.advance(TimeDelta::minutes(2));
        settled(&app).await;
        let titles: Vec<Value> =
            sent_to(&service, &browser)[1..].iter().map(|one| browser.read(one)["title"].clone()).collect();
        assert!(titles.contains(&json!("2 approvals need you")), "{}: {titles:?}", app.name());
        assert!(titles.contains(&json!("Notifications work here")), "{}: {titles:?}", app.name());
        let fine = browsers(&house.reviewer).await.remove(0);
        assert!(fine["failingAt"].is_null() && fine["reachedAt"].is_string(), "{fine}");
        let open = "SELECT COUNT(*) FROM notification_deliveries WHERE channel = 'push' AND state <> 'sent'";
        assert_eq!(app.count(open, args![]).await, 0, "{}: nothing is lost", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_service_that_is_away_is_tried_again_and_one_that_refuses_is_not() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let service = Receiver::start().await;
        let browser = Browser::at(&service, 1);
        turned_on(&house.reviewer, &browser).await;
        service.answers(503);
        high(&agent).await;
        settled(&app).await;
        assert_eq!(service.received().len(), 1, "{}", app.name());
        service.answers(201);
        app.advance(TimeDelta::minutes(2));
        settled(&app).await;
        assert_eq!(service.received().len(), 2, "{}: again", app.name());
        let sent: Vec<Value> = sent_to(&service, &browser).iter().map(|one| browser.read(one)).collect();
        assert_eq!(sent[0], sent[1], "{}: the same message", app.name());

        service.answers(403);
        house.reviewer.post("/notifications/read", json!({"all": true})).await.ok();
        app.advance(TimeDelta::minutes(2));
        high(&agent).await;
        settled(&app).await;
        app.advance(TimeDelta::hours(3));
        settled(&app).await;
        assert_eq!(service.received().len(), 3, "{}: once", app.name());
        let failing = browsers(&house.reviewer).await.remove(0);
        assert!(text(&failing, "failure").contains("403"), "{failing}");
        let failed =
            "SELECT COUNT(*) FROM notification_deliveries WHERE channel = 'push' AND state = 'failed'";
        assert_eq!(app.count(failed, args![]).await, 1, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_test_goes_to_its_browser_at_any_hour_and_to_nobody_who_has_left() {
    for app in apps_with(Jobs::Run, open_to_loopback).await {
        let (house, agent) = set_up(&app).await;
        let service = Receiver::start().await;
        let (one, other) = (Browser::at(&service, 1), Browser::at(&service, 2));
        let made = turned_on(&house.second, &one).await;
        turned_on(&house.second, &other).await;
        let hour = i64::from(app.db.now().await.unwrap().hour());
        chooses(
            &house.second,
            json!({"push": ["approval_needed"], "quietFrom": hour, "quietUntil": (hour + 3) % 24}),
        )
        .await;
        let test = format!("/notifications/push/{}/test", text(&made, "id"));
        let answer = house.second.post(&test, Value::Null).await;
        assert_eq!(answer.code(), 202, "{}", app.name());
        let sent = until("the test", || async {
            let sent = sent_to(&service, &one);
            (!sent.is_empty()).then_some(sent)
        })
        .await;
        let message = one.read(&sent[0]);
        assert_eq!(
            (text(&message, "title"), text(&message, "href")),
            ("Notifications work here", "/settings/notifications")
        );
        assert_eq!(sent[0].headers["ttl"], "300");
        until("it is kept that it was reached", || async {
            browsers(&house.second).await[0]["reachedAt"].is_string().then_some(())
        })
        .await;
        assert_eq!(sent_to(&service, &other).len(), 0, "{}", app.name());

        // Who may not enter any more hears nothing, not even what waited.
        high(&agent).await;
        settled(&app).await;
        let out = json!({"id": house.second.id, "input": {"disabled": true}});
        house.owner.post("/api/fn/members/patch", out).await.ok();
        app.advance(TimeDelta::hours(4));
        settled(&app).await;
        assert_eq!(service.received().len(), 1, "{}", app.name());
        app.stop().await;
    }
}
