//! Workflows: drafts, what is wrong with them, versions.

use crate::support::app::{House, Jobs, apps, text};
use serde_json::{Value, json};

/// A step that writes a line into the trail.
pub fn log(key: &str, agent: &str, message: &str, then: Option<&str>) -> Value {
    json!({"key": key, "name": format!("Log {key}"), "onSuccess": then, "run": {"action": {
        "agent": agent, "actionType": "log_activity", "actionData": {"message": message}
    }}})
}

/// A step that works out values.
pub fn set(key: &str, values: Value, then: Option<&str>) -> Value {
    json!({"key": key, "name": format!("Set {key}"), "onSuccess": then, "run": {"set": {"values": values}}})
}

/// A published workflow of these steps, the first of which begins; its id.
pub async fn published(house: &House, name: &str, team: Option<&str>, steps: Value) -> String {
    let definition = json!({"start": steps[0]["key"], "steps": steps});
    let made = house
        .operator
        .post("/workflows", json!({"name": name, "teamId": team, "definition": definition}))
        .await
        .ok();
    let id = text(&made, "id").to_owned();
    assert_eq!(made["faults"], json!([]), "{made}");
    house.operator.post(format!("/workflows/{id}/versions"), json!({"note": "first"})).await.ok();
    id
}

#[tokio::test(flavor = "multi_thread")]
async fn a_faulty_draft_is_kept_and_not_published() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "scout", None).await;
        let definition = json!({"start": "a", "steps": [
            log("a", "Nobody", "{{ steps.z.output }} {{ 1 + }}", Some("b")),
            set("b", json!({"x": "{{ who }}"}), Some("nowhere")),
            {"key": "c", "name": "Child", "run": {"workflow": {"workflow": "No such"}}},
        ]});
        let made =
            house.operator.post("/workflows", json!({"name": "Leads", "definition": definition})).await.ok();
        let id = text(&made, "id").to_owned();
        assert_eq!((&made["status"], &made["published"]), (&json!("draft"), &Value::Null));
        assert_eq!(made["faults"][0]["pointer"], "/steps/1/onSuccess", "{made}");
        let refused =
            house.operator.post(format!("/workflows/{id}/versions"), json!({})).await.refused(422, "invalid");
        assert_eq!(refused["errors"], made["faults"]);
        house.operator.post(format!("/workflows/{id}/execute"), json!({})).await.refused(409, "refused");
        house
            .operator
            .patch(format!("/workflows/{id}"), json!({"status": "active"}))
            .await
            .refused(422, "invalid");

        // With its paths mended, the rest is named.
        let definition = json!({"start": "a", "steps": [
            log("a", "Nobody", "{{ steps.z.output }}", Some("b")),
            set("b", json!({"x": "{{ who }}", "y": "{{ 1 + }}"}), Some("c")),
            {"key": "c", "name": "Child", "run": {"workflow": {"workflow": "No such"}}},
        ]});
        let mended =
            house.operator.patch(format!("/workflows/{id}"), json!({"definition": definition})).await.ok();
        let places: Vec<&str> =
            mended["faults"].as_array().unwrap().iter().map(|fault| text(fault, "pointer")).collect();
        assert_eq!(
            places,
            [
                "/steps/0/run/action/actionData/message",
                "/steps/1/run/set/values/x",
                "/steps/1/run/set/values/y",
                "/steps/0/run/action/agent",
                "/steps/2/run/workflow/workflow",
            ],
            "{mended}"
        );
        let definition = json!({"start": "a", "steps": [log("a", &agent.name, "{{ input.who }}", None)]});
        house.operator.patch(format!("/workflows/{id}"), json!({"definition": definition})).await.ok();
        let published =
            house.operator.post(format!("/workflows/{id}/versions"), json!({"note": "good"})).await.ok();
        assert_eq!(
            (&published["published"], &published["status"], &published["changed"]),
            (&json!(1), &json!("active"), &json!(false))
        );
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn versions_are_published_and_restored_and_never_changed() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let id = published(&house, "Counting", None, json!([set("a", json!({"n": 1}), None)])).await;
        let place = format!("/workflows/{id}");
        let second = json!({"start": "a", "steps": [set("a", json!({"n": 2}), None)]});
        let changed = house.operator.patch(&place, json!({"definition": second})).await.ok();
        assert_eq!((&changed["published"], &changed["changed"]), (&json!(1), &json!(true)));
        house.operator.post(format!("{place}/versions"), json!({"note": "two"})).await.ok();
        let restored = house
            .operator
            .post(format!("{place}/versions"), json!({"restore": 1, "note": "back"}))
            .await
            .ok();
        assert_eq!((&restored["published"], &restored["changed"]), (&json!(3), &json!(false)));
        assert_eq!(restored["draft"]["steps"][0]["run"]["set"]["values"]["n"], 1, "{restored}");
        let versions = house.viewer.get(format!("{place}/versions")).await.ok();
        let numbers: Vec<i64> =
            versions["items"].as_array().unwrap().iter().map(|one| one["number"].as_i64().unwrap()).collect();
        assert_eq!(numbers, [3, 2, 1]);
        assert_eq!(versions["items"][1]["definition"]["steps"][0]["run"]["set"]["values"]["n"], 2);
        house.operator.post(format!("{place}/versions"), json!({"restore": 9})).await.refused(422, "invalid");

        // Whoever saw an older version changes nothing.
        let stale = [("if-match", "\"v1\"")];
        let body = json!({"name": "Other"}).to_string().into_bytes();
        let answer = house.operator.send(http::Method::PATCH, &place, Some(body), &stale).await;
        answer.refused(412, "changed");
        house.operator.patch(&place, json!({"name": "Counting more", "status": "paused"})).await.ok();
        house.operator.post(format!("{place}/execute"), json!({})).await.refused(409, "refused");
        // What never ran is gone; the name is free again.
        assert_eq!(house.operator.delete(&place).await.code(), 204);
        house.viewer.get(&place).await.refused(404, "not_found");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_what_with_workflows() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "scout", None).await;
        let id = published(&house, "By people", None, json!([set("a", json!({}), None)])).await;
        let definition = json!({"start": "a", "steps": [set("a", json!({}), None)]});
        for who in [&house.viewer, &house.reviewer] {
            who.get(format!("/workflows/{id}")).await.ok();
            who.post("/workflows", json!({"name": "Mine", "definition": definition}))
                .await
                .refused(403, "forbidden");
            who.post(format!("/workflows/{id}/execute"), json!({})).await.refused(403, "forbidden");
        }
        // An agent starts what says that agents may, and makes nothing.
        agent.post(format!("/workflows/{id}/execute"), json!({})).await.refused(403, "forbidden");
        house
            .operator
            .patch(format!("/workflows/{id}"), json!({"trigger": {"kind": "agent_request"}}))
            .await
            .ok();
        assert_eq!(agent.post(format!("/workflows/{id}/execute"), json!({})).await.code(), 202);
        agent
            .post("/workflows", json!({"name": "Mine", "definition": definition}))
            .await
            .refused(403, "forbidden");
        for (trigger, place) in [
            (json!({"kind": "schedule", "cron": "nonsense", "zone": "UTC"}), "/trigger/cron"),
            (json!({"kind": "schedule", "cron": "0 9 * * 1", "zone": "Mars/Base"}), "/trigger/zone"),
            (json!({"kind": "event", "event": "Nothing"}), "/trigger"),
        ] {
            let refused = house
                .operator
                .patch(format!("/workflows/{id}"), json!({"trigger": trigger}))
                .await
                .refused(422, "invalid");
            assert_eq!(refused["errors"][0]["pointer"], place, "{refused}");
        }
        app.stop().await;
    }
}
