//! JSON Schemas (2020-12) of action data: checking data against them, and checking the schemas themselves.
//!
//! A workspace's schema is input from outside: it may name nothing beyond itself, its patterns run in linear time,
//! and it is small once its references are written out.

use crate::domain::canonical::{Data, escape};
use crate::domain::catalogue;
use crate::domain::{AppError, AppResult, FieldError};
use jsonschema::error::ValidationErrorKind as Kind;
use jsonschema::{Draft, PatternOptions, ValidationError, Validator};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::{Arc, OnceLock};

/// Longest schema that a workspace may register, as canonical text in bytes.
pub const MAX_SCHEMA_BYTES: usize = 32 * 1024;
/// Most values in a schema with its references written out; checking data takes time in this measure.
const MAX_EXPANDED: usize = 20_000;
const MAX_DEPTH: usize = 32;
/// Most faults that one answer lists.
const MAX_ERRORS: usize = 20;

/// A compiled schema.
#[derive(Clone, Debug)]
pub struct Compiled(Arc<Validator>);

impl Compiled {
    /// Compiles a schema. The fault is at `/schema`.
    pub fn new(schema: &Value) -> AppResult<Self> {
        jsonschema::options()
            .with_draft(Draft::Draft202012)
            .should_validate_formats(true)
            .should_ignore_unknown_formats(false)
            .offline()
            .with_pattern_options(PatternOptions::regex().size_limit(1 << 20).dfa_size_limit(1 << 20))
            .build(schema)
            .map(|validator| Self(Arc::new(validator)))
            .map_err(|error| AppError::invalid("/schema", clip(&error.to_string())))
    }

    /// Checks action data. Faults are at `/actionData/…`.
    pub fn check(&self, data: &Data) -> AppResult<()> {
        let value = data.to_value();
        let errors: Vec<_> = self.0.iter_errors(&value).take(MAX_ERRORS).flat_map(|e| faults(&e)).collect();
        if errors.is_empty() { Ok(()) } else { Err(AppError::Invalid { errors }) }
    }
}

/// Checks action data against a schema that [`check_schema`] has let in.
pub fn check(schema: &Value, data: &Data) -> AppResult<()> {
    Compiled::new(schema)?.check(data)
}

/// Checks the data of a built-in type; `None` where there is no such type. Each schema is compiled once.
pub fn check_builtin(action_type: &str, data: &Data) -> Option<AppResult<()>> {
    static COMPILED: OnceLock<HashMap<&str, OnceLock<AppResult<Compiled>>>> = OnceLock::new();
    let spec = catalogue::find(action_type)?;
    let all = COMPILED.get_or_init(|| catalogue::all().iter().map(|s| (s.name, OnceLock::new())).collect());
    let compile = || match serde_json::from_str(spec.schema) {
        Ok(schema) => Compiled::new(&schema),
        Err(error) => Err(AppError::invalid("/schema", error.to_string())),
    };
    let compiled = all.get(spec.name)?.get_or_init(compile);
    Some(compiled.clone().and_then(|compiled| compiled.check(data)))
}

/// Checks a schema that a workspace registers. Faults are at `/schema/…`.
pub fn check_schema(schema: &Value) -> AppResult<()> {
    if !schema.is_object() {
        return Err(AppError::invalid("/schema", "must be a JSON object"));
    }
    if crate::domain::canonical::canonical(schema).len() > MAX_SCHEMA_BYTES {
        return Err(AppError::invalid("/schema", "is longer than 32 KiB"));
    }
    Walk { root: schema, sizes: HashMap::new() }.size(schema, "", 0)?;
    Compiled::new(schema).map(drop)
}

/// Keywords that reach outside the schema, or that change what a reference means.
const REFUSED: &[&str] =
    &["$id", "$anchor", "$dynamicRef", "$dynamicAnchor", "$recursiveRef", "$recursiveAnchor", "$vocabulary"];

/// Sizes of a schema's parts with their references written out.
struct Walk<'a> {
    root: &'a Value,
    /// By the target of a reference; `None` while it is being measured, which shows a circle.
    sizes: HashMap<String, Option<usize>>,
}

impl<'a> Walk<'a> {
    fn size(&mut self, value: &'a Value, at: &str, depth: usize) -> AppResult<usize> {
        let fault = |detail: &str| AppError::invalid(format!("/schema{at}"), detail);
        if depth > MAX_DEPTH {
            return Err(fault("is nested deeper than 32 levels"));
        }
        let mut size = 1;
        match value {
            Value::Array(items) => {
                for (index, item) in items.iter().enumerate() {
                    size += self.size(item, &format!("{at}/{index}"), depth + 1)?;
                }
            }
            Value::Object(map) => {
                for (key, item) in map {
                    let place = format!("{at}/{}", escape(key));
                    match item {
                        Value::String(target) if key == "$ref" => {
                            size += self.reference(target, &place, depth)?
                        }
                        Value::String(_) if REFUSED.contains(&key.as_str()) => {
                            return Err(AppError::invalid(
                                format!("/schema{place}"),
                                "is not supported here",
                            ));
                        }
                        Value::String(draft) if key == "$schema" && !is_2020_12(draft) => {
                            return Err(AppError::invalid(
                                format!("/schema{place}"),
                                "must be https://json-schema.org/draft/2020-12/schema",
                            ));
                        }
                        _ => size += self.size(item, &place, depth + 1)?,
                    }
                }
            }
            _ => {}
        }
        if size > MAX_EXPANDED {
            return Err(fault("is too large once its references are written out"));
        }
        Ok(size)
    }

    fn reference(&mut self, target: &str, at: &str, depth: usize) -> AppResult<usize> {
        let fault = |detail: &str| AppError::invalid(format!("/schema{at}"), detail);
        let pointer = match target.strip_prefix('#') {
            Some(pointer) if (pointer.is_empty() || pointer.starts_with('/')) && !pointer.contains('%') => {
                pointer
            }
            _ => return Err(fault("must be a JSON Pointer into this schema, such as #/$defs/name")),
        };
        match self.sizes.get(pointer) {
            Some(Some(size)) => return Ok(*size),
            Some(None) => return Err(fault("refers to itself")),
            None => {}
        }
        let root = self.root;
        let inner = root.pointer(pointer).ok_or_else(|| fault("points to nothing"))?;
        self.sizes.insert(pointer.to_owned(), None);
        let size = self.size(inner, pointer, depth + 1)?;
        self.sizes.insert(pointer.to_owned(), Some(size));
        Ok(size)
    }
}

fn is_2020_12(draft: &str) -> bool {
    draft.trim_end_matches('#') == "https://json-schema.org/draft/2020-12/schema"
}

/// One fault in words, at the place to mend. The value itself is left out: it may be long, or secret.
fn faults(error: &ValidationError<'_>) -> Vec<FieldError> {
    let at = format!("/actionData{}", error.instance_path());
    let one = |detail: String| vec![FieldError::new(at.clone(), detail)];
    let inside = |key: &str, detail: &str| FieldError::new(format!("{at}/{}", escape(key)), detail);
    match error.kind() {
        Kind::Required { property } => vec![inside(property.as_str().unwrap_or_default(), "is required")],
        Kind::AdditionalProperties { unexpected } | Kind::UnevaluatedProperties { unexpected } => {
            let unexpected = unexpected.iter().take(MAX_ERRORS);
            unexpected.map(|key| inside(key, "is not a field of this action")).collect()
        }
        Kind::Format { format } => one(format!("must have the format \"{format}\"")),
        Kind::MinLength { limit } => one(format!("must have at least {limit} characters")),
        Kind::MaxLength { limit } => one(format!("must have at most {limit} characters")),
        Kind::MinItems { limit } => one(format!("must have at least {limit} entries")),
        Kind::MaxItems { limit } => one(format!("must have at most {limit} entries")),
        Kind::MinProperties { limit } => one(format!("must have at least {limit} fields")),
        Kind::FalseSchema => one("is not allowed here".to_owned()),
        _ => one(clip(&error.masked().to_string())),
    }
}

fn clip(text: &str) -> String {
    text.chars().take(300).collect()
}

#[cfg(test)]
mod tests;
