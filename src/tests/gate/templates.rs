//! The templates of teams and workflows run to their end without a model, with people who say yes and people who say no.

use crate::support::app::{App, House, Jobs, apps, text};
use serde_json::{Value, json};
use std::time::{Duration, Instant};

/// Records for the agents to work on.
pub async fn business(house: &House) {
    let contact = house
        .record("contact", "Ada Lovelace", json!({"email": "ada@analytical.example", "status": "new"}))
        .await;
    for (kind, title, data) in [
        (
            "deal",
            "Difference engines",
            json!({"stage": "lead", "value": "4000.00", "currency": "EUR", "contactId": contact}),
        ),
        ("ticket", "The engine stops", json!({"priority": "urgent", "status": "open", "contactId": contact})),
        ("task", "Oil the gears", json!({"status": "open"})),
        ("campaign", "Spring", json!({"status": "draft"})),
    ] {
        let made = house
            .owner
            .post("/records", json!({"kind": kind, "title": format!("{} {title}", house.name), "data": data}))
            .await;
        assert_eq!(made.code(), 201, "{kind}: {}", made.text());
    }
}

/// Decides whatever waits, until the execution has ended; answers it and how many were decided.
pub async fn decided(app: &App, house: &House, place: &str, approved: bool) -> (Value, usize) {
    let deadline = Instant::now() + Duration::from_secs(60);
    let mut count = 0;
    loop {
        let found = house.viewer.get(place).await.ok();
        if !["queued", "running", "waiting"].contains(&text(&found, "status")) {
            return (found, count);
        }
        assert!(Instant::now() < deadline, "{}: it never ended: {found}", app.name());
        let waiting = house.reviewer.get("/approvals?limit=50").await.ok();
        for approval in waiting["items"].as_array().unwrap() {
            let path = format!("/approvals/{}", text(approval, "id"));
            let one = house.reviewer.get(&path).await.ok();
            let answer = house
                .reviewer
                .post(
                    &path,
                    json!({
                        "approved": approved,
                        "reviewNotes": if approved { "Fine" } else { "Not like this" },
                        "argsHash": one["argsHash"],
                        "confirmation": crate::actions::target(&house.reviewer, approval).await,
                    }),
                )
                .await;
            assert!(answer.code() == 200 || answer.code() == 409, "{}", answer.text());
            count += usize::from(answer.code() == 200);
        }
        // Past the hold of what was approved, and past short waits.
        app.advance(chrono::TimeDelta::seconds(11));
        tokio::time::sleep(Duration::from_millis(20)).await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_team_template_runs_to_its_end() {
    for app in apps(Jobs::Run).await {
        for approved in [true, false] {
            let house = app.house(if approved { "Birch" } else { "Cedar" }).await;
            business(&house).await;
            let templates = house.viewer.get("/teams/templates").await.ok();
            let templates = templates["items"].as_array().unwrap().clone();
            assert_eq!(templates.len(), 4);
            for template in &templates {
                let key = text(template, "key");
                let made = house.operator.post("/teams/templates", json!({"template": key})).await;
                assert_eq!(made.code(), 201, "{key}: {}", made.text());
                let team = made.json();
                assert_eq!(team["memberCount"], template["members"].as_array().unwrap().len(), "{key}");
                let run = house
                    .operator
                    .post(
                        format!("/teams/{}/run", text(&team, "id")),
                        json!({"objective": "See to what is open"}),
                    )
                    .await;
                assert_eq!(run.code(), 202, "{key}: {}", run.text());
                let run = run.json();
                assert_eq!((&run["kind"], &run["teamId"]), (&json!("team_run"), &team["id"]));
                let place = format!("/workflows/executions/{}", text(&run, "id"));
                let (ended, _) = decided(&app, &house, &place, approved).await;
                assert_eq!(
                    ended["status"],
                    "completed",
                    "{}: {key}, approved {approved}: {ended}",
                    app.name()
                );
                assert!(!ended["output"]["summary"].is_null(), "{key}: {}", ended["output"]);
            }
            // Made again, the agents have names of their own.
            let again = house
                .operator
                .post("/teams/templates", json!({"template": "sales", "name": "Sales two"}))
                .await;
            assert_eq!(again.code(), 201, "{}", again.text());
            house
                .operator
                .post("/teams/templates", json!({"template": "sales"}))
                .await
                .refused(422, "invalid");
            house
                .operator
                .post("/teams/templates", json!({"template": "none"}))
                .await
                .refused(422, "invalid");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn every_workflow_template_runs_to_its_end() {
    for app in apps(Jobs::Run).await {
        for approved in [true, false] {
            let house = app.house(if approved { "Birch" } else { "Cedar" }).await;
            business(&house).await;
            let templates = house.viewer.get("/workflows/templates").await.ok();
            for template in templates["items"].as_array().unwrap() {
                let key = text(template, "key");
                // Without its agents it is a draft that says what is missing.
                let early = json!({"template": key, "name": format!("{key} early")});
                let early = house.operator.post("/workflows/templates", early).await.ok();
                assert_eq!(early["status"], "draft", "{key}");
                assert!(text(&early["faults"][0], "detail").contains("there is no agent"), "{early}");
                let team =
                    house.operator.post("/teams/templates", json!({"template": template["team"]})).await.ok();
                let made = house
                    .operator
                    .post("/workflows/templates", json!({"template": key, "teamId": team["id"]}))
                    .await
                    .ok();
                assert_eq!((&made["status"], &made["faults"]), (&json!("active"), &json!([])), "{key}");
                let start = json!({"input": template["example"]});
                let run =
                    house.operator.post(format!("/workflows/{}/execute", text(&made, "id")), start).await;
                assert_eq!(run.code(), 202, "{key}: {}", run.text());
                let place = format!("/workflows/executions/{}", text(&run.json(), "id"));
                let (ended, count) = decided(&app, &house, &place, approved).await;
                assert_eq!(
                    ended["status"],
                    "completed",
                    "{}: {key}, approved {approved}: {ended}",
                    app.name()
                );
                assert!(count > 0, "{key} asks people");
            }
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_blank_team_is_made_with_its_agents_or_not_at_all() {
    for app in apps(Jobs::Wait).await {
        let (house, other) = (app.house("Birch").await, app.house("Cedar").await);
        let (scout, writer) =
            (app.agent(&house, "scout", None).await, app.agent(&house, "writer", None).await);
        let foreign = app.agent(&other, "spy", None).await;
        let make = async |agents: Value| {
            let input =
                json!({"name": "Blank", "department": "sales", "agents": agents, "coordinator": scout.id});
            house.operator.post("/api/fn/teams/create-blank", json!({"input": input})).await
        };
        let before = app.count("SELECT COUNT(*) FROM agent_action_audit_log", countersign::args![]).await;
        let refused = make(json!([writer.id, foreign.id])).await.refused(422, "invalid");
        assert_eq!(refused["errors"][0]["pointer"], "/agents/1", "{}: {refused}", app.name());
        let teams = house.viewer.get("/teams?status=all").await.ok();
        assert!(teams["items"].as_array().unwrap().is_empty(), "{teams}");
        let after = app.count("SELECT COUNT(*) FROM agent_action_audit_log", countersign::args![]).await;
        assert_eq!(before, after, "nothing happened");
        let made = make(json!([writer.id, scout.id])).await.ok();
        assert_eq!(made["memberCount"], 2);
        let members = house.viewer.get(format!("/teams/{}/members", text(&made, "id"))).await.ok();
        assert_eq!(members["items"][0]["role"], "coordinator", "{members}");
        app.stop().await;
    }
}
