//! What was decided happens, once and wholly, or not at all.

use crate::actions::{approve, approve_critical, fresh, no, of_risk, place, queue, submit};
use crate::support::app::{Agent, App, House, Jobs, apps, text, until};
use chrono::TimeDelta;
use countersign::args;
use serde_json::{Value, json};

async fn performed(by: &Agent, approval: &Value) -> Value {
    until("the outcome", || async {
        let now = fresh(by, approval).await;
        ["succeeded", "failed", "unknown"].contains(&text(&now["outcome"], "status")).then_some(now)
    })
    .await
}

async fn team(house: &House, agent: &Agent) -> String {
    house.team("free", "autonomous", &[agent]).await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_approved_action_changes_the_record_after_its_hold() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let contact = house.record("contact", "Ada", json!({"status": "new", "company": "Northwind"})).await;
        let action = json!({"actionType": "update_lead_status", "actionData": {"recordId": contact, "status": "qualified"}});
        let approval = queue(&agent, action).await;
        approve(&house.reviewer, &approval).await.ok();
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let before = house.viewer.get(format!("/records/{contact}")).await.ok();
        assert_eq!(before["data"]["status"], "new", "{}: nothing happens inside the hold", app.name());
        app.advance(TimeDelta::seconds(11));
        let done = performed(&agent, &approval).await;
        assert_eq!(done["outcome"]["status"], "succeeded", "{}: {done}", app.name());
        let after = house.viewer.get(format!("/records/{contact}")).await.ok();
        assert_eq!(after["data"], json!({"status": "qualified", "company": "Northwind"}));
        assert_eq!(after["version"], 2);
        let trail = app.trail(text(&approval, "id")).await;
        assert_eq!(trail, ["approval.requested", "approval.approved", "action.succeeded"], "{}", app.name());
        assert_eq!(app.emitted(text(&approval, "id")).await, 3, "{}", app.name());
        assert_eq!(app.emitted(&contact).await, 2, "{}: made and changed", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_signed_is_what_happens() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = queue(&agent, of_risk("medium")).await;
        let mut decision = json!({"approved": true, "argsHash": approval["argsHash"]});
        decision["editedActionData"] = json!({"title": "Send the better quote"});
        house.reviewer.post(place(&approval), decision).await.ok();
        app.advance(TimeDelta::seconds(11));
        let done = performed(&agent, &approval).await;
        assert_eq!(
            done["outcome"]["result"]["created"]["title"],
            "Send the better quote",
            "{}: {done}",
            app.name()
        );
        let tasks = house.viewer.get("/records?kind=task").await.ok();
        let titles: Vec<&str> =
            tasks["items"].as_array().unwrap().iter().map(|task| text(task, "title")).collect();
        assert_eq!(titles, ["Send the better quote"]);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_not_approved_never_happens() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let rejected = queue(&agent, of_risk("medium")).await;
        let undone = queue(&agent, of_risk("medium")).await;
        let withdrawn = queue(&agent, of_risk("medium")).await;
        let waiting = queue(&agent, of_risk("medium")).await;
        house.reviewer.post(place(&rejected), no(&rejected)).await.ok();
        approve(&house.reviewer, &undone).await.ok();
        house.reviewer.post(format!("{}/undo", place(&undone)), json!({})).await.ok();
        agent.post(format!("{}/withdraw", place(&withdrawn)), json!({})).await.ok();
        app.advance(TimeDelta::hours(1));
        tokio::time::sleep(std::time::Duration::from_millis(500)).await;
        for approval in [&rejected, &undone, &withdrawn, &waiting] {
            assert_eq!(fresh(&agent, approval).await["outcome"]["status"], "none", "{}", app.name());
        }
        assert_eq!(app.count("SELECT COUNT(*) FROM records", args![]).await, 0, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_undone_and_approved_again_action_happens_once() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = queue(&agent, of_risk("medium")).await;
        approve(&house.reviewer, &approval).await.ok();
        app.advance(TimeDelta::seconds(5));
        house.reviewer.post(format!("{}/undo", place(&approval)), json!({})).await.ok();
        approve(&house.second, &approval).await.ok();
        app.advance(TimeDelta::seconds(6));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(
            app.count("SELECT COUNT(*) FROM records", args![]).await,
            0,
            "{}: the first timer is gone",
            app.name()
        );
        app.advance(TimeDelta::seconds(5));
        performed(&agent, &approval).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        assert_eq!(app.count("SELECT COUNT(*) FROM records", args![]).await, 1, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_effect_that_is_refused_leaves_nothing_behind() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let kept = house.record("task", "kept", json!({})).await;
        let gone = app.db.clock.id();
        let action =
            json!({"actionType": "bulk_delete", "actionData": {"kind": "task", "ids": [kept, gone]}});
        let approval = queue(&agent, action).await;
        approve_critical(&house.reviewer, &approval).await.ok();
        let done = performed(&agent, &approval).await;
        assert_eq!(done["outcome"]["status"], "failed", "{}: {done}", app.name());
        assert!(text(&done["outcome"], "error").contains(&gone.to_string()), "{done}");
        house.viewer.get(format!("/records/{kept}")).await.ok();
        let trail = app.trail(text(&approval, "id")).await;
        assert_eq!(trail, ["approval.requested", "approval.approved", "action.failed"], "{}", app.name());
        assert_eq!(app.emitted(text(&approval, "id")).await, 3, "{}", app.name());
        assert_eq!(app.emitted(&kept).await, 1, "{}: no word of what was rolled back", app.name());
        // A person tries again, and it fails again for the same reason.
        house.reviewer.post(format!("{}/retry", place(&approval)), json!({})).await.ok();
        let again = until("the second try", || async {
            let now = fresh(&agent, &approval).await;
            (now["outcome"]["attempts"] == 2 && now["outcome"]["status"] == "failed").then_some(now)
        })
        .await;
        assert_eq!(again["status"], "approved");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_runs_by_itself_is_refused_as_wholly() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = team(&house, &agent).await;
        let deal = house.record("deal", "Northwind", json!({})).await;
        for (action_type, data) in [
            ("tag_contact", json!({"recordId": deal, "add": ["vip"]})),
            ("update_crm_field", json!({"recordId": deal, "field": "jobTitle", "value": "Buyer"})),
            ("update_crm_field", json!({"recordId": app.db.clock.id(), "field": "stage", "value": "won"})),
        ] {
            let action = json!({"actionType": action_type, "actionData": data, "teamId": team});
            let answer = submit(&agent, action).await;
            assert_eq!(answer["verdict"], "executed", "{}: {answer}", app.name());
            assert_eq!(answer["outcome"]["status"], "failed", "{}: {answer}", app.name());
            assert!(answer["outcome"]["error"].is_string(), "{answer}");
            let trail = app.trail(text(&answer["approval"], "id")).await;
            assert_eq!(trail, ["action.auto_approved", "action.failed"], "{}", app.name());
        }
        let deal_now = house.viewer.get(format!("/records/{deal}")).await.ok();
        assert_eq!((&deal_now["version"], &deal_now["data"]), (&json!(1), &json!({})), "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn each_built_in_action_does_what_its_name_says() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = team(&house, &agent).await;
        let contact = house.record("contact", "Ada", json!({"tags": ["cold"]})).await;
        let run = |action_type: &str, data: Value| {
            let action = json!({"actionType": action_type, "actionData": data, "teamId": team});
            let by = agent.caller.clone();
            async move {
                let answer = by.post("/actions", action).await.ok();
                assert_eq!(answer["outcome"]["status"], "succeeded", "{answer}");
                answer["outcome"]["result"].clone()
            }
        };
        run("tag_contact", json!({"recordId": contact, "add": ["spring-fair"], "remove": ["cold"]})).await;
        run("update_crm_field", json!({"recordId": contact, "field": "jobTitle", "value": "Buyer"})).await;
        let now = house.viewer.get(format!("/records/{contact}")).await.ok();
        assert_eq!(now["data"], json!({"tags": ["spring-fair"], "jobTitle": "Buyer"}), "{}", app.name());
        let read = run("read_data", json!({"recordId": contact})).await;
        assert!(read.to_string().contains("spring-fair"), "{read}");
        run("store_context", json!({"content": "Ada prefers mail"})).await;
        let found = run("retrieve_memory", json!({"query": "mail"})).await;
        assert!(found.to_string().contains("Ada prefers mail"), "{}: {found}", app.name());
        run("send_internal_notification", json!({"title": "Look", "role": "viewer"})).await;
        let told = "SELECT COUNT(*) FROM notifications WHERE user_id = $1";
        assert_eq!(app.count(told, args![house.viewer.id]).await, 1, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn mail_is_sent_once_after_approval() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let data = json!({"to": ["ada@northwind.example"], "subject": "Quote", "body": "Here it is."});
        let approval = queue(&agent, json!({"actionType": "send_email", "actionData": data})).await;
        approve(&house.reviewer, &approval).await.ok();
        let done = performed(&agent, &approval).await;
        assert_eq!(done["outcome"]["status"], "succeeded", "{}: {done}", app.name());
        assert_eq!(mails(&app).len(), 1, "{}", app.name());
        app.stop().await;
    }
}

fn mails(app: &App) -> Vec<std::path::PathBuf> {
    let folder = app.state.config.outbox_dir().join("new");
    std::fs::read_dir(folder)
        .map(|entries| entries.map(|entry| entry.unwrap().path()).collect())
        .unwrap_or_default()
}
