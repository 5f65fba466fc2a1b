//! One property of a schema beside its value: whether it has a field, which, and what its text means.

use super::{EditField, EditKind};
use crate::domain::canonical::{Data, canonical};
use crate::domain::text::key_words;
use serde_json::{Number, Value};

/// A text may be longer than this only in a field of several lines.
const LINE: u64 = 500;
/// The same where the schema says nothing of its length.
const SHORT: usize = 120;

/// A property that has a field.
pub(super) struct Property<'a> {
    pub(super) name: &'a str,
    schema: &'a Value,
    /// Beside a `$ref`, which may carry words of its own.
    outer: &'a Value,
    holds: Holds<'a>,
    now: Option<&'a Value>,
    needed: bool,
    nullable: bool,
    /// A number that may also be a text of a given form, as amounts of money are.
    amount: bool,
}

enum Holds<'a> {
    Text,
    Choice(Vec<&'a str>),
    Integer,
    Number,
    YesNo,
    Lines,
}

/// The properties of `schema` that have a field for `data`, in the order of the schema.
pub(super) fn all<'a>(schema: &'a Value, data: &'a Data) -> impl Iterator<Item = Property<'a>> {
    let root = resolved(schema, schema);
    let needed = root.and_then(|root| root.get("required")).and_then(Value::as_array);
    let needed = move |name: &str| needed.is_some_and(|names| names.iter().any(|of| of == name));
    let properties = root.and_then(|root| root.get("properties")).and_then(Value::as_object);
    properties
        .into_iter()
        .flatten()
        .filter_map(move |(name, outer)| Property::new(schema, name, outer, data.get(name), needed(name)))
}

/// Whether a name can be that of a form's field: letters, digits, `_` and `-`, no digit first.
pub(super) fn is_plain(name: &str) -> bool {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    name.len() <= 60
        && name.chars().all(plain)
        && name.starts_with(|c: char| c.is_ascii_alphabetic() || c == '_')
}

/// Where a chain of references inside the schema ends. A registered schema has no circle; this ends anyway.
fn resolved<'a>(root: &'a Value, mut part: &'a Value) -> Option<&'a Value> {
    for _ in 0..16 {
        let Some(target) = part.get("$ref") else { return Some(part) };
        part = root.pointer(target.as_str()?.strip_prefix('#')?)?;
    }
    None
}

impl<'a> Property<'a> {
    fn new(
        root: &'a Value,
        name: &'a str,
        outer: &'a Value,
        now: Option<&'a Value>,
        needed: bool,
    ) -> Option<Self> {
        let schema = resolved(root, outer)?;
        if !is_plain(name) || schema.get("const").is_some() {
            return None;
        }
        let types = types(schema)?;
        let nullable = types.contains(&"null");
        let value = now.filter(|value| !value.is_null());
        let holds = match value {
            None if now.is_some() && !nullable => return None,
            None => types.iter().find_map(|name| holds(root, schema, name, None))?,
            Some(value) => {
                let fits = |name: &&str| is_of(value, name);
                types
                    .iter()
                    .filter(|name| fits(name))
                    .find_map(|name| holds(root, schema, name, Some(value)))?
            }
        };
        let may = |name: &str| types.contains(&name);
        let amount = may("string") && (may("integer") || may("number")) && schema.get("pattern").is_some();
        Some(Self { name, schema, outer, holds, now, needed, nullable, amount })
    }

    pub(super) fn field(&self) -> EditField {
        let value = self.shown();
        // What is blank already may stay so: it is sent back as it was.
        let is_blank = self.now.is_some() && value.is_empty();
        EditField {
            name: self.name.to_owned(),
            label: self.words("title").unwrap_or_else(|| key_words(self.name)),
            hint: self.words("description").or_else(|| self.hint().map(str::to_owned)),
            kind: self.kind(&value),
            required: self.blank().is_err() && !is_blank,
            max_length: match self.holds {
                Holds::Text => self.number("maxLength").and_then(|most| u32::try_from(most).ok()),
                _ => None,
            },
            value,
        }
    }

    /// What `text` says: nothing new, a value, or that there is none. Or what is wrong with it.
    pub(super) fn read(&self, text: &str) -> Result<Option<Option<Value>>, String> {
        let text = lines(text);
        if self.now.is_some() && text == lines(&self.shown()) {
            return Ok(None);
        }
        // Of free text every character counts.
        let free = self.schema.get("format").is_none() && !self.amount;
        let text = if matches!(self.holds, Holds::Text) && free { &text } else { text.trim() };
        if text.is_empty() {
            return match self.blank() {
                Ok(None) if self.now.is_none() => Ok(None),
                blank => blank.map(Some),
            };
        }
        let value = match self.holds {
            Holds::Text | Holds::Choice(_) => text.into(),
            Holds::Integer => text.parse::<i64>().map_err(|_| "must be a whole number")?.into(),
            Holds::Number => number(text).ok_or("must be a number such as 12.5")?,
            Holds::YesNo => text.parse::<bool>().map_err(|_| "must be true or false")?.into(),
            Holds::Lines => {
                text.split('\n').map(str::trim).filter(|line| !line.is_empty()).map(Value::from).collect()
            }
        };
        Ok(Some(Some(value)))
    }

    /// What a blank field means: no such property, or a value. Or that it must not be blank.
    fn blank(&self) -> Result<Option<Value>, String> {
        let any = |key: &str| self.number(key).unwrap_or(0) == 0;
        let free = self.schema.get("format").is_none() && self.schema.get("pattern").is_none();
        match self.holds {
            _ if !self.needed => Ok(None),
            _ if self.nullable => Ok(Some(Value::Null)),
            Holds::Text if any("minLength") && free => Ok(Some("".into())),
            Holds::Lines if any("minItems") => Ok(Some(Value::Array(vec![]))),
            _ => Err("is required".to_owned()),
        }
    }

    /// The value as its field shows it.
    fn shown(&self) -> String {
        match self.now {
            None | Some(Value::Null) => String::new(),
            Some(Value::String(text)) => text.clone(),
            Some(Value::Array(items)) => {
                items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join("\n")
            }
            Some(other) => canonical(other),
        }
    }

    fn kind(&self, value: &str) -> EditKind {
        match &self.holds {
            Holds::Text if value.contains(['\n', '\r']) => EditKind::Text,
            Holds::Text if self.amount => EditKind::NumberText,
            Holds::Text => match self.number("maxLength") {
                Some(most) if most > LINE => EditKind::Text,
                Some(_) => EditKind::Line,
                None if self.schema.get("format").is_some() => EditKind::Line,
                None if value.chars().count() > SHORT => EditKind::Text,
                None => EditKind::Line,
            },
            Holds::Choice(options) => {
                EditKind::Choice { options: options.iter().map(|option| (*option).to_owned()).collect() }
            }
            Holds::Integer => EditKind::Integer,
            Holds::Number => EditKind::NumberText,
            Holds::YesNo => EditKind::YesNo,
            Holds::Lines => EditKind::Lines,
        }
    }

    fn hint(&self) -> Option<&'static str> {
        let format = self.schema.get("format").and_then(Value::as_str);
        match (&self.holds, format) {
            (Holds::Lines, _) => Some("One on each line."),
            (Holds::Integer, _) if self.amount => {
                Some("A whole number. Money is in minor units, such as cents.")
            }
            (Holds::Integer, _) => Some("A whole number."),
            (Holds::Number, _) => Some("A number such as 12.5."),
            (Holds::Text, Some("date-time")) => Some("A time such as 2026-01-31T09:00:00Z."),
            (Holds::Text, Some("date")) => Some("A date such as 2026-01-31."),
            (Holds::Text, Some("email")) => Some("An e-mail address."),
            (Holds::Text, Some("uuid")) => Some("An id."),
            (Holds::Text, Some("uri")) => Some("An address such as https://example.com."),
            _ => None,
        }
    }

    fn words(&self, key: &str) -> Option<String> {
        let words = |schema: &Value| schema.get(key).and_then(Value::as_str).map(str::to_owned);
        words(self.outer).or_else(|| words(self.schema)).filter(|words| !words.trim().is_empty())
    }

    fn number(&self, key: &str) -> Option<u64> {
        self.schema.get(key).and_then(Value::as_u64)
    }
}

/// The types that a schema names, or that the words it lists have.
fn types(schema: &Value) -> Option<Vec<&str>> {
    match schema.get("type") {
        Some(Value::String(one)) => Some(vec![one.as_str()]),
        Some(Value::Array(some)) => some.iter().map(Value::as_str).collect(),
        Some(_) => None,
        None => {
            let words = schema.get("enum")?.as_array()?;
            let named = |null: bool| words.iter().any(|word| word.is_null() == null);
            let types = [(named(false), "string"), (named(true), "null")];
            Some(types.into_iter().filter(|(is, _)| *is).map(|(_, name)| name).collect())
        }
    }
}

fn is_of(value: &Value, name: &str) -> bool {
    match value {
        Value::String(_) => name == "string",
        Value::Bool(_) => name == "boolean",
        Value::Array(_) => name == "array",
        Value::Number(number) => name == "number" || name == "integer" && is_whole(number),
        Value::Null | Value::Object(_) => false,
    }
}

fn is_whole(number: &Number) -> bool {
    crate::domain::money::integer(&Value::Number(number.clone())).is_some()
}

/// What a field for a value of the type `name` holds; `None` where a form cannot carry it.
fn holds<'a>(root: &'a Value, schema: &'a Value, name: &str, value: Option<&Value>) -> Option<Holds<'a>> {
    if let Some(listed) = schema.get("enum") {
        let words = listed.as_array()?.iter().filter(|word| !word.is_null()).map(Value::as_str);
        let words: Vec<&str> = words.collect::<Option<_>>()?;
        let known = value.is_none_or(|value| words.iter().any(|word| value == word));
        let carried =
            words.iter().all(|word| !word.is_empty() && is_carried(word) && !word.contains(['\n', '\r']));
        return (name == "string" && known && carried).then_some(Holds::Choice(words));
    }
    match name {
        "string" => value.and_then(Value::as_str).is_none_or(is_carried).then_some(Holds::Text),
        "integer" => Some(Holds::Integer),
        "number" => Some(Holds::Number),
        "boolean" => Some(Holds::YesNo),
        "array" => {
            let items = resolved(root, schema.get("items")?)?;
            let are_texts = items.get("type")? == "string" && schema.get("prefixItems").is_none();
            let entries = value.and_then(Value::as_array).into_iter().flatten();
            (are_texts && entries.into_iter().all(is_line)).then_some(Holds::Lines)
        }
        _ => None,
    }
}

/// Whether an entry of a list is one line that reads back as it is.
fn is_line(entry: &Value) -> bool {
    let Value::String(text) = entry else { return false };
    !text.is_empty() && text.trim() == text && is_carried(text) && !text.contains(['\n', '\r'])
}

/// HTML has no way to write U+0000.
fn is_carried(text: &str) -> bool {
    !text.contains('\0')
}

/// A form's line ends: browsers keep no other.
fn lines(text: &str) -> String {
    text.replace("\r\n", "\n").replace('\r', "\n")
}

fn number(text: &str) -> Option<Value> {
    match text.parse::<i64>() {
        Ok(whole) => Some(whole.into()),
        Err(_) => Number::from_f64(text.parse().ok()?).map(Value::Number),
    }
}
