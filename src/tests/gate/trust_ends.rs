//! How trust ends: by the first rejection, undo or failure, by time, by a person; and what it then takes to come back.

use crate::actions::{approve, place, queue, register, reject, submit, yes};
use crate::support::app::{App, Jobs, apps, text, until};
use crate::trust::{Ground, on, trail};
use chrono::TimeDelta;
use countersign::args;
use serde_json::{Value, json};

/// What speaks against trust, in the words of its end.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Against {
    Rejection,
    Undo,
    /// An action that a person approved fails.
    Failure,
    /// An action that ran by the grant fails.
    OwnFailure,
    Edit,
}

/// `update_task` of a task that is there, or of one that is not.
async fn patch_task(ground: &Ground, task: &str) -> Value {
    let data = json!({"recordId": task, "changes": {"priority": "high"}});
    on(&ground.team, json!({"actionType": "update_task", "actionData": data}))
}

impl Against {
    fn word(self) -> &'static str {
        match self {
            Self::Rejection => "rejection",
            Self::Undo => "undo",
            Self::Failure | Self::OwnFailure => "failure",
            Self::Edit => "edit",
        }
    }

    async fn happen(self, app: &App, ground: &Ground, task: &str) {
        let house = &ground.house;
        let approval = queue(&ground.agent, patch_task(ground, task).await).await;
        match self {
            Self::Rejection => {
                reject(&house.second, &approval).await.ok();
            }
            Self::Undo => {
                approve(&house.second, &approval).await.ok();
                house.second.post(format!("{}/undo", place(&approval)), json!({})).await.ok();
            }
            Self::Failure => {
                let gone = app.db.clock.id().to_string();
                let approval = queue(&ground.agent, patch_task(ground, &gone).await).await;
                approve(&house.second, &approval).await.ok();
                app.advance(TimeDelta::seconds(101));
                until("the failure", || async {
                    let now = house.viewer.get(place(&approval)).await.ok();
                    (now["outcome"]["status"] == "failed").then_some(())
                })
                .await;
            }
            Self::OwnFailure => {
                let gone = app.db.clock.id().to_string();
                let answer = submit(&ground.agent, patch_task(ground, &gone).await).await;
                assert_eq!(answer["outcome"]["status"], "failed", "{}: {answer}", app.name());
                assert_ne!(answer["approval"]["trustGrantId"], Value::Null, "{answer}");
            }
            Self::Edit => {
                let mut decision = yes(&approval);
                decision["editedActionData"] = json!({"recordId": task, "changes": {"priority": "low"}});
                house.second.post(place(&approval), decision).await.ok();
            }
        }
    }
}

/// What failed under a grant was approved by nobody: trying it again is a decision like any other (promise 6).
#[tokio::test(flavor = "multi_thread")]
async fn who_owns_the_agent_cannot_try_again_what_ran_by_a_grant() {
    for app in apps(Jobs::Wait).await {
        let mut ground = Ground::new(&app, "Birch").await;
        ground.agent = app.agent(&ground.house, "owned", Some(&ground.house.operator)).await;
        let members = format!("/teams/{}/members", ground.team);
        ground.house.owner.post(&members, json!({"agentId": ground.agent.id})).await.ok();
        let task = ground.house.record("task", "task", json!({"status": "open"})).await;
        earn(&ground, 5, &task).await;
        ground.accept(&ground.house.admin, &ground.suggestion().await).await;
        let gone = app.db.clock.id().to_string();
        let failed = submit(&ground.agent, patch_task(&ground, &gone).await).await["approval"].clone();
        let retry = format!("{}/retry", place(&failed));
        ground.house.operator.post(&retry, json!({})).await.refused(403, "own_request");
        ground.house.reviewer.post(&retry, json!({})).await.ok();
        app.stop().await;
    }
}

async fn earn(ground: &Ground, count: usize, task: &str) {
    for _ in 0..count {
        let approval = queue(&ground.agent, patch_task(ground, task).await).await;
        approve(&ground.house.reviewer, &approval).await.ok();
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_word_against_a_grant_ends_it() {
    for app in apps(Jobs::Run).await {
        for against in [Against::Rejection, Against::Undo, Against::Failure, Against::OwnFailure] {
            let ground = Ground::new(&app, &format!("Birch {against:?}")).await;
            let task = ground.house.record("task", "task", json!({"status": "open"})).await;
            let case = format!("{} {against:?}", app.name());
            earn(&ground, 5, &task).await;
            let grant = ground.accept(&ground.house.admin, &ground.suggestion().await).await;
            let action = patch_task(&ground, &task).await;
            assert_eq!(submit(&ground.agent, action.clone()).await["verdict"], "executed", "{case}");
            // An edit is no evidence, and no reason to end what was granted.
            Against::Edit.happen(&app, &ground, &task).await;
            assert_eq!(ground.now(&grant).await["status"], "accepted", "{case}");

            against.happen(&app, &ground, &task).await;
            let over = ground.now(&grant).await;
            assert_eq!(
                (&over["status"], &over["endedReason"]),
                (&json!("revoked"), &json!(against.word())),
                "{case}"
            );
            assert_eq!(submit(&ground.agent, action.clone()).await["verdict"], "pending", "{case}");
            assert_eq!(
                trail(&app, &ground.house).await,
                ["trust.suggested", "trust.accepted", "trust.revoked"],
                "{case}"
            );
            // The row and what caused it are one transaction: they carry one time, but for who acts first.
            earn(&ground, 4, &task).await;
            assert!(ground.all("suggested").await.is_empty(), "{case}: four since then are not enough");
            earn(&ground, 1, &task).await;
            assert_ne!(ground.suggestion().await["id"], grant["id"], "{case}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_suggestion_whose_evidence_breaks_is_withdrawn() {
    for app in apps(Jobs::Run).await {
        for against in [Against::Rejection, Against::Undo, Against::Failure, Against::Edit] {
            let ground = Ground::new(&app, &format!("Birch {against:?}")).await;
            let task = ground.house.record("task", "task", json!({"status": "open"})).await;
            let case = format!("{} {against:?}", app.name());
            earn(&ground, 5, &task).await;
            let suggestion = ground.suggestion().await;
            against.happen(&app, &ground, &task).await;
            let over = ground.now(&suggestion).await;
            assert_eq!(
                (&over["status"], &over["endedReason"]),
                (&json!("withdrawn"), &json!(against.word())),
                "{case}"
            );
            for what in ["accept", "decline"] {
                let path = format!("/trust/{}/{what}", text(&suggestion, "id"));
                let problem = ground.house.admin.post(&path, json!({})).await.refused(409, "conflict");
                assert_eq!(problem["conflict"]["status"], "withdrawn", "{case}");
            }
            assert_eq!(trail(&app, &ground.house).await, ["trust.suggested", "trust.withdrawn"], "{case}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_declined_suggestion_stays_away_until_five_more() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        ground.earn(7, "medium").await;
        let suggestion = ground.suggestion().await;
        let decline = format!("/trust/{}/decline", text(&suggestion, "id"));
        let declined = ground.house.admin.post(&decline, json!({"reason": "Prices change"})).await.ok();
        assert_eq!((&declined["status"], &declined["note"]), (&json!("declined"), &json!("Prices change")));
        ground.house.admin.post(&decline, json!({})).await.refused(409, "conflict");
        ground.earn(4, "medium").await;
        assert!(ground.all("").await.is_empty(), "{}", app.name());
        assert!(ground.all("suggested").await.is_empty(), "{}", app.name());
        ground.earn(1, "medium").await;
        assert_eq!(ground.suggestion().await["approvalsInRow"], 5, "{}", app.name());
        assert_eq!(ground.verdict("medium").await, "pending");
        assert_eq!(
            trail(&app, &ground.house).await,
            ["trust.suggested", "trust.declined", "trust.suggested"],
            "{}",
            app.name()
        );
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_person_revokes_it_also_its_agents_owner() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        let grant = ground.grant("medium").await;
        let revoke = format!("/trust/{}/revoke", text(&grant, "id"));
        for who in [&ground.house.reviewer, &ground.house.viewer] {
            who.post(&revoke, json!({})).await.refused(403, "forbidden");
        }
        ground.agent.post(&revoke, json!({})).await.refused(403, "forbidden");
        let stale = [("if-match", "\"v1\"")];
        let body = Some(b"{}".to_vec());
        let stale = ground.house.operator.send(axum::http::Method::POST, &revoke, body, &stale).await;
        stale.refused(412, "changed");
        let over = ground.house.operator.post(&revoke, json!({"reason": "The prices change"})).await.ok();
        assert_eq!((&over["status"], &over["endedReason"]), (&json!("revoked"), &json!("person")));
        assert_eq!(
            (&over["endedByName"], &over["note"]),
            (&json!(ground.house.operator.name), &json!("The prices change"))
        );
        assert_eq!(ground.verdict("medium").await, "pending", "{}", app.name());
        ground.house.operator.post(&revoke, json!({})).await.refused(409, "conflict");
        app.stop().await;
    }
}

/// The gate looks at the time itself: here no timer runs.
#[tokio::test(flavor = "multi_thread")]
async fn a_grant_is_over_after_thirty_days_whether_or_not_a_timer_says_so() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        let grant = ground.grant("medium").await;
        app.advance(TimeDelta::days(30) - TimeDelta::minutes(1));
        assert_eq!(ground.verdict("medium").await, "executed", "{}", app.name());
        app.advance(TimeDelta::minutes(1));
        assert_eq!(ground.verdict("medium").await, "pending", "{}", app.name());
        assert_eq!(ground.now(&grant).await["status"], "accepted", "{}: no timer ran", app.name());
        let revoke = format!("/trust/{}/revoke", text(&grant, "id"));
        ground.house.operator.post(&revoke, json!({})).await.refused(409, "conflict");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn timers_end_what_is_too_old() {
    for app in apps(Jobs::Run).await {
        let ground = Ground::new(&app, "Birch").await;
        register(&app, &ground.house, "own.work", "high").await;
        let grant = ground.grant("medium").await;
        app.advance(TimeDelta::days(15));
        for _ in 0..5 {
            let action = on(&ground.team, json!({"actionType": "own.work", "actionData": {"n": 1}}));
            approve(&ground.house.reviewer, &queue(&ground.agent, action).await).await.ok();
        }
        let suggestion = ground.suggestion().await;
        app.advance(TimeDelta::days(15) + TimeDelta::minutes(1));
        let becomes = async |what: &Value, status: &'static str| {
            until(status, || async { (ground.now(what).await["status"] == status).then_some(()) }).await;
        };
        becomes(&grant, "lapsed").await;
        assert_eq!(ground.now(&suggestion).await["status"], "suggested", "{}", app.name());
        app.advance(TimeDelta::days(15));
        becomes(&suggestion, "withdrawn").await;
        assert_eq!(
            trail(&app, &ground.house).await,
            ["trust.suggested", "trust.accepted", "trust.suggested", "trust.lapsed", "trust.withdrawn"],
            "{}",
            app.name()
        );
        let jobs =
            app.count("SELECT COUNT(*) FROM jobs WHERE kind = 'trust.expire' AND state = 'ready'", args![]);
        assert_eq!(jobs.await, 0, "{}", app.name());
        app.stop().await;
    }
}

/// What a pause of the decisions' database leaves behind must not pass: a suggestion that nobody withdrew, although
/// its evidence is contradicted, is not accepted.
#[tokio::test(flavor = "multi_thread")]
async fn accepting_looks_at_the_evidence_again() {
    for app in apps(Jobs::Wait).await {
        let ground = Ground::new(&app, "Birch").await;
        ground.earn(5, "medium").await;
        let suggestion = ground.suggestion().await;
        let accept = format!("/trust/{}/accept", text(&suggestion, "id"));
        let team = format!("/teams/{}", ground.team);
        for (strict, back) in [
            (json!({"autonomyLevel": "supervised"}), json!({"autonomyLevel": "semi_autonomous"})),
            (json!({"approvalRequired": ["create_task"]}), json!({"approvalRequired": []})),
            (json!({"requiredApprovals": 2}), json!({"requiredApprovals": 1})),
        ] {
            ground.house.owner.patch(&team, strict).await.ok();
            let problem = ground.house.admin.post(&accept, json!({})).await.refused(409, "refused");
            let detail = ground.house.admin.get(format!("/trust/{}", text(&suggestion, "id"))).await.ok();
            assert_eq!(detail["whyNot"], problem["detail"], "{}", app.name());
            ground.house.owner.patch(&team, back).await.ok();
        }
        let mut tx = app.db.begin().await.unwrap();
        let sql = "UPDATE approval_patterns SET edited = TRUE WHERE approval_id IN \
                   (SELECT id FROM agent_pending_actions ORDER BY id DESC LIMIT 1)";
        tx.execute(sql, args![]).await.unwrap();
        tx.commit().await.unwrap();
        ground.house.admin.post(&accept, json!({})).await.refused(409, "refused");
        app.stop().await;
    }
}
