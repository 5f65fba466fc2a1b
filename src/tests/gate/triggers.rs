//! What starts workflows beside people: events of the trail, schedules; and steps that wait for an event.

use crate::executions::{comes_to, start};
use crate::support::app::{House, Jobs, apps, text, until};
use crate::workflows::{published, set};
use chrono::TimeDelta;
use countersign::server::executions::start_due;
use serde_json::{Value, json};

async fn executions(house: &House, workflow: &str) -> Vec<Value> {
    let page = house.viewer.get(format!("/workflows/executions?workflowId={workflow}")).await.ok();
    page["items"].as_array().unwrap().clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn an_event_starts_a_workflow_once() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        house.record("contact", "Before", json!({})).await;
        let steps = json!([set("see", json!({"what": "{{ input.event.description }}"}), None)]);
        let workflow = published(&house, "On records", None, steps).await;
        let place = format!("/workflows/{workflow}");
        let trigger = json!({"kind": "event", "event": "record.created"});
        house.operator.patch(&place, json!({"trigger": trigger})).await.ok();
        house.record("contact", "Ada", json!({})).await;
        let started = until("the event started it", || async {
            let found = executions(&house, &workflow).await;
            (found.len() == 1).then(|| found[0].clone())
        })
        .await;
        let ended = comes_to(
            &house.viewer,
            &format!("/workflows/executions/{}", text(&started, "id")),
            &["completed"],
        )
        .await;
        assert!(text(&ended["output"], "what").contains("Ada"), "{}: {ended}", app.name());
        assert_eq!(ended["startedBy"]["kind"], "system");
        house.operator.patch(&place, json!({"status": "paused"})).await.ok();
        house.record("contact", "Unheard", json!({})).await;
        tokio::time::sleep(std::time::Duration::from_millis(1500)).await;
        house.operator.patch(&place, json!({"status": "active"})).await.ok();
        house.record("contact", "Grace", json!({})).await;
        let found = until("the second one", || async {
            let found = executions(&house, &workflow).await;
            (found.len() >= 2).then_some(found)
        })
        .await;
        assert_eq!(found.len(), 2, "what happened while it was paused starts nothing");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_waits_for_an_event() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let wait = json!({"key": "wait", "name": "Wait", "run": {"wait": {"event": "record.deleted"}}, "onSuccess": "after"});
        let after = set("after", json!({"by": "{{ steps.wait.output.event.actor.name }}"}), None);
        let workflow = published(&house, "Until deleted", None, json!([wait, after])).await;
        let record = house.record("contact", "Ada", json!({})).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        comes_to(&house.viewer, &place, &["waiting"]).await;
        house.record("contact", "Other", json!({})).await;
        assert_eq!(house.operator.delete(format!("/records/{record}")).await.code(), 204);
        let ended = comes_to(&house.viewer, &place, &["completed"]).await;
        assert!(text(&ended["output"], "by").contains("operator"), "{ended}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_schedule_starts_each_slot_once_also_with_two_looking() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let workflow = published(&house, "Hourly", None, json!([set("a", json!({}), None)])).await;
        let trigger = json!({"kind": "schedule", "cron": "0 * * * *", "zone": "Europe/Vienna"});
        house.operator.patch(format!("/workflows/{workflow}"), json!({"trigger": trigger})).await.ok();
        start_due(&app.db).await.unwrap();
        assert!(executions(&house, &workflow).await.is_empty(), "nothing for a slot before it was set");
        app.advance(TimeDelta::hours(1));
        let (one, two) = tokio::join!(start_due(&app.db), start_due(&app.db));
        one.unwrap();
        two.unwrap();
        start_due(&app.db).await.unwrap();
        assert_eq!(executions(&house, &workflow).await.len(), 1, "{}", app.name());
        // Of the slots that passed while nothing ran, the latest.
        app.advance(TimeDelta::hours(5));
        start_due(&app.db).await.unwrap();
        assert_eq!(executions(&house, &workflow).await.len(), 2);
        app.stop().await;
    }
}
