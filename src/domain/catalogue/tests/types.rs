//! Every type, with its example, and what its plan does.

use super::super::*;
use super::{data, id, values};
use crate::domain::canonical::Data;
use crate::domain::record::RecordKind;
use crate::domain::record_kinds::{self, FieldKind};
use serde_json::{Value, json};

/// DESIGN.md, The gate; and `continue_workflow`, which is what the approval step of a workflow asks for.
#[test]
fn the_catalogue_is_the_one_of_the_design() {
    let listed = [
        (
            RiskLevel::Low,
            "read_data list_items get_status continue_workflow log_activity update_internal_note fetch_analytics check_availability retrieve_memory store_context",
        ),
        (
            RiskLevel::Medium,
            "create_task update_task create_note update_crm_field send_internal_notification schedule_reminder tag_contact update_lead_status create_draft",
        ),
        (
            RiskLevel::High,
            "send_email send_message schedule_meeting update_calendar modify_contact update_deal_value change_pipeline_stage external_api_call publish_content",
        ),
        (
            RiskLevel::Critical,
            "financial_transaction delete_data bulk_delete send_mass_email update_payment modify_subscription export_data customer_communication contract_modification",
        ),
    ];
    let expected: Vec<_> =
        listed.iter().flat_map(|(risk, names)| names.split(' ').map(|name| (name, *risk))).collect();
    let found: Vec<_> = all().iter().map(|spec| (spec.name, spec.risk)).collect();
    assert_eq!(found, expected);
    for spec in all() {
        let executor = match spec.name {
            "send_email" | "send_mass_email" | "customer_communication" => Executor::Mail,
            "external_api_call" => Executor::Webhook,
            _ => Executor::Builtin,
        };
        assert_eq!(spec.executor, executor, "{}", spec.name);
        assert!(!spec.title.is_empty() && spec.summary.ends_with('.'), "{}", spec.name);
    }
}

#[test]
fn every_example_is_planned_assessed_and_shown() {
    for spec in all() {
        let example = Data::parse(spec.example).unwrap();
        let effects = plan(spec.name, &example).unwrap_or_else(|e| panic!("{}: {e:?}", spec.name));
        match spec.executor {
            Executor::Mail => assert!(matches!(effects[..], [Effect::Mail(_)]), "{}", spec.name),
            Executor::Webhook => assert!(matches!(effects[..], [Effect::Webhook { .. }]), "{}", spec.name),
            _ => assert!(!effects.is_empty(), "{}", spec.name),
        }
        for effect in &effects {
            if let Effect::CreateRecord { kind, data, .. } = effect {
                assert_eq!(record_kinds::validate(*kind, data), Ok(()), "{}", spec.name);
            }
        }
        let policy = RiskPolicy { base: spec.risk, reclassed: false, known: true, internal_domains: &[] };
        assert!(assess(spec.name, &example, &policy).level >= spec.risk, "{}", spec.name);
        let shown = preview(spec.name, None, &example, &|_| None);
        assert!(!shown.facts.is_empty(), "{}", spec.name);
        assert!(!shown.target.is_empty() && shown.target.len() <= 60, "{}: {}", spec.name, shown.target);
        assert_eq!(shown.reversibility, spec.reversibility);
        assert!(values(&shown, "Problem").is_empty(), "{}: {shown:?}", spec.name);
        let row = sentence(spec.name, None, &example);
        assert!(!row.is_empty() && !row.contains("does not fit") && !row.contains("does not exist"), "{row}");
    }
}

/// The words that a schema lists are those that the record's field takes.
#[test]
fn schemas_and_fields_agree_on_their_words() {
    let words = |name: &str, pointer: &str| -> Vec<String> {
        let schema: Value = serde_json::from_str(find(name).unwrap().schema).unwrap();
        let list =
            schema.pointer(pointer).unwrap_or_else(|| panic!("{name} {pointer}")).as_array().unwrap().clone();
        list.iter().filter_map(Value::as_str).map(str::to_owned).collect()
    };
    for (name, pointer, kind, field) in [
        ("update_lead_status", "/properties/status/enum", RecordKind::Contact, "status"),
        ("change_pipeline_stage", "/properties/stage/enum", RecordKind::Deal, "stage"),
        ("update_task", "/properties/changes/properties/status/enum", RecordKind::Task, "status"),
        ("update_task", "/properties/changes/properties/priority/enum", RecordKind::Task, "priority"),
        ("update_calendar", "/properties/changes/properties/status/enum", RecordKind::Event, "status"),
        ("update_payment", "/properties/changes/properties/status/enum", RecordKind::Invoice, "status"),
        (
            "modify_subscription",
            "/properties/changes/properties/billingInterval/enum",
            RecordKind::Deal,
            "billingInterval",
        ),
        (
            "modify_subscription",
            "/properties/changes/properties/subscriptionStatus/enum",
            RecordKind::Deal,
            "subscriptionStatus",
        ),
        (
            "contract_modification",
            "/properties/changes/properties/status/enum",
            RecordKind::Document,
            "status",
        ),
    ] {
        let FieldKind::Choice(choices) = record_kinds::field(kind, field).unwrap().kind else {
            panic!("{kind} {field}")
        };
        assert_eq!(words(name, pointer), choices, "{name} {pointer}");
    }
    let kinds: Vec<_> = RecordKind::ALL.iter().map(|kind| kind.as_str()).collect();
    for name in ["list_items", "bulk_delete", "export_data"] {
        assert_eq!(words(name, "/properties/kind/enum"), kinds, "{name}");
    }
}

#[test]
fn plans_do_what_the_words_say() {
    let booked = plan(
        "financial_transaction",
        &data(json!({"amount": 400_000, "currency": "EUR", "counterparty": "Acme Ltd"})),
    )
    .unwrap();
    let Effect::CreateRecord { kind, title, data: fields } = &booked[0] else { panic!() };
    assert_eq!((*kind, title.as_str()), (RecordKind::Invoice, "4,000.00 EUR Acme Ltd"));
    assert_eq!(
        fields.to_value(),
        json!({"counterparty": "Acme Ltd", "amount": "4000.00", "currency": "EUR", "status": "booked"})
    );
    let task = plan("create_task", &data(json!({"title": "t", "dueAt": "2026-01-31T09:00:00Z"}))).unwrap();
    let Effect::CreateRecord { kind, data: fields, .. } = &task[0] else { panic!() };
    assert_eq!(
        (*kind, fields.to_value()),
        (RecordKind::Task, json!({"status": "open", "dueAt": "2026-01-31T09:00:00Z"}))
    );
    let title =
        plan("update_crm_field", &data(json!({"recordId": id(), "field": "title", "value": "Ada"}))).unwrap();
    assert!(
        matches!(&title[..], [Effect::PatchRecord { title: Some(t), patch, .. }] if t == "Ada" && patch.as_map().is_empty())
    );
    let draft = json!({"title": "t", "body": "b", "channel": "blog", "recordId": id()});
    assert!(matches!(
        &plan("publish_content", &data(draft)).unwrap()[..],
        [Effect::PatchRecord { expect_kind: Some(RecordKind::Document), .. }]
    ));
}

#[test]
fn what_a_schema_cannot_say_is_refused_by_the_plan() {
    let meeting =
        |from: &str, to: &str| json!({"title": "t", "startsAt": from, "endsAt": to, "attendees": []});
    for (name, value, pointer) in [
        ("schedule_meeting", meeting("2026-01-31T10:00:00Z", "2026-01-31T09:00:00Z"), "/actionData/endsAt"),
        (
            "schedule_meeting",
            meeting("2026-01-31T10:00:00Z", "2026-01-31T11:00:00+02:00"),
            "/actionData/endsAt",
        ),
        ("update_crm_field", json!({"recordId": id(), "field": "nope", "value": "x"}), "/actionData/field"),
        ("update_crm_field", json!({"recordId": id(), "field": "stage", "value": "x"}), "/actionData/value"),
        ("update_crm_field", json!({"recordId": id(), "field": "stage"}), "/actionData"),
        ("create_task", json!({"title": "\u{202e}evil"}), "/actionData/title"),
        ("create_task", json!({"title": "t", "description": "a\u{0}"}), "/actionData/description"),
        (
            "update_payment",
            json!({"recordId": id(), "changes": {"amount": null}}),
            "/actionData/changes/amount",
        ),
        ("update_payment", json!({"recordId": id(), "changes": {"amount": 5}}), "/actionData/changes/amount"),
        (
            "update_deal_value",
            json!({"recordId": id(), "value": 1.5, "currency": "EUR"}),
            "/actionData/value",
        ),
        (
            "modify_contact",
            json!({"recordId": id(), "changes": {"title": null}}),
            "/actionData/changes/title",
        ),
        ("send_email", json!({"to": ["a@b"], "subject": "s", "body": "b"}), "/actionData/to/0"),
        (
            "send_email",
            json!({"to": ["a@b.example"], "subject": "s\nBcc: x", "body": "b"}),
            "/actionData/subject",
        ),
        ("read_data", json!({"recordId": 1}), "/actionData/recordId"),
        ("list_items", json!({"kind": "deal", "limit": 10_000}), "/actionData/limit"),
        ("log_activity", json!({"message": "m", "more": 1}), "/actionData/more"),
    ] {
        let error = plan(name, &data(value.clone())).expect_err(name);
        assert_eq!(
            error.errors().first().map(|e| e.pointer.as_str()),
            Some(pointer),
            "{name} {value}: {error:?}"
        );
    }
    assert!(plan("refund.issue", &Data::default()).is_err());
}
