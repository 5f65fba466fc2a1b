//! Building blocks of plans: each checks what it takes and names the place of a fault.

use super::effects::Effect;
use super::input::RecordChanges;
use crate::domain::canonical::Data;
use crate::domain::error::{AppError, AppResult};
use crate::domain::ids::RecordId;
use crate::domain::record::RecordKind;
use crate::domain::{money, record_kinds, text};
use chrono::{DateTime, Utc};
use serde_json::{Map, Value};

pub(super) fn map(value: Value) -> Map<String, Value> {
    match value {
        Value::Object(map) => map,
        _ => Map::new(),
    }
}

pub(super) fn with(fields: Value, key: &str, word: &str) -> Value {
    let mut fields = map(fields);
    fields.insert(key.to_owned(), word.into());
    fields.into()
}

/// A new record. Fields that are `null` are left out.
pub(super) fn create(kind: RecordKind, name: &str, fields: Value) -> AppResult<Effect> {
    let fields: Map<_, _> = map(fields).into_iter().filter(|(_, value)| !value.is_null()).collect();
    record_kinds::validate_patch(kind, &fields, "/actionData")?;
    Ok(Effect::CreateRecord {
        kind,
        title: title("title", name)?,
        data: Data::from_value(Value::Object(fields))?,
    })
}

/// Changes of a record as an agent gives them: `title` is the record's, integers of money become decimals.
pub(super) fn change(kind: RecordKind, input: &RecordChanges) -> AppResult<Effect> {
    let at = "/actionData/changes";
    let mut changes = input.changes.clone();
    if changes.is_empty() {
        return Err(AppError::invalid(at, "must change at least one field"));
    }
    let name = changes.shift_remove("title");
    for key in ["amount", "value", "budget"] {
        store_decimal(&mut changes, key, &format!("{at}/{key}"))?;
    }
    if let (Some(from), Some(to)) = (text_of(&changes, "startsAt"), text_of(&changes, "endsAt")) {
        span("changes/startsAt", from, "changes/endsAt", to)?;
    }
    Ok(Effect::PatchRecord {
        id: input.record_id,
        title: name.map(|name| title_value("changes/title", &name)).transpose()?,
        patch: checked_patch(kind, changes, at)?,
        expect_kind: Some(kind),
    })
}

/// A change of a field that some kind of record has; the record's own kind is checked when it is applied.
pub(super) fn any_field(id: RecordId, field: &str, value: &Value) -> AppResult<Effect> {
    if field == "title" {
        let title = Some(title_value("value", value)?);
        return Ok(Effect::PatchRecord { id, title, patch: Data::default(), expect_kind: None });
    }
    let mut kinds = RecordKind::ALL.iter().filter_map(|&kind| record_kinds::field(kind, field)).peekable();
    if kinds.peek().is_none() {
        return Err(AppError::invalid("/actionData/field", "no kind of record has such a field"));
    }
    let mut fault = None;
    for spec in kinds {
        match record_kinds::check(spec.kind, value) {
            Err(detail) if !value.is_null() => fault = Some(detail),
            _ => {
                let changes = [(field.to_owned(), value.clone())].into_iter().collect();
                return patch(id, None, changes);
            }
        }
    }
    Err(AppError::invalid("/actionData/value", fault.unwrap_or_else(|| "does not fit the field".to_owned())))
}

/// A patch whose keys are ours and whose values are the agent's, at the same names in its data.
pub(super) fn patch(
    id: RecordId,
    kind: Option<RecordKind>,
    changes: Map<String, Value>,
) -> AppResult<Effect> {
    let patch = match kind {
        Some(kind) => checked_patch(kind, changes, "/actionData")?,
        None => Data::from_value(Value::Object(changes))?,
    };
    Ok(Effect::PatchRecord { id, title: None, patch, expect_kind: kind })
}

pub(super) fn checked_patch(kind: RecordKind, changes: Map<String, Value>, at: &str) -> AppResult<Data> {
    record_kinds::validate_patch(kind, &changes, at)?;
    Data::from_value(Value::Object(changes))
}

/// Replaces an integer of minor units at `key` by its decimal string, which needs a currency beside it.
pub(super) fn store_decimal(fields: &mut Map<String, Value>, key: &str, at: &str) -> AppResult<()> {
    let Some(value) = fields.get(key).filter(|value| !value.is_null() && !value.is_string()) else {
        return Ok(());
    };
    let currency = text_of(fields, "currency").filter(|code| money::is_currency(code)).ok_or_else(|| {
        AppError::invalid(at, "is in minor units of a currency that is not given; send a decimal string")
    })?;
    let decimal = money::decimal(value, currency)
        .ok_or_else(|| AppError::invalid(at, "must be an amount such as \"4000.00\", never a float"))?;
    fields.insert(key.to_owned(), decimal.into());
    Ok(())
}

fn text_of<'a>(fields: &'a Map<String, Value>, key: &str) -> Option<&'a str> {
    fields.get(key).and_then(Value::as_str)
}

/// A time span that runs forward.
pub(super) fn span(
    start: &str,
    from: &str,
    end: &str,
    to: &str,
) -> AppResult<(DateTime<Utc>, DateTime<Utc>)> {
    let read = |key: &str, value: &str| {
        DateTime::parse_from_rfc3339(value).map(|time| time.to_utc()).map_err(|_| {
            AppError::invalid(format!("/actionData/{key}"), "must be a time such as 2026-01-31T09:00:00Z")
        })
    };
    let (from, to) = (read(start, from)?, read(end, to)?);
    if from < to {
        Ok((from, to))
    } else {
        Err(AppError::invalid(format!("/actionData/{end}"), "must be later than the start"))
    }
}

pub(super) fn limit(given: Option<i64>, usual: i64, max: i64) -> AppResult<i64> {
    let limit = given.unwrap_or(usual);
    if (1..=max).contains(&limit) {
        Ok(limit)
    } else {
        Err(AppError::invalid("/actionData/limit", format!("must be between 1 and {max}")))
    }
}

pub(super) fn some<T: Clone>(key: &str, items: &[T]) -> AppResult<Vec<T>> {
    if items.is_empty() {
        return Err(AppError::invalid(format!("/actionData/{key}"), "must not be empty"));
    }
    Ok(items.to_vec())
}

pub(super) fn title(key: &str, name: &str) -> AppResult<String> {
    text::name(name).map_err(|fault| refused(key, &fault))?;
    Ok(name.to_owned())
}

fn title_value(key: &str, value: &Value) -> AppResult<String> {
    title(key, value.as_str().unwrap_or_default())
}

/// Text that can be stored.
pub(super) fn body(key: &str, text: &str) -> AppResult<String> {
    text::no_nul(text).map_err(|fault| refused(key, &fault))?;
    Ok(text.to_owned())
}

pub(super) fn email(pointer: &str, address: &str) -> AppResult<()> {
    text::email(address)
        .map_err(|_| AppError::invalid(pointer, "must be an e-mail address such as ada@example.com"))
}

fn refused(key: &str, fault: &validator::ValidationError) -> AppError {
    let detail = fault.message.as_deref().unwrap_or("is not valid").to_owned();
    AppError::invalid(format!("/actionData/{key}"), detail)
}
