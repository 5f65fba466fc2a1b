//! Checks on the data of records, against the tables of fields.

use super::super::canonical::{Data, escape};
use super::super::error::{AppError, AppResult, FieldError};
use super::super::record::RecordKind;
use super::super::{money, text};
use super::{FieldKind, field, fields};
use chrono::{DateTime, NaiveDate};
use serde_json::{Map, Value};
use uuid::Uuid;

/// Longest one-line text of a field, in characters.
pub const LINE_MAX: usize = 500;
/// Longest text of a [`FieldKind::LongText`], in characters.
pub const LONG_MAX: usize = 100_000;
/// Most tags or addresses in one field.
pub const LIST_MAX: usize = 100;

/// Checks the whole data of a record. Every fault is reported, at `/data/<field>`.
pub fn validate(kind: RecordKind, data: &Data) -> AppResult<()> {
    let mut errors = faults(kind, data.as_map(), "/data");
    for field in fields(kind).iter().filter(|field| field.required) {
        if data.get(field.name).is_none_or(Value::is_null) {
            errors.push(FieldError::new(format!("/data/{}", field.name), "is required"));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid { errors }) }
}

/// Checks a merge patch (RFC 7396) for a record of `kind`: unknown fields and wrong values are refused at
/// `<at>/<field>`, and so is the removal of a required field.
pub fn validate_patch(kind: RecordKind, patch: &Map<String, Value>, at: &str) -> AppResult<()> {
    let mut errors = faults(kind, patch, at);
    for field in fields(kind).iter().filter(|field| field.required) {
        if patch.get(field.name).is_some_and(Value::is_null) {
            errors.push(FieldError::new(format!("{at}/{}", field.name), "is required and cannot be removed"));
        }
    }
    if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid { errors }) }
}

/// RFC 7396: `null` removes, objects merge, all else replaces.
pub fn merge(data: &Data, patch: &Data) -> AppResult<Data> {
    let mut map = data.as_map().clone();
    merge_into(&mut map, patch.as_map());
    Data::from_value(Value::Object(map))
}

fn merge_into(target: &mut Map<String, Value>, patch: &Map<String, Value>) {
    for (key, value) in patch {
        match value {
            Value::Null => {
                target.shift_remove(key);
            }
            Value::Object(inner) => {
                let slot = target.entry(key.clone()).or_insert_with(|| Value::Object(Map::new()));
                if !slot.is_object() {
                    *slot = Value::Object(Map::new());
                }
                if let Value::Object(slot) = slot {
                    merge_into(slot, inner);
                }
            }
            other => {
                target.insert(key.clone(), other.clone());
            }
        }
    }
}

/// `null` is no fault here: it stands for an absent field.
fn faults(kind: RecordKind, map: &Map<String, Value>, at: &str) -> Vec<FieldError> {
    let fault = |(name, value): (&String, &Value)| {
        let detail = match field(kind, name) {
            None => Some(format!("a {kind} has no such field")),
            Some(_) if value.is_null() => None,
            Some(field) => check(field.kind, value).err(),
        };
        detail.map(|detail| FieldError::new(format!("{at}/{}", escape(name)), detail))
    };
    map.iter().filter_map(fault).collect()
}

/// Checks one value against the kind of its field; the error says what it must be.
pub fn check(kind: FieldKind, value: &Value) -> Result<(), String> {
    let need = |good: bool, what: &str| if good { Ok(()) } else { Err(what.to_owned()) };
    let line = |value: &Value, max: usize| match value.as_str() {
        Some(line) if line.contains('\0') => {
            Err("contains the character U+0000, which cannot be stored".into())
        }
        Some(line) => need(line.chars().count() <= max, &format!("must be at most {max} characters")),
        None => Err("must be text".to_owned()),
    };
    let email = |value: &Value| {
        need(
            value.as_str().is_some_and(|e| text::email(e).is_ok()),
            "must be an e-mail address such as ada@example.com",
        )
    };
    let list = |each: &dyn Fn(&Value) -> Result<(), String>| match value.as_array() {
        Some(items) if items.len() > LIST_MAX => Err(format!("must have at most {LIST_MAX} entries")),
        Some(items) => items.iter().try_for_each(each),
        None => Err("must be a list".to_owned()),
    };
    let text = value.as_str();
    match kind {
        FieldKind::Text => line(value, LINE_MAX),
        FieldKind::LongText => line(value, LONG_MAX),
        FieldKind::Email => email(value),
        FieldKind::Emails => list(&email),
        FieldKind::Phone => {
            need(text.is_some_and(is_phone), "must be a phone number such as +44 20 7946 0000")
        }
        FieldKind::Money => need(
            text.is_some_and(money::is_amount) || money::integer(value).is_some(),
            "must be an amount such as \"4000.00\", or an integer of minor units",
        ),
        FieldKind::Currency => need(text.is_some_and(money::is_currency), "must be a currency such as EUR"),
        FieldKind::Date => need(text.is_some_and(is_date), "must be a date such as 2026-01-31"),
        FieldKind::DateTime => need(
            text.is_some_and(|t| DateTime::parse_from_rfc3339(t).is_ok()),
            "must be a time such as 2026-01-31T09:00:00Z",
        ),
        FieldKind::Choice(words) => {
            need(text.is_some_and(|t| words.contains(&t)), &format!("must be one of: {}", words.join(", ")))
        }
        FieldKind::Reference(kind) => {
            need(text.is_some_and(|t| Uuid::parse_str(t).is_ok()), &format!("must be the id of a {kind}"))
        }
        FieldKind::AnyReference => {
            need(text.is_some_and(|t| Uuid::parse_str(t).is_ok()), "must be the id of a record")
        }
        FieldKind::Tags => list(&|tag| {
            line(tag, 50)?;
            need(tag.as_str().is_some_and(|tag| !tag.trim().is_empty()), "must not hold an empty tag")
        }),
        FieldKind::Integer => need(money::integer(value).is_some(), "must be a whole number"),
    }
}

fn is_date(text: &str) -> bool {
    text.len() == 10 && NaiveDate::parse_from_str(text, "%Y-%m-%d").is_ok()
}

/// Digits with the marks that people write between them; delivery is proven by calling.
fn is_phone(text: &str) -> bool {
    let marks = text.chars().all(|c| c.is_ascii_digit() || "+-()./ x".contains(c));
    marks && text.len() <= 40 && text.bytes().filter(u8::is_ascii_digit).count() >= 3
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn data(value: Value) -> Data {
        Data::from_value(value).unwrap()
    }

    #[test]
    fn good_data_passes_and_bad_data_names_its_place() {
        use RecordKind as R;
        let id = "019523e0-0000-7000-8000-000000000001";
        for (kind, value, faults) in [
            (R::Contact, json!({}), &[][..]),
            (
                R::Contact,
                json!({"email": "ada@example.com", "phone": "+44 20 7946 0000", "tags": ["vip"]}),
                &[],
            ),
            (R::Contact, json!({"email": "ada", "phone": "call me"}), &["/data/email", "/data/phone"]),
            (R::Contact, json!({"status": "hot", "tags": "vip"}), &["/data/status", "/data/tags"]),
            (R::Contact, json!({"a/b": 1}), &["/data/a~1b"]),
            (R::Contact, json!({"company": "a\u{0}b", "notes": "\u{202e}shown"}), &["/data/company"]),
            (R::Deal, json!({"stage": "won", "value": "4000.00", "currency": "EUR", "contactId": id}), &[]),
            (R::Deal, json!({"value": 400_000, "seats": 3, "notes": null}), &[]),
            (R::Deal, json!({"value": 4.5, "seats": "3"}), &["/data/value", "/data/seats"]),
            (R::Deal, json!({"value": "4 000", "contactId": "x"}), &["/data/value", "/data/contactId"]),
            (R::Task, json!({"dueAt": "tomorrow"}), &["/data/dueAt"]),
            (R::Event, json!({}), &["/data/startsAt", "/data/endsAt"]),
            (
                R::Event,
                json!({"startsAt": "2026-01-31T09:00:00Z", "endsAt": "2026-01-31T10:00:00+01:00", "attendees": ["a@b.com", "x"]}),
                &["/data/attendees"],
            ),
            (R::Document, json!({"effectiveOn": "2026-1-5"}), &["/data/effectiveOn"]),
            (R::Invoice, json!({"amount": "1", "currency": null}), &["/data/currency"]),
        ] {
            let found = validate(kind, &data(value.clone()));
            let pointers: Vec<_> = match &found {
                Ok(()) => vec![],
                Err(error) => error.errors().iter().map(|e| e.pointer.as_str()).collect(),
            };
            assert_eq!(pointers, faults, "{kind} {value}");
        }
    }

    #[test]
    fn a_patch_cannot_remove_what_is_required() {
        let patch = data(json!({"startsAt": null, "location": null, "nope": null}));
        let error = validate_patch(RecordKind::Event, patch.as_map(), "/actionData/changes").unwrap_err();
        let pointers: Vec<_> = error.errors().iter().map(|e| e.pointer.as_str()).collect();
        assert_eq!(pointers, ["/actionData/changes/nope", "/actionData/changes/startsAt"]);
    }

    /// Samples of RFC 7396, appendix A, that have objects on both sides.
    #[test]
    fn merge_is_rfc_7396() {
        for (target, patch, result) in [
            (json!({"a":"b"}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"b"}), json!({"b":"c"}), json!({"a":"b","b":"c"})),
            (json!({"a":"b"}), json!({"a":null}), json!({})),
            (json!({"a":"b","b":"c"}), json!({"a":null}), json!({"b":"c"})),
            (json!({"a":["b"]}), json!({"a":"c"}), json!({"a":"c"})),
            (json!({"a":"c"}), json!({"a":["b"]}), json!({"a":["b"]})),
            (json!({"a":{"b":"c"}}), json!({"a":{"b":"d","c":null}}), json!({"a":{"b":"d"}})),
            (json!({"a":[{"b":"c"}]}), json!({"a":[1]}), json!({"a":[1]})),
            (json!({"e":null}), json!({"a":1}), json!({"e":null,"a":1})),
            (json!({}), json!({"a":{"bb":{"ccc":null}}}), json!({"a":{"bb":{}}})),
        ] {
            assert_eq!(merge(&data(target.clone()), &data(patch)).unwrap().to_value(), result, "{target}");
        }
    }
}
