//! What runs by itself, what waits for people, what is denied.

use crate::actions::{of_risk, queue, register, submit};
use crate::support::app::{App, House, Jobs, apps, id, text};
use countersign::args;
use countersign::server::services::action_types;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn each_autonomy_lets_through_its_risks_and_no_more() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        for (autonomy, runs) in [
            (None, &["low"][..]),
            (Some("supervised"), &[]),
            (Some("semi_autonomous"), &["low"]),
            (Some("autonomous"), &["low", "medium", "high"]),
        ] {
            let agent = app.agent(&house, &format!("agent {autonomy:?}"), None).await;
            let team = match autonomy {
                Some(level) => Some(house.team(level, level, &[&agent]).await),
                None => None,
            };
            for risk in ["low", "medium", "high", "critical"] {
                let mut action = of_risk(risk);
                action["teamId"] = json!(team);
                let answer = submit(&agent, action).await;
                let case = format!("{}: {autonomy:?} {risk}: {answer}", app.name());
                let executed = runs.contains(&risk);
                assert_eq!(answer["verdict"], if executed { "executed" } else { "pending" }, "{case}");
                let status = if executed { "auto_approved" } else { "pending" };
                assert_eq!(answer["approval"]["status"], status, "{case}");
                assert_eq!(answer["approval"]["riskLevel"], risk, "{case}");
                assert!(!answer["reasons"].as_array().unwrap().is_empty(), "{case}");
                assert!(!answer["approval"]["riskReasons"].as_array().unwrap().is_empty(), "{case}");
                assert_eq!(answer["approval"]["requestedBy"]["id"], json!(agent.id), "{case}");
                let outcome = if executed { "succeeded" } else { "none" };
                assert_eq!(answer["approval"]["outcome"]["status"], outcome, "{case}");
                assert_eq!(answer["outcome"].is_null(), !executed, "{case}");
                let trail = if executed {
                    &["action.auto_approved", "action.succeeded"][..]
                } else {
                    &["approval.requested"]
                };
                let approval = text(&answer["approval"], "id");
                assert_eq!(app.trail(approval).await, trail, "{case}");
                assert_eq!(app.emitted(approval).await, trail.len() as i64, "{case}");
            }
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_gains_nothing_from_a_team_that_it_is_not_in() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (member, stranger) =
            (app.agent(&house, "member", None).await, app.agent(&house, "stranger", None).await);
        let team = house.team("free", "autonomous", &[&member]).await;
        let mut action = of_risk("medium");
        action["teamId"] = json!(team);
        assert_eq!(submit(&member, action.clone()).await["verdict"], "executed");
        let answer = submit(&stranger, action).await;
        assert_eq!(answer["verdict"], "pending", "{}: {answer}", app.name());
        assert!(answer["reasons"].to_string().contains("not a member"), "{answer}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn leaving_the_team_out_falls_to_the_strictest() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let _free = house.team("free", "autonomous", &[&agent]).await;
        let strict = house.team("strict", "supervised", &[&agent]).await;
        let answer = submit(&agent, of_risk("low")).await;
        assert_eq!(answer["verdict"], "pending", "{}: {answer}", app.name());
        assert_eq!(answer["approval"]["teamId"], json!(strict));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_nobody_registered_needs_approval_at_every_level() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = house.team("free", "autonomous", &[&agent]).await;
        let answer =
            submit(&agent, json!({"actionType": "own.unheard", "actionData": {"x": 1}, "teamId": team}))
                .await;
        assert_eq!(answer["verdict"], "pending", "{}: {answer}", app.name());
        assert_eq!(answer["approval"]["riskLevel"], "high");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_data_raises_the_risk() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        register(&app, &house, "own.low", "low").await;
        let many: Vec<u32> = (0..11).collect();
        for (data, risk) in [
            (json!({"items": [1, 2]}), "low"),
            (json!({"items": many}), "medium"),
            (json!({"to": "ada@elsewhere.example"}), "high"),
            (json!({"amount": "5.00"}), "critical"),
            (json!({"amount": "0.00"}), "low"),
        ] {
            let answer = submit(&agent, json!({"actionType": "own.low", "actionData": data})).await;
            assert_eq!(answer["approval"]["riskLevel"], risk, "{}: {answer}", app.name());
            let verdict = if risk == "low" { "executed" } else { "pending" };
            assert_eq!(answer["verdict"], verdict, "{}: {answer}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_re_classes_a_type_for_itself_alone() {
    for app in apps(Jobs::Wait).await {
        let (house, other) = (app.house("Birch").await, app.house("Rowan").await);
        let reclass = |name: &'static str, risk: &'static str| {
            let input = serde_json::from_value(json!({"riskLevel": risk})).unwrap();
            let by = house.owner.allowed();
            let db = app.db.clone();
            async move { action_types::action_type_reclass(&by, &db, name, input, None).await.unwrap() }
        };
        reclass("log_activity", "critical").await;
        reclass("financial_transaction", "low").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = house.team("free", "autonomous", &[&agent]).await;
        let mut low = of_risk("low");
        low["teamId"] = json!(team);
        let answer = submit(&agent, low).await;
        assert_eq!(
            (&answer["verdict"], &answer["approval"]["riskLevel"]),
            (&json!("pending"), &json!("critical"))
        );
        // The data still raises it from there.
        let answer = submit(&agent, of_risk("critical")).await;
        assert_eq!(
            (&answer["verdict"], &answer["approval"]["riskLevel"]),
            (&json!("pending"), &json!("critical"))
        );
        let elsewhere = app.agent(&other, "agent", None).await;
        let answer = submit(&elsewhere, of_risk("low")).await;
        assert_eq!(answer["verdict"], "executed", "{}: {answer}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_a_team_lists_is_always_asked_for() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let listed =
            json!({"name": "careful", "autonomyLevel": "autonomous", "approvalRequired": ["log_activity"]});
        let team = house.team_with(listed, &[&agent]).await;
        for (risk, verdict) in [("low", "pending"), ("medium", "executed")] {
            let mut action = of_risk(risk);
            action["teamId"] = json!(team);
            assert_eq!(submit(&agent, action).await["verdict"], verdict, "{}: {risk}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_is_not_active_is_denied_and_only_the_trail_remembers() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = house.team("resting", "autonomous", &[&agent]).await;
        denied(&app, &house, &agent, &team, &format!("/agents/{}", agent.id), "paused").await;
        denied(&app, &house, &agent, &team, &format!("/teams/{team}"), "paused").await;
        app.stop().await;
    }
}

async fn denied(
    app: &App,
    house: &House,
    agent: &crate::support::app::Agent,
    team: &str,
    place: &str,
    status: &str,
) {
    house.owner.patch(place, json!({"status": status})).await.ok();
    let sql = "SELECT COUNT(*) FROM agent_action_audit_log WHERE agent_id = $1 AND event = 'action.denied'";
    let before = app.count(sql, args![agent.id]).await;
    let mut action = of_risk("low");
    action["teamId"] = json!(team);
    let answer = submit(agent, action.clone()).await;
    assert_eq!(answer["verdict"], "denied", "{}: {answer}", app.name());
    assert!(answer["approval"].is_null(), "{answer}");
    assert_eq!(app.count(sql, args![agent.id]).await, before + 1, "{}: {place}", app.name());
    agent.post("/approvals", action).await.refused(403, "forbidden");
    house.owner.patch(place, json!({"status": "active"})).await.ok();
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_for_approval_always_asks() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let team = house.team("free", "autonomous", &[&agent]).await;
        let mut action = of_risk("low");
        action["teamId"] = json!(team);
        let approval = queue(&agent, action.clone()).await;
        assert_eq!(approval["status"], "pending", "{}", app.name());
        assert_eq!(app.trail(text(&approval, "id")).await, ["approval.requested"]);
        // Asking for several is asking.
        action["requiredApprovals"] = json!(2);
        let answer = submit(&agent, action).await;
        assert_eq!(
            (&answer["verdict"], &answer["approval"]["requiredApprovals"]),
            (&json!("pending"), &json!(2))
        );
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_token_acts_for_its_own_agent_only() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (one, two) = (app.agent(&house, "one", None).await, app.agent(&house, "two", None).await);
        let mut action = of_risk("low");
        action["agentId"] = json!(two.id);
        one.post("/actions", action.clone()).await.refused(403, "forbidden");
        one.post("/approvals", action.clone()).await.refused(403, "forbidden");
        // A person may say on whose behalf.
        let answer = submit(&house.operator, action.clone()).await;
        assert_eq!(answer["approval"]["agentId"], json!(two.id), "{}", app.name());
        action["agentId"] = json!(app.db.clock.id());
        let problem = house.operator.post("/actions", action).await.refused(422, "invalid");
        assert_eq!(problem["errors"][0]["pointer"], "/agentId");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn data_is_held_against_its_type() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        for (data, pointer) in [
            (json!({}), "/actionData"),
            (json!({"title": 7}), "/actionData/title"),
            (json!({"title": "x", "colour": "red"}), "/actionData"),
        ] {
            let answer =
                agent.post("/actions", json!({"actionType": "create_task", "actionData": data})).await;
            let problem = answer.refused(422, "invalid");
            let found = text(&problem["errors"][0], "pointer");
            assert!(found.starts_with(pointer), "{}: {found} {data}", app.name());
        }
        let none: Vec<(i64,)> = app.rows("SELECT COUNT(*) FROM agent_pending_actions", args![]).await;
        assert_eq!(none[0].0, 0);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn asking_what_would_happen_changes_nothing() {
    use countersign::domain::action::SubmitAction;
    use countersign::server::services::autonomy::AutonomyService;
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let service = AutonomyService::new(app.db.clone());
        let by = house.operator.allowed();
        for (risk, asks) in [("low", false), ("medium", true), ("high", true), ("critical", true)] {
            let action: SubmitAction = serde_json::from_value(of_risk(risk)).unwrap();
            assert_eq!(
                service.requires_approval(&by, &action).await.unwrap(),
                asks,
                "{}: {risk}",
                app.name()
            );
        }
        assert_eq!(app.count("SELECT COUNT(*) FROM agent_pending_actions", args![]).await, 0);
        assert_eq!(app.count("SELECT COUNT(*) FROM jobs", args![]).await, 0);
        app.stop().await;
    }
}

/// Ids in answers are ids of the workspace that asked.
#[tokio::test(flavor = "multi_thread")]
async fn the_list_gives_what_was_asked_for() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut made = Vec::new();
        for risk in ["low", "critical", "medium", "high", "medium"] {
            made.push(text(&queue(&agent, of_risk(risk)).await, "id").to_owned());
        }
        let listed = async |query: &'static str| {
            let page = house.viewer.get(format!("/approvals{query}")).await.ok();
            page["items"]
                .as_array()
                .unwrap()
                .iter()
                .map(|item| text(item, "id").to_owned())
                .collect::<Vec<_>>()
        };
        assert_eq!(listed("?sort=created_at").await, made.iter().rev().cloned().collect::<Vec<_>>());
        assert_eq!(listed("?riskLevel=medium&sort=expires_at").await, [made[2].clone(), made[4].clone()]);
        assert_eq!(listed("?sort=risk").await[..2], [made[1].clone(), made[3].clone()]);
        assert_eq!(listed("?status=approved").await, Vec::<String>::new());
        assert_eq!(listed("?q=quote").await.len(), 2, "{}", app.name());
        // Pages of two give the same as one page.
        let mut paged: Vec<String> = Vec::new();
        let mut cursor = String::new();
        loop {
            let page: Value = house.viewer.get(format!("/approvals?limit=2{cursor}")).await.ok();
            paged.extend(page["items"].as_array().unwrap().iter().map(|item| text(item, "id").to_owned()));
            match page["nextCursor"].as_str() {
                Some(next) => cursor = format!("&cursor={next}"),
                None => break,
            }
        }
        assert_eq!(paged, made, "{}", app.name());
        assert!(made.iter().all(|made| !id(made).is_nil()));
        app.stop().await;
    }
}
