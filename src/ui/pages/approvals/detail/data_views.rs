//! Data to read, as a tree, and exactly, as JSON.

use leptos::prelude::*;
use serde_json::Value;

use crate::domain::canonical::Data;
use crate::domain::text::{key_words, reveal_text};
use crate::ui::components::{DataField, DataNode, DataTree, JsonView};
use crate::ui::words::segments;

/// The data twice: for people, then exactly, with a way to copy it.
pub fn data_views(label: &'static str, data: &Data) -> AnyView {
    let exact = format!("{label} as exact JSON");
    view! {
        <DataTree label=label root=fields(data.as_map()) />
        <details class="mt-3">
            <summary class="link inline-flex min-h-11 items-center md:min-h-6">
                "Exact JSON"<span class="sr-only">{format!(": {label}")}</span>
            </summary>
            <div class="mt-2">
                <JsonView label=exact segments=segments(&pretty(data)) copy=data.canonical() />
            </div>
        </details>
    }
    .into_any()
}

/// The data over several lines, keys in the order they came.
pub fn pretty(data: &Data) -> String {
    serde_json::to_string_pretty(data.as_map()).unwrap_or_else(|_| data.canonical())
}

fn fields(map: &serde_json::Map<String, Value>) -> DataNode {
    let field = |(key, value): (&String, &Value)| {
        let label = reveal_text(&key_words(key));
        DataField { key: (!tells(&label, key)).then(|| segments(key)), label, value: node(value) }
    };
    DataNode::Fields(map.iter().map(field).collect())
}

/// Whether the words leave no doubt about the key: it is they, in small letters.
fn tells(label: &str, key: &str) -> bool {
    let mut small = label.to_owned();
    if let Some(first) = small.get_mut(..1) {
        first.make_ascii_lowercase();
    }
    small == key && !key.is_empty()
}

fn node(value: &Value) -> DataNode {
    let word = |said, written: &Value| DataNode::Word { said, written: written.to_string() };
    match value {
        Value::Null => word("Nothing", value),
        Value::Bool(true) => word("Yes", value),
        Value::Bool(false) => word("No", value),
        Value::Number(_) => word("", value),
        Value::String(text) if text.is_empty() => word("Empty text", value),
        Value::String(text) if text.chars().all(|c| c == ' ' || c == '\n') => word("Blank text", value),
        Value::String(text) => DataNode::Text(segments(text)),
        Value::Array(items) if items.is_empty() => word("No entries", value),
        Value::Array(items) => DataNode::List(items.iter().map(node).collect()),
        Value::Object(map) if map.is_empty() => word("No fields", value),
        Value::Object(map) => fields(map),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn values_that_look_alike_are_told_apart() {
        let looks = [
            json!(null),
            json!("null"),
            json!(true),
            json!("Yes"),
            json!("true"),
            json!(1),
            json!("1"),
            json!(""),
            json!(" "),
            json!("\"\""),
            json!([]),
            json!("No entries"),
            json!({}),
            json!([""]),
            json!({"": ""}),
        ];
        for (index, one) in looks.iter().enumerate() {
            for other in &looks[..index] {
                assert_ne!(node(one), node(other), "{one} {other}");
            }
        }
    }

    #[test]
    fn a_key_is_shown_where_its_words_are_not_enough() {
        for (key, label, is_shown) in [
            ("subject", "Subject", false),
            ("Subject", "Subject", true),
            ("dueAt", "Due at", true),
            ("due_at", "Due at", true),
            ("my key", "my key", false),
            ("a\u{202e}b", "a[U+202E]b", true),
            ("a[U+202E]b", "a[U+202E]b", false),
            ("", "", true),
        ] {
            let DataNode::Fields(fields) = fields(json!({ key: 1 }).as_object().unwrap()) else { panic!() };
            assert_eq!((fields[0].label.as_str(), fields[0].key.is_some()), (label, is_shown), "{key}");
        }
    }
}
