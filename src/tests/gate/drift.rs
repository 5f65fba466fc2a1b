//! Records that change between the proposal and the decision: nobody approves on facts that they were not shown.

use crate::actions::{fresh, no, place, queue, yes};
use crate::support::app::{Agent, App, House, Jobs, apps, id, text};
use countersign::args;
use serde_json::{Value, json};
use std::time::Duration;

struct Proposal {
    deal: String,
    approval: Value,
}

/// An agent wants to move a deal of 4,000.00 EUR to another stage.
async fn proposed(house: &House, agent: &Agent) -> Proposal {
    let data = json!({"value": 400_000, "currency": "EUR", "stage": "proposal"});
    let deal = house.record("deal", "Northwind renewal", data).await;
    let action = json!({
        "actionType": "change_pipeline_stage",
        "actionData": {"recordId": deal, "stage": "negotiation"},
    });
    Proposal { approval: queue(agent, action).await, deal }
}

async fn set(house: &House, deal: &str, data: Value) {
    house.operator.patch(format!("/records/{deal}"), json!({ "data": data })).await.ok();
}

fn confirmed(decision: Value, seen: &Value) -> Value {
    let mut decision = decision;
    decision["recordsHash"] = seen["recordsHash"].clone();
    decision
}

async fn start(app: &App) -> (House, Agent) {
    let house = app.house("Birch").await;
    let agent = app.agent(&house, "agent", None).await;
    (house, agent)
}

#[tokio::test(flavor = "multi_thread")]
async fn a_record_that_changed_must_be_looked_at_again() {
    for app in apps(Jobs::Wait).await {
        let (house, agent) = start(&app).await;
        let Proposal { deal, approval } = proposed(&house, &agent).await;
        let before = fresh(&house.reviewer, &approval).await;
        assert_eq!(before["changedSince"], json!([]), "{}", app.name());
        set(&house, &deal, json!({"value": 900_000})).await;

        let refused = house.reviewer.post(place(&approval), yes(&approval)).await.refused(412, "changed");
        let words = text(&refused, "detail");
        assert!(words.contains("value from 4,000.00 EUR to 9,000.00 EUR"), "{}: {words}", app.name());
        // Who looked before the change has not seen it either.
        house
            .reviewer
            .post(place(&approval), confirmed(yes(&approval), &before))
            .await
            .refused(412, "changed");
        assert_eq!(fresh(&house.reviewer, &approval).await["status"], "pending");

        let seen = fresh(&house.reviewer, &approval).await;
        let drift = &seen["changedSince"][0];
        assert_eq!((&drift["recordId"], &drift["gone"]), (&json!(deal), &json!(false)), "{drift}");
        assert_eq!(drift["changes"][0]["field"], "value");
        let decided = house.reviewer.post(place(&approval), confirmed(yes(&approval), &seen)).await.ok();
        assert_eq!(decided["approval"]["status"], "approved");
        let after = fresh(&house.reviewer, &approval).await;
        assert_eq!((&after["changedSince"], &after["recordsHash"]), (&json!([]), &Value::Null));
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_as_it_was_or_rejected_needs_no_second_look() {
    for app in apps(Jobs::Wait).await {
        let (house, agent) = start(&app).await;
        let there_and_back = proposed(&house, &agent).await;
        for value in [900_000, 400_000] {
            set(&house, &there_and_back.deal, json!({ "value": value })).await;
        }
        let decided =
            house.reviewer.post(place(&there_and_back.approval), yes(&there_and_back.approval)).await;
        assert_eq!(decided.ok()["approval"]["status"], "approved", "{}", app.name());

        let rejected = proposed(&house, &agent).await;
        set(&house, &rejected.deal, json!({"value": 900_000})).await;
        let decided = house.reviewer.post(place(&rejected.approval), no(&rejected.approval)).await;
        assert_eq!(decided.ok()["approval"]["status"], "rejected", "{}", app.name());

        // An action about no record has nothing to confirm.
        let task = queue(&agent, crate::actions::of_risk("medium")).await;
        assert_eq!(fresh(&house.reviewer, &task).await["recordsHash"], Value::Null);
        let wrong = json!({"approved": true, "argsHash": task["argsHash"], "recordsHash": "abc"});
        house.reviewer.post(place(&task), wrong).await.refused(422, "invalid");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_bulk_and_after_an_edit_the_same_holds() {
    for app in apps(Jobs::Wait).await {
        let (house, agent) = start(&app).await;
        let first = proposed(&house, &agent).await;
        let second = proposed(&house, &agent).await;
        for of in [&first, &second] {
            // High ones are opened before they are approved in bulk.
            house.reviewer.post(format!("{}/open", place(&of.approval)), json!({})).await.ok();
        }
        set(&house, &first.deal, json!({"stage": "won"})).await;
        let items: Vec<Value> = [&first, &second]
            .iter()
            .map(|of| json!({"id": of.approval["id"], "argsHash": of.approval["argsHash"]}))
            .collect();
        let bulk = json!({"items": items, "approved": true});
        let results = house.reviewer.post("/approvals/bulk", bulk).await.ok();
        let statuses: Vec<&str> =
            results["results"].as_array().unwrap().iter().map(|result| text(result, "status")).collect();
        assert_eq!(statuses, ["changed", "approved"], "{}: {results}", app.name());
        assert!(text(&results["results"][0], "problem").contains("stage from proposal to won"), "{results}");

        // Deleted: the same word, and the deletion is said.
        let third = proposed(&house, &agent).await;
        house.operator.delete(format!("/records/{}", third.deal)).await.ok();
        let seen = fresh(&house.reviewer, &third.approval).await;
        assert_eq!(seen["changedSince"][0]["gone"], true, "{}: {seen}", app.name());
        let refused = house.reviewer.post(place(&third.approval), yes(&third.approval)).await;
        assert!(text(&refused.refused(412, "changed"), "detail").contains("was deleted"));

        // With several votes, an edit takes a new look at the records: the next voter compares with that one.
        let action = json!({
            "actionType": "change_pipeline_stage",
            "actionData": {"recordId": second.deal, "stage": "negotiation"},
            "requiredApprovals": 2,
        });
        let both = queue(&agent, action).await;
        set(&house, &second.deal, json!({"stage": "won"})).await;
        let seen = fresh(&house.reviewer, &both).await;
        let mut edit = confirmed(yes(&both), &seen);
        edit["editedActionData"] = json!({"recordId": second.deal, "stage": "lost"});
        assert_eq!(house.reviewer.post(place(&both), edit).await.ok()["votesMissing"], 1, "{}", app.name());
        let seen = fresh(&house.second, &both).await;
        assert_eq!(seen["changedSince"], json!([]), "{}", app.name());
        assert_eq!(house.second.post(place(&both), yes(&seen)).await.ok()["votesMissing"], 0);
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_change_under_way_is_waited_for() {
    for app in apps(Jobs::Wait).await {
        let (house, agent) = start(&app).await;
        let Proposal { deal, approval } = proposed(&house, &agent).await;
        let mut change = app.db.begin().await.unwrap();
        change
            .execute(
                "UPDATE records SET data = $2, version = version + 1 WHERE id = $1",
                args![id(&deal), r#"{"value":900000,"currency":"EUR","stage":"proposal"}"#],
            )
            .await
            .unwrap();
        let decision = tokio::spawn({
            let (reviewer, place, yes) = (house.reviewer.caller.clone(), place(&approval), yes(&approval));
            async move { reviewer.post(place, yes).await }
        });
        tokio::time::sleep(Duration::from_millis(300)).await;
        assert!(!decision.is_finished(), "{}: decided on a record that is being changed", app.name());
        change.commit().await.unwrap();
        let refused = decision.await.unwrap().refused(412, "changed");
        assert!(text(&refused, "detail").contains("value from 4,000.00 EUR to 9,000.00 EUR"), "{refused}");
        app.stop().await;
    }
}
