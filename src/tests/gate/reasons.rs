//! The reasons that a workspace offers to a person who rejects.

use crate::support::app::{Caller, Jobs, apps, text};
use axum::http::Method;
use countersign::args;
use serde_json::{Value, json};

const USUAL: [&str; 4] = ["Wrong recipient", "Wrong amount", "Needs more information", "Not now"];

/// What is offered, by both ways in which pages learn it.
async fn offered(by: &Caller) -> Value {
    let reasons = by.post("/api/fn/workspace/reasons", json!({})).await.ok()["reasons"].clone();
    assert_eq!(by.post("/api/fn/account/me", json!({})).await.ok()["presetReasons"], reasons);
    reasons
}

async fn set(by: &Caller, lines: &str) -> crate::support::app::Answer {
    by.post("/api/fn/workspace/set-reasons", json!({"input": {"reasons": lines}})).await
}

#[tokio::test(flavor = "multi_thread")]
async fn a_workspace_offers_its_own_reasons_in_its_own_order() {
    for app in apps(Jobs::Wait).await {
        let (house, elsewhere) = (app.house("Birch").await, app.house("Zanzibar").await);
        assert_eq!(offered(&house.viewer).await, json!(USUAL), "{}", app.name());
        let kept = set(&house.admin, "\n  Too late, sorry \r\n\nBudget: 5 %\n").await.ok();
        assert_eq!(kept["reasons"], json!(["Too late, sorry", "Budget: 5 %"]));
        for by in [&house.owner, &house.reviewer, &house.viewer] {
            assert_eq!(offered(by).await, kept["reasons"], "{}", app.name());
        }
        assert_eq!(offered(&elsewhere.owner).await, json!(USUAL), "{}: of another workspace", app.name());
        set(&house.owner, " \n ").await.ok();
        assert_eq!(offered(&house.viewer).await, json!([]), "none is none, and not the usual ones");

        let sql = "SELECT description FROM agent_action_audit_log WHERE workspace_id = $1 AND event = $2 \
                   ORDER BY executed_at, id";
        let told: Vec<(String,)> = app.rows(sql, args![house.id, "workspace.reasons_set"]).await;
        assert_eq!(told[0].0, "Reasons offered to who rejects: Too late, sorry; Budget: 5 %");
        assert_eq!(told[1].0, "No reason is offered any more to who rejects");
        assert_eq!((told.len(), app.emitted(&house.id.to_string()).await), (2, 2), "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_does_not_administer_reads_them_only() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        for by in [&house.operator.caller, &house.reviewer.caller, &house.viewer.caller, &agent.caller] {
            set(by, "Mine").await.refused(403, "forbidden");
        }
        let many = (0..13).map(|n| n.to_string()).collect::<Vec<_>>().join("\n");
        let long = "x".repeat(201);
        for (lines, told) in [
            (many.as_str(), "at most 12"),
            (long.as_str(), "entry 1"),
            ("One\nTwo\none", "entry 3 says the same as entry 1"),
            ("One\nT\u{202e}wo", "entry 2"),
            ("On\0e", "entry 1"),
        ] {
            let refused = set(&house.admin, lines).await.refused(422, "invalid");
            assert_eq!(refused["errors"][0]["pointer"], "/reasons");
            assert!(text(&refused["errors"][0], "detail").contains(told), "{refused}");
        }
        assert_eq!(offered(&house.viewer).await, json!(USUAL), "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_plain_form_sends_lines() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let post = |body: &'static str| {
            let by = house.owner.caller.clone();
            let headers = [("content-type", "application/x-www-form-urlencoded"), ("accept", "text/html")];
            async move {
                let path = "/api/fn/workspace/set-reasons";
                by.send(Method::POST, path, Some(body.into()), &headers).await
            }
        };
        let sent =
            post("_clearable=input%5Breasons%5D&input%5Breasons%5D=Too+late%0D%0AToo+much%0D%0A").await;
        assert_eq!(sent.header("location"), "/settings/workspace?done=reasons", "{}", sent.text());
        assert_eq!(offered(&house.viewer).await, json!(["Too late", "Too much"]), "{}", app.name());
        post("_clearable=input%5Breasons%5D&input%5Breasons%5D=").await;
        assert_eq!(offered(&house.viewer).await, json!([]));
        app.stop().await;
    }
}
