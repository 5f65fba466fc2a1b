//! Conditions: comparisons, and nested all-of and any-of.

use crate::wire_enum;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use std::cmp::Ordering;
use utoipa::ToSchema;

/// Deepest nesting of `all` and `any`.
pub const MAX_NESTING: usize = 8;

wire_enum! {
    pub enum Operator {
        Equals = "equals",
        NotEquals = "not_equals",
        Contains = "contains",
        GreaterThan = "greater_than",
        LessThan = "less_than",
        Exists = "exists",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
#[schema(no_recursion)]
pub enum Condition {
    /// Holds where each of them does; so does an empty list.
    All(Vec<Condition>),
    /// Holds where one of them does; an empty list does not.
    Any(Vec<Condition>),
    Compare(Comparison),
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Comparison {
    /// A template, mostly: `{{ steps.score.output.points }}`.
    #[schema(value_type = Object)]
    pub left: Value,
    pub operator: Operator,
    /// What it is compared with, also as a template; `exists` takes none.
    #[schema(value_type = Object)]
    #[serde(default, skip_serializing_if = "Value::is_null")]
    pub right: Value,
}

impl Condition {
    /// Whether it holds. `value` gives the value of a template, `None` where what it names does not exist. What follows
    /// a decided `all` or `any` is not looked at. `Err`: in words, why it cannot be told.
    pub fn holds<F>(&self, value: &mut F) -> Result<bool, String>
    where
        F: FnMut(&Value) -> Result<Option<Value>, String>,
    {
        match self {
            Self::All(parts) => {
                for part in parts {
                    if !part.holds(value)? {
                        return Ok(false);
                    }
                }
                Ok(true)
            }
            Self::Any(parts) => {
                for part in parts {
                    if part.holds(value)? {
                        return Ok(true);
                    }
                }
                Ok(false)
            }
            Self::Compare(comparison) => {
                let left = value(&comparison.left)?;
                if comparison.operator == Operator::Exists {
                    return Ok(left.is_some_and(|found| !found.is_null()));
                }
                let right = value(&comparison.right)?.unwrap_or(Value::Null);
                compare(&left.unwrap_or(Value::Null), comparison.operator, &right)
            }
        }
    }

    /// Each template in it, with its place below the condition.
    pub fn templates<'a>(&'a self, at: &str, found: &mut Vec<(String, &'a Value)>) {
        match self {
            Self::All(parts) | Self::Any(parts) => {
                let word = if matches!(self, Self::All(_)) { "all" } else { "any" };
                for (i, part) in parts.iter().enumerate() {
                    part.templates(&format!("{at}/{word}/{i}"), found);
                }
            }
            Self::Compare(comparison) => {
                found.push((format!("{at}/compare/left"), &comparison.left));
                found.push((format!("{at}/compare/right"), &comparison.right));
            }
        }
    }

    pub(super) fn depth(&self) -> usize {
        match self {
            Self::All(parts) | Self::Any(parts) => 1 + parts.iter().map(Self::depth).max().unwrap_or(0),
            Self::Compare(_) => 1,
        }
    }
}

/// Compares two values. Numbers compare as numbers, also where they are written as text, as amounts of money are;
/// `contains` looks for a text in a text, an item in a list, or a key in an object.
fn compare(left: &Value, operator: Operator, right: &Value) -> Result<bool, String> {
    match operator {
        Operator::Equals => Ok(same(left, right)),
        Operator::NotEquals => Ok(!same(left, right)),
        Operator::Contains => match (left, right) {
            (Value::String(text), Value::String(part)) => Ok(text.contains(part.as_str())),
            (Value::Array(items), item) => Ok(items.iter().any(|found| same(found, item))),
            (Value::Object(map), Value::String(key)) => Ok(map.contains_key(key)),
            (Value::Null, _) => Ok(false),
            _ => Err(format!("{} cannot contain {}", kind(left), kind(right))),
        },
        Operator::GreaterThan => Ok(order(left, right)? == Ordering::Greater),
        Operator::LessThan => Ok(order(left, right)? == Ordering::Less),
        Operator::Exists => Ok(!left.is_null()),
    }
}

fn same(left: &Value, right: &Value) -> bool {
    match (left, right) {
        (Value::Number(a), Value::Number(b)) => a == b || a.as_f64() == b.as_f64(),
        _ => left == right,
    }
}

fn order(left: &Value, right: &Value) -> Result<Ordering, String> {
    if let (Some(a), Some(b)) = (number(left), number(right)) {
        return a.partial_cmp(&b).ok_or_else(|| "these numbers have no order".to_owned());
    }
    match (left, right) {
        // Times of RFC 3339 in UTC have the order of their texts.
        (Value::String(a), Value::String(b)) => Ok(a.cmp(b)),
        _ => Err(format!("{} and {} have no order", kind(left), kind(right))),
    }
}

fn number(value: &Value) -> Option<f64> {
    match value {
        Value::Number(number) => number.as_f64(),
        Value::String(text) => text.trim().parse().ok().filter(|number: &f64| number.is_finite()),
        _ => None,
    }
}

fn kind(value: &Value) -> &'static str {
    match value {
        Value::Null => "nothing",
        Value::Bool(_) => "yes or no",
        Value::Number(_) => "a number",
        Value::String(_) => "a text",
        Value::Array(_) => "a list",
        Value::Object(_) => "an object",
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn is(left: Value, operator: Operator, right: Value) -> Result<bool, String> {
        compare(&left, operator, &right)
    }

    #[test]
    fn numbers_compare_as_numbers_also_as_text() {
        assert_eq!(is(json!(10), Operator::GreaterThan, json!(9.5)), Ok(true));
        assert_eq!(is(json!("10.00"), Operator::GreaterThan, json!("9")), Ok(true));
        assert_eq!(is(json!("10"), Operator::LessThan, json!(9)), Ok(false));
        assert_eq!(is(json!(1), Operator::Equals, json!(1.0)), Ok(true));
        assert_eq!(is(json!("1"), Operator::Equals, json!(1)), Ok(false));
    }

    #[test]
    fn contains_looks_into_texts_lists_and_objects() {
        assert_eq!(is(json!("urgent: fire"), Operator::Contains, json!("fire")), Ok(true));
        assert_eq!(is(json!(["a", 2]), Operator::Contains, json!(2.0)), Ok(true));
        assert_eq!(is(json!({"a": 1}), Operator::Contains, json!("b")), Ok(false));
        assert_eq!(is(json!(null), Operator::Contains, json!("b")), Ok(false));
        assert!(is(json!(3), Operator::Contains, json!("b")).is_err());
    }

    #[test]
    fn what_has_no_order_is_an_error_and_not_false() {
        assert!(is(json!(null), Operator::GreaterThan, json!(1)).is_err());
        assert!(is(json!([1]), Operator::LessThan, json!([2])).is_err());
        assert_eq!(
            is(json!("2026-01-02T00:00:00Z"), Operator::GreaterThan, json!("2026-01-01T00:00:00Z")),
            Ok(true)
        );
    }

    #[test]
    fn a_decided_list_asks_no_further() {
        let yes = Condition::All(vec![]);
        let faulty =
            Condition::Compare(Comparison { left: json!([]), operator: Operator::LessThan, right: json!(1) });
        let mut plain = |value: &Value| Ok(Some(value.clone()));
        assert_eq!(Condition::Any(vec![yes.clone(), faulty.clone()]).holds(&mut plain), Ok(true));
        assert_eq!(Condition::All(vec![Condition::Any(vec![]), faulty.clone()]).holds(&mut plain), Ok(false));
        assert!(Condition::All(vec![yes, faulty]).holds(&mut plain).is_err());
    }

    #[test]
    fn what_does_not_exist_is_found_out_by_exists_alone() {
        let of = |operator, right| Condition::Compare(Comparison { left: json!("{{ x }}"), operator, right });
        let mut missing = |value: &Value| Ok((value != &json!("{{ x }}")).then(|| value.clone()));
        assert_eq!(of(Operator::Exists, Value::Null).holds(&mut missing), Ok(false));
        assert_eq!(of(Operator::NotEquals, json!("a")).holds(&mut missing), Ok(true));
    }
}
