//! Tests of the catalogue as a whole: `types.rs` goes through the types and their plans, `words.rs` through what is
//! shown, `risk.rs` tries to get around the gate.

mod risk;
mod types;
mod words;

use super::preview;
use crate::domain::approval::Preview;
use crate::domain::canonical::Data;
use crate::domain::ids::RecordId;
use crate::domain::record::{Record, RecordKind};
use chrono::DateTime;
use serde_json::Value;

pub fn data(value: Value) -> Data {
    Data::from_value(value).unwrap()
}

pub fn record(id: RecordId, kind: RecordKind, title: &str, fields: Value) -> Record {
    let at = DateTime::UNIX_EPOCH;
    Record { id, kind, title: title.into(), data: data(fields), version: 1, created_at: at, updated_at: at }
}

pub fn id() -> RecordId {
    "019523e0-0000-7000-8000-000000000001".parse().unwrap()
}

pub fn seen(action_type: &str, value: Value, found: Option<(RecordKind, &str, Value)>) -> Preview {
    let found = found.map(|(kind, title, fields)| record(id(), kind, title, fields));
    preview(action_type, None, &data(value), &|_| found.clone())
}

pub fn values<'a>(preview: &'a Preview, label: &str) -> Vec<&'a str> {
    preview.facts.iter().filter(|fact| fact.label == label).map(|fact| fact.value.as_str()).collect()
}

pub fn changes(preview: &Preview) -> Vec<(&str, Option<&str>, Option<&str>)> {
    preview.changes.iter().map(|c| (c.field.as_str(), c.before.as_deref(), c.after.as_deref())).collect()
}
