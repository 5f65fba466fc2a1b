//! Schemas against the catalogue's examples, and against schemas that mean harm.

use super::*;
use serde_json::json;

fn data(text: &str) -> Data {
    Data::parse(text).unwrap()
}

#[test]
fn every_built_in_schema_is_one_that_a_workspace_could_register() {
    for spec in catalogue::all() {
        let schema: Value =
            serde_json::from_str(spec.schema).unwrap_or_else(|e| panic!("{}: {e}", spec.name));
        check_schema(&schema).unwrap_or_else(|e| panic!("{}: {e}", spec.name));
        assert_eq!(schema["additionalProperties"], json!(false), "{}", spec.name);
    }
}

#[test]
fn every_example_fits_and_nothing_more_and_nothing_less() {
    for spec in catalogue::all() {
        let example = data(spec.example);
        assert_eq!(check_builtin(spec.name, &example), Some(Ok(())), "{}", spec.name);
        let mut more = example.as_map().clone();
        more.insert("un/known".into(), json!(1));
        let error = check_builtin(spec.name, &Data::from_value(more.into()).unwrap()).unwrap().unwrap_err();
        assert!(
            error.errors().iter().any(|e| e.pointer == "/actionData/un~1known"),
            "{}: {error}",
            spec.name
        );
        let error = check_builtin(spec.name, &Data::default()).unwrap().unwrap_err();
        assert!(
            error.errors().iter().all(|e| e.pointer.starts_with("/actionData")),
            "{}: {error:?}",
            spec.name
        );
    }
    assert_eq!(check_builtin("nothing", &Data::default()), None);
}

#[test]
fn faults_are_named_where_they_are() {
    for (name, text, pointer) in [
        ("send_email", r#"{"to":["ada@example.com","nobody"],"subject":"s","body":"b"}"#, "/actionData/to/1"),
        (
            "send_email",
            r#"{"to":["ada@example.com"],"subject":"s\r\nBcc: x@y.z","body":"b"}"#,
            "/actionData/subject",
        ),
        ("send_email", r#"{"to":[],"subject":"s","body":"b"}"#, "/actionData/to"),
        (
            "financial_transaction",
            r#"{"amount":4.5,"currency":"EUR","counterparty":"A"}"#,
            "/actionData/amount",
        ),
        (
            "financial_transaction",
            r#"{"amount":"+4","currency":"EUR","counterparty":"A"}"#,
            "/actionData/amount",
        ),
        (
            "financial_transaction",
            r#"{"amount":"4 000","currency":"EUR","counterparty":"A"}"#,
            "/actionData/amount",
        ),
        (
            "financial_transaction",
            r#"{"amount":"4","currency":"eur","counterparty":"A"}"#,
            "/actionData/currency",
        ),
        (
            "financial_transaction",
            r#"{"amount":"4\n","currency":"EUR","counterparty":"A"}"#,
            "/actionData/amount",
        ),
        ("read_data", r#"{"recordId":"1"}"#, "/actionData/recordId"),
        ("create_task", r#"{"title":"t","dueAt":"tomorrow"}"#, "/actionData/dueAt"),
        ("create_task", r#"{"title":""}"#, "/actionData/title"),
        (
            "update_task",
            r#"{"recordId":"019523e0-0000-7000-8000-000000000001","changes":{}}"#,
            "/actionData/changes",
        ),
        (
            "update_deal_value",
            r#"{"recordId":"019523e0-0000-7000-8000-000000000001","value":5}"#,
            "/actionData/currency",
        ),
        ("get_status", r#"{"subject":"team"}"#, "/actionData/id"),
        ("send_message", r#"{"content":"x"}"#, "/actionData"),
    ] {
        let error = check_builtin(name, &data(text)).unwrap().unwrap_err();
        assert_eq!(error.errors()[0].pointer, pointer, "{name} {text}: {error:?}");
    }
}

#[test]
fn a_fault_does_not_repeat_the_value() {
    let secret = "s3cret".repeat(100);
    let schema =
        json!({"properties": {"a": {"enum": ["x"]}, "b": {"pattern": "^x$"}, "c": {"type": "integer"}}});
    let error =
        check(&schema, &data(&format!(r#"{{"a":"{secret}","b":"{secret}","c":"{secret}"}}"#))).unwrap_err();
    assert_eq!(error.errors().len(), 3);
    assert!(!format!("{error:?}").contains("s3cret"), "{error:?}");
}

#[test]
fn schemas_that_reach_outside_or_cost_too_much_are_refused() {
    let mut defs = serde_json::Map::new();
    for level in 0..30 {
        let next = format!("#/$defs/d{}", level + 1);
        defs.insert(format!("d{level}"), json!({"allOf": [{"$ref": next}, {"$ref": next}]}));
    }
    defs.insert("d30".into(), json!({"type": "object"}));
    for (schema, pointer) in [
        (json!(true), "/schema"),
        (json!({"$ref": "https://example.com/schema.json"}), "/schema/$ref"),
        (json!({"properties": {"a": {"$ref": "file:///etc/passwd"}}}), "/schema/properties/a/$ref"),
        (json!({"$ref": "#"}), "/schema/$ref"),
        (
            json!({"$ref": "#/$defs/a", "$defs": {"a": {"not": {"$ref": "#/$defs/a"}}}}),
            "/schema/$defs/a/not/$ref",
        ),
        (json!({"$ref": "#/$defs/none"}), "/schema/$ref"),
        (json!({"$ref": "#name"}), "/schema/$ref"),
        (json!({"$dynamicRef": "#x"}), "/schema/$dynamicRef"),
        (json!({"$id": "https://example.com/a"}), "/schema/$id"),
        (json!({"$schema": "http://json-schema.org/draft-07/schema#"}), "/schema/$schema"),
        (json!({"$ref": "#/$defs/d0", "$defs": defs}), ""),
        (json!({"type": "nonsense"}), "/schema"),
        (json!({"properties": {"a": {"pattern": "(a+)+\\1$"}}}), "/schema"),
        (json!({"properties": {"a": {"pattern": "(?=a)b"}}}), "/schema"),
        (json!({"properties": {"a": {"pattern": "(((a{1000}){1000}){1000})"}}}), "/schema"),
        (json!({"title": "x".repeat(MAX_SCHEMA_BYTES)}), "/schema"),
    ] {
        let error = check_schema(&schema).expect_err(&schema.to_string());
        assert!(pointer.is_empty() || error.errors()[0].pointer == pointer, "{schema}: {error:?}");
    }
    let good = json!({
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "type": "object",
        "properties": {"$ref": {"type": "string"}, "sku": {"$ref": "#/$defs/sku"}},
        "$defs": {"sku": {"type": "string", "pattern": "^[A-Z]+-[0-9]+$"}},
    });
    assert_eq!(check_schema(&good), Ok(()));
    assert_eq!(check(&good, &data(r#"{"sku":"A-1"}"#)), Ok(()));
    assert_eq!(check(&good, &data(r#"{"sku":"a"}"#)).unwrap_err().errors()[0].pointer, "/actionData/sku");
}
