//! Records as a form shows and sends them: every value is text, and means what the field's kind says.

use super::canonical::Data;
use super::error::{AppError, AppResult, FieldError};
use super::record::RecordKind;
use super::record_kinds::{FieldKind, FieldSpec, field};
use chrono::{DateTime, NaiveDateTime, SecondsFormat, Utc};
use serde_json::{Map, Value};

/// A value as its form field shows it; an absent one is empty.
pub fn text(kind: FieldKind, value: Option<&Value>) -> String {
    match (kind, value) {
        (_, None | Some(Value::Null)) => String::new(),
        (FieldKind::DateTime, Some(Value::String(time))) => local(time).unwrap_or_else(|| time.clone()),
        (_, Some(Value::String(text))) => text.clone(),
        (_, Some(Value::Array(items))) => {
            let words: Vec<_> = items
                .iter()
                .map(|item| item.as_str().map_or_else(|| item.to_string(), str::to_owned))
                .collect();
            words.join(", ")
        }
        (_, Some(other)) => other.to_string(),
    }
}

/// Reads what a form sent as a change (RFC 7396) of `before`: a blank text removes its field, and a text that is
/// what the form showed stays out of the change, so that nothing is rewritten in passing. Values that are no text
/// come from programs and stay as they are. What cannot be read is left for the check of the record to name.
pub fn read(kind: RecordKind, sent: &Data, before: &Data) -> AppResult<Data> {
    let mut change = Map::new();
    for (name, value) in sent.as_map() {
        let Value::String(sent) = value else {
            change.insert(name.clone(), value.clone());
            continue;
        };
        // An unknown field goes through; the check of the record refuses it by name.
        let Some(spec) = field(kind, name) else {
            change.insert(name.clone(), value.clone());
            continue;
        };
        let found = before.get(name);
        if *sent == text(spec.kind, found) {
            continue;
        }
        if !sent.is_empty() {
            change.insert(name.clone(), typed(spec.kind, sent));
        } else if spec.required {
            return Err(AppError::Invalid { errors: vec![required(spec)] });
        } else {
            change.insert(name.clone(), Value::Null);
        }
    }
    Data::from_value(Value::Object(change)).map_err(|error| match error {
        AppError::Invalid { errors } => AppError::Invalid {
            errors: errors
                .into_iter()
                .map(|fault| FieldError { pointer: format!("/data{}", fault.pointer), ..fault })
                .collect(),
        },
        other => other,
    })
}

fn required(spec: &FieldSpec) -> FieldError {
    FieldError::new(format!("/data/{}", spec.name), "is required")
}

fn typed(kind: FieldKind, text: &str) -> Value {
    match kind {
        FieldKind::Integer => text.trim().parse::<i64>().map_or_else(|_| text.into(), Value::from),
        FieldKind::Tags | FieldKind::Emails => {
            text.split([',', '\n']).map(str::trim).filter(|word| !word.is_empty()).map(Value::from).collect()
        }
        FieldKind::DateTime => zoned(text).unwrap_or_else(|| text.to_owned()).into(),
        FieldKind::LongText | FieldKind::Text => text.into(),
        FieldKind::Email
        | FieldKind::Phone
        | FieldKind::Money
        | FieldKind::Currency
        | FieldKind::Date
        | FieldKind::Choice(_)
        | FieldKind::Reference(_)
        | FieldKind::AnyReference => text.trim().into(),
    }
}

/// An RFC 3339 time as `<input type="datetime-local">` has it, in UTC.
fn local(time: &str) -> Option<String> {
    let time = DateTime::parse_from_rfc3339(time).ok()?.with_timezone(&Utc);
    Some(time.format("%Y-%m-%dT%H:%M").to_string())
}

/// The UTC time of a `datetime-local` text, with or without seconds.
fn zoned(text: &str) -> Option<String> {
    let text = text.trim();
    let read = |format| NaiveDateTime::parse_from_str(text, format).ok();
    let time = read("%Y-%m-%dT%H:%M").or_else(|| read("%Y-%m-%dT%H:%M:%S"))?;
    Some(time.and_utc().to_rfc3339_opts(SecondsFormat::Secs, true))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn data(value: Value) -> Data {
        Data::from_value(value).unwrap()
    }

    #[test]
    fn a_form_that_is_sent_as_it_was_shown_changes_nothing() {
        let before = data(json!({
            "startsAt": "2026-01-31T10:00:30+01:00", "endsAt": "2026-01-31T10:00:00Z",
            "attendees": ["a@example.com", "b@example.com"], "tags": ["x"], "description": "two\nlines\n"
        }));
        let mut sent = Map::new();
        for spec in super::super::record_kinds::fields(RecordKind::Event) {
            sent.insert(spec.name.to_owned(), text(spec.kind, before.get(spec.name)).into());
        }
        assert_eq!(read(RecordKind::Event, &data(Value::Object(sent)), &before).unwrap(), Data::default());
    }

    #[test]
    fn texts_become_what_their_fields_hold() {
        let sent = data(json!({
            "probability": "40", "tags": "hot, new\n", "value": "1200.50", "company": "", "stage": "won", "seats": 3
        }));
        let before = data(json!({"company": "Northwind"}));
        assert_eq!(
            read(RecordKind::Deal, &sent, &before).unwrap(),
            data(json!({
                "probability": 40, "tags": ["hot", "new"], "value": "1200.50", "company": null, "stage": "won",
                "seats": 3
            }))
        );
    }

    #[test]
    fn a_time_of_a_form_is_utc() {
        let sent = data(json!({"dueAt": "2026-01-31T09:00"}));
        let read = read(RecordKind::Task, &sent, &Data::default()).unwrap();
        assert_eq!(read.get("dueAt"), Some(&json!("2026-01-31T09:00:00Z")));
    }

    #[test]
    fn a_required_field_is_not_cleared() {
        let before = data(json!({"amount": "1.00", "currency": "EUR"}));
        let error = read(RecordKind::Invoice, &data(json!({"amount": ""})), &before).unwrap_err();
        assert_eq!(error.errors()[0].pointer, "/data/amount");
    }
}
