//! What became of an action's records since it was proposed: nobody decides on facts that are no longer true
//! without having been told.

use super::sentence::shown;
use crate::domain::approval::Change;
use crate::domain::canonical::{Data, sha256_hex};
use crate::domain::ids::RecordId;
use crate::domain::record::{Record, RecordKind};
use crate::domain::record_kinds;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use std::fmt::Write;
use utoipa::ToSchema;

/// Longer data is remembered by its hash alone: that it changed can still be said, not what.
const MAX_REMEMBERED: usize = 16 * 1024;

/// A record as it was when an action on it was proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SeenRecord {
    id: RecordId,
    kind: RecordKind,
    title: String,
    hash: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    data: Option<Data>,
}

impl From<&Record> for SeenRecord {
    fn from(record: &Record) -> Self {
        let short = record.data.canonical().len() <= MAX_REMEMBERED;
        Self {
            id: record.id,
            kind: record.kind,
            title: record.title.clone(),
            hash: record.data.hash(),
            data: short.then(|| record.data.clone()),
        }
    }
}

/// A record that is no longer what it was when an action on it was proposed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct RecordDrift {
    pub record_id: RecordId,
    pub kind: RecordKind,
    /// As it was called then.
    pub title: String,
    /// It was deleted meanwhile.
    pub gone: bool,
    /// Field by field: as it was, as it is. Empty where the record was too long to be remembered.
    pub changes: Vec<Change>,
    /// The same in words.
    pub sentence: String,
}

/// What changed between `seen` and `now`, which holds the same records where they still exist.
pub fn drift(seen: &[SeenRecord], now: &[Record]) -> Vec<RecordDrift> {
    seen.iter()
        .filter_map(|then| match now.iter().find(|record| record.id == then.id) {
            None => Some(drifted(then, true, vec![])),
            Some(record) if record.title == then.title && record.data.hash() == then.hash => None,
            Some(record) => Some(drifted(then, false, changes(then, record))),
        })
        .collect()
}

/// One text for the state of some records, whatever their order: a decision names the state that the reviewer saw.
pub fn records_hash(records: &[Record]) -> String {
    let mut states: Vec<String> =
        records.iter().map(|r| format!("{} {} {:?}\n", r.id, r.data.hash(), r.title)).collect();
    states.sort();
    sha256_hex(states.concat().as_bytes())
}

fn changes(then: &SeenRecord, now: &Record) -> Vec<Change> {
    let epoch = DateTime::<Utc>::UNIX_EPOCH;
    let before = then.data.clone().map(|data| Record {
        id: then.id,
        kind: then.kind,
        title: then.title.clone(),
        data,
        version: 0,
        created_at: epoch,
        updated_at: epoch,
    });
    let Some(before) = before else { return vec![] };
    let fields = record_kinds::fields(then.kind).iter().map(|field| field.name);
    std::iter::once("title")
        .chain(fields)
        .map(|field| Change {
            record_id: Some(then.id),
            field: field.to_owned(),
            before: shown(&before, field),
            after: shown(now, field),
        })
        .filter(|change| change.before != change.after)
        .collect()
}

fn drifted(then: &SeenRecord, gone: bool, changes: Vec<Change>) -> RecordDrift {
    let mut sentence = format!("The {} \"{}\"", then.kind, then.title);
    if gone {
        sentence.push_str(" was deleted since this was proposed.");
    } else if changes.is_empty() {
        sentence.push_str(" changed since this was proposed.");
    } else {
        for (n, change) in changes.iter().enumerate() {
            let label = record_kinds::field(then.kind, &change.field).map_or("title", |field| field.label);
            let field = label.to_lowercase();
            let from = change.before.as_deref().unwrap_or("nothing");
            let to = change.after.as_deref().unwrap_or("nothing");
            let comma = if n == 0 { ":" } else { "," };
            let _ = write!(sentence, "{comma} {field} from {from} to {to}");
        }
        sentence.push_str(", since this was proposed.");
    }
    RecordDrift { record_id: then.id, kind: then.kind, title: then.title.clone(), gone, changes, sentence }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn deal(title: &str, data: serde_json::Value) -> Record {
        Record {
            id: RecordId(uuid::Uuid::from_u128(7)),
            kind: RecordKind::Deal,
            title: title.to_owned(),
            data: Data::from_value(data).unwrap(),
            version: 1,
            created_at: DateTime::UNIX_EPOCH,
            updated_at: DateTime::UNIX_EPOCH,
        }
    }

    #[test]
    fn what_changed_is_said_field_by_field() {
        let then = deal("Northwind", json!({"value": 400_000, "currency": "EUR", "stage": "proposal"}));
        let now = deal("Northwind", json!({"value": 900_000, "currency": "EUR", "stage": "won"}));
        let found = drift(&[SeenRecord::from(&then)], &[now]);
        assert_eq!(found.len(), 1);
        let fields: Vec<&str> = found[0].changes.iter().map(|change| change.field.as_str()).collect();
        assert_eq!(fields, ["stage", "value"], "{found:?}");
        assert_eq!(
            found[0].sentence,
            "The deal \"Northwind\": stage from proposal to won, value from 4,000.00 EUR to 9,000.00 EUR, since this \
             was proposed."
        );
    }

    #[test]
    fn what_is_as_it_was_is_no_drift_whatever_happened_between() {
        let then = deal("Northwind", json!({"stage": "proposal"}));
        let mut now = then.clone();
        now.version = 9;
        assert_eq!(drift(&[SeenRecord::from(&then)], std::slice::from_ref(&now)), []);
        assert_eq!(records_hash(std::slice::from_ref(&then)), records_hash(&[now]));
        let renamed = deal("Southwind", json!({"stage": "proposal"}));
        assert_ne!(records_hash(std::slice::from_ref(&then)), records_hash(std::slice::from_ref(&renamed)));
        assert_eq!(drift(&[SeenRecord::from(&then)], &[renamed])[0].changes[0].field, "title");
    }

    #[test]
    fn a_deleted_and_a_long_record_are_told_too() {
        let then = deal("Northwind", json!({"notes": "x".repeat(20_000)}));
        assert!(drift(&[SeenRecord::from(&then)], &[])[0].gone);
        let now = deal("Northwind", json!({"notes": "y".repeat(20_000)}));
        let found = drift(&[SeenRecord::from(&then)], &[now]);
        assert_eq!(found[0].changes, []);
        assert_eq!(found[0].sentence, "The deal \"Northwind\" changed since this was proposed.");
    }

    #[test]
    fn what_is_remembered_survives_storage() {
        let seen = SeenRecord::from(&deal("Northwind", json!({"stage": "proposal"})));
        let text = serde_json::to_string(&[&seen]).unwrap();
        assert_eq!(serde_json::from_str::<Vec<SeenRecord>>(&text).unwrap(), [seen]);
    }
}
