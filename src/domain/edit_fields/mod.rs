//! Action data as the fields of a plain form, made from the type's JSON Schema.
//!
//! A property has a field only where a form can show it and send it back exactly; nested objects, and whatever a
//! form cannot carry, are edited as JSON. Texts that come back as they were shown change nothing, so that a form that
//! is sent untouched is the same data with the same hash. The schema itself is checked elsewhere, once the data is
//! whole again.

mod property;
#[cfg(test)]
mod tests;

use super::canonical::Data;
use super::error::{AppError, AppResult, FieldError};
use property::Property;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// Most fields of a form; a longer one is no help.
pub const MAX_FIELDS: usize = 100;

/// One field.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EditField {
    /// The property's name.
    pub name: String,
    pub label: String,
    /// How to fill it in.
    pub hint: Option<String>,
    pub kind: EditKind,
    /// Whether blank is no answer.
    pub required: bool,
    /// As it is now; blank where it is absent.
    pub value: String,
    /// Longest text, in characters.
    pub max_length: Option<u32>,
}

/// What a field's text means.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum EditKind {
    /// One line.
    Line,
    /// Several lines.
    Text,
    Integer,
    /// A number with decimals, or one that is kept as a text, such as an amount.
    NumberText,
    Choice {
        options: Vec<String>,
    },
    /// `true` or `false`.
    YesNo,
    /// A list of texts, one on each line.
    Lines,
}

/// The fields for `data` in the order of its `schema`, at most [`MAX_FIELDS`].
pub fn edit_fields(schema: &Value, data: &Data) -> Vec<EditField> {
    property::all(schema, data).take(MAX_FIELDS).map(|property| property.field()).collect()
}

/// `data` with what was sent for its fields. Fields that were not sent stay as they are. Faults are at
/// `/editedFields/<name>`.
pub fn read_fields(schema: &Value, data: &Data, sent: &BTreeMap<String, String>) -> AppResult<Data> {
    let properties: BTreeMap<&str, Property> =
        property::all(schema, data).take(MAX_FIELDS).map(|property| (property.name, property)).collect();
    let mut edited = data.as_map().clone();
    let mut errors = Vec::new();
    for (name, text) in sent {
        let Some(property) = properties.get(name.as_str()) else {
            let at = if property::is_plain(name) { pointer(name) } else { "/editedFields".to_owned() };
            errors.push(FieldError::new(at, "names no field of this action; edit the data as JSON"));
            continue;
        };
        match property.read(text) {
            Ok(None) => {}
            Ok(Some(Some(value))) => {
                edited.insert(name.clone(), value);
            }
            Ok(Some(None)) => {
                edited.shift_remove(name);
            }
            Err(detail) => errors.push(FieldError::new(pointer(name), detail)),
        }
    }
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    Data::from_value(Value::Object(edited)).map_err(|error| at_fields(error, "", sent))
}

/// The same error with the faults of what was sent at its fields: `{prefix}/to/1` becomes `/editedFields/to`.
pub fn at_fields(error: AppError, prefix: &str, sent: &BTreeMap<String, String>) -> AppError {
    let AppError::Invalid { mut errors } = error else { return error };
    for fault in &mut errors {
        if fault.pointer == prefix {
            fault.pointer = "/editedFields".to_owned();
            continue;
        }
        let Some(place) = fault.pointer.strip_prefix(prefix).and_then(|rest| rest.strip_prefix('/')) else {
            continue;
        };
        let (name, below) = place.split_once('/').unwrap_or((place, ""));
        if !sent.contains_key(name) {
            continue;
        }
        // A field has nothing below it but the entries of a list.
        if let Ok(index) = below.parse::<usize>() {
            fault.detail = format!("line {}: {}", index + 1, fault.detail);
        }
        fault.pointer = pointer(name);
    }
    AppError::Invalid { errors }
}

fn pointer(name: &str) -> String {
    format!("/editedFields/{name}")
}
