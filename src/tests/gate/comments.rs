//! Comments: what people and the agent say about an approval, and who reads it.

use crate::actions::{fresh, pending, place, yes};
use crate::support::app::{Caller, Jobs, apps, id, text};
use countersign::args;
use serde_json::{Value, json};

/// The texts that this caller reads, in order.
async fn read(caller: &Caller, approval: &Value) -> Vec<String> {
    let page = caller.get(format!("{}/comments", place(approval))).await.ok();
    assert_eq!(page["nextCursor"], Value::Null);
    let items = page["items"].as_array().cloned().unwrap_or_default();
    items.iter().map(|comment| text(comment, "text").to_owned()).collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_agent_reads_what_is_for_it_and_answers() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let comments = format!("{}/comments", place(&approval));

        let said = house.reviewer.post(&comments, json!({"text": "Which price list?"})).await;
        assert_eq!(said.code(), 201, "{}", said.text());
        let said = said.json();
        assert_eq!((&said["audience"], &said["author"]["kind"]), (&json!("everyone"), &json!("user")));
        let aside = json!({"text": "I do not trust this one.", "audience": "members"});
        house.operator.post(&comments, aside).await.ok();
        agent.post(&comments, json!({"text": "The one of November."})).await.ok();

        let all = ["Which price list?", "I do not trust this one.", "The one of November."];
        assert_eq!(read(&house.viewer, &approval).await, all, "{}", app.name());
        assert_eq!(read(&agent, &approval).await, [all[0], all[2]]);
        let detail = |caller: Caller| {
            let body = json!({"id": approval["id"]});
            async move {
                caller.post("/api/fn/approvals/get", body).await.ok()["comments"].as_array().map(Vec::len)
            }
        };
        assert_eq!(detail(house.viewer.caller.clone()).await, Some(3));
        assert_eq!(detail(agent.caller.clone()).await, Some(2));

        let now = fresh(&house.viewer, &approval).await;
        assert_eq!(now["commentCount"], 3);
        assert_eq!(now["argsHash"], approval["argsHash"]);
        assert_eq!(app.trail(text(&approval, "id")).await[1..], ["approval.commented"; 3]);
        let told = app
            .count(
                "SELECT COUNT(*) FROM agent_action_audit_log WHERE approval_id = $1 AND result LIKE '%trust%'",
                args![id(text(&approval, "id"))],
            )
            .await;
        assert_eq!(told, 0, "the trail has other readers than a comment among colleagues");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_comment_outlives_the_decision_and_undoes_nothing() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let comments = format!("{}/comments", place(&approval));
        house.reviewer.post(&comments, json!({"text": "Looks right."})).await.ok();
        house.reviewer.post(place(&approval), yes(&approval)).await.ok();
        house.reviewer.post(&comments, json!({"text": "It was."})).await.ok();
        assert_eq!(read(&agent, &approval).await, ["Looks right.", "It was."]);
        assert_eq!(fresh(&house.viewer, &approval).await["status"], "approved");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_said() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let (agent, other) = (app.agent(&house, "agent", None).await, app.agent(&house, "other", None).await);
        let approval = pending(&agent).await;
        let comments = format!("{}/comments", place(&approval));

        other.post(&comments, json!({"text": "Not mine"})).await.refused(403, "forbidden");
        let aside = json!({"text": "Psst", "audience": "members"});
        assert_eq!(
            agent.post(&comments, aside).await.refused(422, "invalid")["errors"][0]["pointer"],
            "/audience"
        );
        for words in ["", " \n\t", &"a".repeat(10_001), "a\0b"] {
            let refused =
                house.reviewer.post(&comments, json!({ "text": words })).await.refused(422, "invalid");
            assert_eq!(refused["errors"][0]["pointer"], "/text", "{}", app.name());
        }
        assert!(read(&house.viewer, &approval).await.is_empty());

        for _ in 0..200 {
            house.reviewer.post(&comments, json!({"text": "More"})).await.ok();
        }
        let full = house.reviewer.post(&comments, json!({"text": "Too many"})).await.refused(409, "refused");
        assert!(text(&full, "detail").contains("at most 200 comments"), "{full}");
        assert_eq!(read(&house.viewer, &approval).await.len(), 200);
        assert_eq!(fresh(&house.viewer, &approval).await["commentCount"], 200);
        app.stop().await;
    }
}
