//! The audit trail through the API: words, exports, the chain, checkpoints, evidence, retention.

use crate::actions::{approve, of_risk, place, queue};
use crate::support::app::{App, Caller, House, Jobs, apps, text};
use chrono::TimeDelta;
use countersign::args;
use countersign::domain::approval::{ActorKind, ActorRef};
use countersign::domain::chain::{Checkpoint, FaultKind, PublicKey};
use countersign::domain::member::Role;
use countersign::server::chain::keys::Checker;
use countersign::server::chain::seal_waiting;
use countersign::server::chain::verify::evidence::verify_evidence;
use countersign::server::chain::verify::export::{Beside, verify_export};
use countersign::server::storage::AuditEntry;
use serde_json::{Value, json};

async fn fill(app: &App, house: &House, count: usize) {
    let actor = ActorRef { kind: ActorKind::System, id: uuid::Uuid::nil(), name: "Countersign".to_owned() };
    let mut tx = app.db.begin().await.unwrap();
    for n in 0..count {
        let mut text = format!("shipment number{n}x");
        if n % 100 == 99 {
            text.push_str(" harbour");
        }
        if n == 0 {
            text.push_str(" Łódź MÜLLER");
        }
        tx.audit(AuditEntry::new(house.id, actor.clone(), "test.happened", text));
    }
    tx.commit().await.unwrap();
    seal_waiting(&app.db).await.unwrap();
}

async fn checker(app: &App) -> Checker {
    let key: PublicKey = serde_json::from_value(app.nobody().get("/audit/public-key").await.ok()).unwrap();
    assert!(key.pem.starts_with("-----BEGIN PUBLIC KEY-----"));
    Checker::from_hex(&key.public_key).unwrap()
}

/// How many rows a search gives, page by page.
async fn found(viewer: &Caller, query: &str) -> usize {
    let (mut found, mut cursor) = (0, String::new());
    loop {
        let page: Value = viewer.get(format!("/audit?limit=100&{query}{cursor}")).await.ok();
        found += page["items"].as_array().unwrap().len();
        match page["nextCursor"].as_str() {
            Some(next) => cursor = format!("&cursor={next}"),
            None => return found,
        }
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn words_are_found_wherever_they_stand() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        fill(&app, &house, 1_300).await;
        let name = app.name();
        for (query, count) in [
            ("q=shipment", 1_300),
            ("q=harbour", 13),
            ("q=harb", 13),
            ("q=arbour", 0),
            ("q=harbour%20shipment", 13),
            ("q=harbour%20lorry", 0),
            ("q=muller", 1),
            ("q=%C5%81%C3%B3d%C5%BA", 1),
            ("q=number1299x", 1),
            ("q=countersign", 1_300),
            ("q=harbour%20%26%20%22shipment%22%3A*", 13),
            ("q=harbour&event=test", 13),
            ("q=harbour&event=approval", 0),
        ] {
            assert_eq!(found(&house.viewer, query).await, count, "{name}: {query}");
        }
        // The export finds the same.
        let lines = house.viewer.get("/audit?format=ndjson&q=harbour").await.text().to_owned();
        assert_eq!(lines.lines().count(), 13, "{name}");
        // Another workspace's rows are not found.
        let other = app.house("Cedar").await;
        assert_eq!(found(&other.viewer, "q=shipment").await, 0, "{name}");
        app.stop().await;
    }
}

/// Each of two who approved the same thing one after the other, and whose approvals were taken back.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_taken_back_is_of_whose_approval_it_was() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = queue(&agent, of_risk("medium")).await;
        for reviewer in [&house.reviewer, &house.second] {
            approve(reviewer, &approval).await.ok();
            house.reviewer.post(format!("{}/undo", place(&approval)), json!({})).await.ok();
        }
        approve(&house.second, &approval).await.ok();
        let figures = house.owner.get("/metrics?range=today").await.ok();
        for (reviewer, decisions) in [(&house.reviewer, 1), (&house.second, 2)] {
            let theirs = format!("reviewerId={}", reviewer.id);
            let given = found(&house.owner, &format!("event=approval.approved&{theirs}")).await;
            let undone = found(&house.owner, &format!("event=approval.undone&{theirs}")).await;
            assert_eq!((given, undone), (decisions, 1), "{}", app.name());
            let said = figures["reviewers"].as_array().unwrap().iter();
            let said = said.filter(|one| one["userId"] == json!(reviewer.id)).collect::<Vec<_>>();
            assert_eq!(said.len(), 1, "{figures}");
            assert_eq!((&said[0]["approved"], &said[0]["undone"]), (&json!(decisions), &json!(1)));
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_export_is_whole_and_proven_away_from_here() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        fill(&app, &house, 1_000).await;
        let made = house.admin.post("/audit/checkpoints", json!({})).await.ok();
        let checkpoints: Vec<Checkpoint> = vec![serde_json::from_value(made.clone()).unwrap()];
        // Again at the same end it is the same one, and it is in the list.
        assert_eq!(house.admin.post("/audit/checkpoints", json!({})).await.ok(), made);
        let listed = house.viewer.get("/audit/checkpoints").await.ok();
        assert_eq!(listed["items"], json!([made]), "{}", app.name());
        // What is not sealed yet is in it too, without a number.
        let mut tx = app.db.begin().await.unwrap();
        let actor = ActorRef { kind: ActorKind::System, id: uuid::Uuid::nil(), name: "=1+1".to_owned() };
        tx.audit(AuditEntry::new(house.id, actor, "test.last", "Last"));
        tx.commit().await.unwrap();
        let answer = house.viewer.get("/audit?format=ndjson").await;
        assert_eq!(answer.headers["content-type"], "application/x-ndjson");
        let total = app
            .count("SELECT COUNT(*) FROM agent_action_audit_log WHERE workspace_id = $1", args![house.id])
            .await;
        assert_eq!(answer.text().lines().count() as i64, total, "{}", app.name());
        let checker = checker(&app).await;
        let beside = Beside { checkpoints: &checkpoints, checker: Some(&checker), partial: false };
        let verified = verify_export(answer.text().as_bytes(), &beside).unwrap();
        assert_eq!(verified.len(), 1);
        let report = verified[0].1.clone().unwrap();
        assert_eq!((report.walked.rows, report.unsealed), (total - 1, 1), "{}", app.name());
        let changed = answer.text().replacen("shipment number500x", "shipment number501x", 1);
        let fault = verify_export(changed.as_bytes(), &beside).unwrap().remove(0).1.unwrap_err();
        assert_eq!(fault.kind, FaultKind::Changed);
        // The same rows as CSV, inert for spreadsheets.
        let csv = house.viewer.get("/audit?format=csv").await.text().to_owned();
        assert_eq!(csv.lines().count() as i64, total + 1, "{}", app.name());
        assert!(csv.contains(",'=1+1,"), "{csv}");
        // A page of it, where one is asked for.
        let page = house.viewer.get("/audit?format=ndjson&limit=10").await;
        assert_eq!(page.text().lines().count(), 10);
        assert!(page.headers.contains_key("x-next-cursor"));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_chain_says_how_it_stands_and_whether_it_holds() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let name = app.name();
        seal_waiting(&app.db).await.unwrap();
        fill(&app, &house, 30).await;
        let state = house.viewer.get("/audit/chain").await.ok();
        let head = state["head"]["seq"].as_i64().unwrap();
        assert_eq!((state["unsealed"].as_i64(), state["checkpoint"].is_null()), (Some(0), true), "{name}");
        let check = house.viewer.get("/audit/chain/verify").await.ok();
        assert_eq!(check["complete"], true, "{name}");
        assert_eq!(check["rows"].as_i64(), Some(head), "{name}");
        let rest = house.viewer.get(format!("/audit/chain/verify?from={}", head - 5)).await.ok();
        assert_eq!((rest["rows"].as_i64(), &rest["complete"]), (Some(5), &json!(true)), "{name}");
        let mut tx = app.db.begin().await.unwrap();
        let sql = "UPDATE agent_action_audit_log SET description = 'x' WHERE workspace_id = $1 AND seq = $2";
        tx.execute(sql, args![house.id, head - 10]).await.unwrap();
        tx.commit().await.unwrap();
        let check = house.viewer.get("/audit/chain/verify").await.ok();
        assert_eq!(check["fault"]["kind"], "changed", "{name}");
        assert_eq!(check["fault"]["seq"].as_i64(), Some(head - 10), "{name}");
        assert_eq!(check["checkedTo"].as_i64(), Some(head - 11), "{name}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn evidence_proves_an_approval() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let name = app.name();
        let agent = app.agent(&house, "agent", None).await;
        // Others' rows stand between: of them the bundle holds no more than digests.
        let approval = queue(&agent, of_risk("medium")).await;
        let approval_id = text(&approval, "id");
        fill(&app, &house, 40).await;
        house.reviewer.post(format!("/approvals/{approval_id}/open"), json!({})).await.ok();
        house.reviewer.post(format!("/approvals/{approval_id}/comments"), json!({"text": "Fine"})).await.ok();
        let decision = json!({"approved": true, "argsHash": approval["argsHash"], "reviewNotes": "Go"});
        house.reviewer.post(format!("/approvals/{approval_id}"), decision).await.ok();
        fill(&app, &house, 40).await;
        let answer = house.viewer.get(format!("/approvals/{approval_id}/evidence")).await;
        let bundle: Value = answer.ok();
        let whole = bundle.to_string();
        assert!(!whole.contains("shipment"), "{name}: {whole}");
        assert_eq!(bundle["opens"][0]["userId"], json!(house.reviewer.id), "{name}");
        assert_eq!(bundle["comments"][0]["text"], "Fine", "{name}");
        let checker = checker(&app).await;
        let findings = verify_evidence(&whole, Some(&checker));
        assert!(findings.iter().all(Result::is_ok), "{name}: {findings:?}");
        let decided =
            findings.iter().flatten().any(|found| found.starts_with("approval.approved by Birch reviewer"));
        assert!(decided, "{name}: {findings:?}");
        // Whatever is changed in it is found, also where the signature is another key's.
        for (pointer, value) in [
            ("/approval/actionData/title", json!("Something else")),
            ("/approval/reviewedBy", json!(house.second.id)),
            ("/approval/status", json!("rejected")),
            ("/opens/0/argsHash", json!("0".repeat(64))),
            ("/comments/0/text", json!("Never")),
            ("/rows/0/description", json!("Nothing")),
            ("/proofs/0/digests/3", json!("0".repeat(64))),
            ("/proofs/0/checkpoint/seq", json!(7)),
        ] {
            let mut changed = bundle.clone();
            *changed.pointer_mut(pointer).unwrap_or_else(|| panic!("{name}: no {pointer}")) = value;
            let found = verify_evidence(&changed.to_string(), None);
            assert!(found.iter().any(Result::is_err), "{name}: {pointer} {found:?}");
        }
        let other = Checker::from_hex(&"11".repeat(32));
        if let Some(other) = other {
            assert!(verify_evidence(&whole, Some(&other)).iter().any(Result::is_err));
        }
        // Both permissions are needed.
        let scopes = [countersign::domain::token::Scope::ApprovalsRead];
        let narrow = app.with_token(&house.viewer, &scopes).await;
        assert_eq!(narrow.get(format!("/approvals/{approval_id}/evidence")).await.status, 403, "{name}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_retention_removes_rows_and_keeps_the_chain() {
    use countersign::server::chain::checkpoints::checkpoint_now;
    use countersign::server::chain::keys::Signer;
    use countersign::server::chain::retention::remove_old;
    use countersign::server::chain::verify::database::verify_workspace;
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let name = app.name();
        // The house's own sessions end before.
        let admin = app.person(house.id, "Birch", "second admin", Role::Admin).await;
        let signer = Signer::of(&app.db).await.unwrap();
        let set = |days: Value| json!({"input": {"days": days}});
        fill(&app, &house, 20).await;
        let old = checkpoint_now(&app.db, &signer, house.id).await.unwrap().unwrap();
        app.advance(TimeDelta::days(40));
        fill(&app, &house, 20).await;
        checkpoint_now(&app.db, &signer, house.id).await.unwrap();
        // Off until somebody says otherwise.
        assert_eq!(remove_old(&app.db, &signer, house.id).await.unwrap(), 0, "{name}");
        for bad in [json!(29), json!(-1), json!(40_000), json!("ten")] {
            let answer = admin.post("/api/fn/workspace/set-retention", set(bad)).await;
            assert_eq!(answer.status, 422, "{name}: {}", answer.text());
        }
        admin.post("/api/fn/workspace/set-retention", set(json!("30"))).await.ok();
        assert_eq!(admin.post("/api/fn/workspace/retention", json!({})).await.ok(), json!({"days": 30}));
        let removed = remove_old(&app.db, &signer, house.id).await.unwrap();
        assert_eq!(removed as i64, old.seq, "{name}");
        assert_eq!(remove_old(&app.db, &signer, house.id).await.unwrap(), 0, "{name}");
        seal_waiting(&app.db).await.unwrap();
        let report = verify_workspace(&app.db, house.id, &signer.checker(), std::slice::from_ref(&old))
            .await
            .unwrap()
            .unwrap();
        assert_eq!(report.removed_to, Some(old.seq), "{name}");
        assert_eq!(found(&admin, "event=audit.removed").await, 1, "{name}");
        assert_eq!(found(&admin, "q=shipment").await, 20, "{name}: the word index forgets them too");
        let state = admin.get("/audit/chain").await.ok();
        assert_eq!(state["anchor"]["seq"].as_i64(), Some(old.seq), "{name}");
        let check = admin.get("/audit/chain/verify").await.ok();
        assert_eq!((&check["complete"], &check["fault"]), (&json!(true), &Value::Null), "{name}");
        // An export is proven with the anchor; a row more taken by hand is missed.
        let anchors: Vec<Checkpoint> = vec![serde_json::from_value(state["anchor"].clone()).unwrap()];
        let checker = signer.checker();
        let beside = Beside { checkpoints: &anchors, checker: Some(&checker), partial: false };
        let lines = admin.get("/audit?format=ndjson").await.text().to_owned();
        assert!(verify_export(lines.as_bytes(), &beside).unwrap()[0].1.is_ok(), "{name}");
        let mut tx = app.db.begin().await.unwrap();
        let sql = "DELETE FROM agent_action_audit_log WHERE workspace_id = $1 AND seq = $2";
        tx.execute(sql, args![house.id, old.seq + 1]).await.unwrap();
        tx.commit().await.unwrap();
        let fault = verify_workspace(&app.db, house.id, &checker, &[]).await.unwrap().unwrap_err();
        assert_eq!((fault.kind, fault.seq), (FaultKind::Gap, old.seq + 2), "{name}");
        app.stop().await;
    }
}
