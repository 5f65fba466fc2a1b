//! Risk against honest data, against evasion, and against arbitrary data.

use super::super::*;
use crate::domain::canonical::Data;
use crate::domain::ids::RecordId;
use crate::domain::record::{Record, RecordKind};
use crate::domain::risk::Risk;
use proptest::prelude::*;
use serde_json::{Value, json};

fn risk(action_type: &str, value: Value, base: RiskLevel) -> Risk {
    let internal = ["acme.example".to_owned()];
    let policy = RiskPolicy { base, reclassed: false, known: true, internal_domains: &internal };
    assess(action_type, &Data::from_value(value).unwrap(), &policy)
}

/// `custom.type` stands for any type that a workspace registered as low risk.
#[test]
fn the_data_raises_the_risk() {
    use RiskLevel::{Critical, High, Low, Medium};
    let many = |n: usize| vec!["x"; n];
    let inside = |n: usize| (0..n).map(|n| format!("p{n}@acme.example")).collect::<Vec<_>>();
    for (name, base, value, expected) in [
        ("custom.type", Low, json!({"note": "hello"}), Low),
        // Items.
        ("custom.type", Low, json!({"items": many(10)}), Low),
        ("custom.type", Low, json!({"items": many(11)}), Medium),
        ("custom.type", Low, json!({"a": {"b": [{"c": many(11)}], "d": many(12)}}), Medium),
        ("bulk_delete", Critical, json!({"ids": many(11)}), Critical),
        ("send_email", High, json!({"to": inside(5), "cc": inside(5)}), High),
        ("send_email", High, json!({"to": inside(5), "cc": inside(6)}), Critical),
        ("custom.type", Low, json!({"to": inside(11).join(", ")}), Medium),
        // Recipients.
        ("custom.type", Low, json!({"to": "ada@acme.example"}), Low),
        ("custom.type", Low, json!({"to": "Ada <ADA@ACME.EXAMPLE>"}), Low),
        ("custom.type", Low, json!({"to": "ada@other.example"}), High),
        ("custom.type", Low, json!({"to": "ada@acme.example.evil.example"}), High),
        ("custom.type", Low, json!({"to": "ada@sub.acme.example"}), High),
        ("custom.type", Low, json!({"to": "x@evil.example?@acme.example"}), High),
        ("custom.type", Low, json!({"to": "ada@acme.example,x@evil.example"}), High),
        ("custom.type", Low, json!({"to": "ada＠evil.example"}), High),
        ("custom.type", Low, json!({"message": {"BCC": [{"address": "x@evil.example"}]}}), High),
        ("custom.type", Low, json!({"recipients": {"x@evil.example": true}}), High),
        ("custom.type", Low, json!({"sendTo": "x@evil.example"}), High),
        ("custom.type", Low, json!({"email": "x@evil.example"}), High),
        ("custom.type", Low, json!({"replyTo": "x@evil.example", "note": "x@evil.example"}), Low),
        ("schedule_meeting", Medium, json!({"attendees": ["x@evil.example"]}), High),
        ("update_calendar", Medium, json!({"changes": {"attendees": ["x@evil.example"]}}), High),
        ("update_crm_field", Medium, json!({"field": "attendees", "value": ["x@evil.example"]}), High),
        ("update_crm_field", Medium, json!({"field": "email", "value": "x@evil.example"}), Medium),
        // Deletion.
        ("delete_data", Low, json!({}), High),
        ("crm.delete_everything", Low, json!({}), High),
        ("bulkdeletion", Low, json!({}), High),
        ("purge_cache", Low, json!({}), High),
        // Money.
        ("custom.type", Low, json!({"amount": "4000.00"}), Critical),
        ("custom.type", Low, json!({"amount": 1}), Critical),
        ("custom.type", Low, json!({"amount": 0.5}), Critical),
        ("custom.type", Low, json!({"amount": "0.00", "price": 0, "total": "0"}), Low),
        ("custom.type", Low, json!({"amount": " + 4 000,00 €"}), Critical),
        ("custom.type", Low, json!({"AMOUNT": "EUR 4k"}), Critical),
        ("custom.type", Low, json!({"amount": "４０"}), Critical),
        ("custom.type", Low, json!({"unit_price": "1"}), Critical),
        ("custom.type", Low, json!({"a": [{"totalAmount": {"units": ["7"]}}]}), Critical),
        ("custom.type", Low, json!({"value": "4000"}), Critical),
        ("custom.type", Low, json!({"value": "+4.000,00"}), Critical),
        ("custom.type", Low, json!({"value": "4e3"}), Critical),
        ("custom.type", Low, json!({"grandTotal": "USD 9"}), Critical),
        ("custom.type", Low, json!({"value": "Q3", "totalItems": 7, "valueDate": "2026-01-31"}), Low),
        ("custom.type", Low, json!({"value": "2026-01-31T09:00:00Z"}), Low),
        ("custom.type", Low, json!({"am\u{200b}ount": "4"}), Critical),
        ("update_deal_value", High, json!({"value": "12000"}), Critical),
        ("update_deal_value", High, json!({"value": "0"}), High),
        ("update_crm_field", Medium, json!({"field": "seats", "value": 4}), Medium),
        ("update_crm_field", Medium, json!({"field": "phone", "value": "12345"}), Medium),
        ("update_crm_field", Medium, json!({"field": "value", "value": "4000"}), Critical),
        ("update_crm_field", Medium, json!({"field": "budget", "value": 4000}), Critical),
        ("external_api_call", High, json!({"payload": {"event": "x", "quantity": 4}}), High),
        ("external_api_call", High, json!({"payload": {"order": {"amount": "4"}}}), Critical),
        ("modify_subscription", High, json!({"changes": {"value": "4"}}), Critical),
    ] {
        let found = risk(name, value.clone(), base);
        assert_eq!(found.level, expected, "{name} {value}: {:?}", found.reasons);
        assert!(found.reasons.iter().all(|reason| reason.ends_with('.')), "{:?}", found.reasons);
        assert_eq!(found.reasons.len() > 1, expected > base || base == Critical, "{:?}", found.reasons);
    }
}

#[test]
fn an_unknown_type_is_high_and_a_re_classed_one_says_so() {
    let policy = RiskPolicy { base: RiskLevel::Low, reclassed: false, known: false, internal_domains: &[] };
    let found = assess("mystery", &Data::default(), &policy);
    assert_eq!(found.level, RiskLevel::High);
    assert_eq!(found.reasons[1], "Nobody has registered mystery, so it counts as at least high risk.");
    let policy =
        RiskPolicy { base: RiskLevel::Critical, reclassed: true, known: true, internal_domains: &[] };
    let found = assess("create_task", &Data::default(), &policy);
    assert_eq!(found, Risk::new(RiskLevel::Critical, "This workspace classes create_task as critical risk."));
}

fn json() -> impl Strategy<Value = Value> {
    let word = prop::sample::select(vec![
        "ada@x.example",
        "1e9",
        "",
        "019523e0-0000-7000-8000-000000000001",
        "won",
        "deal",
    ]);
    let leaf = prop_oneof![
        Just(Value::Null),
        any::<bool>().prop_map(Value::from),
        (-1000i64..1000).prop_map(Value::from),
        (-1.0..1.0f64).prop_map(Value::from),
        ".{0,12}".prop_map(Value::from),
        word.prop_map(Value::from),
    ];
    leaf.prop_recursive(4, 40, 13, |inner| {
        prop_oneof![
            prop::collection::vec(inner.clone(), 0..13).prop_map(Value::from),
            prop::collection::hash_map(key(), inner, 0..6)
                .prop_map(|map| Value::Object(map.into_iter().collect())),
        ]
    })
}

/// Keys that the catalogue knows, and any other.
fn key() -> impl Strategy<Value = String> {
    let known: Vec<String> = all()
        .iter()
        .flat_map(|spec| Data::parse(spec.example).unwrap().as_map().keys().cloned().collect::<Vec<_>>())
        .collect();
    prop_oneof![prop::sample::select(known), ".{0,8}"]
}

fn name() -> impl Strategy<Value = String> {
    let known: Vec<String> = all().iter().map(|spec| spec.name.to_owned()).collect();
    prop_oneof![4 => prop::sample::select(known), 1 => ".{0,20}"]
}

/// The example of a type with some of its values replaced: data that nearly fits.
fn bent(name: &str, patch: Value) -> Option<Data> {
    let mut map = match find(name) {
        Some(spec) => Data::parse(spec.example).unwrap().as_map().clone(),
        None => serde_json::Map::new(),
    };
    if let Value::Object(patch) = patch {
        map.extend(patch);
    }
    Data::from_value(Value::Object(map)).ok()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(400))]

    #[test]
    fn nothing_lowers_the_risk(name in name(), value in prop::collection::hash_map(key(), json(), 0..5), base in 0usize..4, known: bool, reclassed: bool, internal in prop::collection::vec(".{0,8}", 0..3)) {
        let base = RiskLevel::ALL[base];
        let Ok(data) = Data::from_value(Value::Object(value.into_iter().collect())) else { return Ok(()) };
        let policy = RiskPolicy { base, reclassed, known, internal_domains: &internal };
        let found = assess(&name, &data, &policy);
        prop_assert!(found.level >= base && !found.reasons.is_empty());
        prop_assert!(known || found.level >= RiskLevel::High);
        // More data under other keys never makes it less.
        let mut more = data.as_map().clone();
        more.insert("zz another".into(), json!({"amount": "1"}));
        let more = assess(&name, &Data::from_value(more.into()).unwrap(), &policy);
        prop_assert_eq!(more.level, RiskLevel::Critical);
    }

    #[test]
    fn words_and_plans_take_anything(name in name(), patch in prop::collection::hash_map(key(), json(), 0..3), title in prop::option::of(".{0,20}"), kind in 0usize..8, fields in json(), gone: bool) {
        let patch = Value::Object(patch.into_iter().collect());
        let Some(data) = bent(&name, patch) else { return Ok(()) };
        let fields = Data::from_value(json!({"value": fields, "tags": fields, "currency": fields})).unwrap_or_default();
        let at = chrono::DateTime::UNIX_EPOCH;
        let found = |id: RecordId| (!gone).then(|| Record { id, kind: RecordKind::ALL[kind], title: String::new(), data: fields.clone(), version: 1, created_at: at, updated_at: at });
        let row = sentence(&name, title.as_deref(), &data);
        let shown = preview(&name, title.as_deref(), &data, &found);
        prop_assert!(!row.trim().is_empty() && !shown.sentence.trim().is_empty());
        prop_assert!(!shown.target.trim().is_empty() && shown.target.chars().count() <= 60);
        prop_assert!(record_ids(&name, &data).len() <= MAX_PREVIEW_RECORDS);
        if let Ok(effects) = plan(&name, &data) {
            prop_assert!(!effects.is_empty());
        }
    }
}
