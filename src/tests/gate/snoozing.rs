//! Putting an approval aside: out of one member's list only, and back by itself.

use crate::actions::{approve, fresh, of_risk, pending, place, queue, reject};
use crate::support::app::{App, Caller, Jobs, apps, id, text, until};
use axum::http::Method;
use chrono::{DateTime, TimeDelta, Utc};
use countersign::args;
use serde_json::{Value, json};

async fn snooze(by: &Caller, approval: &Value, seconds: i64) -> Value {
    by.post(format!("{}/snooze", place(approval)), json!({"seconds": seconds})).await.ok()
}

/// The ids of all pages of this list, two to a page.
async fn listed(by: &Caller, query: &str) -> Vec<Value> {
    let (mut found, mut cursor) = (Vec::new(), String::new());
    loop {
        let page = by.get(format!("/approvals?limit=2&{query}{cursor}")).await.ok();
        found.extend(page["items"].as_array().unwrap().iter().map(|item| item["id"].clone()));
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

async fn waiting(by: &Caller) -> Value {
    by.post("/api/fn/approvals/count", json!({})).await.ok()
}

async fn aside(by: &Caller, approval: &Value) -> Value {
    by.post("/api/fn/approvals/get", json!({"id": approval["id"]})).await.ok()["snoozedUntil"].clone()
}

async fn rows(app: &App) -> i64 {
    app.count("SELECT COUNT(*) FROM approval_snoozes", args![]).await
}

fn ids(approvals: &[&Value]) -> Vec<Value> {
    approvals.iter().map(|approval| approval["id"].clone()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn it_leaves_the_list_of_one_member() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut all = Vec::new();
        for _ in 0..5 {
            all.push(pending(&agent).await);
        }
        let [one, two, three, four, five] = [0, 1, 2, 3, 4].map(|n| &all[n]);
        let put = format!("{}/snooze", place(two));
        let answer = app
            .writes(
                text(two, "id"),
                &["approval.snoozed"],
                house.reviewer.post(&put, json!({"seconds": 3600})),
            )
            .await
            .ok();
        assert_eq!(answer["approval"], crate::actions::stored(&house.viewer, two).await, "{}", app.name());
        let back: DateTime<Utc> = text(&answer, "snoozedUntil").parse().unwrap();
        snooze(&house.reviewer, four, 7200).await;

        let (mine, others) =
            (&house.reviewer.caller, [&house.second.caller, &house.viewer.caller, &agent.caller]);
        for sort in ["expires_at", "risk"] {
            let left = listed(mine, &format!("sort={sort}")).await;
            assert_eq!(left, ids(&[one, three, five]), "{}: {sort}", app.name());
            let put_aside = listed(mine, &format!("sort={sort}&snoozed=only")).await;
            assert_eq!(put_aside, ids(&[two, four]), "{}: {sort}", app.name());
        }
        assert_eq!(listed(mine, "sort=created_at").await, ids(&[five, three, one]), "{}", app.name());
        assert_eq!(listed(mine, "sort=created_at&snoozed=only").await, ids(&[four, two]), "{}", app.name());
        assert_eq!(listed(mine, "snoozed=all").await.len(), 5, "{}", app.name());
        assert_eq!(listed(mine, "status=all").await.len(), 5, "{}: of what is pending only", app.name());
        assert_eq!(listed(mine, "status=all&snoozed=only").await.len(), 5, "{}", app.name());
        // With words too, near and by the index.
        assert_eq!(listed(mine, "q=quote").await, ids(&[one, three, five]), "{}", app.name());
        assert_eq!(listed(mine, "q=quote&snoozed=only").await, ids(&[two, four]), "{}", app.name());
        assert_eq!(listed(mine, "q=quote&riskLevel=medium&snoozed=all").await.len(), 5);
        for by in others {
            assert_eq!(listed(by, "").await.len(), 5, "{}", app.name());
            assert_eq!(waiting(by).await, 5);
            assert_eq!(aside(by, two).await, Value::Null);
        }
        assert_eq!(listed(&house.second, "snoozed=only").await, [] as [Value; 0]);
        // An agent puts nothing aside; the word makes no difference.
        assert_eq!(listed(&agent, "snoozed=only").await.len(), 5, "{}", app.name());
        assert_eq!((waiting(mine).await, aside(mine, two).await), (json!(3), answer["snoozedUntil"].clone()));

        // It can still be opened and decided by anybody, in bulk as well.
        assert_eq!(fresh(mine, two).await["status"], "pending");
        assert_eq!(approve(mine, two).await.ok()["approval"]["status"], "approved", "{}", app.name());
        assert_eq!(aside(mine, two).await, Value::Null, "{}: it waits no more", app.name());
        // Without any job it is back when its time is over.
        app.advance(back - app.db.now().await.unwrap() + TimeDelta::hours(1) + TimeDelta::seconds(1));
        assert_eq!(listed(mine, "").await, ids(&[one, three, four, five]), "{}", app.name());
        assert_eq!((waiting(mine).await, aside(mine, four).await), (json!(4), Value::Null), "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_comes_back_by_itself_and_pages_are_told() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let (approval, decided) = (pending(&agent).await, pending(&agent).await);
        for approval in [&approval, &decided] {
            snooze(&house.reviewer, approval, 60).await;
            // Later: the first timer is gone.
            snooze(&house.reviewer, approval, 600).await;
        }
        snooze(&house.second, &approval, 7200).await;
        reject(&house.second, &decided).await.ok();
        let emitted = app.emitted(text(&approval, "id")).await;
        app.advance(TimeDelta::seconds(120));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(rows(&app).await, 3, "{}", app.name());
        assert_eq!(listed(&house.reviewer, "").await, [] as [Value; 0]);

        app.advance(TimeDelta::seconds(600));
        until("the timers", || async { (rows(&app).await == 1).then_some(()) }).await;
        assert_eq!(listed(&house.reviewer, "").await, ids(&[&approval]), "{}", app.name());
        assert_eq!(listed(&house.second, "").await, [] as [Value; 0], "{}: theirs is not over", app.name());
        let trail = app.trail(text(&approval, "id")).await;
        let snoozed = "approval.snoozed";
        assert_eq!(
            trail,
            ["approval.requested", snoozed, snoozed, snoozed, "approval.woken"],
            "{}",
            app.name()
        );
        assert_eq!(app.emitted(text(&approval, "id")).await, emitted + 1, "{}", app.name());
        let detail = house.viewer.post("/api/fn/approvals/get", json!({"id": approval["id"]})).await.ok();
        let last = detail["history"].as_array().unwrap().last().unwrap().clone();
        assert_eq!(last["actor"]["kind"], "system", "{last}");
        assert!(text(&last, "description").starts_with("Back with Birch reviewer: "), "{last}");
        // Of what was decided meanwhile nothing is said.
        let trail = app.trail(text(&decided, "id")).await;
        assert_eq!(trail, ["approval.requested", snoozed, snoozed, "approval.rejected"], "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn its_member_brings_it_back() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let (of, wake) = (text(&approval, "id").to_owned(), format!("{}/wake", place(&approval)));
        app.writes(&of, &[], house.reviewer.post(&wake, json!({}))).await.ok();
        snooze(&house.reviewer, &approval, 600).await;
        app.writes(&of, &[], house.second.post(&wake, json!({}))).await.ok();
        assert_eq!(listed(&house.reviewer, "").await, [] as [Value; 0], "{}: it is not theirs", app.name());
        let answer = app.writes(&of, &["approval.woken"], house.reviewer.post(&wake, json!({}))).await.ok();
        assert_eq!((&answer["snoozedUntil"], &answer["approval"]["id"]), (&Value::Null, &approval["id"]));
        assert_eq!(listed(&house.reviewer, "").await, ids(&[&approval]), "{}", app.name());
        // The timer is gone with it.
        app.advance(TimeDelta::seconds(700));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let trail = app.trail(&of).await;
        assert_eq!(trail, ["approval.requested", "approval.snoozed", "approval.woken"], "{}", app.name());
        // By a form without a script, whose blank fields are absent.
        let typed = [("content-type", "application/x-www-form-urlencoded")];
        for (verb, more, is_aside) in
            [("snooze", "&input%5Bseconds%5D=600&input%5Buntil%5D=", true), ("wake", "", false)]
        {
            let (path, form) = (format!("/api/fn/approvals/{verb}"), format!("id={of}{more}"));
            let answer = house.reviewer.send(Method::POST, &path, Some(form.into()), &typed).await.ok();
            assert_eq!(answer["snoozedUntil"].is_string(), is_aside, "{}: {answer}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn times_that_cannot_be() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let (approval, mut long) = (pending(&agent).await, of_risk("medium"));
        long["expiresInSeconds"] = json!(80 * 86_400);
        let long = queue(&agent, long).await;
        let deadline: DateTime<Utc> = text(&approval, "expiresAt").parse().unwrap();
        let now = app.db.now().await.unwrap();
        let put = format!("{}/snooze", place(&approval));
        for (input, pointer, words) in [
            (json!({}), "/until", "send `until` or `seconds`"),
            (json!({"until": null}), "/until", "send `until` or `seconds`"),
            (json!({"until": now + TimeDelta::hours(1), "seconds": 600}), "/seconds", "beside `until`"),
            (json!({"until": now + TimeDelta::seconds(30)}), "/until", "at least a minute"),
            (json!({"until": now - TimeDelta::days(1)}), "/until", "at least a minute"),
            (json!({"until": now + TimeDelta::days(31)}), "/until", "at most 30 days"),
            (json!({"until": "9999-12-31T23:59:59Z"}), "/until", "at most 30 days"),
            (json!({"until": deadline}), "/until", "before the deadline, 2"),
            (json!({"seconds": 86_400}), "/seconds", "before the deadline, 2"),
            (json!({"seconds": 59}), "/seconds", "between 60 and 2592000"),
            (json!({"seconds": 2_592_001}), "/seconds", "between 60 and 2592000"),
            (json!({"until": "tomorrow"}), "/until", ""),
            (json!({"until": "2026-11-20T15:04:00"}), "/until", ""),
            (json!({"minutes": 5}), "/minutes", ""),
        ] {
            let answer =
                app.writes(text(&approval, "id"), &[], house.reviewer.post(&put, input.clone())).await;
            let problem = answer.refused(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{}: {input}: {problem}", app.name());
            assert!(text(&problem["errors"][0], "detail").contains(words), "{input}: {problem}");
        }
        let exact = format!("before the deadline, {}", deadline.format("%Y-%m-%d %H:%M:%S UTC"));
        let late = house.reviewer.post(&put, json!({"seconds": 90_000})).await.refused(422, "invalid");
        assert!(text(&late["errors"][0], "detail").contains(&exact), "{late}");
        assert_eq!(rows(&app).await, 0, "{}", app.name());

        // With an offset, to the microsecond that is kept.
        let moment = now + TimeDelta::hours(2);
        let offset = moment.with_timezone(&chrono::FixedOffset::east_opt(3600).unwrap()).to_rfc3339();
        let answer = house.reviewer.post(&put, json!({"until": offset})).await.ok();
        assert_eq!(answer["snoozedUntil"], json!(moment), "{}", app.name());
        assert_eq!(aside(&house.reviewer, &approval).await, json!(moment), "{}", app.name());
        snooze(&house.reviewer, &long, 30 * 86_400).await;
        // While the clock stands still, the deadline is no bound.
        house.owner.post("/api/fn/workspace/freeze", json!({"input": {"frozen": true}})).await.ok();
        snooze(&house.reviewer, &approval, 7 * 86_400).await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_what_waits_and_only_by_who_decides() {
    for app in apps(Jobs::Wait).await {
        let (house, other) = (app.house("Birch").await, app.house("Rowan").await);
        let agent = app.agent(&house, "agent", None).await;
        let (decided, overdue) = (pending(&agent).await, pending(&agent).await);
        approve(&house.second, &decided).await.ok();
        let foreign = pending(&app.agent(&other, "agent", None).await.caller).await;
        let input = json!({"seconds": 600});
        let put = |approval: &Value| format!("{}/snooze", place(approval));
        let problem = house.reviewer.post(put(&decided), input.clone()).await.refused(409, "conflict");
        assert_eq!(problem["conflict"]["status"], "approved", "{}: {problem}", app.name());
        house.viewer.post(put(&overdue), input.clone()).await.refused(403, "forbidden");
        agent.post(put(&overdue), input.clone()).await.refused(403, "agents_never_decide");
        for verb in ["snooze", "wake"] {
            let body = if verb == "wake" { json!({}) } else { input.clone() };
            for path in
                [format!("{}/{verb}", place(&foreign)), format!("/approvals/{}/{verb}", app.db.clock.id())]
            {
                house.reviewer.post(path, body.clone()).await.refused(404, "not_found");
            }
        }
        app.advance(TimeDelta::hours(25));
        let problem = house.reviewer.post(put(&overdue), input).await.refused(409, "conflict");
        assert_eq!(problem["conflict"]["status"], "expired", "{}: {problem}", app.name());
        assert_eq!(rows(&app).await, 0);
        for word in ["snoozed=yes", "snoozed=Only", "snoozed=%00"] {
            let problem = house.reviewer.get(format!("/approvals?{word}")).await.refused(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], "snoozed", "{}: {problem}", app.name());
        }
        assert_eq!(app.trail(text(&foreign, "id")).await, ["approval.requested"]);
        assert_eq!(app.emitted(&id(text(&foreign, "id")).to_string()).await, 1);
        app.stop().await;
    }
}
