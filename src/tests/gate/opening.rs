//! What a reviewer has opened: kept for each person and each state of the data, and asked for by bulk decisions.

use crate::actions::{fresh, of_risk, pending, place, queue, yes};
use crate::support::app::{App, Caller, Jobs, apps, id, text};
use chrono::TimeDelta;
use countersign::args;
use countersign::domain::token::Scope;
use serde_json::{Value, json};

const REFUSED: &str = "High-risk actions are approved in bulk only after you opened each.";

async fn open(by: &Caller, approval: &Value) -> Value {
    by.post(format!("{}/open", place(approval)), json!({})).await.ok()
}

/// The ids of those that the caller has opened, by REST; the server function says the same.
async fn opened(by: &Caller, approvals: &[&Value]) -> Vec<Value> {
    let ids: Vec<&str> = approvals.iter().map(|approval| text(approval, "id")).collect();
    let page = by.get(format!("/approvals/opened?ids={}", ids.join(","))).await.ok();
    assert_eq!(by.post("/api/fn/approvals/opened", json!({"ids": ids})).await.ok(), page);
    assert_eq!(page["nextCursor"], Value::Null);
    page["items"].as_array().unwrap().clone()
}

/// How many opens are kept about an approval.
async fn kept(app: &App, approval: &Value) -> i64 {
    app.count("SELECT COUNT(*) FROM approval_opens WHERE approval_id = $1", args![id(text(approval, "id"))])
        .await
}

async fn bulk(by: &Caller, approved: bool, approvals: &[&Value]) -> Vec<(String, Option<String>)> {
    let items: Vec<Value> =
        approvals.iter().map(|of| json!({"id": of["id"], "argsHash": of["argsHash"]})).collect();
    let body = json!({"items": items, "approved": approved, "reviewNotes": "All of them"});
    let outcome = by.post("/approvals/bulk", body).await.ok();
    let results = outcome["results"].as_array().unwrap().clone();
    results
        .iter()
        .map(|result| (text(result, "status").to_owned(), result["problem"].as_str().map(str::to_owned)))
        .collect()
}

#[tokio::test(flavor = "multi_thread")]
async fn opening_answers_as_reading_does_and_is_kept_of_people_who_decide() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let (approval, other) = (pending(&agent).await, pending(&agent).await);
        let id = text(&approval, "id").to_owned();
        let read = house.reviewer.post("/api/fn/approvals/get", json!({"id": id})).await.ok();
        assert!(
            opened(&house.reviewer, &[&approval]).await.is_empty(),
            "{}: reading is not opening",
            app.name()
        );

        // No audit row and no event.
        let answer = app.writes(&id, &[], open(&house.reviewer, &approval)).await;
        assert_eq!(answer, read, "{}", app.name());
        let by_function = house.reviewer.post("/api/fn/approvals/open", json!({"id": id})).await.ok();
        assert_eq!(by_function, read);
        assert_eq!(kept(&app, &approval).await, 1, "{}", app.name());
        let both = [&other, &approval];
        assert_eq!(opened(&house.reviewer, &both).await, [approval["id"].clone()], "{}", app.name());

        // Each for themselves; a token of one's own is oneself.
        assert!(opened(&house.second, &both).await.is_empty());
        let token = app.with_token(&house.second, &[Scope::ApprovalsRead, Scope::ApprovalsDecide]).await;
        open(&token, &other).await;
        assert_eq!(opened(&house.second, &both).await, [other["id"].clone()]);
        assert_eq!(opened(&house.reviewer, &both).await, [approval["id"].clone()]);

        // Agents, who may not decide, and what may not, are answered and not kept.
        let looks = app.with_token(&house.reviewer, &[Scope::ApprovalsRead]).await;
        for by in [&agent.caller, &house.viewer.caller, &looks] {
            let answer = open(by, &other).await;
            assert_eq!(answer["approval"], read_of(by, &other).await, "{}", app.name());
        }
        assert_eq!(kept(&app, &other).await, 1, "{}", app.name());
        assert!(opened(&agent, &both).await.is_empty());
        app.stop().await;
    }
}

async fn read_of(by: &Caller, approval: &Value) -> Value {
    by.post("/api/fn/approvals/get", json!({"id": approval["id"]})).await.ok()["approval"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn the_first_time_stays_and_the_last_moves() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = pending(&agent).await;
        let equal = || async {
            app.count(
                "SELECT COUNT(*) FROM approval_opens WHERE approval_id = $1 AND first_opened_at = last_opened_at",
                args![id(text(&approval, "id"))],
            )
            .await
        };
        open(&house.reviewer, &approval).await;
        app.advance(TimeDelta::seconds(30));
        open(&house.reviewer, &approval).await;
        assert_eq!(equal().await, 1, "{}: an open page asks again and again", app.name());
        app.advance(TimeDelta::seconds(60));
        open(&house.reviewer, &approval).await;
        assert_eq!((equal().await, kept(&app, &approval).await), (0, 1), "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn in_bulk_a_high_one_is_approved_by_who_opened_it() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let (seen, unseen) = (queue(&agent, of_risk("high")).await, queue(&agent, of_risk("high")).await);
        let (medium, critical) = (pending(&agent).await, queue(&agent, of_risk("critical")).await);
        for approval in [&seen, &critical] {
            open(&house.reviewer, approval).await;
        }
        // What a colleague opened, one has not.
        open(&house.second, &unseen).await;
        let all = [&seen, &unseen, &medium, &critical];
        let results = bulk(&house.reviewer, true, &all).await;
        let statuses: Vec<&str> = results.iter().map(|(status, _)| status.as_str()).collect();
        assert_eq!(statuses, ["approved", "refused", "approved", "refused"], "{}: {results:?}", app.name());
        assert_eq!(results[1].1.as_deref(), Some(REFUSED));
        assert!(results[3].1.as_deref().is_some_and(|why| why.contains("one by one")), "{results:?}");
        assert_eq!(app.trail(text(&unseen, "id")).await, ["approval.requested"], "{}", app.name());
        // A form says it too.
        let picked = format!("{}.{}", text(&unseen, "id"), text(&unseen, "argsHash"));
        let form = json!({"input": {"picked": [picked], "approved": true}});
        let outcome = house.reviewer.post("/api/fn/approvals/bulk", form).await.ok();
        assert_eq!(outcome["results"][0]["problem"], REFUSED, "{outcome}");
        // One by one nothing is asked, and a rejection needs nothing.
        assert_eq!(bulk(&house.admin, false, &[&unseen]).await[0].0, "rejected", "{}", app.name());
        let alone = queue(&agent, of_risk("high")).await;
        house.reviewer.post(place(&alone), yes(&alone)).await.ok();
        app.stop().await;
    }
}

/// A vote with edited data, undone or not the last, leaves the approval pending with other data.
#[tokio::test(flavor = "multi_thread")]
async fn what_was_opened_before_an_edit_is_to_be_opened_again() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut two = of_risk("high");
        two["requiredApprovals"] = json!(2);
        let approval = queue(&agent, two).await;
        open(&house.reviewer, &approval).await;
        let mut data = approval["actionData"].clone();
        data["title"] = json!("Summer release");
        let mut edit = yes(&approval);
        edit["editedActionData"] = data;
        house.second.post(place(&approval), edit).await.ok();
        let edited = fresh(&house.reviewer, &approval).await;
        assert_ne!(edited["argsHash"], approval["argsHash"]);
        assert_eq!((&edited["status"], &edited["riskLevel"]), (&json!("pending"), &json!("high")));

        assert!(
            opened(&house.reviewer, &[&approval]).await.is_empty(),
            "{}: its data is another",
            app.name()
        );
        assert_eq!(bulk(&house.reviewer, true, &[&approval]).await[0].0, "changed", "{}", app.name());
        let unseen = bulk(&house.reviewer, true, &[&edited]).await;
        assert_eq!(unseen, [("refused".to_owned(), Some(REFUSED.to_owned()))], "{}", app.name());
        open(&house.reviewer, &edited).await;
        assert_eq!(opened(&house.reviewer, &[&approval]).await, [approval["id"].clone()]);
        assert_eq!(kept(&app, &approval).await, 2, "{}: both are kept", app.name());
        assert_eq!(bulk(&house.reviewer, true, &[&edited]).await[0].0, "approved", "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_cannot_be_asked_and_what_is_not_there() {
    for app in apps(Jobs::Wait).await {
        let (house, other) = (app.house("Birch").await, app.house("Rowan").await);
        let foreign = pending(&app.agent(&other, "agent", None).await.caller).await;
        open(&other.reviewer, &foreign).await;
        for path in [format!("{}/open", place(&foreign)), format!("/approvals/{}/open", app.db.clock.id())] {
            house.reviewer.post(path, json!({})).await.refused(404, "not_found");
        }
        assert_eq!(kept(&app, &foreign).await, 1, "{}", app.name());
        assert!(opened(&house.reviewer, &[&foreign]).await.is_empty(), "{}", app.name());

        let page = house.reviewer.get("/approvals/opened").await.ok();
        assert_eq!(page["items"], json!([]));
        let many =
            |count: usize| -> Vec<String> { (0..count).map(|_| app.db.clock.id().to_string()).collect() };
        house.reviewer.get(format!("/approvals/opened?ids={}", many(200).join(","))).await.ok();
        for ids in ["x".to_owned(), format!("{},", app.db.clock.id()), many(201).join(",")] {
            let answer = house.reviewer.get(format!("/approvals/opened?ids={ids}")).await;
            let problem = answer.refused(422, "invalid");
            assert_eq!(problem["errors"][0]["pointer"], "ids", "{}: {problem}", app.name());
        }
        let too_many = json!({"ids": many(201)});
        house.reviewer.post("/api/fn/approvals/opened", too_many).await.refused(422, "invalid");
        app.stop().await;
    }
}
