//! What people decided before on the same type of action, beside an approval.

use crate::actions::{approve, queue, reject};
use crate::support::app::{App, Caller, House, Jobs, apps, text};
use chrono::TimeDelta;
use serde_json::{Value, json};

fn task(title: &str, team: Option<&str>) -> Value {
    json!({"actionType": "create_task", "actionData": {"title": title, "assignee": "Ada"}, "teamId": team})
}

async fn detail(by: &Caller, approval: &Value) -> Value {
    by.post("/api/fn/approvals/get", json!({"id": approval["id"]})).await.ok()
}

/// The titles of the tasks of the similar decisions, in order.
fn titles(detail: &Value) -> Vec<String> {
    let similar = detail["similar"].as_array().unwrap();
    similar.iter().map(|one| text(one, "sentence").split('"').nth(1).unwrap().to_owned()).collect()
}

/// Approves or rejects, a moment after whatever was decided before.
async fn decided(app: &App, house: &House, by: &Caller, action: Value, approved: bool) -> Value {
    let approval = queue(by, action).await;
    app.advance(TimeDelta::seconds(1));
    let answer = match approved {
        true => approve(&house.reviewer, &approval).await,
        false => reject(&house.second, &approval).await,
    };
    answer.ok()["approval"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_last_three_of_the_same_team_and_what_differs_from_the_last_approved() {
    for app in apps(Jobs::Wait).await {
        let (house, other) = (app.house("Birch").await, app.house("Zanzibar").await);
        let (agent, second) =
            (app.agent(&house, "agent", None).await, app.agent(&house, "second", None).await);
        let team = house.team("Sales", "supervised", &[&agent, &second]).await;
        let elsewhere = house.team("Support", "supervised", &[&agent]).await;
        let stranger = app.agent(&other, "agent", None).await;
        let foreign = other.team("Sales", "supervised", &[&stranger]).await;

        let mine = task("Now", Some(&team));
        let first = queue(&agent, mine.clone()).await;
        let before = detail(&house.viewer, &first).await;
        assert_eq!((&before["similar"], &before["difference"]), (&json!([]), &Value::Null), "{}", app.name());

        decided(&app, &house, &agent, task("Oldest", Some(&team)), true).await;
        let approved = decided(&app, &house, &second, task("Approved", Some(&team)), true).await;
        for title in ["No 1", "No 2", "No 3"] {
            decided(&app, &house, &agent, task(title, Some(&team)), false).await;
        }
        // Not of this team, this type, this workspace; not decided by a person, or not at all.
        decided(&app, &house, &agent, task("Elsewhere", Some(&elsewhere)), true).await;
        let note = json!({"actionType": "create_note", "actionData": {"title": "Note", "body": "b"}, "teamId": team});
        decided(&app, &house, &agent, note, true).await;
        decided(&app, &other, &stranger, task("Foreign", Some(&foreign)), true).await;
        let withdrawn = queue(&agent, task("Withdrawn", Some(&team))).await;
        agent.post(format!("/approvals/{}/withdraw", text(&withdrawn, "id")), json!({})).await.ok();

        let seen = detail(&house.viewer, &first).await;
        assert_eq!(titles(&seen), ["No 3", "No 2", "No 1"], "{}", app.name());
        let newest = &seen["similar"][0];
        assert_eq!(newest["status"], "rejected");
        assert_eq!(newest["reviewerName"], json!(house.second.name));
        assert_eq!((&newest["reviewNotes"], &newest["outcome"]), (&json!("Not this week"), &json!("none")));
        assert!(newest["reviewedAt"].is_string(), "{newest}");
        // The last approved one is further back, and still what this one is held against.
        let difference = &seen["difference"];
        assert_eq!((&difference["approvalId"], &difference["more"]), (&approved["id"], &json!(0)));
        let row = json!({"path": "title", "pointer": "/title", "before": "Approved", "after": "Now"});
        assert_eq!(difference["rows"], json!([row]), "{}", app.name());

        // Decided itself, it is not its own likeness, but another one's.
        app.advance(TimeDelta::seconds(1));
        approve(&house.reviewer, &first).await.ok();
        let after = detail(&house.viewer, &first).await;
        assert_eq!(titles(&after), titles(&seen));
        let again = queue(&second, mine).await;
        let again = detail(&house.viewer, &again).await;
        assert_eq!(titles(&again), ["Now", "No 3", "No 2"], "{}", app.name());
        assert_eq!(again["difference"]["rows"], json!([]), "exactly the same data");
        assert_eq!(again["difference"]["approvalId"], first["id"]);

        // Taken back in its hold, it is no decision any more.
        house.reviewer.post(format!("/approvals/{}/undo", text(&first, "id")), json!({})).await.ok();
        assert_eq!(titles(&detail(&house.viewer, &withdrawn).await), ["No 3", "No 2", "No 1"]);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn without_a_team_the_agents_own_count_and_without_an_agent_all() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (one, two) = (app.agent(&house, "one", None).await, app.agent(&house, "two", None).await);
        decided(&app, &house, &one, task("One", None), true).await;
        decided(&app, &house, &two, task("Two", None), false).await;
        decided(&app, &house, &house.operator, task("Person", None), true).await;
        for (by, expected) in [
            (&one.caller, vec!["One"]),
            (&two.caller, vec!["Two"]),
            (&house.operator.caller, vec!["Person", "Two", "One"]),
        ] {
            let approval = queue(by, task("Now", None)).await;
            let seen = detail(&house.viewer, &approval).await;
            assert_eq!(titles(&seen), expected, "{}", app.name());
            let approved = expected.iter().any(|title| *title != "Two");
            assert_eq!(seen["difference"].is_object(), approved, "{}: {seen}", app.name());
        }
        app.stop().await;
    }
}

/// What the gate let through was nobody's decision.
#[tokio::test(flavor = "multi_thread")]
async fn what_ran_by_itself_is_no_decision() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = house.team("Sales", "autonomous", &[&agent]).await;
        let ran = agent.post("/actions", task("Ran", Some(&team))).await.ok();
        assert_eq!(ran["verdict"], "executed", "{ran}");
        let approval = queue(&agent, task("Now", Some(&team))).await;
        let seen = detail(&house.viewer, &approval).await;
        assert_eq!((&seen["similar"], &seen["difference"]), (&json!([]), &Value::Null), "{}", app.name());
        app.stop().await;
    }
}
