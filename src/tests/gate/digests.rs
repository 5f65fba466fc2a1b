//! The daily digest: one for each of a member's days, by two nodes and over both changes of the clocks.

use crate::actions::{approve, of_risk, queue, reject, submit};
use crate::notifications::{mails, settled, smtp, watch};
use crate::smtp::MailServer;
use crate::support::app::{App, Jobs, User, apps_with, text, until};
use chrono::{DateTime, TimeDelta, Utc};
use countersign::args;
use serde_json::{Value, json};

async fn subscribe(user: &User, hour: i64, zone: &str) {
    let zone = json!({"input": {"timeZone": zone}});
    user.post("/api/fn/account/set-preferences", zone).await.ok();
    // Only the digest.
    let wanted = json!({"input": {"digestHour": hour}});
    user.post("/api/fn/notifications/set-preferences", wanted).await.ok();
}

async fn go_to(app: &App, time: DateTime<Utc>) {
    let now = app.db.now().await.unwrap();
    assert!(time > now, "time only goes on");
    app.advance(time - now);
}

/// Every node looks, at the same moment.
async fn look(app: &App) {
    for _ in 0..2 {
        watch(app, "digests").await;
    }
    until("both have looked", || async {
        let open = "SELECT COUNT(*) FROM jobs WHERE kind IN ('notices.watch', 'digest.send') AND state IN ('ready', 'running') AND dedupe_key IS NULL";
        (app.count(open, args![]).await == 0).then_some(())
    })
    .await;
}

/// The first such time of day in a zone that changes its clocks then, after now: 01:00 UTC of the last Sunday.
fn change_of_clocks(now: DateTime<Utc>, month: u32) -> DateTime<Utc> {
    use chrono::{Datelike, NaiveDate, Weekday};
    let year =
        (now.year()..).find(|year| NaiveDate::from_ymd_opt(*year, month, 20).unwrap() > now.date_naive());
    let last = NaiveDate::from_ymd_opt(year.unwrap(), month, 31).unwrap();
    let sunday = last.iter_days().rev().find(|day| day.weekday() == Weekday::Sun).unwrap();
    sunday.and_hms_opt(1, 0, 0).unwrap().and_utc()
}

#[tokio::test(flavor = "multi_thread")]
async fn once_a_day_by_two_nodes_and_over_both_changes_of_the_clocks() {
    let server = MailServer::start().await;
    for app in apps_with(Jobs::Run, smtp(&server)).await {
        server.forget();
        let beside = if app.name() == "postgres" { Some(app.run_beside().await) } else { None };
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        subscribe(&house.viewer, 2, "Europe/Vienna").await;
        let now = app.db.now().await.unwrap();
        let mut changes = [change_of_clocks(now, 3), change_of_clocks(now, 10)];
        changes.sort();
        for change in changes {
            // 02:00 is one hour after UTC's midnight in winter, and UTC's midnight in summer; on the day itself it is
            // left out or comes twice.
            let spring = change.format("%m").to_string() == "03";
            let (before, on_it, after) = match spring {
                true => (TimeDelta::hours(-24), TimeDelta::zero(), TimeDelta::hours(23)),
                false => (TimeDelta::hours(-25), TimeDelta::hours(-1), TimeDelta::hours(24)),
            };
            let sent = async || mails(&app, &server, &house.viewer).await.len();
            // Whatever was before: the first digest of the series.
            go_to(&app, change + before + TimeDelta::minutes(1)).await;
            submit(&agent, of_risk("low")).await;
            look(&app).await;
            let mut count = sent().await;
            for moment in [on_it, after] {
                submit(&agent, of_risk("low")).await;
                go_to(&app, change + moment - TimeDelta::minutes(1)).await;
                look(&app).await;
                assert_eq!(sent().await, count, "{}: not before {moment} of {change}", app.name());
                for later in [0, 15, 60, 75] {
                    let time = change + moment + TimeDelta::minutes(later) + TimeDelta::seconds(1);
                    go_to(&app, time).await;
                    look(&app).await;
                    assert_eq!(
                        sent().await,
                        count + 1,
                        "{}: {later} min after {moment} of {change}",
                        app.name()
                    );
                }
                count += 1;
            }
        }
        if let Some(beside) = beside {
            beside.shutdown().await;
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_says_what_ran_who_decided_what_failed_and_what_waits() {
    let server = MailServer::start().await;
    for app in apps_with(Jobs::Run, smtp(&server)).await {
        server.forget();
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        subscribe(&house.viewer, 12, "UTC").await;
        let noon = |day: i64| {
            let today = app.test.clock.now().date_naive().and_hms_opt(12, 0, 0).unwrap().and_utc();
            today + TimeDelta::days(day)
        };
        let start = noon(1);
        go_to(&app, start + TimeDelta::seconds(1)).await;
        look(&app).await;
        assert_eq!(mails(&app, &server, &house.viewer).await.len(), 0, "{}: nothing to tell", app.name());
        let states = "SELECT COUNT(*) FROM digests WHERE state = 'empty'";
        assert_eq!(app.count(states, args![]).await, 1, "{}", app.name());

        let team = json!({"name": "Sellers", "department": "sales", "autonomyLevel": "semi_autonomous"});
        let team = house.team_with(team, &[&agent]).await;
        let of_team = |mut action: Value| {
            action["teamId"] = json!(team);
            action
        };
        for _ in 0..3 {
            submit(&agent, of_team(of_risk("low"))).await;
        }
        let first = queue(&agent, of_team(of_risk("medium"))).await;
        approve(&house.reviewer, &first).await.ok();
        let second = queue(&agent, of_team(of_risk("medium"))).await;
        reject(&house.second, &second).await.ok();
        let mut waits = of_team(of_risk("medium"));
        waits["expiresInSeconds"] = json!(200_000);
        queue(&agent, waits).await;
        settled(&app).await;
        go_to(&app, start + TimeDelta::days(1) + TimeDelta::seconds(1)).await;
        look(&app).await;
        let sent = mails(&app, &server, &house.viewer).await;
        assert_eq!(sent.len(), 1, "{}", app.name());
        assert!(sent[0].header("Subject").starts_with("Birch"), "{:?}", sent[0]);
        let line = "Sales\n  3 ran on their own\n  1 approved by Birch reviewer\n  1 rejected by Birch second reviewer\n  1 waiting now\n";
        let letter = sent[0].text.replace('\r', "");
        assert!(letter.contains(line), "{}: {line:?} in {letter}", app.name());
        let follow = json!({"token": sent[0].link().trim_start_matches("/n/")});
        let led = house.viewer.post("/api/fn/notifications/follow", follow).await.ok();
        assert_eq!(text(&led, "href"), "/approvals", "{}", app.name());
        app.stop().await;
    }
}
