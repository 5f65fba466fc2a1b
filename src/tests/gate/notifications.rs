//! Notifications: who is told of what, in how many messages, by which way; links, preferences, quiet hours, and the
//! clock of what waits.

use crate::actions::{approve, of_risk, place, queue, register, reject};
use crate::smtp::{Mail, MailServer, Mood};
use crate::support::app::{Agent, App, Caller, House, Jobs, User, apps, apps_with, id, text, until};
use axum::http::Method;
use chrono::{TimeDelta, Timelike};
use countersign::args;
use countersign::domain::ids::WorkspaceId;
use countersign::server::config::{Config, SmtpTls};
use countersign::server::storage::NewJob;
use countersign::server::storage::notices::QUEUE_NOTICES;
use serde_json::{Value, json};
use std::time::Duration;
use uuid::Uuid;

pub async fn told(by: &Caller) -> Vec<Value> {
    by.get("/notifications").await.ok()["items"].as_array().unwrap().clone()
}

async fn unread(by: &Caller) -> i64 {
    by.post("/api/fn/notifications/count", json!({})).await.ok()["unread"].as_i64().unwrap()
}

/// The newest notification once there are so many.
pub async fn nth(app: &App, by: &Caller, count: usize) -> Value {
    until(&format!("{count} notifications on {}", app.name()), || async {
        let found = told(by).await;
        (found.len() == count).then(|| found[0].clone())
    })
    .await
}

/// Until nothing waits to be told. Jobs that are due run.
pub async fn settled(app: &App) {
    app.advance(TimeDelta::seconds(4));
    until("the notices are told", || async {
        let open = "SELECT COUNT(*) FROM notices";
        (app.count(open, args![]).await == 0).then_some(())
    })
    .await;
    // Mail goes out at once after that, or waits.
    until("the mail is sent", || async {
        let now = app.db.now().await.unwrap();
        let due = "SELECT COUNT(*) FROM jobs WHERE queue = 'notices' AND (state = 'running' OR (state = 'ready' AND run_at <= $1))";
        (app.count(due, args![now]).await == 0).then_some(())
    })
    .await;
}

/// The same once the timers that are due have run: what they tell waits a few seconds more.
pub async fn settled_after_timers(app: &App) {
    settled(app).await;
    settled(app).await;
}

pub async fn high(by: &Caller) -> Value {
    queue(by, of_risk("high")).await
}

pub fn smtp(server: &MailServer) -> impl Fn(&mut Config) {
    let address = server.address;
    move |config| {
        config.smtp.host = Some(address.ip().to_string());
        config.smtp.port = Some(address.port());
        config.smtp.tls = SmtpTls::None;
        config.smtp.from = Some("Countersign <bot@acme.example>".to_owned());
        config.public_url = Some("https://countersign.example".to_owned());
    }
}

async fn address(app: &App, user: &User) -> String {
    let rows: Vec<(String,)> = app.rows("SELECT email FROM users WHERE id = $1", args![user.id]).await;
    rows[0].0.clone()
}

pub async fn mails(app: &App, server: &MailServer, user: &User) -> Vec<Mail> {
    let address = address(app, user).await;
    server.accepted().into_iter().filter(|mail| mail.to == address).collect()
}

/// An agent that the operator owns.
pub async fn set_up(app: &App) -> (House, Agent) {
    let house = app.house("Birch").await;
    let agent = app.agent(&house, "agent", Some(&house.operator)).await;
    (house, agent)
}

#[tokio::test(flavor = "multi_thread")]
async fn who_has_to_know_is_told() {
    for app in apps(Jobs::Run).await {
        let (house, agent) = set_up(&app).await;
        queue(&agent, of_risk("medium")).await;
        let approval = high(&agent).await;
        settled(&app).await;
        for (user, count) in [
            (&house.reviewer, 1),
            (&house.second, 1),
            (&house.owner, 1),
            // It is the operator's own agent that asks, and a viewer decides nothing.
            (&house.operator, 0),
            (&house.viewer, 0),
        ] {
            assert_eq!(told(user).await.len(), count, "{}: {}", app.name(), user.name);
            assert_eq!(unread(user).await, count as i64);
        }
        let needed = told(&house.reviewer).await[0].clone();
        assert_eq!(needed["kind"], "approval_needed", "{needed}");
        assert_eq!(needed["title"], "An approval needs you");
        assert_eq!(text(&needed, "body"), text(&approval, "sentence"));
        assert_eq!(text(&needed, "href"), place(&approval));
        assert_eq!((&needed["count"], &needed["readAt"]), (&json!(1), &Value::Null));

        reject(&house.reviewer, &approval).await.ok();
        settled(&app).await;
        let decided = nth(&app, &house.operator, 1).await;
        assert_eq!((text(&decided, "kind"), text(&decided, "href")), ("request_decided", &*place(&approval)));
        assert!(text(&decided, "body").starts_with("Rejected: "), "{decided}");
        assert_eq!(told(&house.reviewer).await.len(), 1, "not of what one did");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_decided_at_once_needs_nobody() {
    for app in apps(Jobs::Run).await {
        let (house, agent) = set_up(&app).await;
        let approval = high(&agent).await;
        approve(&house.reviewer, &approval).await.ok();
        settled(&app).await;
        assert_eq!(told(&house.second).await, [] as [Value; 0], "{}", app.name());
        assert_eq!(told(&house.operator).await.len(), 1, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_hundred_arrivals_are_one_message() {
    let server = MailServer::start().await;
    for app in apps_with(Jobs::Run, smtp(&server)).await {
        server.forget();
        let (house, agent) = set_up(&app).await;
        for n in 0..200 {
            high(&agent).await;
            if n == 120 {
                settled(&app).await;
            }
        }
        settled(&app).await;
        // That many wait is another thing that they may be told.
        let mut all = told(&house.reviewer).await;
        all.retain(|one| one["kind"] == "approval_needed");
        assert_eq!(all.len(), 1, "{}: {all:?}", app.name());
        assert_eq!(all[0]["count"], 200, "{}", app.name());
        assert_eq!(all[0]["title"], "200 approvals need you");
        assert_eq!(all[0]["href"], "/approvals");
        assert_eq!(text(&all[0], "body").lines().count(), 6, "{}", all[0]);
        assert!(text(&all[0], "body").ends_with("… and 195 more"));
        // The second e-mail waits for the first to be five minutes old, and says it all.
        let first = mails(&app, &server, &house.reviewer).await;
        assert_eq!(first.len(), 1, "{}", app.name());
        app.advance(TimeDelta::minutes(5));
        settled(&app).await;
        let both = mails(&app, &server, &house.reviewer).await;
        assert_eq!(both.len(), 2, "{}", app.name());
        assert_eq!(both[1].header("Subject"), "200 approvals need you", "{}", app.name());
        app.advance(TimeDelta::minutes(30));
        settled(&app).await;
        assert_eq!(mails(&app, &server, &house.reviewer).await.len(), 2, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn reading_is_for_oneself() {
    for app in apps(Jobs::Run).await {
        let (house, agent) = set_up(&app).await;
        high(&agent).await;
        settled(&app).await;
        let (mine, theirs) = (told(&house.reviewer).await[0].clone(), told(&house.second).await[0].clone());
        let read = |id: &Value| json!({"ids": [id]});
        let left = house.reviewer.post("/notifications/read", read(&theirs["id"])).await.ok();
        assert_eq!(left["unread"], 1, "{}: somebody else's", app.name());
        assert_eq!(unread(&house.second).await, 1);
        let left = house.reviewer.post("/notifications/read", read(&mine["id"])).await.ok();
        assert_eq!(left["unread"], 0, "{}", app.name());
        assert!(told(&house.reviewer).await[0]["readAt"].is_string());
        assert_eq!(house.reviewer.get("/notifications?unread=true").await.ok()["items"], json!([]));
        house.reviewer.post("/notifications/read", json!({})).await.refused(422, "invalid");
        house.reviewer.get("/notifications?unread=perhaps").await.refused(422, "invalid");
        // What comes after reading is told anew.
        high(&agent).await;
        settled(&app).await;
        assert_eq!(told(&house.reviewer).await.len(), 2, "{}", app.name());
        let first = house.reviewer.get("/notifications?limit=1").await.ok();
        assert_eq!(first["items"][0]["readAt"], Value::Null, "the newest first");
        let cursor = text(&first, "nextCursor");
        let second = house.reviewer.get(format!("/notifications?limit=1&cursor={cursor}")).await.ok();
        assert_eq!((&second["items"][0]["id"], &second["nextCursor"]), (&mine["id"], &Value::Null));
        assert_eq!(house.reviewer.post("/notifications/read", json!({"all": true})).await.ok()["unread"], 0);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_member_gets_what_they_chose() {
    let server = MailServer::start().await;
    for app in apps_with(Jobs::Run, smtp(&server)).await {
        server.forget();
        let (house, agent) = set_up(&app).await;
        let choose = "/api/fn/notifications/set-preferences";
        let only_mail = json!({"input": {"inApp": [], "email": ["approval_needed"]}});
        let only_app = json!({"input": {"inApp": ["approval_needed"], "email": []}});
        let nothing = json!({"input": {}});
        house.reviewer.post(choose, only_mail).await.ok();
        house.second.post(choose, only_app).await.ok();
        house.owner.post(choose, nothing).await.ok();
        high(&agent).await;
        settled(&app).await;
        for (user, in_app, by_mail) in [
            (&house.reviewer, 0, 1),
            (&house.second, 1, 0),
            (&house.owner, 0, 0),
            (&house.admin, 1, 1),
            (&house.viewer, 0, 0),
        ] {
            assert_eq!(told(user).await.len(), in_app, "{}: {}", app.name(), user.name);
            assert_eq!(unread(user).await, in_app as i64);
            assert_eq!(mails(&app, &server, user).await.len(), by_mail, "{}: {}", app.name(), user.name);
        }
        let mail = mails(&app, &server, &house.reviewer).await.remove(0);
        assert!(mail.header("Subject").starts_with("An approval needs you: "), "{mail:?}");
        assert_eq!(mail.header("List-Unsubscribe"), "<https://countersign.example/settings/notifications>");
        assert!(mail.text.contains("text/plain") && mail.text.contains("text/html"), "{mail:?}");
        assert!(mail.text.contains("https://countersign.example/n/"), "{mail:?}");
        let got = house.reviewer.post("/api/fn/notifications/preferences", json!({})).await.ok();
        assert_eq!((&got["inApp"], &got["email"]), (&json!([]), &json!(["approval_needed"])), "{got}");
        let wrong = json!({"input": {"quietFrom": 24}});
        let problem = house.reviewer.post(choose, wrong).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/quietFrom", "{problem}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn quiet_hours_hold_mail_back_and_critical_may_break_in() {
    let server = MailServer::start().await;
    for app in apps_with(Jobs::Run, smtp(&server)).await {
        server.forget();
        let (house, agent) = set_up(&app).await;
        let hour = i64::from(app.db.now().await.unwrap().hour());
        let quiet = |breaks: bool| {
            json!({"input": {"inApp": ["approval_needed"], "email": ["approval_needed"], "quietFrom": hour,
                "quietUntil": (hour + 3) % 24, "criticalBreaksQuiet": breaks}})
        };
        house.reviewer.post("/api/fn/notifications/set-preferences", quiet(true)).await.ok();
        house.second.post("/api/fn/notifications/set-preferences", quiet(false)).await.ok();
        high(&agent).await;
        settled(&app).await;
        assert_eq!(told(&house.reviewer).await.len(), 1, "{}: the page is quiet anyway", app.name());
        assert_eq!(mails(&app, &server, &house.reviewer).await.len(), 0, "{}", app.name());
        queue(&agent, of_risk("critical")).await;
        settled(&app).await;
        assert_eq!(mails(&app, &server, &house.reviewer).await.len(), 1, "{}: critical", app.name());
        assert_eq!(mails(&app, &server, &house.second).await.len(), 0, "{}", app.name());
        app.advance(TimeDelta::hours(3));
        settled(&app).await;
        let late = mails(&app, &server, &house.second).await;
        assert_eq!(late.len(), 1, "{}: when they are over", app.name());
        assert_eq!(late[0].header("Subject"), "2 approvals need you");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_link_is_for_one_person_once_and_for_a_time() {
    let server = MailServer::start().await;
    for app in apps_with(Jobs::Run, smtp(&server)).await {
        server.forget();
        let (house, agent) = set_up(&app).await;
        let approval = high(&agent).await;
        settled(&app).await;
        let link = mails(&app, &server, &house.reviewer).await[0].link();
        let token = json!({"token": link.trim_start_matches("/n/")});
        // Whoever is not signed in is asked to, and uses nothing up: neither do programs that look into mail.
        for _ in 0..2 {
            let html = [("accept", "text/html")];
            let asked = app.nobody().send(Method::GET, &link, None, &html).await;
            assert_eq!(asked.code(), 302, "{}: {}", app.name(), asked.text());
            assert!(
                asked.header("location").starts_with("/sign-in?next=%2Fn%2F"),
                "{}",
                asked.header("location")
            );
        }
        let follow = "/api/fn/notifications/follow";
        house.second.post(follow, token.clone()).await.refused(404, "not_found");
        let html = [("accept", "text/html")];
        let led = house.reviewer.send(Method::GET, &link, None, &html).await;
        assert_eq!((led.code(), led.header("location")), (302, &*place(&approval)), "{}", app.name());
        let again = house.reviewer.send(Method::GET, &link, None, &html).await;
        assert_eq!(again.code(), 410, "{}", app.name());
        assert!(again.text().contains("was used already"), "{}", again.text());
        house.reviewer.post(follow, token).await.refused(409, "refused");
        let fresh = house.viewer.get(place(&approval)).await.ok();
        assert_eq!(fresh["status"], "pending", "{}: nothing changed", app.name());

        let late = mails(&app, &server, &house.second).await[0].link();
        app.advance(TimeDelta::days(15));
        let late = json!({"token": late.trim_start_matches("/n/")});
        let problem = house.second.post(follow, late).await.refused(409, "refused");
        assert!(text(&problem, "detail").contains("too old"), "{problem}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_mail_server_that_is_away_loses_nothing() {
    let server = MailServer::start().await;
    for app in apps_with(Jobs::Run, smtp(&server)).await {
        server.forget();
        let (house, agent) = set_up(&app).await;
        server.is(Mood::Refuses);
        high(&agent).await;
        settled(&app).await;
        for _ in 0..4 {
            app.advance(TimeDelta::minutes(10));
            settled(&app).await;
        }
        assert_eq!(mails(&app, &server, &house.reviewer).await.len(), 0);
        server.is(Mood::Accepts);
        app.advance(TimeDelta::hours(2));
        settled(&app).await;
        assert_eq!(mails(&app, &server, &house.reviewer).await.len(), 1, "{}", app.name());
        // What may have arrived is not sent again.
        app.advance(TimeDelta::minutes(6));
        server.is(Mood::Dies);
        house.reviewer.post("/notifications/read", json!({"all": true})).await.ok();
        high(&agent).await;
        settled(&app).await;
        server.is(Mood::Accepts);
        app.advance(TimeDelta::hours(2));
        settled(&app).await;
        let sent = mails(&app, &server, &house.reviewer).await;
        assert_eq!(sent.len(), 2, "{}", app.name());
        assert_ne!(sent[0].header("Message-ID"), sent[1].header("Message-ID"));
        let unknown = "SELECT COUNT(*) FROM notification_deliveries WHERE state = 'unknown' AND user_id = $1";
        assert_eq!(app.count(unknown, args![house.reviewer.id]).await, 1, "{}", app.name());
        app.stop().await;
    }
}

/// What the clock does every few minutes.
pub async fn watch(app: &App, look: &str) {
    let mut tx = app.db.begin().await.unwrap();
    let run_at = tx.now();
    tx.enqueue(NewJob {
        workspace_id: WorkspaceId(Uuid::nil()),
        queue: QUEUE_NOTICES,
        kind: "notices.watch",
        payload: json!({"look": look}),
        priority: 0,
        run_at,
        max_attempts: 5,
        dedupe_key: None,
    });
    tx.commit().await.unwrap();
}

async fn kinds(by: &Caller) -> Vec<String> {
    told(by).await.iter().rev().map(|one| text(one, "kind").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn what_waits_is_told_at_half_of_its_time_then_to_admins_then_before_it_expires() {
    for app in apps(Jobs::Run).await {
        let (house, agent) = set_up(&app).await;
        let mut task = of_risk("medium");
        task["expiresInSeconds"] = json!(3600);
        let (waits, decided, extended) =
            (queue(&agent, task.clone()).await, queue(&agent, task.clone()).await, queue(&agent, task).await);
        reject(&house.second, &decided).await.ok();
        house.second.post(format!("{}/extend", place(&extended)), json!({"seconds": 360_000})).await.ok();
        app.advance(TimeDelta::seconds(1790));
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert_eq!(kinds(&house.reviewer).await, [] as [&str; 0], "{}", app.name());
        app.advance(TimeDelta::seconds(20));
        settled_after_timers(&app).await;
        let half = nth(&app, &house.reviewer, 1).await;
        assert_eq!((text(&half, "kind"), &half["count"]), ("approval_waiting", &json!(1)), "{half}");
        assert_eq!(text(&half, "href"), place(&waits), "{}", app.name());
        assert_eq!(told(&house.owner).await.len(), 0, "{}: first the reviewers", app.name());
        app.advance(TimeDelta::seconds(900));
        settled_after_timers(&app).await;
        assert_eq!(kinds(&house.owner).await, ["approval_waiting"], "{}: then the admins", app.name());
        assert_eq!(kinds(&house.reviewer).await, ["approval_waiting"], "{}", app.name());
        app.advance(TimeDelta::seconds(540));
        settled_after_timers(&app).await;
        let both = ["approval_waiting", "approval_expiring"];
        assert_eq!(kinds(&house.reviewer).await, both, "{}", app.name());
        assert_eq!(kinds(&house.admin).await, both, "{}", app.name());
        assert_eq!(kinds(&house.viewer).await, [] as [&str; 0]);
        // It expires, which whoever asked is told; more time moved the other one's clock.
        app.advance(TimeDelta::seconds(600));
        settled(&app).await;
        until("the end", || async {
            let row = app.trail(text(&waits, "id")).await;
            (row.last().unwrap() == "approval.expired").then_some(())
        })
        .await;
        settled(&app).await;
        assert_eq!(kinds(&house.operator).await, ["request_decided"; 2], "{}", app.name());
        app.advance(TimeDelta::hours(50));
        settled_after_timers(&app).await;
        let last = told(&house.reviewer).await[0].clone();
        assert_eq!(
            (text(&last, "kind"), text(&last, "href")),
            ("approval_waiting", &*place(&extended)),
            "{last}"
        );
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn teams_failures_and_messages_are_told() {
    for app in apps(Jobs::Run).await {
        let (house, agent) = set_up(&app).await;
        let team = house.team("Sales", "supervised", &[&agent]).await;
        let place = format!("/teams/{team}");
        house.owner.send(Method::PATCH, &place, Some(br#"{"description":"x"}"#.to_vec()), &[]).await.ok();
        settled(&app).await;
        assert_eq!(told(&house.admin).await.len(), 0, "{}: of no importance", app.name());
        let body = br#"{"autonomyLevel":"semi_autonomous"}"#.to_vec();
        house.owner.send(Method::PATCH, &place, Some(body), &[]).await.ok();
        settled(&app).await;
        for (user, count) in
            [(&house.admin, 1), (&house.operator, 1), (&house.owner, 0), (&house.reviewer, 0)]
        {
            assert_eq!(told(user).await.len(), count, "{}: {}", app.name(), user.name);
        }
        let changed = told(&house.admin).await[0].clone();
        assert_eq!(
            (text(&changed, "kind"), text(&changed, "href")),
            ("team_changed", &*format!("/settings{place}"))
        );
        assert!(text(&changed, "body").contains("autonomy from supervised to semi_autonomous"), "{changed}");

        register(&app, &house, "own.work", "high").await;
        let failing = queue(&agent, json!({"actionType": "own.work", "actionData": {"n": 1}})).await;
        approve(&house.reviewer, &failing).await.ok();
        agent.post(format!("{}/claim", crate::actions::place(&failing)), json!({})).await.ok();
        let report = json!({"status": "failed", "error": "Out of paper"});
        agent.post(format!("{}/outcome", crate::actions::place(&failing)), report).await.ok();
        settled(&app).await;
        for (user, told_of_it) in
            [(&house.reviewer, true), (&house.operator, true), (&house.second, false), (&house.viewer, false)]
        {
            let found = told(user).await.iter().any(|one| one["kind"] == "outcome");
            assert_eq!(found, told_of_it, "{}: {}", app.name(), user.name);
        }

        let message = json!({"actionType": "send_internal_notification", "actionData": {"title": "Look <b>", "body": "At this", "role": "viewer"}});
        let asked = queue(&agent, message).await;
        approve(&house.reviewer, &asked).await.ok();
        app.advance(TimeDelta::seconds(101));
        let message = nth(&app, &house.viewer, 1).await;
        assert_eq!((text(&message, "kind"), text(&message, "title")), ("message", "Look <b>"), "{message}");
        assert_eq!(text(&message, "body"), "At this");
        let subject = "SELECT COUNT(*) FROM notifications WHERE subject_id = $1 AND user_id = $2";
        assert_eq!(app.count(subject, args![id(text(&asked, "id")), house.viewer.id]).await, 1);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_lost_between_the_commit_and_the_telling() {
    for app in apps(Jobs::Wait).await {
        let (house, agent) = set_up(&app).await;
        high(&agent).await;
        let waits = "SELECT COUNT(*) FROM notices";
        assert_eq!(app.count(waits, args![]).await, 1, "{}: with the change", app.name());
        let job = "SELECT COUNT(*) FROM jobs WHERE kind = 'notices.collect' AND state = 'ready'";
        assert_eq!(app.count(job, args![]).await, 1, "{}", app.name());
        // A job that began just before the notice was committed leaves it; the watch finds it.
        let mut tx = app.db.begin().await.unwrap();
        tx.execute("DELETE FROM jobs WHERE kind = 'notices.collect'", args![]).await.unwrap();
        tx.commit().await.unwrap();
        let second = app.run_beside().await;
        app.advance(TimeDelta::minutes(2));
        watch(&app, "overdue").await;
        nth(&app, &house.reviewer, 1).await;
        second.shutdown().await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn many_waiting_are_told_once() {
    for app in apps(Jobs::Run).await {
        let (house, agent) = set_up(&app).await;
        let mut all = Vec::new();
        for _ in 0..51 {
            all.push(queue(&agent, of_risk("medium")).await);
        }
        watch(&app, "many_waiting").await;
        settled(&app).await;
        let many = nth(&app, &house.reviewer, 1).await;
        assert_eq!(many["kind"], "many_waiting", "{}", app.name());
        watch(&app, "many_waiting").await;
        settled(&app).await;
        assert_eq!(told(&house.reviewer).await.len(), 1, "{}: once", app.name());
        for approval in all.iter().take(30) {
            reject(&house.reviewer, approval).await.ok();
        }
        watch(&app, "many_waiting").await;
        until("it may be told anew", || async {
            let told = "SELECT COUNT(*) FROM workspaces WHERE many_waiting_at IS NOT NULL";
            (app.count(told, args![]).await == 0).then_some(())
        })
        .await;
        app.stop().await;
    }
}
