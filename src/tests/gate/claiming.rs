//! Types of a workspace's own: an external agent takes the approved action once, performs it, and reports.

use crate::actions::{approve, approved_for_agent, fresh, pending, place, queue, register, submit};
use crate::support::app::{Agent, App, House, Jobs, apps, text, until};
use chrono::TimeDelta;
use countersign::args;
use serde_json::{Value, json};

async fn set_up(app: &App) -> (House, Agent, Agent) {
    let house = app.house("Birch").await;
    let (agent, other) = (app.agent(&house, "agent", None).await, app.agent(&house, "other", None).await);
    register(app, &house, "own.work", "medium").await;
    (house, agent, other)
}

#[tokio::test(flavor = "multi_thread")]
async fn one_agent_claims_once_and_reports() {
    for app in apps(Jobs::Run).await {
        let (house, agent, other) = set_up(&app).await;
        let approval = approved_for_agent(&app, &house, &agent).await;
        assert_eq!(approval["outcome"]["status"], "queued", "{}: nobody else performs it", app.name());
        let id = text(&approval, "id").to_owned();
        let (claim, outcome) =
            (format!("{}/claim", place(&approval)), format!("{}/outcome", place(&approval)));
        for by in [&other.caller, &house.operator.caller, &house.reviewer.caller] {
            app.writes(&id, &[], by.post(&claim, json!({}))).await.refused(403, "forbidden");
        }
        let report = json!({"status": "succeeded", "result": {"ref": "X-1"}});
        agent.post(&outcome, report.clone()).await.refused(403, "forbidden");
        let claimed = app.writes(&id, &["action.claimed"], agent.post(&claim, json!({}))).await.ok();
        assert_eq!(claimed["outcome"]["status"], "running");
        assert_eq!(claimed["outcome"]["attempts"], 1);
        assert!(claimed["claimedAt"].is_string(), "{claimed}");
        let again = app.writes(&id, &[], agent.post(&claim, json!({}))).await;
        assert_eq!(again.refused(409, "conflict")["conflict"]["status"], "running");
        app.writes(&id, &[], other.post(&outcome, report.clone())).await.refused(403, "forbidden");
        let step = agent.post(&outcome, report.clone());
        let done = app.writes(&id, &["action.succeeded"], step).await.ok();
        assert_eq!(done["outcome"]["status"], "succeeded", "{}", app.name());
        assert_eq!(done["outcome"]["result"], json!({"ref": "X-1"}));
        app.writes(&id, &[], agent.post(&outcome, report)).await.refused(409, "conflict");
        // A claim that was reported on has no time-out.
        app.advance(TimeDelta::hours(2));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(fresh(&agent, &approval).await["outcome"]["status"], "succeeded");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn claims_at_once_have_one_winner() {
    for app in apps(Jobs::Wait).await {
        let (house, agent, _) = set_up(&app).await;
        for _ in 0..10 {
            let approval = approved_for_agent(&app, &house, &agent).await;
            let claim = format!("{}/claim", place(&approval));
            let tries = (0..4).map(|_| {
                let (by, claim) = (agent.caller.clone(), claim.clone());
                tokio::spawn(async move { by.post(&claim, json!({})).await.code() })
            });
            let mut codes = Vec::new();
            for one in tries.collect::<Vec<_>>() {
                codes.push(one.await.unwrap());
            }
            codes.sort_unstable();
            assert_eq!(codes, [200, 409, 409, 409], "{}", app.name());
            assert_eq!(app.trail(text(&approval, "id")).await.last().unwrap(), "action.claimed");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn nothing_is_claimed_before_its_time() {
    for app in apps(Jobs::Wait).await {
        let (house, agent, _) = set_up(&app).await;
        let approval = queue(&agent, json!({"actionType": "own.work", "actionData": {}})).await;
        let claim = format!("{}/claim", place(&approval));
        agent.post(&claim, json!({})).await.refused(409, "refused");
        approve(&house.reviewer, &approval).await.ok();
        // Inside the hold.
        agent.post(&claim, json!({})).await.refused(409, "refused");
        app.advance(TimeDelta::seconds(11));
        agent.post(&claim, json!({})).await.ok();
        // Countersign performs its own types itself.
        let builtin = pending(&agent).await;
        approve(&house.reviewer, &builtin).await.ok();
        agent.post(format!("{}/claim", place(&builtin)), json!({})).await.refused(409, "refused");
        // What was let through is the agent's at once.
        register(&app, &house, "own.easy", "low").await;
        let answer = submit(&agent, json!({"actionType": "own.easy", "actionData": {}})).await;
        assert_eq!(
            (&answer["verdict"], &answer["outcome"]["status"]),
            (&json!("executed"), &json!("queued"))
        );
        agent.post(format!("{}/claim", place(&answer["approval"])), json!({})).await.ok();
        app.stop().await;
    }
}

async fn claimed(app: &App, house: &House, agent: &Agent) -> Value {
    let approval = approved_for_agent(app, house, agent).await;
    agent.post(format!("{}/claim", place(&approval)), json!({})).await.ok()
}

async fn outcome_becomes(agent: &Agent, approval: &Value, status: &str) -> Value {
    until(status, || async {
        let now = fresh(agent, approval).await;
        (now["outcome"]["status"] == status).then_some(now)
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_claim_without_a_report_ends_as_unknown_and_a_person_settles_it() {
    for app in apps(Jobs::Run).await {
        let (house, agent, _) = set_up(&app).await;
        let approval = claimed(&app, &house, &agent).await;
        let id = text(&approval, "id").to_owned();
        app.advance(TimeDelta::minutes(59));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(fresh(&agent, &approval).await["outcome"]["status"], "running", "{}", app.name());
        app.advance(TimeDelta::minutes(2));
        let now = outcome_becomes(&agent, &approval, "unknown").await;
        assert!(now["outcome"]["error"].is_string(), "{now}");
        assert_eq!(app.trail(&id).await.last().unwrap(), "action.unknown");
        app.advance(TimeDelta::seconds(4));
        let told =
            "SELECT COUNT(*) FROM notifications WHERE kind = 'outcome' AND subject_id = $1 AND user_id = $2";
        let subject = crate::support::app::id(&id);
        until("a person is told", || async {
            (app.count(told, args![subject, house.operator.id]).await == 1).then_some(())
        })
        .await;
        let settle = json!({"status": "failed", "error": "It never reached the printer"});
        let place = format!("{}/outcome", place(&approval));
        house.reviewer.post(&place, settle.clone()).await.refused(403, "forbidden");
        let step = house.operator.post(&place, settle.clone());
        let settled = app.writes(&id, &["action.failed"], step).await.ok();
        assert_eq!(settled["outcome"]["error"], "It never reached the printer");
        app.writes(&id, &[], house.operator.post(&place, settle)).await.refused(409, "conflict");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_late_truth_still_lands() {
    for app in apps(Jobs::Run).await {
        let (house, agent, _) = set_up(&app).await;
        let approval = claimed(&app, &house, &agent).await;
        app.advance(TimeDelta::minutes(61));
        outcome_becomes(&agent, &approval, "unknown").await;
        let report = json!({"status": "succeeded"});
        let step = agent.post(format!("{}/outcome", place(&approval)), report);
        let done = app.writes(text(&approval, "id"), &["action.succeeded"], step).await.ok();
        assert_eq!(done["outcome"]["status"], "succeeded", "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_failure_says_why_and_is_tried_again_by_a_person() {
    for app in apps(Jobs::Wait).await {
        let (house, agent, _) = set_up(&app).await;
        let approval = claimed(&app, &house, &agent).await;
        let id = text(&approval, "id").to_owned();
        let (outcome, retry) =
            (format!("{}/outcome", place(&approval)), format!("{}/retry", place(&approval)));
        let problem = agent.post(&outcome, json!({"status": "failed"})).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/error");
        house.reviewer.post(&retry, json!({})).await.refused(409, "conflict");
        let failed = json!({"status": "failed", "error": "The printer is out of paper"});
        app.writes(&id, &["action.failed"], agent.post(&outcome, failed)).await.ok();
        house.viewer.post(&retry, json!({})).await.refused(403, "forbidden");
        agent.post(&retry, json!({})).await.refused(403, "agents_never_decide");
        let again = app.writes(&id, &["action.retried"], house.reviewer.post(&retry, json!({}))).await.ok();
        assert_eq!((&again["outcome"]["status"], &again["claimedAt"]), (&json!("queued"), &json!(null)));
        // The first try's report no longer counts.
        agent.post(&outcome, json!({"status": "succeeded"})).await.refused(403, "forbidden");
        let claimed = agent.post(format!("{}/claim", place(&approval)), json!({})).await.ok();
        assert_eq!(claimed["outcome"]["attempts"], 2, "{}", app.name());
        agent.post(&outcome, json!({"status": "succeeded"})).await.ok();
        house.reviewer.post(&retry, json!({})).await.refused(409, "conflict");
        app.stop().await;
    }
}
