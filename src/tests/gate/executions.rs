//! Executions: what steps do through the gate, what follows, who stops and restarts them.

use crate::support::app::{App, Caller, House, Jobs, apps, text, until};
use crate::workflows::{log, published, set};
use serde_json::{Value, json};

/// Starts a workflow; the execution's path.
pub async fn start(by: &Caller, workflow: &str, input: Value) -> String {
    let answer = by.post(format!("/workflows/{workflow}/execute"), json!({"input": input})).await;
    assert_eq!(answer.code(), 202, "{}", answer.text());
    format!("/workflows/executions/{}", text(&answer.json(), "id"))
}

/// Waits until an execution has one of these statuses.
pub async fn comes_to(by: &Caller, place: &str, statuses: &[&str]) -> Value {
    until(&format!("{place} is {statuses:?}"), || async {
        let found = by.get(place).await.ok();
        statuses.contains(&text(&found, "status")).then_some(found)
    })
    .await
}

/// `key status`, in the order of the steps.
pub fn trace(execution: &Value) -> Vec<String> {
    let steps = execution["steps"].as_array().unwrap().iter();
    steps.map(|step| format!("{} {}", text(step, "key"), text(step, "status"))).collect()
}

pub fn step<'a>(execution: &'a Value, key: &str) -> &'a Value {
    execution["steps"].as_array().unwrap().iter().rev().find(|step| step["key"] == key).unwrap()
}

/// Decides the approval that a step waits for.
pub async fn decide(house: &House, approval: &str, mut decision: Value) {
    let found = house.reviewer.get(format!("/approvals/{approval}")).await.ok();
    decision["argsHash"] = found["argsHash"].clone();
    house.reviewer.post(format!("/approvals/{approval}"), decision).await.ok();
}

/// Waits until a step waits for something.
pub async fn waits_for(house: &House, place: &str, key: &str, what: &str) {
    until(&format!("{key} waits for {what}"), || async {
        let found = house.viewer.get(place).await.ok();
        let steps = found["steps"].as_array().unwrap().clone();
        steps.iter().any(|step| step["key"] == key && step["waitsFor"] == what).then_some(())
    })
    .await;
}

/// The approval that a step waits for, once it does.
pub async fn waits(house: &House, place: &str, key: &str) -> String {
    until(&format!("{key} waits for people"), || async {
        let found = house.viewer.get(place).await.ok();
        let steps = found["steps"].as_array().unwrap().clone();
        let step = steps.iter().rev().find(|step| step["key"] == key)?;
        (step["waitsFor"] == "approval").then(|| text(step, "approvalId").to_owned())
    })
    .await
}

#[tokio::test(flavor = "multi_thread")]
async fn an_execution_waits_for_people_and_goes_on_with_what_they_said() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", None).await;
        let team = house.team("careful", "supervised", &[&agent]).await;
        let note = json!({"key": "note", "name": "Write it down", "onSuccess": "done", "run": {"action": {
            "agent": agent.name, "actionType": "create_note",
            "actionData": {"title": "For {{ input.who }}", "body": "Number {{ steps.sum.output.n }}"}
        }}});
        let done = set(
            "done",
            json!({"said": "{{ steps.note.output.reviewNotes }}", "title": "{{ steps.note.output.actionData.title }}"}),
            None,
        );
        let steps = json!([set("sum", json!({"n": "{{ input.a + input.b }}"}), Some("note")), note, done]);
        let workflow = published(&house, "Notes", Some(&team), steps).await;
        let place = start(&house.operator, &workflow, json!({"who": "Ada", "a": 2, "b": 3})).await;

        let approval = waits(&house, &place, "note").await;
        let waiting = comes_to(&house.viewer, &place, &["waiting"]).await;
        assert_eq!(trace(&waiting), ["sum completed", "note waiting"], "{}", app.name());
        let asked = house.reviewer.get(format!("/approvals/{approval}")).await.ok();
        assert_eq!(asked["actionData"], json!({"title": "For Ada", "body": "Number 5"}));
        assert_eq!(asked["workflowExecutionId"], waiting["id"]);
        assert_eq!(asked["requestedBy"]["name"], json!(agent.name));
        decide(
            &house,
            &approval,
            json!({"approved": true, "reviewNotes": "Fine.", "editedActionData": {"title": "For Ada L.", "body": "5"}}),
        )
        .await;
        // Medium decisions are held for ten seconds.
        app.advance(chrono::TimeDelta::seconds(11));
        let ended = comes_to(&house.viewer, &place, &["completed"]).await;
        assert_eq!(ended["output"], json!({"said": "Fine.", "title": "For Ada L."}), "{ended}");
        let notes = house.viewer.get("/records?kind=document&q=For").await.ok();
        assert_eq!(notes["items"].as_array().unwrap().len(), 1, "{notes}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_people_refuse_takes_the_other_way_or_ends_it() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", None).await;
        let ask = |on_failure: Option<&str>| {
            json!({"key": "ask", "name": "Ask", "onFailure": on_failure, "onSuccess": "yes", "run": {"approval": {
                "agent": agent.name, "question": "Go on with {{ input.what }}?", "details": {"what": "{{ input.what }}"}
            }}})
        };
        let no = set("no", json!({"why": "{{ steps.ask.error }}"}), None);
        let yes = set("yes", json!({"by": "{{ steps.ask.output.reviewedBy }}"}), None);
        let answered = published(&house, "Answered", None, json!([ask(Some("no")), yes.clone(), no])).await;
        let place = start(&house.operator, &answered, json!({"what": "it"})).await;
        let approval = waits(&house, &place, "ask").await;
        let asked = house.viewer.get(format!("/approvals/{approval}")).await.ok();
        assert_eq!(asked["actionData"], json!({"question": "Go on with it?", "details": {"what": "it"}}));
        decide(&house, &approval, json!({"approved": false, "reviewNotes": "Not today"})).await;
        let ended = comes_to(&house.viewer, &place, &["completed"]).await;
        assert_eq!(trace(&ended), ["ask failed", "no completed"]);
        assert!(text(&ended["output"], "why").ends_with("Not today"), "{ended}");

        let bare = published(&house, "Bare", None, json!([ask(None), yes])).await;
        let place = start(&house.operator, &bare, json!({"what": "it"})).await;
        let approval = waits(&house, &place, "ask").await;
        decide(&house, &approval, json!({"approved": false, "reviewNotes": "No"})).await;
        let ended = comes_to(&house.viewer, &place, &["failed"]).await;
        assert!(text(&ended, "error").contains("Rejected by"), "{ended}");

        // A retry asks again, and an approved question goes on.
        house.operator.patch(&place, json!({"action": "retry_step"})).await.ok();
        let again = waits(&house, &place, "ask").await;
        assert_ne!(again, approval);
        decide(&house, &again, json!({"approved": true})).await;
        app.advance(chrono::TimeDelta::seconds(11));
        let ended = comes_to(&house.viewer, &place, &["completed"]).await;
        assert_eq!(trace(&ended), ["ask completed", "yes completed"]);
        assert_eq!(step(&ended, "ask")["attempts"].as_array().unwrap().len(), 1);
        house.operator.patch(&place, json!({"action": "retry_step"})).await.refused(409, "conflict");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn paths_run_side_by_side_and_meet() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", None).await;
        let fork = json!({"key": "fork", "name": "Both", "onFailure": "sorry",
            "run": {"parallel": {"branches": ["a", "b"], "join": "meet"}}});
        let meet = json!({"key": "meet", "name": "Meet", "run": {"join": {}}, "onSuccess": "sum"});
        let choose = json!({"key": "b", "name": "Choose", "run": {"condition": {
            "when": {"compare": {"left": "{{ input.n }}", "operator": "greater_than", "right": 3}},
            "onTrue": "big", "onFalse": "small"
        }}});
        let fails = json!({"key": "small", "name": "Look", "run": {"action": {
            "agent": agent.name, "actionType": "read_data", "actionData": {"recordId": "{{ input.record }}"}
        }}, "onSuccess": "meet"});
        let steps = json!([
            fork,
            log("a", &agent.name, "path a", Some("meet")),
            choose,
            set("big", json!({"n": "{{ input.n }}"}), Some("meet")),
            fails,
            meet,
            set("sum", json!({"big": "{{ steps.big.output.n }}", "a": "{{ steps.a.status }}"}), None),
            set("sorry", json!({"why": "{{ steps.small.error }}"}), None),
        ]);
        let workflow = published(&house, "Paths", None, steps).await;
        let gone = "019523e0-0000-7000-8000-000000000001";
        let place = start(&house.operator, &workflow, json!({"n": 5, "record": gone})).await;
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        assert_eq!(ended["output"], json!({"big": 5, "a": "completed"}), "{ended}");

        let place = start(&house.operator, &workflow, json!({"n": 1, "record": gone})).await;
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        assert_eq!(ended["status"], "completed", "{ended}");
        assert_eq!(step(&ended, "fork")["status"], "failed");
        assert!(!text(&ended["output"], "why").is_empty(), "{ended}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn it_is_paused_resumed_and_cancelled() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", None).await;
        let ask = json!({"key": "ask", "name": "Ask", "onSuccess": "after", "run": {"approval": {
            "agent": agent.name, "question": "Go on?"
        }}});
        let steps = json!([ask, set("after", json!({"x": 1}), None)]);
        let workflow = published(&house, "Stops", None, steps).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let approval = waits(&house, &place, "ask").await;
        house.operator.patch(&place, json!({"action": "pause", "reason": "Wait"})).await.ok();
        house.operator.patch(&place, json!({"action": "pause"})).await.refused(409, "conflict");
        decide(&house, &approval, json!({"approved": true})).await;
        app.advance(chrono::TimeDelta::seconds(11));
        until("the action is done", || async {
            let found = house.viewer.get(format!("/approvals/{approval}")).await.ok();
            (found["outcome"]["status"] == "succeeded").then_some(())
        })
        .await;
        let paused = house.viewer.get(&place).await.ok();
        assert_eq!((&paused["status"], trace(&paused)), (&json!("paused"), vec!["ask waiting".to_owned()]));
        house.operator.patch(&place, json!({"action": "resume"})).await.ok();
        let ended = comes_to(&house.viewer, &place, &["completed"]).await;
        assert_eq!(trace(&ended), ["ask completed", "after completed"]);

        let place = start(&house.operator, &workflow, json!({})).await;
        let approval = waits(&house, &place, "ask").await;
        house.viewer.patch(&place, json!({"action": "cancel"})).await.refused(403, "forbidden");
        house.operator.patch(&place, json!({"action": "cancel", "reason": "No use"})).await.ok();
        let ended = house.viewer.get(&place).await.ok();
        assert_eq!(
            (&ended["status"], trace(&ended)),
            (&json!("cancelled"), vec!["ask cancelled".to_owned()])
        );
        let asked = house.viewer.get(format!("/approvals/{approval}")).await.ok();
        assert_eq!(asked["status"], "withdrawn", "nobody is asked for nothing");
        house.operator.patch(&place, json!({"action": "resume"})).await.refused(409, "conflict");
        let trail = house.viewer.get("/audit?event=execution").await.ok();
        let events: Vec<&str> =
            trail["items"].as_array().unwrap().iter().map(|row| text(row, "event")).collect();
        for event in [
            "execution.started",
            "execution.paused",
            "execution.resumed",
            "execution.completed",
            "execution.cancelled",
        ] {
            assert!(events.contains(&event), "{event}: {events:?}");
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn no_more_run_at_once_than_the_workflow_allows_and_a_start_is_made_once() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", None).await;
        let ask = json!({"key": "ask", "name": "Ask", "run": {"approval": {"agent": agent.name, "question": "Go on?"}}});
        let workflow = published(&house, "One by one", None, json!([ask])).await;
        house.operator.patch(format!("/workflows/{workflow}"), json!({"maxRunning": 1})).await.ok();
        let first = start(&house.operator, &workflow, json!({})).await;
        let approval = waits(&house, &first, "ask").await;
        let second = start(&house.operator, &workflow, json!({})).await;
        let third = start(&house.operator, &workflow, json!({})).await;
        tokio::time::sleep(std::time::Duration::from_millis(200)).await;
        for place in [&second, &third] {
            assert_eq!(house.viewer.get(place).await.ok()["status"], "queued", "{}", app.name());
        }
        decide(&house, &approval, json!({"approved": false, "reviewNotes": "no"})).await;
        comes_to(&house.viewer, &first, &["failed"]).await;
        waits(&house, &second, "ask").await;
        assert_eq!(house.viewer.get(&third).await.ok()["status"], "queued");
        house.operator.patch(&second, json!({"action": "cancel"})).await.ok();
        waits(&house, &third, "ask").await;

        let named = json!({"externalRef": "order 7"});
        let path = format!("/workflows/{workflow}/execute");
        let one = house.operator.post(&path, named.clone()).await.ok();
        let two = house.operator.post(&path, named.clone()).await.ok();
        assert_eq!(one["id"], two["id"]);
        let other = house.admin.post(&path, named).await.ok();
        assert_ne!(one["id"], other["id"], "each caller has its own names");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn an_agent_works_by_its_playbook_with_its_own_tools_only() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", None).await;
        let playbook = json!({
            "steps": [
                {"key": "log", "name": "Log it", "run": {"action": {"agent": agent.name,
                    "actionType": "log_activity", "actionData": {"message": "{{ input.objective }} for {{ input.who }}"}}}},
                set("done", json!({"said": "{{ steps.log.output.actionData.message }}"}), None),
            ],
        });
        let place = format!("/agents/{}/profile", agent.id);
        let faulty = json!({"playbook": {"steps": [log("a", &agent.name, "{{ nothing }}", None)]}});
        let refused = house.operator.put(&place, faulty).await.refused(422, "invalid");
        assert_eq!(
            refused["errors"][0]["pointer"], "/playbook/steps/0/run/action/actionData/message",
            "{refused}"
        );
        let profile = json!({"tools": ["log_activity"], "capabilities": ["writing"], "playbook": playbook});
        house.operator.put(&place, profile).await.ok();
        assert_eq!(house.viewer.get(&place).await.ok()["tools"], json!(["log_activity"]));

        let work = json!({"key": "work", "name": "Work", "run": {"agent": {"agent": agent.name,
            "objective": "Say hello to {{ input.who }}", "input": {"who": "{{ input.who }}"}}}});
        let workflow = published(&house, "Hello", None, json!([work])).await;
        let run = start(&house.operator, &workflow, json!({"who": "Ada"})).await;
        let ended = comes_to(&house.viewer, &run, &["completed", "failed"]).await;
        assert_eq!(ended["output"], json!({"said": "Say hello to Ada for Ada"}), "{ended}");
        let child = text(step(&ended, "work"), "childId").to_owned();
        let child = house.viewer.get(format!("/workflows/executions/{child}")).await.ok();
        assert_eq!((&child["kind"], &child["parentId"]), (&json!("task"), &ended["id"]));
        assert_eq!(child["agentName"], json!(agent.name));

        // A tool that it lacks is not asked for, whatever the gate would say.
        house
            .operator
            .put(&place, json!({"tools": ["read_data"], "playbook": playbook_of(&app, &house, &place).await}))
            .await
            .ok();
        let run = start(&house.operator, &workflow, json!({"who": "Ada"})).await;
        let ended = comes_to(&house.viewer, &run, &["completed", "failed"]).await;
        assert!(text(&ended, "error").contains("may not use log_activity"), "{ended}");
        app.stop().await;
    }
}

async fn playbook_of(_app: &App, house: &House, place: &str) -> Value {
    house.viewer.get(place).await.ok()["playbook"].clone()
}

#[tokio::test(flavor = "multi_thread")]
async fn a_freeze_stops_executions_and_a_thaw_lets_them_go_on() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let wait =
            json!({"key": "wait", "name": "Wait", "run": {"wait": {"seconds": 60}}, "onSuccess": "after"});
        let workflow = published(&house, "Waits", None, json!([wait, set("after", json!({}), None)])).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        comes_to(&house.viewer, &place, &["waiting"]).await;
        house.owner.post("/api/fn/workspace/freeze", json!({"input": {"frozen": true}})).await.ok();
        app.advance(chrono::TimeDelta::seconds(61));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        assert_eq!(house.viewer.get(&place).await.ok()["status"], "waiting", "{}", app.name());
        house.owner.post("/api/fn/workspace/freeze", json!({"input": {"frozen": false}})).await.ok();
        comes_to(&house.viewer, &place, &["completed"]).await;
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn who_started_it_is_told_how_it_ended() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "reader", None).await;
        let read = json!({"key": "read", "name": "Read", "run": {"action": {
            "agent": agent.name, "actionType": "read_data",
            "actionData": {"recordId": "019523e0-0000-7000-8000-000000000001"}
        }}});
        let fails = published(&house, "Fails", None, json!([read])).await;
        let works = published(&house, "Works", None, json!([set("a", json!({}), None)])).await;
        let place = start(&house.admin, &works, json!({})).await;
        comes_to(&house.viewer, &place, &["completed"]).await;
        let told = async |by: &Caller| {
            let page = by.get("/notifications?limit=50").await.ok();
            let items = page["items"].as_array().unwrap().clone();
            items.into_iter().filter(|one| one["kind"] == "workflow").collect::<Vec<_>>()
        };
        // What happens within seconds is told together; time goes on for that.
        app.advance(chrono::TimeDelta::seconds(4));
        let first =
            until("the admin is told", || async { told(&house.admin).await.into_iter().next() }).await;
        assert_eq!(first["href"], json!(place.replace("/workflows/executions", "/executions")));
        assert!(told(&house.operator).await.is_empty(), "somebody else's success is no news");
        let place = start(&house.admin, &fails, json!({})).await;
        comes_to(&house.viewer, &place, &["failed"]).await;
        app.advance(chrono::TimeDelta::seconds(4));
        let failed =
            until("the operator is told", || async { told(&house.operator).await.into_iter().next() }).await;
        assert!(text(&failed, "body").contains("Fails"), "{failed}");
        assert!(told(&house.viewer).await.is_empty());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn what_was_approved_is_taken_back_inside_its_hold_when_nobody_needs_it() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "writer", None).await;
        let team = house.team("careful", "supervised", &[&agent]).await;
        let note = json!({"key": "note", "name": "Write it down", "run": {"action": {
            "agent": agent.name, "actionType": "create_note",
            "actionData": {"title": "Unwanted", "body": "x"}
        }}});
        let workflow = published(&house, "Notes", Some(&team), json!([note])).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let approval = waits(&house, &place, "note").await;
        decide(&house, &approval, json!({"approved": true})).await;
        house.operator.patch(&place, json!({"action": "cancel"})).await.ok();
        app.advance(chrono::TimeDelta::seconds(30));
        tokio::time::sleep(std::time::Duration::from_millis(300)).await;
        let asked = house.viewer.get(format!("/approvals/{approval}")).await.ok();
        assert_eq!(asked["status"], "withdrawn", "{}: {asked}", app.name());
        let notes = house.viewer.get("/records?kind=document&q=Unwanted").await.ok();
        assert!(notes["items"].as_array().unwrap().is_empty(), "{notes}");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_step_after_a_parallel_that_failed_reads_why() {
    for app in apps(Jobs::Run).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "reader", None).await;
        let read = |key: &str| {
            json!({"key": key, "name": key, "onSuccess": "meet", "run": {"action": {
                "agent": agent.name, "actionType": "read_data",
                "actionData": {"recordId": "019523e0-0000-7000-8000-000000000001"}
            }}})
        };
        let steps = json!([
            {"key": "fork", "name": "Both", "onFailure": "sorry", "run": {"parallel": {"branches": ["a", "b"], "join": "meet"}}},
            read("a"),
            read("b"),
            {"key": "meet", "name": "Meet", "run": {"join": {}}},
            set("sorry", json!({"why": "{{ steps.fork.error }}"}), None),
        ]);
        let workflow = published(&house, "Paths", None, steps).await;
        let place = start(&house.operator, &workflow, json!({})).await;
        let ended = comes_to(&house.viewer, &place, &["completed", "failed"]).await;
        assert_eq!(ended["output"]["why"], "One of its paths failed.", "{}: {ended}", app.name());
        app.stop().await;
    }
}
