//! What people decided before on actions like this one, and what differs from the last one that they approved.

use super::approval::ApprovalStatus;
use super::canonical::{Data, canonical, escape};
use super::ids::ApprovalId;
use super::outcome::OutcomeStatus;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Deserializer, Serialize};
use serde_json::{Map, Value};
use utoipa::ToSchema;

/// How many decisions are shown.
pub const MAX_SIMILAR: usize = 3;
/// How many differences are named; the rest is counted.
pub const MAX_ROWS: usize = 100;
/// A place is not followed further down than this many bytes of its pointer: what is below differs as a whole. Else
/// one long key would be repeated in every row.
const MAX_POINTER: usize = 500;

/// A decision of a person on an action of the same type.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct SimilarDecision {
    pub id: ApprovalId,
    /// What would happen, or did.
    pub sentence: String,
    /// `approved` or `rejected`.
    pub status: ApprovalStatus,
    pub reviewer_name: Option<String>,
    pub reviewed_at: DateTime<Utc>,
    pub review_notes: Option<String>,
    pub outcome: OutcomeStatus,
}

/// What differs between the data of an approval and that of an earlier one.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataDifference {
    /// The earlier one.
    pub approval_id: ApprovalId,
    /// At most 100. None: both have the same hash.
    pub rows: Vec<DataRow>,
    /// How many more there are.
    pub more: usize,
}

/// One part that differs. Parts within it that are equal are not split off, if one of both is no object or list.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct DataRow {
    /// Its place for people, such as `to › 2`: entries of a list are counted from one.
    pub path: String,
    /// Its place as a JSON Pointer (RFC 6901), such as `/to/1`.
    pub pointer: String,
    /// Then; absent where there was nothing, `null` where there was a null.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    #[schema(value_type = Option<Object>)]
    pub before: Option<Value>,
    /// Now.
    #[serde(default, skip_serializing_if = "Option::is_none", deserialize_with = "given")]
    #[schema(value_type = Option<Object>)]
    pub after: Option<Value>,
}

/// A value that is there, even if it is null.
fn given<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Option<Value>, D::Error> {
    Value::deserialize(deserializer).map(Some)
}

impl DataDifference {
    /// From `before`, the data of the approval `approval_id`, to `after`.
    pub fn between(approval_id: ApprovalId, before: &Data, after: &Data) -> Self {
        let (rows, more) = compare(before.as_map(), after.as_map(), MAX_ROWS);
        Self { approval_id, rows, more }
    }
}

/// The first `most` differences in the order of `after`, what is gone last; and how many more there are.
fn compare(before: &Map<String, Value>, after: &Map<String, Value>, most: usize) -> (Vec<DataRow>, usize) {
    let mut walk = Walk { most, rows: Vec::new(), more: 0, path: Vec::new() };
    walk.objects(before, after);
    (walk.rows, walk.more)
}

struct Walk<'a> {
    most: usize,
    rows: Vec<DataRow>,
    more: usize,
    path: Vec<Step<'a>>,
}

#[derive(Clone, Copy)]
enum Step<'a> {
    Key(&'a str),
    Entry(usize),
}

impl<'a> Walk<'a> {
    fn objects(&mut self, before: &'a Map<String, Value>, after: &'a Map<String, Value>) {
        for (key, now) in after {
            self.at(Step::Key(key), before.get(key), Some(now));
        }
        for (key, then) in before.iter().filter(|(key, _)| !after.contains_key(*key)) {
            self.at(Step::Key(key), Some(then), None);
        }
    }

    fn at(&mut self, step: Step<'a>, before: Option<&'a Value>, after: Option<&'a Value>) {
        self.path.push(step);
        match (before, after) {
            (Some(Value::Object(then)), Some(Value::Object(now))) if self.goes_on() => {
                self.objects(then, now)
            }
            (Some(Value::Array(then)), Some(Value::Array(now))) if self.goes_on() => {
                for index in 0..then.len().max(now.len()) {
                    self.at(Step::Entry(index), then.get(index), now.get(index));
                }
            }
            (Some(then), Some(now)) if same(then, now) => {}
            _ if self.rows.len() == self.most => self.more += 1,
            _ => {
                let row = DataRow {
                    path: self.path_words(),
                    pointer: self.pointer(),
                    before: before.cloned(),
                    after: after.cloned(),
                };
                self.rows.push(row);
            }
        }
        self.path.pop();
    }

    fn goes_on(&self) -> bool {
        let bytes = |step: &Step| match step {
            Step::Key(key) => key.len() + 1,
            Step::Entry(_) => 4,
        };
        self.path.iter().map(bytes).sum::<usize>() <= MAX_POINTER
    }

    fn path_words(&self) -> String {
        let words: Vec<String> = self
            .path
            .iter()
            .map(|step| match step {
                Step::Key(key) => (*key).to_owned(),
                Step::Entry(index) => (index + 1).to_string(),
            })
            .collect();
        words.join(" › ")
    }

    fn pointer(&self) -> String {
        self.path
            .iter()
            .map(|step| match step {
                Step::Key(key) => format!("/{}", escape(key)),
                Step::Entry(index) => format!("/{index}"),
            })
            .collect()
    }
}

/// The same to RFC 8785: `1` and `1.0` are one number.
fn same(a: &Value, b: &Value) -> bool {
    match (a, b) {
        (Value::Number(_), Value::Number(_)) => canonical(a) == canonical(b),
        (Value::Array(a), Value::Array(b)) => a.len() == b.len() && a.iter().zip(b).all(|(a, b)| same(a, b)),
        (Value::Object(a), Value::Object(b)) => {
            a.len() == b.len() && a.iter().all(|(key, a)| b.get(key).is_some_and(|b| same(a, b)))
        }
        _ => a == b,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use serde_json::json;

    fn data(value: Value) -> Data {
        Data::from_value(value).unwrap()
    }

    fn between(before: &Data, after: &Data) -> DataDifference {
        DataDifference::between(ApprovalId(uuid::Uuid::nil()), before, after)
    }

    /// Makes the old data new: first what is there now, then, from the end, what is gone.
    fn apply(before: &Data, rows: &[DataRow]) -> Value {
        let mut value = before.to_value();
        let place = |pointer: &str| {
            let (parent, key) = pointer.rsplit_once('/').unwrap();
            (parent.to_owned(), key.replace("~1", "/").replace("~0", "~"))
        };
        for row in rows {
            let Some(after) = &row.after else { continue };
            let (parent, key) = place(&row.pointer);
            match value.pointer_mut(&parent).unwrap() {
                Value::Array(items) => match key.parse::<usize>().unwrap() {
                    index if index < items.len() => items[index] = after.clone(),
                    index => {
                        assert_eq!(index, items.len());
                        items.push(after.clone());
                    }
                },
                Value::Object(map) => {
                    map.insert(key, after.clone());
                }
                other => panic!("{other} holds nothing"),
            }
        }
        for row in rows.iter().rev().filter(|row| row.after.is_none()) {
            let (parent, key) = place(&row.pointer);
            let gone = match value.pointer_mut(&parent).unwrap() {
                Value::Array(items) => items.pop(),
                Value::Object(map) => map.shift_remove(&key),
                other => panic!("{other} holds nothing"),
            };
            assert_eq!(gone, row.before);
        }
        value
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (0i64..3).prop_map(Value::from),
            (0i64..3).prop_map(|n| Value::from(n as f64)),
            "[ab]{0,2}".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 24, 4, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..4).prop_map(Value::from),
                object(inner).prop_map(Value::Object),
            ]
        })
    }

    // Few keys, so that both sides often have the same.
    fn object(inner: impl Strategy<Value = Value>) -> impl Strategy<Value = Map<String, Value>> {
        prop::collection::hash_map("[a~/0]{0,2}", inner, 0..4).prop_map(|map| map.into_iter().collect())
    }

    proptest! {
        #[test]
        fn the_rows_make_the_old_data_new(before in object(json()), after in object(json())) {
            let (before, after) = (data(Value::Object(before)), data(Value::Object(after)));
            let (rows, more) = compare(before.as_map(), after.as_map(), usize::MAX);
            prop_assert_eq!(more, 0);
            prop_assert_eq!(canonical(&apply(&before, &rows)), after.canonical());
            prop_assert_eq!(rows.is_empty(), before.hash() == after.hash());
            // Bounded, nothing is lost from the count, and it travels as it is.
            let (first, rest) = compare(before.as_map(), after.as_map(), 2);
            prop_assert_eq!(&first[..], &rows[..rows.len().min(2)]);
            prop_assert_eq!(first.len() + rest, rows.len());
            let sent = between(&before, &after);
            let read: DataDifference = serde_json::from_str(&serde_json::to_string(&sent).unwrap()).unwrap();
            prop_assert_eq!(read, sent);
        }
    }

    #[test]
    fn equal_data_has_no_difference() {
        let a = data(json!({"to": ["a"], "n": 1, "more": {"x": null, "y": 2.0}}));
        let b = data(json!({"more": {"y": 2, "x": null}, "n": 1.0, "to": ["a"]}));
        assert_eq!(between(&a, &b).rows, []);
    }

    #[test]
    fn a_row_names_the_smallest_part_that_differs() {
        let before = data(json!({"to": ["a", "b"], "cc": null, "body": "x", "more": {"a/b": 1}}));
        let after = data(json!({"body": "x", "to": ["a", "c", "d"], "more": {"a/b": "1"}, "new": {}}));
        let rows = between(&before, &after).rows;
        let found: Vec<_> = rows
            .iter()
            .map(|row| (&*row.path, &*row.pointer, row.before.clone(), row.after.clone()))
            .collect();
        assert_eq!(
            found,
            [
                ("to › 2", "/to/1", Some(json!("b")), Some(json!("c"))),
                ("to › 3", "/to/2", None, Some(json!("d"))),
                ("more › a/b", "/more/a~1b", Some(json!(1)), Some(json!("1"))),
                ("new", "/new", None, Some(json!({}))),
                ("cc", "/cc", Some(Value::Null), None),
            ]
        );
    }

    #[test]
    fn huge_data_has_a_bounded_difference() {
        let many: Vec<u32> = (0..20_000).collect();
        let found = between(&data(json!({ "ids": [] })), &data(json!({ "ids": many })));
        assert_eq!((found.rows.len(), found.more), (MAX_ROWS, 20_000 - MAX_ROWS));
        // One long key above many changes is named once.
        let long = "k".repeat(100_000);
        let inner = |n: u32| (0..500).map(|i| (format!("f{i}"), json!(i + n))).collect::<Map<_, _>>();
        let found = between(&data(json!({ &long: inner(0) })), &data(json!({ &long: inner(1) })));
        assert_eq!((found.rows.len(), found.more), (1, 0));
        let size = serde_json::to_string(&found).unwrap().len();
        assert!(size < 4 * 100_000, "{size} bytes");
    }
}
