//! Editing field by field: what is sent for the fields of the data that was seen becomes the edited data, and nothing
//! else changes.

use crate::actions::{example, fresh, queue, stored, yes};
use crate::support::app::{App, Caller, House, Jobs, apps, text};
use countersign::domain::catalogue;
use serde_json::{Value, json};

const DECIDE: &str = "/api/fn/approvals/decide";

async fn fields(by: &Caller, approval: &Value) -> Vec<Value> {
    let detail = by.post("/api/fn/approvals/get", json!({"id": approval["id"]})).await.ok();
    detail["editFields"].as_array().unwrap().clone()
}

/// A decision that sends these fields.
fn with(approval: &Value, sent: Value) -> Value {
    let mut input = yes(approval);
    input["editedFields"] = sent;
    json!({"id": approval["id"], "input": input})
}

fn pointers(problem: &Value) -> Vec<&str> {
    problem["errors"].as_array().unwrap().iter().map(|fault| text(fault, "pointer")).collect()
}

async fn mail(app: &App) -> (House, Value) {
    let house = app.house("Birch").await;
    let agent = app.agent(&house, "agent", None).await;
    let data = json!({"to": ["ada@northwind.example"], "cc": ["grace@acme.example"], "subject": "Quote 12", "body": "Dear Ada,\r\nhere it is."});
    let approval = queue(&agent, json!({"actionType": "send_email", "actionData": data})).await;
    (house, approval)
}

#[tokio::test(flavor = "multi_thread")]
async fn the_fields_that_are_sent_change_the_data_and_nothing_else_does() {
    for app in apps(Jobs::Wait).await {
        let (house, approval) = mail(&app).await;
        let names: Vec<_> = fields(&house.reviewer, &approval).await;
        let kinds: Vec<_> = names.iter().map(|field| (text(field, "name"), &field["kind"])).collect();
        assert_eq!(
            kinds,
            [
                ("to", &json!("lines")),
                ("cc", &json!("lines")),
                ("replyTo", &json!("line")),
                ("subject", &json!("line")),
                ("body", &json!("text")),
            ],
            "{}",
            app.name()
        );
        // Only who may decide is offered a form.
        assert!(fields(&house.viewer, &approval).await.is_empty());

        let sent = json!({"to": "ada@northwind.example\nalan@contoso.example\n", "cc": "", "replyTo": "", "subject": "Quote 13"});
        let id = text(&approval, "id");
        let step = house.reviewer.post(DECIDE, with(&approval, sent));
        let decided = app.writes(id, &["approval.edited", "approval.approved"], step).await.ok();
        let expected = json!({
            "to": ["ada@northwind.example", "alan@contoso.example"], "subject": "Quote 13",
            "body": "Dear Ada,\r\nhere it is."
        });
        assert_eq!(decided["approval"]["actionData"], expected, "{}", app.name());
        assert_eq!(decided["approval"]["originalData"], approval["actionData"]);
        assert_ne!(decided["approval"]["argsHash"], approval["argsHash"]);
        assert!(fields(&house.reviewer, &approval).await.is_empty(), "it is decided");
        // Too late: the conflict is told, not a fault of the fields.
        let late = with(&decided["approval"], json!({"subject": ""}));
        house.second.post(DECIDE, late).await.refused(409, "conflict");
        app.stop().await;
    }
}

/// As a browser without a script does it: all fields, its own line ends, blank ones named clearable.
#[tokio::test(flavor = "multi_thread")]
async fn a_plain_form_that_is_sent_untouched_approves_exactly_what_was_seen() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        for spec in catalogue::all() {
            let action = json!({"actionType": spec.name, "actionData": example(spec.name)});
            let approval = queue(&agent, action).await;
            let all = fields(&house.reviewer, &approval).await;
            assert!(!all.is_empty(), "{}", spec.name);
            let mut form = form_urlencoded::Serializer::new(String::new());
            form.append_pair("id", text(&approval, "id"));
            form.append_pair("input[approved]", "true");
            form.append_pair("input[argsHash]", text(&approval, "argsHash"));
            let detail =
                house.reviewer.post("/api/fn/approvals/get", json!({"id": approval["id"]})).await.ok();
            form.append_pair("input[confirmation]", text(&detail["preview"], "target"));
            for field in &all {
                let name = format!("input[editedFields][{}]", text(field, "name"));
                form.append_pair("_clearable", &name);
                form.append_pair(&name, &text(field, "value").replace('\n', "\r\n"));
            }
            let headers = [("content-type", "application/x-www-form-urlencoded")];
            let body = Some(form.finish().into_bytes());
            let answer = house.reviewer.send(axum::http::Method::POST, DECIDE, body, &headers).await;
            let now = answer.ok()["approval"].clone();
            assert_eq!(now["status"], "approved", "{}: {}", app.name(), spec.name);
            assert_eq!(now["argsHash"], approval["argsHash"], "{}", spec.name);
            assert_eq!(now["originalData"], Value::Null, "{}: nothing was edited", spec.name);
        }
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn faults_are_at_the_fields_and_nothing_is_decided() {
    for app in apps(Jobs::Wait).await {
        let (house, approval) = mail(&app).await;
        for (sent, at) in [
            (json!({"subject": "", "body": ""}), vec!["/editedFields/body", "/editedFields/subject"]),
            (json!({"to": "ada@northwind.example\nnobody"}), vec!["/editedFields/to"]),
            (json!({"subject": "x".repeat(501)}), vec!["/editedFields/subject"]),
            (json!({"bcc": "x@evil.example"}), vec!["/editedFields/bcc"]),
            (json!({"to/0": "x@evil.example"}), vec!["/editedFields"]),
        ] {
            let refused =
                house.reviewer.post(DECIDE, with(&approval, sent.clone())).await.refused(422, "invalid");
            assert_eq!(pointers(&refused), at, "{}: {sent}: {refused}", app.name());
        }
        let listed =
            house.reviewer.post(DECIDE, with(&approval, json!({"to": "a@b.example\nnobody"}))).await.json();
        assert!(text(&listed["errors"][0], "detail").starts_with("line 2: "), "{listed}");

        let mut both = with(&approval, json!({"subject": "s"}));
        both["input"]["editedActionData"] = json!("{}");
        let mut rejection = with(&approval, json!({"subject": "s"}));
        rejection["input"]["approved"] = json!(false);
        for wrong in [both, rejection] {
            let refused = house.reviewer.post(DECIDE, wrong).await.refused(422, "invalid");
            assert_eq!(pointers(&refused), ["/editedFields"], "{}", app.name());
        }
        // Fields of other data than this are not mixed with it.
        let mut old = with(&approval, json!({"subject": "s"}));
        old["input"]["argsHash"] = json!("0".repeat(64));
        house.reviewer.post(DECIDE, old).await.refused(412, "changed");
        assert_eq!(stored(&house.reviewer, &approval).await, approval, "{}", app.name());
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn a_type_of_ones_own_has_the_fields_of_its_schema() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let schema = json!({
            "type": "object", "required": ["seats"],
            "properties": {
                "seats": {"type": "integer", "minimum": 1, "title": "Seats", "description": "How many."},
                "urgent": {"type": "boolean"}, "where": {"type": "object"}
            }
        });
        let new = json!({"name": "own.seats", "title": "Seats", "riskLevel": "medium", "executor": "agent", "schema": schema});
        house.owner.post("/api/fn/action-types/create", json!({"input": new})).await.ok();
        let data = json!({"seats": 5, "where": {"room": 1}, "more": "x"});
        let approval = queue(&agent, json!({"actionType": "own.seats", "actionData": data})).await;
        let found = fields(&house.reviewer, &approval).await;
        assert_eq!(found.len(), 2, "{found:?}");
        let seats = json!({"name": "seats", "label": "Seats", "hint": "How many.", "kind": "integer", "required": true, "value": "5", "maxLength": null});
        assert_eq!(found[0], seats, "{}", app.name());
        let low =
            house.reviewer.post(DECIDE, with(&approval, json!({"seats": "0"}))).await.refused(422, "invalid");
        assert_eq!(pointers(&low), ["/editedFields/seats"], "{low}");
        let sent = json!({"seats": "6", "urgent": "true"});
        house.reviewer.post(DECIDE, with(&approval, sent)).await.ok();
        let now = fresh(&house.reviewer, &approval).await;
        let expected = json!({"seats": 6, "where": {"room": 1}, "more": "x", "urgent": true});
        assert_eq!(now["actionData"], expected, "{}", app.name());

        // What nobody has described has no fields.
        let unheard = queue(&agent, json!({"actionType": "own.unheard", "actionData": {"a": 1}})).await;
        assert!(fields(&house.reviewer, &unheard).await.is_empty());
        let refused =
            house.reviewer.post(DECIDE, with(&unheard, json!({"a": "2"}))).await.refused(422, "invalid");
        assert_eq!(pointers(&refused), ["/editedFields/a"], "{}", app.name());
        app.stop().await;
    }
}
