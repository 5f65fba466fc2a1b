//! Sentences, facts, changes and the words to type.

use super::super::*;
use super::{changes, data, id, seen, values};
use crate::domain::canonical::Data;
use crate::domain::ids::RecordId;
use crate::domain::record::RecordKind;
use serde_json::{Value, json};

#[test]
fn sentences_read_like_sentences() {
    let deal = || {
        Some((
            RecordKind::Deal,
            "Northwind",
            json!({"stage": "proposal", "value": "9000", "currency": "EUR"}),
        ))
    };
    let contact =
        || Some((RecordKind::Contact, "Ada Lovelace", json!({"status": "new", "jobTitle": "Buyer"})));
    let mail = |to: Value| json!({"to": to, "subject": "Quote 12", "body": "b"});
    let money = |amount: Value| json!({"amount": amount, "currency": "EUR", "counterparty": "Acme Ltd"});
    for (name, value, found, expected) in [
        (
            "send_email",
            mail(json!(["a@b.example", "c@d.example", "e@f.example"])),
            None,
            "Send \"Quote 12\" to 3 recipients",
        ),
        ("send_email", mail(json!(["a@b.example"])), None, "Send \"Quote 12\" to a@b.example"),
        (
            "change_pipeline_stage",
            json!({"recordId": id(), "stage": "won"}),
            deal(),
            "Change the stage of the deal Northwind from proposal to won",
        ),
        (
            "change_pipeline_stage",
            json!({"recordId": id(), "stage": "won"}),
            None,
            "Change the stage of a deal that does not exist to won",
        ),
        (
            "update_deal_value",
            json!({"recordId": id(), "value": "12000"}),
            deal(),
            "Change the value of the deal Northwind from 9,000.00 EUR to 12,000.00 EUR",
        ),
        ("delete_data", json!({"recordId": id()}), contact(), "Delete the contact Ada Lovelace"),
        (
            "update_crm_field",
            json!({"recordId": id(), "field": "jobTitle", "value": "Head"}),
            contact(),
            "Change job title of the contact Ada Lovelace from Buyer to \"Head\"",
        ),
        (
            "update_crm_field",
            json!({"recordId": id(), "field": "jobTitle", "value": null}),
            contact(),
            "Remove job title of the contact Ada Lovelace",
        ),
        (
            "modify_contact",
            json!({"recordId": id(), "changes": {"email": "a@b.example", "phone": null}}),
            contact(),
            "Change e-mail and phone of the contact Ada Lovelace",
        ),
        (
            "tag_contact",
            json!({"recordId": id(), "add": ["a", "b"], "remove": ["c"]}),
            contact(),
            "Tags of the contact Ada Lovelace: add \"a\" and \"b\" and remove \"c\"",
        ),
        ("financial_transaction", money(json!("4000.00")), None, "Move 4,000.00 EUR to Acme Ltd"),
        ("financial_transaction", money(json!(400_000)), None, "Move 4,000.00 EUR to Acme Ltd"),
        ("financial_transaction", money(json!("-40")), None, "Take back 40.00 EUR from Acme Ltd"),
        (
            "update_task",
            json!({"recordId": id(), "changes": {"status": "done"}}),
            None,
            "Change status of a task that does not exist to done",
        ),
        (
            "update_task",
            json!({"recordId": id(), "changes": {"dueAt": null}}),
            None,
            "Remove due date of a task that does not exist",
        ),
        ("bulk_delete", json!({"kind": "task", "ids": [id()]}), None, "Delete 1 task"),
        ("export_data", json!({"kind": "contact"}), None, "Export all contacts as json"),
        ("refund.issue", json!({}), None, "Perform \"refund.issue\", an action type of your own"),
    ] {
        assert_eq!(seen(name, value, found).sentence, expected, "{name}");
    }
    assert_eq!(
        sentence("refund.issue", Some("Issue a refund"), &Data::default()),
        "Perform \"Issue a refund\" (refund.issue)"
    );
    assert_eq!(sentence("delete_data", None, &data(json!({"recordId": id()}))), "Delete a record");
}

#[test]
fn changes_go_from_now_to_then() {
    let deal =
        || Some((RecordKind::Deal, "Northwind", json!({"value": "9000", "currency": "EUR", "tags": ["a"]})));
    let value = json!({"recordId": id(), "value": 1_200_000, "currency": "EUR"});
    let expected =
        [("value", Some("9,000.00 EUR"), Some("12,000.00 EUR")), ("currency", Some("EUR"), Some("EUR"))];
    assert_eq!(changes(&seen("update_deal_value", value.clone(), deal())), expected);
    let gone = [("value", None, Some("12,000.00 EUR")), ("currency", None, Some("EUR"))];
    assert_eq!(changes(&seen("update_deal_value", value.clone(), None)), gone);
    let deleted = [
        ("title", Some("Northwind"), None),
        ("value", Some("9,000.00 EUR"), None),
        ("currency", Some("EUR"), None),
        ("tags", Some("[\"a\"]"), None),
    ];
    assert_eq!(changes(&seen("delete_data", json!({"recordId": id()}), deal())), deleted);
    let contact = Some((RecordKind::Contact, "Ada", json!({"tags": ["a", "b"], "phone": "123"})));
    let tags = json!({"recordId": id(), "add": ["c", "a"], "remove": ["b"]});
    let expected = [("tags", Some("[\"a\",\"b\"]"), Some("[\"a\",\"c\"]"))];
    assert_eq!(changes(&seen("tag_contact", tags, contact.clone())), expected);
    let patch = json!({"recordId": id(), "changes": {"title": "Ada L.", "phone": null}});
    let expected = [("title", Some("Ada"), Some("Ada L.")), ("phone", Some("123"), None)];
    assert_eq!(changes(&seen("modify_contact", patch, contact)), expected);
    let wrong = seen("update_deal_value", value, Some((RecordKind::Contact, "Ada", json!({}))));
    assert_eq!(values(&wrong, "Problem"), ["Ada is a contact, not a deal"]);
}

#[test]
fn the_words_to_type_name_the_target() {
    let mail = |n: usize| json!({"to": vec!["a@b.example"; n], "subject": "s", "body": "b"});
    let to = |who: &str| json!({"amount": "4000", "currency": "EUR", "counterparty": who});
    let long = "x".repeat(100);
    for (name, value, found, expected) in [
        ("financial_transaction", to("Acme Ltd"), None, "Acme Ltd"),
        ("financial_transaction", to(&long), None, "4,000.00 EUR"),
        ("financial_transaction", to("\u{202e}Acme"), None, "4,000.00 EUR"),
        ("delete_data", json!({"recordId": id()}), Some((RecordKind::Contact, "Ada", json!({}))), "Ada"),
        ("delete_data", json!({"recordId": id()}), None, "delete a record"),
        ("bulk_delete", json!({"kind": "task", "ids": [id()]}), None, "delete 1 task"),
        ("send_mass_email", mail(3), None, "3 recipients"),
        ("send_mass_email", mail(1), None, "a@b.example"),
        ("export_data", json!({"kind": "contact"}), None, "export all contacts"),
        ("external_api_call", json!({"webhookId": id(), "payload": {}}), None, "call an outside system"),
        ("delete_data", json!({"nonsense": true}), None, "delete a record"),
        ("\u{202e}", json!({}), None, "approve"),
    ] {
        assert_eq!(seen(name, value, found).target, expected, "{name}");
    }
}

#[test]
fn a_mail_shows_everyone_and_keeps_every_character() {
    let hostile = "Pay \u{202e}now\u{200b}<script>alert('x')</script>\" to nobody";
    let to: Vec<String> = (0..20).map(|n| format!("p{n}@b.example")).collect();
    let value = json!({"to": to, "cc": ["c@d.example"], "subject": hostile, "body": format!("{hostile}\n")});
    let shown = seen("send_email", value.clone(), None);
    assert_eq!(values(&shown, "To"), to);
    assert_eq!(values(&shown, "Cc"), ["c@d.example"]);
    assert_eq!(values(&shown, "Subject"), [hostile]);
    assert_eq!(values(&shown, "Text"), [format!("{hostile}\n")]);
    assert!(shown.sentence.contains(hostile));
    let Effect::Mail(draft) = &plan("send_email", &data(value)).unwrap()[0] else { panic!() };
    assert_eq!((draft.subject.as_str(), &draft.to, draft.bcc.len()), (hostile, &to, 0));
    let mass = json!({"to": to, "subject": "s", "body": "b"});
    let Effect::Mail(draft) = &plan("send_mass_email", &data(mass)).unwrap()[0] else { panic!() };
    assert_eq!((draft.to.len(), &draft.bcc), (0, &to));
}

#[test]
fn a_preview_asks_for_few_records() {
    let ids: Vec<_> = (0..200).map(|n| RecordId(uuid::Uuid::from_u128(n))).collect();
    let value = data(json!({"kind": "task", "ids": ids}));
    assert_eq!(record_ids("bulk_delete", &value).len(), MAX_PREVIEW_RECORDS);
    let shown = preview("bulk_delete", None, &value, &|_| None);
    assert_eq!(values(&shown, "Record").len(), 200);
    assert_eq!(record_ids("delete_data", &data(json!({"recordId": id()}))), [id()]);
    assert!(record_ids("refund.issue", &value).is_empty());
}
