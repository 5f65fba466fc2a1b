//! "I am on it": visible to the others, lapses, and keeps nobody from deciding.

use crate::actions::{approve, fresh, pending, place};
use crate::support::app::{Jobs, apps, text};
use chrono::TimeDelta;
use serde_json::{Value, json};

#[tokio::test(flavor = "multi_thread")]
async fn who_is_on_it_is_seen_lapses_and_can_be_taken_over() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let (attend, leave) = (format!("{}/attend", place(&approval)), format!("{}/leave", place(&approval)));
        let (here, later) = (json!({}), TimeDelta::minutes(16));

        let on = app
            .writes(text(&approval, "id"), &["approval.attended"], house.reviewer.post(&attend, here.clone()))
            .await
            .ok();
        assert_eq!(on["attending"]["userId"], json!(house.reviewer.id), "{}", app.name());
        assert_eq!(fresh(&house.viewer, &approval).await["attending"], on["attending"]);
        assert_eq!(fresh(&house.viewer, &approval).await["version"], on["version"]);

        let refused = house.second.post(&attend, here.clone()).await.refused(409, "conflict");
        assert_eq!(refused["conflict"]["by"], on["attending"]["name"], "{refused}");
        house.second.post(&leave, here.clone()).await.ok();
        assert_eq!(
            fresh(&house.viewer, &approval).await["attending"],
            on["attending"],
            "it is not theirs to end"
        );
        let taken = house.second.post(&attend, json!({"takeOver": true})).await.ok();
        assert_eq!(taken["attending"]["userId"], json!(house.second.id));
        let left = app
            .writes(text(&approval, "id"), &["approval.left"], house.second.post(&leave, here.clone()))
            .await
            .ok();
        assert_eq!(left["attending"], Value::Null);

        house.reviewer.post(&attend, here.clone()).await.ok();
        app.advance(later);
        let lapsed = house.second.post(&attend, here.clone()).await.ok();
        assert_eq!(lapsed["attending"]["userId"], json!(house.second.id), "{}", app.name());
        // It is a hint: whoever else decides, decides.
        assert_eq!(approve(&house.reviewer, &approval).await.ok()["approval"]["status"], "approved");
        house.second.post(&attend, here).await.refused(409, "conflict");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_may_not_decide_is_not_on_it() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", Some(&house.operator)).await;
        let approval = pending(&agent).await;
        let attend = format!("{}/attend", place(&approval));
        house.operator.post(&attend, json!({})).await.refused(403, "own_request");
        house.viewer.post(&attend, json!({})).await.refused(403, "forbidden");
        agent.post(&attend, json!({})).await.refused(403, "agents_never_decide");
        app.stop().await;
    }
}
