//! Shown = decided = executed: a decision carries the hash of exactly the data that was seen (RFC 8785, SHA-256).

use crate::actions::{fresh, of_risk, place, queue, yes};
use crate::support::app::{Agent, Jobs, apps, text};
use countersign::domain::canonical::sha256_hex;
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use serde_json::{Map, Value, json};

/// Submits action data as this very text; answers the approval.
async fn queue_text(by: &Agent, data: &str) -> Value {
    let body = format!(r#"{{"actionType": "own.unheard", "actionData": {data}}}"#);
    let answer = by.post_text("/approvals", body).await;
    assert_eq!(answer.code(), 201, "{data}: {}", answer.text());
    answer.json()
}

fn hash(data: &Value) -> String {
    sha256_hex(serde_json_canonicalizer::to_string(data).unwrap().as_bytes())
}

#[tokio::test(flavor = "multi_thread")]
async fn texts_that_mean_the_same_have_one_hash_and_others_do_not() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let plain = queue_text(&agent, r#"{"a": 1, "b": {"x": "é/", "y": [1, 2]}}"#).await;
        for same in [
            r#"{"b": {"y": [1, 2], "x": "é/"}, "a": 1}"#,
            r#"{"a":1.0,"b":{"x":"\u00e9\/","y":[1e0,20e-1]}}"#,
            "{\n\t\"a\" : 1 ,\r\n \"b\":{\"x\":\"\\u00E9/\",\"y\":[1,2.000]}}",
        ] {
            let other = queue_text(&agent, same).await;
            assert_eq!(other["argsHash"], plain["argsHash"], "{}: {same}", app.name());
        }
        for different in [
            r#"{"a": 2, "b": {"x": "é/", "y": [1, 2]}}"#,
            r#"{"a": "1", "b": {"x": "é/", "y": [1, 2]}}"#,
            r#"{"a": 1, "b": {"x": "é/", "y": [2, 1]}}"#,
            r#"{"a": 1, "b": {"x": "e\u0301/", "y": [1, 2]}}"#,
            r#"{"a": 1, "b": {"x": "é/ ", "y": [1, 2]}}"#,
            r#"{"a": 1, "b": {"x": "é/", "y": [1, 2]}, "c": null}"#,
            r#"{"A": 1, "b": {"x": "é/", "y": [1, 2]}}"#,
            r#"{"a": true, "b": {"x": "é/", "y": [1, 2]}}"#,
            r#"{"a": 1.0000000000000002, "b": {"x": "é/", "y": [1, 2]}}"#,
        ] {
            let other = queue_text(&agent, different).await;
            assert_ne!(other["argsHash"], plain["argsHash"], "{}: {different}", app.name());
            let mut decision = yes(&plain);
            decision["argsHash"] = other["argsHash"].clone();
            house.reviewer.post(place(&plain), decision).await.refused(412, "changed");
        }
        for (one, two) in [("-0", "0"), ("1e21", "1000000000000000000000"), ("0.1", "1e-1"), ("100", "1E2")] {
            let texts = [one, two].map(|n| format!(r#"{{"n": {n}}}"#));
            // Integers beyond 2^53 - 1 are not data at all.
            if one == "1e21" {
                for text in texts {
                    let body = format!(r#"{{"actionType": "own.unheard", "actionData": {text}}}"#);
                    assert_eq!(
                        agent.post_text("/approvals", body).await.code(),
                        422,
                        "{}: {text}",
                        app.name()
                    );
                }
                continue;
            }
            let (one, two) = (queue_text(&agent, &texts[0]).await, queue_text(&agent, &texts[1]).await);
            assert_eq!(one["argsHash"], two["argsHash"], "{}: {texts:?}", app.name());
        }
        assert_eq!(fresh(&agent, &plain).await["status"], "pending");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn only_the_hash_that_is_shown_decides() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = queue(&agent, of_risk("medium")).await;
        let other = queue(&agent, of_risk("critical")).await;
        let right = text(&approval, "argsHash").to_owned();
        assert_eq!(right, hash(&approval["actionData"]), "{}", app.name());
        let id = text(&approval, "id").to_owned();
        for (wrong, status, code) in [
            (text(&other, "argsHash").to_owned(), 412, "changed"),
            ("0".repeat(64), 412, "changed"),
            (right.to_uppercase(), 422, "invalid"),
            (right[..63].to_owned(), 422, "invalid"),
            (format!("{right} "), 422, "invalid"),
            (String::new(), 422, "invalid"),
        ] {
            for approved in [true, false] {
                let decision = json!({"approved": approved, "argsHash": wrong, "reviewNotes": "x"});
                let answer = app.writes(&id, &[], house.reviewer.post(place(&approval), decision)).await;
                let problem = answer.refused(status, code);
                if code == "invalid" {
                    assert_eq!(problem["errors"][0]["pointer"], "/argsHash", "{}", app.name());
                }
            }
        }
        let bare =
            house.reviewer.post(place(&approval), json!({"approved": true})).await.refused(422, "invalid");
        assert_eq!(bare["errors"][0]["pointer"], "/argsHash");
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn after_an_edit_the_old_hash_is_worth_nothing() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut action = of_risk("medium");
        action["requiredApprovals"] = json!(2);
        let approval = queue(&agent, action).await;
        let mut edit = yes(&approval);
        edit["editedActionData"] = json!({"title": "Send another quote"});
        let edited = house.reviewer.post(place(&approval), edit.clone()).await.ok();
        assert_eq!(edited["approval"]["argsHash"], json!(hash(&json!({"title": "Send another quote"}))));
        let id = text(&approval, "id").to_owned();
        for stale in [yes(&approval), edit] {
            let answer = app.writes(&id, &[], house.second.post(place(&approval), stale)).await;
            answer.refused(412, "changed");
        }
        house.second.post(place(&approval), yes(&edited["approval"])).await.ok();
        app.stop().await;
    }
}

#[tokio::test(flavor = "multi_thread")]
async fn the_same_data_in_another_order_is_no_edit() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let approval = queue_text(&agent, r#"{"a": 1, "b": "é"}"#).await;
        let body = format!(
            r#"{{"approved": true, "argsHash": {}, "editedActionData": {{"b": "\u00e9", "a": 1.0}}}}"#,
            approval["argsHash"]
        );
        let id = text(&approval, "id").to_owned();
        let step = house.reviewer.post_text(place(&approval), body);
        let decided = app.writes(&id, &["approval.approved"], step).await.ok();
        assert!(decided["approval"]["originalData"].is_null(), "{}: {decided}", app.name());
        app.stop().await;
    }
}

/// Writes a value with its keys turned round and its text escaped: other bytes, the same meaning.
fn rewritten(value: &Value) -> String {
    match value {
        Value::Object(map) => {
            let entries: Vec<String> = map
                .iter()
                .rev()
                .map(|(key, value)| format!("{} : {}", escaped(key), rewritten(value)))
                .collect();
            format!("{{ {} }}", entries.join(" ,\n"))
        }
        Value::Array(items) => format!("[{}]", items.iter().map(rewritten).collect::<Vec<_>>().join(" , ")),
        Value::String(text) => escaped(text),
        Value::Number(number) if number.is_i64() && number.as_i64().is_some_and(|n| n.abs() < 1_000_000) => {
            format!("{number}.0")
        }
        other => other.to_string(),
    }
}

fn escaped(text: &str) -> String {
    let units: String = text.encode_utf16().map(|unit| format!("\\u{unit:04x}")).collect();
    format!("\"{units}\"")
}

/// Changes one leaf, or adds one.
fn changed(value: &Value, at: usize) -> Value {
    let mut map = value.as_object().cloned().unwrap_or_default();
    let keys: Vec<String> = map.keys().cloned().collect();
    match keys.get(at % (keys.len() + 1)) {
        None => {
            map.insert("one more".to_owned(), Value::Null);
        }
        Some(key) => {
            let other = match &map[key] {
                Value::Null => json!(0),
                Value::Bool(was) => json!(!was),
                Value::Number(was) => json!(was.to_string()),
                Value::String(was) => json!(format!("{was}\u{200b}")),
                Value::Array(was) => json!([was, 1]),
                Value::Object(was) => changed(&Value::Object(was.clone()), at),
            };
            map.insert(key.clone(), other);
        }
    }
    Value::Object(map)
}

fn data() -> impl Strategy<Value = Value> {
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-9_007_199_254_740_991_i64..=9_007_199_254_740_991).prop_map(Value::from),
        (-1e9..1e9_f64).prop_map(Value::from),
        "[^\u{0}]{0,12}".prop_map(Value::from),
    ];
    let value = leaf.prop_recursive(3, 16, 4, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
            prop::collection::hash_map("[^\u{0}]{0,8}", inner, 0..4)
                .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>())),
        ]
    });
    prop::collection::hash_map("[^\u{0}]{0,8}", value, 1..5)
        .prop_map(|map| Value::Object(map.into_iter().collect::<Map<_, _>>()))
}

#[tokio::test(flavor = "multi_thread")]
async fn any_data_is_bound_by_its_canonical_text() {
    for app in apps(Jobs::Wait).await {
        let house = app.house("Birch").await;
        let agent = app.agent(&house, "agent", None).await;
        let mut runner = TestRunner::deterministic();
        for case in 0..48 {
            let value = data().new_tree(&mut runner).unwrap().current();
            let approval = queue_text(&agent, &value.to_string()).await;
            let again = queue_text(&agent, &rewritten(&value)).await;
            let what = format!("{} case {case}: {value}", app.name());
            assert_eq!(text(&approval, "argsHash"), hash(&value), "{what}");
            assert_eq!(approval["argsHash"], again["argsHash"], "{what}");
            assert_eq!(hash(&approval["actionData"]), hash(&value), "{what}: shown as it was sent");
            let other = changed(&value, case);
            assert_ne!(hash(&other), hash(&value), "{what}");
            let mut decision = json!({"approved": false, "argsHash": hash(&other), "reviewNotes": "x"});
            house.reviewer.post(place(&approval), decision.clone()).await.refused(412, "changed");
            decision["argsHash"] = again["argsHash"].clone();
            house.reviewer.post(place(&approval), decision).await.ok();
        }
        app.stop().await;
    }
}
