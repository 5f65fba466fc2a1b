//! The freeze: nothing runs by itself, nothing is dispatched, no clock runs; and all of it goes on afterwards.

use crate::actions::{approve, fresh, of_risk, pending, place, queue, register, submit};
use crate::support::app::{Agent, App, House, Jobs, apps, text, until};
use chrono::{DateTime, TimeDelta, Utc};
use countersign::domain::workspace::SetFreeze;
use countersign::server::services::workspaces::workspace_freeze;
use countersign::server::storage::workspaces::FreezeScope;
use serde_json::{Value, json};
use std::time::Duration;

/// What is frozen: the workspace, or the agent's team.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Scope {
    Workspace,
    Team,
}

async fn freeze(app: &App, house: &House, team: &str, scope: Scope, frozen: bool) {
    match scope {
        Scope::Workspace => {
            workspace_freeze(&house.admin.allowed(), &app.db, SetFreeze { frozen }).await.unwrap();
        }
        Scope::Team => {
            house.operator.patch(format!("/teams/{team}"), json!({"frozen": frozen})).await.ok();
        }
    }
}

fn time(approval: &Value, key: &str) -> DateTime<Utc> {
    text(approval, key).parse().unwrap()
}

async fn becomes(by: &Agent, approval: &Value, status: &str) {
    until(status, || async { (fresh(by, approval).await["status"] == status).then_some(()) }).await;
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_stops_what_runs_by_itself_and_lets_people_decide() {
    for app in apps(Jobs::Run).await {
        for scope in [Scope::Workspace, Scope::Team] {
            let house = app.house(&format!("Birch {scope:?}")).await;
            let agent = app.agent(&house, "agent", None).await;
            let team = house.team("free", "autonomous", &[&agent]).await;
            let action = |risk: &str| {
                let mut action = of_risk(risk);
                action["teamId"] = json!(team);
                action
            };
            let before = queue(&agent, action("medium")).await;
            freeze(&app, &house, &team, scope, true).await;
            let case = format!("{} {scope:?}", app.name());
            let stopped = submit(&agent, action("low")).await;
            assert_eq!(stopped["verdict"], "pending", "{case}: {stopped}");
            assert_eq!(stopped["approval"]["expiryPaused"], true, "{case}");
            // People may decide; what they decide waits.
            approve(&house.reviewer, &before).await.ok();
            app.advance(TimeDelta::days(3));
            tokio::time::sleep(Duration::from_millis(700)).await;
            let now = fresh(&agent, &before).await;
            assert_eq!(
                (&now["status"], &now["outcome"]["status"]),
                (&json!("approved"), &json!("queued")),
                "{case}"
            );
            let waits = fresh(&agent, &stopped["approval"]).await;
            assert_eq!(waits["status"], "pending", "{case}: no clock runs");
            freeze(&app, &house, &team, scope, false).await;
            until("dispatch goes on", || async {
                (fresh(&agent, &before).await["outcome"]["status"] == "succeeded").then_some(())
            })
            .await;
            let waits = fresh(&agent, &stopped["approval"]).await;
            assert_eq!(waits["expiryPaused"], false, "{case}");
            assert_eq!(submit(&agent, action("low")).await["verdict"], "executed", "{case}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_clock_that_stood_still_goes_on_with_the_time_it_had() {
    for app in apps(Jobs::Run).await {
        for scope in [Scope::Workspace, Scope::Team] {
            let house = app.house(&format!("Birch {scope:?}")).await;
            let agent = app.agent(&house, "agent", None).await;
            let team = house.team("free", "autonomous", &[&agent]).await;
            let mut action = of_risk("medium");
            action["teamId"] = json!(team);
            action["expiresInSeconds"] = json!(3600);
            let approval = queue(&agent, action.clone()).await;
            app.advance(TimeDelta::minutes(30));
            freeze(&app, &house, &team, scope, true).await;
            let during = queue(&agent, action).await;
            app.advance(TimeDelta::hours(24));
            tokio::time::sleep(Duration::from_millis(300)).await;
            freeze(&app, &house, &team, scope, false).await;
            let case = format!("{} {scope:?}", app.name());
            for (approval, moved) in [(&approval, 24 * 60), (&during, 24 * 60)] {
                let now = fresh(&agent, approval).await;
                assert_eq!(now["status"], "pending", "{case}");
                let shift = time(&now, "expiresAt") - time(approval, "expiresAt");
                let off = (shift - TimeDelta::minutes(moved)).num_seconds().abs();
                assert!(off < 20, "{case}: moved by {shift}, not by {moved} min");
            }
            app.advance(TimeDelta::minutes(29));
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert_eq!(fresh(&agent, &approval).await["status"], "pending", "{case}");
            app.advance(TimeDelta::minutes(2));
            becomes(&agent, &approval, "expired").await;
            app.advance(TimeDelta::minutes(30));
            becomes(&agent, &during, "expired").await;
            let trail = app.trail(text(&approval, "id")).await;
            assert_eq!(trail, ["approval.requested", "approval.expired"], "{case}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn two_freezes_end_with_the_second() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = house.team("free", "autonomous", &[&agent]).await;
        let mut action = of_risk("medium");
        action["teamId"] = json!(team);
        action["expiresInSeconds"] = json!(3600);
        let approval = queue(&agent, action.clone()).await;
        freeze(&app, &house, &team, Scope::Workspace, true).await;
        app.advance(TimeDelta::minutes(10));
        freeze(&app, &house, &team, Scope::Team, true).await;
        app.advance(TimeDelta::minutes(10));
        freeze(&app, &house, &team, Scope::Workspace, false).await;
        app.advance(TimeDelta::hours(5));
        tokio::time::sleep(Duration::from_millis(300)).await;
        let now = fresh(&agent, &approval).await;
        assert_eq!(
            (&now["status"], &now["expiryPaused"]),
            (&json!("pending"), &json!(true)),
            "{}",
            app.name()
        );
        freeze(&app, &house, &team, Scope::Team, false).await;
        let now = fresh(&agent, &approval).await;
        let shift = time(&now, "expiresAt") - time(&approval, "expiresAt");
        assert!(
            (shift - TimeDelta::minutes(320)).num_seconds().abs() < 20,
            "{}: moved by {shift}",
            app.name()
        );
        app.advance(TimeDelta::minutes(61));
        becomes(&agent, &approval, "expired").await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_claimed_in_a_freeze() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        register(&app, &house, "own.work", "medium").await;
        let approval = crate::actions::approved_for_agent(&app, &house, &agent).await;
        let claim = format!("{}/claim", place(&approval));
        freeze(&app, &house, "", Scope::Workspace, true).await;
        agent.post(&claim, json!({})).await.refused(409, "refused");
        freeze(&app, &house, "", Scope::Workspace, false).await;
        agent.post(&claim, json!({})).await.ok();
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn another_workspace_does_not_freeze_with_it() {
    for app in apps(Jobs::Wait).await {
        let (house, other) = (app.house("Birch").await, app.house("Rowan").await);
        let elsewhere = app.agent(&other, "agent", None).await;
        let approval = pending(&elsewhere).await;
        freeze(&app, &house, "", Scope::Workspace, true).await;
        assert_eq!(submit(&elsewhere, of_risk("low")).await["verdict"], "executed", "{}", app.name());
        assert_eq!(fresh(&elsewhere, &approval).await["expiryPaused"], false);
        app.stop().await;
    }
}

/// Neither the gate's word nor the clock may stand on a switch that is just being turned.
#[tokio::test(flavor = "multi_thread")]
async fn a_submission_waits_for_a_freeze_that_is_on_its_way() {
    for app in apps(Jobs::Wait).await {
        for scope in [Scope::Workspace, Scope::Team] {
            let house = app.house(&format!("Birch {scope:?}")).await;
            let agent = app.agent(&house, "agent", None).await;
            let team = house.team("free", "autonomous", &[&agent]).await;
            let mut action = of_risk("low");
            action["teamId"] = json!(team);
            let switch = match scope {
                Scope::Workspace => FreezeScope::Workspace,
                Scope::Team => FreezeScope::Team(team.parse().unwrap()),
            };
            let mut tx = app.db.begin().await.unwrap();
            tx.workspace_lock(house.id).await.unwrap();
            assert!(tx.freeze_set(house.id, switch, true).await.unwrap());
            tx.expiry_pause(house.id, switch).await.unwrap();
            let submitted = tokio::spawn(async move { submit(&agent, action).await });
            tokio::time::sleep(Duration::from_millis(300)).await;
            assert!(!submitted.is_finished(), "{} {scope:?}: answered on half a freeze", app.name());
            tx.commit().await.unwrap();
            let submitted = submitted.await.unwrap();
            let case = format!("{} {scope:?}: {submitted}", app.name());
            assert_eq!(submitted["verdict"], "pending", "{case}");
            assert_eq!(submitted["approval"]["expiryPaused"], true, "{case}");
        }
        app.stop().await;
    }
}
