//! How teams work: when their executions begin and how many at once, whom they tell of what waits, what they are good
//! at.

use crate::actions::{of_risk, place, queue};
use crate::executions::{comes_to, start};
use crate::notifications::{set_up, settled_after_timers, told};
use crate::support::app::{Answer, App, Caller, Jobs, apps, text};
use crate::workflows::{published, set};
use axum::http::Method;
use chrono::{TimeDelta, Timelike};
use serde_json::{Value, json};
use std::time::Duration;

const WEEK: [&str; 7] = ["mon", "tue", "wed", "thu", "fri", "sat", "sun"];

async fn config(by: &Caller, team: &str, config: Value) -> Value {
    by.put(format!("/teams/{team}/config"), config).await.ok()
}

fn wait(seconds: i64, then: Option<&str>) -> Value {
    json!({"key": "wait", "name": "Wait", "onSuccess": then, "run": {"wait": {"seconds": seconds}}})
}

/// Whatever is due has run, and these are still in line.
async fn in_line(app: &App, by: &Caller, places: &[String]) {
    tokio::time::sleep(Duration::from_millis(300)).await;
    for place in places {
        assert_eq!(by.get(place).await.ok()["status"], "queued", "{}: {place}", app.name());
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_read_and_replaced_as_a_whole() {
    for app in apps(Jobs::Wait).await {
        let (house, other) = (app.house("Birch").await, app.house("Cedar").await);
        let team = house.team("sales", "supervised", &[]).await;
        let path = format!("/teams/{team}/config");
        let first = house.viewer.get(&path).await;
        assert_eq!(first.ok(), json!({"capabilities": []}), "{}", app.name());
        let whole = json!({
            "workingHours": {"zone": "Europe/Vienna", "days": ["mon", "fri"], "from": "09:00", "to": "24:00"},
            "concurrentTasks": 3,
            "escalation": {"afterPercent": 20, "to": "admins"},
            "capabilities": ["lead_scoring"],
        });
        let put = async |by: &Caller, body: &Value, seen: &str| {
            by.send(Method::PUT, &path, Some(body.to_string().into_bytes()), &[("if-match", seen)]).await
        };
        let kept = put(&house.operator, &whole, first.header("etag")).await;
        assert_eq!(kept.ok(), whole);
        assert_ne!(kept.header("etag"), first.header("etag"));
        assert_eq!(house.viewer.get(format!("/teams/{team}")).await.header("etag"), kept.header("etag"));
        put(&house.operator, &json!({}), first.header("etag")).await.refused(412, "changed");
        house.viewer.put(&path, json!({})).await.refused(403, "forbidden");
        other.owner.get(&path).await.refused(404, "not_found");
        other.owner.put(&path, json!({})).await.refused(404, "not_found");
        assert_eq!(house.viewer.get(&path).await.ok(), whole);
        // What is so already leaves no trace.
        let again = put(&house.operator, &whole, kept.header("etag")).await;
        assert_eq!(again.header("etag"), kept.header("etag"));
        let trail = house.viewer.get("/audit?event=team.config_changed").await.ok();
        let rows = trail["items"].as_array().unwrap();
        assert_eq!((rows.len(), &rows[0]["teamId"]), (1, &json!(team)), "{trail}");
        let said = text(&rows[0], "description");
        assert!(said.contains("Mon, Fri, 09:00 to 24:00, Europe/Vienna") && said.contains("20 %"), "{said}");
        // The functions say the same.
        let get = json!({"id": team});
        assert_eq!(house.viewer.post("/api/fn/teams/config", get).await.ok(), whole);
        let input = json!({"id": team, "input": {"concurrentTasks": 1}});
        let one = house.operator.post("/api/fn/teams/set-config", input).await.ok();
        assert_eq!(one, json!({"concurrentTasks": 1, "capabilities": []}));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_wrong_is_named_where_it_is() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let team = house.team("sales", "supervised", &[]).await;
        let path = format!("/teams/{team}/config");
        let hours = |zone: &str, day: &str, to: &str| json!({"workingHours": {"zone": zone, "days": [day], "from": "09:00", "to": to}});
        for (body, pointer) in [
            (hours("Europe/Nowhere", "mon", "17:00"), "/workingHours/zone"),
            (hours("UTC", "someday", "17:00"), "/workingHours/days/0"),
            (hours("UTC", "mon", "08:00"), "/workingHours/to"),
            (hours("UTC", "mon", "25:00"), "/workingHours/to"),
            (json!({"concurrentTasks": 0}), "/concurrentTasks"),
            (json!({"escalation": {"afterPercent": 95, "to": "admins"}}), "/escalation/afterPercent"),
            (json!({"escalation": {"afterPercent": 50, "to": "everybody"}}), "/escalation/to"),
            (json!({"capabilities": ["Lead scoring"]}), "/capabilities"),
            (json!({"hours": 8}), "/hours"),
        ] {
            let refused = house.operator.put(&path, body.clone()).await.refused(422, "invalid");
            assert_eq!(refused["errors"][0]["pointer"], pointer, "{}: {body}", app.name());
        }
        assert_eq!(house.viewer.get(&path).await.ok(), json!({"capabilities": []}));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_form_saves_it_and_comes_back_with_what_was_typed() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let team = house.team("sales", "supervised", &[]).await;
        let page = format!("/settings/teams/{team}");
        let post = async |fields: &str| -> Answer {
            let referer = format!("http://127.0.0.1:3000{page}");
            let headers = [
                ("content-type", "application/x-www-form-urlencoded"),
                ("accept", "text/html"),
                ("referer", referer.as_str()),
            ];
            let body = format!("_form=team-config&id={team}&{fields}");
            house.operator.send(Method::POST, "/api/fn/teams/save-config", Some(body.into()), &headers).await
        };
        let fields = "input[open]=hours&input[zone]=Europe%2FVienna&input[days][]=mon&input[days][]=tue&\
             input[from]=09%3A00&input[to]=17%3A00&input[tasksAtOnce]=2&input[escalateAfter]=&\
             input[escalateTo]=&input[capabilities]=lead_scoring+research";
        let sent = post(fields).await;
        assert_eq!(sent.header("location"), format!("{page}?done=saved"), "{}", sent.text());
        let whole = json!({
            "workingHours": {"zone": "Europe/Vienna", "days": ["mon", "tue"], "from": "09:00", "to": "17:00"},
            "concurrentTasks": 2,
            "capabilities": ["lead_scoring", "research"],
        });
        assert_eq!(house.viewer.get(format!("/teams/{team}/config")).await.ok(), whole, "{}", app.name());

        let wrong = fields.replace("17%3A00", "07%3A31").replace("tasksAtOnce]=2", "tasksAtOnce]=7");
        let back = post(&wrong).await;
        let location = back.header("location");
        assert!(location.contains("__err=") && location.contains("tasksAtOnce"), "{location}");
        let shown = house.operator.page(location.trim_start_matches("http://127.0.0.1:3000")).await;
        for part in ["value=\"07:31\"", "value=\"7\"", "must be later than the beginning"] {
            assert!(shown.text().contains(part), "{}: {part}", app.name());
        }
        assert_eq!(house.viewer.get(format!("/teams/{team}/config")).await.ok(), whole);
        let facts = house.viewer.page(&format!("/teams/{team}")).await.text();
        assert!(facts.contains("Mon, Tue, 09:00 to 17:00, Europe/Vienna"), "{}", app.name());
        app.stop().await;
    }
}

/// A zone in which it is past eleven in the morning.
async fn past_eleven(app: &App) -> String {
    let hour = i64::from(app.db.now().await.unwrap().hour());
    match 11 - hour {
        0 => "UTC".to_owned(),
        // The names of these zones count westwards.
        ahead @ 1.. => format!("Etc/GMT-{ahead}"),
        behind => format!("Etc/GMT+{}", -behind),
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_comes_while_a_team_is_closed_begins_when_it_opens() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let team = house.team("sales", "supervised", &[]).await;
        let zone = past_eleven(&app).await;
        let hours = json!({"zone": zone, "days": WEEK, "from": "13:00", "to": "15:00"});
        config(&house.operator, &team, json!({"workingHours": hours})).await;
        let workflow = published(&house, "Work", Some(&team), json!([wait(60, None)])).await;
        let free = published(&house, "Free", None, json!([set("a", json!({}), None)])).await;
        let mut line = Vec::new();
        for _ in 0..2 {
            line.push(start(&house.operator, &workflow, json!({})).await);
        }
        // Of another team, or of none, nothing waits.
        let place = start(&house.operator, &free, json!({})).await;
        comes_to(&house.viewer, &place, &["completed"]).await;
        in_line(&app, &house.viewer, &line).await;
        app.advance(TimeDelta::hours(2));
        for place in &line {
            comes_to(&house.viewer, place, &["waiting"]).await;
        }
        // What has begun goes on after hours, and what is cancelled in line begins no more.
        app.advance(TimeDelta::hours(2));
        for place in &line {
            comes_to(&house.viewer, place, &["completed"]).await;
        }
        let late = [
            start(&house.operator, &workflow, json!({})).await,
            start(&house.operator, &workflow, json!({})).await,
        ];
        in_line(&app, &house.viewer, &late).await;
        house.operator.patch(&late[0], json!({"action": "cancel"})).await.ok();
        config(&house.operator, &team, json!({})).await;
        comes_to(&house.viewer, &late[1], &["waiting"]).await;
        assert_eq!(house.viewer.get(&late[0]).await.ok()["status"], "cancelled", "{}", app.name());
        let begun = start(&house.operator, &workflow, json!({})).await;
        comes_to(&house.viewer, &begun, &["waiting"]).await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn as_many_of_a_team_run_at_once_as_it_says_in_the_order_in_which_they_came() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let team = house.team("sales", "supervised", &[]).await;
        config(&house.operator, &team, json!({"concurrentTasks": 1})).await;
        // Two workflows: the line is the team's.
        let one = published(&house, "One", Some(&team), json!([wait(60, None)])).await;
        let two = published(&house, "Two", Some(&team), json!([wait(60, None)])).await;
        let mut line = Vec::new();
        for workflow in [&one, &two, &one, &two, &one] {
            line.push(start(&house.operator, workflow, json!({})).await);
        }
        for at in 0..3 {
            comes_to(&house.viewer, &line[at], &["waiting"]).await;
            in_line(&app, &house.viewer, &line[at + 1..]).await;
            if at < 2 {
                app.advance(TimeDelta::seconds(61));
                comes_to(&house.viewer, &line[at], &["completed"]).await;
            }
        }
        // A greater number wakes the next; an end, whichever it is, the one after.
        config(&house.operator, &team, json!({"concurrentTasks": 2})).await;
        comes_to(&house.viewer, &line[3], &["waiting"]).await;
        in_line(&app, &house.viewer, &line[4..]).await;
        house.operator.patch(&line[2], json!({"action": "cancel"})).await.ok();
        comes_to(&house.viewer, &line[4], &["waiting"]).await;
        assert_eq!(house.viewer.get(&line[3]).await.ok()["status"], "waiting", "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_running_execution_starts_never_waits_for_its_team() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", None).await;
        let team = house.team("sales", "supervised", &[&agent]).await;
        let playbook = json!({"playbook": {"steps": [set("said", json!({"x": 1}), None)]}});
        house.operator.put(format!("/agents/{}/profile", agent.id), playbook).await.ok();
        config(&house.operator, &team, json!({"concurrentTasks": 1})).await;
        let inner = published(&house, "Inner", Some(&team), json!([set("a", json!({}), None)])).await;
        house.operator.patch(format!("/workflows/{inner}"), json!({"maxRunning": 1})).await.ok();
        let steps = json!([
            wait(60, Some("task")),
            {"key": "task", "name": "Hand over", "onSuccess": "call", "run": {"agent": {
                "agent": agent.name, "objective": "Say something"
            }}},
            {"key": "call", "name": "Call", "run": {"workflow": {"workflow": "Inner"}}},
        ]);
        let outer = published(&house, "Outer", Some(&team), steps).await;
        let running = start(&house.operator, &outer, json!({})).await;
        comes_to(&house.viewer, &running, &["waiting"]).await;
        // It waits for the team, and holds up nobody in the line of its workflow meanwhile.
        let behind = [start(&house.operator, &inner, json!({})).await];
        in_line(&app, &house.viewer, &behind).await;
        app.advance(TimeDelta::seconds(61));
        let ended = comes_to(&house.viewer, &running, &["completed", "failed"]).await;
        assert_eq!(ended["status"], "completed", "{}: {ended}", app.name());
        comes_to(&house.viewer, &behind[0], &["completed"]).await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_team_says_when_and_whom_it_tells_of_what_waits() {
    for app in apps(Jobs::Run).await {
        let (house, agent) = set_up(&app).await;
        let team = house.team("sales", "supervised", &[&agent]).await;
        let escalation = json!({"afterPercent": 20, "to": "admins"});
        config(&house.operator, &team, json!({"escalation": escalation})).await;
        let mut task = of_risk("medium");
        task["expiresInSeconds"] = json!(3600);
        task["teamId"] = json!(team);
        let waits = queue(&agent, task).await;
        let counts = async || {
            let mut counts = Vec::new();
            for user in [&house.admin, &house.reviewer] {
                let told = told(user).await;
                counts.push(told.iter().filter(|one| one["kind"] == "approval_waiting").count());
            }
            counts
        };
        app.advance(TimeDelta::seconds(700));
        settled_after_timers(&app).await;
        assert_eq!(counts().await, [0, 0], "{}", app.name());
        app.advance(TimeDelta::seconds(20));
        settled_after_timers(&app).await;
        assert_eq!(counts().await, [1, 0], "{}", app.name());
        let notice = told(&house.admin).await[0].clone();
        assert_eq!(text(&notice, "href"), place(&waits), "{}", app.name());
        // Not once more at half time, nor at three quarters.
        app.advance(TimeDelta::seconds(2100));
        settled_after_timers(&app).await;
        assert_eq!(counts().await, [1, 0], "{}", app.name());
        app.advance(TimeDelta::seconds(500));
        settled_after_timers(&app).await;
        assert_eq!(text(&told(&house.reviewer).await[0], "kind"), "approval_expiring", "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn work_goes_to_who_can_do_it_then_to_whose_team_can() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let playbook = json!({"steps": [set("said", json!({"x": 1}), None)]});
        let (able, member, nobody) = (
            app.agent(&house, "able", None).await,
            app.agent(&house, "member", None).await,
            app.agent(&house, "nobody", None).await,
        );
        let of = [(&able, json!(["lead_scoring"])), (&member, json!([])), (&nobody, json!([]))];
        for (agent, capabilities) in of {
            let profile = json!({"playbook": playbook, "capabilities": capabilities});
            house.operator.put(format!("/agents/{}/profile", agent.id), profile).await.ok();
        }
        let team = house.team("sales", "supervised", &[&member]).await;
        config(&house.operator, &team, json!({"capabilities": ["lead_scoring"]})).await;
        let asked = json!({"objective": "Look at it", "capabilities": ["lead_scoring"]});
        let found = house.operator.post("/route", asked).await.ok();
        let names: Vec<&str> =
            found["candidates"].as_array().unwrap().iter().map(|one| text(one, "agentName")).collect();
        // An external agent would get the work as a message.
        let others = [nobody.name.as_str(), "Birch agent"];
        assert_eq!(names[..2], [&able.name, &member.name], "{}: {found}", app.name());
        assert!(names[2..].iter().all(|name| others.contains(name)), "{}: {found}", app.name());
        let reasons = found["candidates"][1]["reasons"].as_array().unwrap();
        assert!(reasons.contains(&json!("Its team has lead scoring.")), "{found}");
        app.stop().await;
    }
}
