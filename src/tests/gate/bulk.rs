//! Many decisions at once: a result for each, and nothing that needs a look of its own.

use crate::actions::{approve, of_risk, pending, queue};
use crate::support::app::{Jobs, apps, text};
use serde_json::{Value, json};

fn item(approval: &Value) -> Value {
    json!({"id": approval["id"], "argsHash": approval["argsHash"]})
}

#[tokio::test(flavor = "multi_thread")]
async fn each_item_has_its_own_result() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let other = app.house("Rowan").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut two = of_risk("medium");
        two["requiredApprovals"] = json!(2);
        let (good, also) = (pending(&agent).await, pending(&agent).await);
        let voted = queue(&agent, two).await;
        let critical = queue(&agent, of_risk("critical")).await;
        let own = pending(&agent).await;
        let decided = pending(&agent).await;
        approve(&house.second, &decided).await.ok();
        let foreign = pending(&app.agent(&other, "agent", None).await.caller).await;
        let asked = pending(&house.operator).await;
        let mut changed = item(&own);
        changed["argsHash"] = good["argsHash"].clone();
        // The same data has the same hash: take one that cannot be right.
        changed["argsHash"] = json!("0".repeat(64));
        let items = json!([
            item(&good), item(&also), item(&voted), item(&critical), changed, item(&decided), item(&foreign),
            item(&asked), {"id": app.db.clock.id(), "argsHash": "0".repeat(64)},
        ]);
        let body = json!({"items": items, "approved": true});
        let outcome = house.operator.post("/approvals/bulk", body).await.ok();
        let results = outcome["results"].as_array().unwrap();
        let statuses: Vec<&str> = results.iter().map(|result| text(result, "status")).collect();
        let expected = [
            "approved",
            "approved",
            "voted",
            "refused",
            "changed",
            "conflict",
            "not_found",
            "forbidden",
            "not_found",
        ];
        assert_eq!(statuses, expected, "{}: {outcome}", app.name());
        for (result, item) in results.iter().zip(items.as_array().unwrap()) {
            assert_eq!(result["id"], item["id"]);
            let fine = ["approved", "voted"].contains(&text(result, "status"));
            assert_eq!(result["problem"].is_string(), !fine, "{result}");
        }
        assert_eq!(
            outcome["summary"],
            json!({"approved": 2, "rejected": 0, "voted": 1, "conflict": 1, "changed": 1, "forbidden": 1, "notFound": 2, "refused": 1})
        );
        for (approval, trail) in [
            (&good, &["approval.requested", "approval.approved"][..]),
            (&voted, &["approval.requested", "approval.voted"]),
            (&critical, &["approval.requested"]),
            (&own, &["approval.requested"]),
            (&foreign, &["approval.requested"]),
        ] {
            assert_eq!(app.trail(text(approval, "id")).await, trail, "{}", app.name());
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_critical_one_is_not_even_rejected_in_bulk() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let critical = queue(&agent, of_risk("critical")).await;
        let medium = pending(&agent).await;
        let body = json!({"items": [item(&critical), item(&medium)], "approved": false, "reviewNotes": "No"});
        let outcome = house.reviewer.post("/approvals/bulk", body).await.ok();
        assert_eq!(outcome["results"][0]["status"], "refused", "{}: {outcome}", app.name());
        assert_eq!(outcome["results"][1]["status"], "rejected");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_list_is_whole_or_refused() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let many: Vec<Value> =
            (0..1001).map(|_| json!({"id": app.db.clock.id(), "argsHash": "0".repeat(64)})).collect();
        for (items, pointer) in [
            (json!([item(&approval), item(&approval)]), "/items/1/id"),
            (json!([]), "/items"),
            (json!([[approval["id"], approval["argsHash"]]]), "/items/0"),
            (json!(many), "/items"),
            (json!([item(&approval), {"id": approval["id"], "argsHash": "short"}]), "/items/1/argsHash"),
        ] {
            let answer =
                house.reviewer.post("/approvals/bulk", json!({"items": items, "approved": true})).await;
            let problem = answer.refused(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], pointer, "{}: {problem}", app.name());
        }
        assert_eq!(app.trail(text(&approval, "id")).await, ["approval.requested"]);
        app.stop().await;
    }
}
