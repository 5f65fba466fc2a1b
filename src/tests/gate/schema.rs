//! What the API's own description says about a body: its fields, what they may be, which are needed.

use serde_json::Value;
use std::collections::BTreeSet;

/// One field of a body.
#[derive(Debug)]
pub struct Field {
    pub name: String,
    pub required: bool,
    /// JSON types that it may have; empty when the description does not say.
    pub types: BTreeSet<String>,
    pub is_uuid: bool,
    pub is_enum: bool,
    /// An object whose keys are the sender's.
    pub is_free: bool,
}

impl Field {
    pub fn takes(&self, json_type: &str) -> bool {
        self.types.contains(json_type) || (json_type == "integer" && self.types.contains("number"))
    }
}

/// The fields of the body of one operation; `None` when it takes none.
pub fn fields(document: &Value, path: &str, method: &str) -> Option<Vec<Field>> {
    let operation = &document["paths"][path][method];
    let schema = operation["requestBody"]["content"]["application/json"].get("schema")?;
    let schema = resolve(document, schema);
    let required: BTreeSet<&str> =
        schema["required"].as_array().into_iter().flatten().filter_map(Value::as_str).collect();
    let properties = schema["properties"].as_object()?;
    let field = |(name, property): (&String, &Value)| {
        let mut field = Field {
            name: name.clone(),
            required: required.contains(name.as_str()),
            types: BTreeSet::new(),
            is_uuid: false,
            is_enum: false,
            is_free: false,
        };
        read(document, property, &mut field);
        field
    };
    Some(properties.iter().map(field).collect())
}

fn resolve<'a>(document: &'a Value, schema: &'a Value) -> &'a Value {
    match schema.get("$ref").and_then(Value::as_str) {
        Some(place) => document.pointer(place.trim_start_matches('#')).expect("a reference leads somewhere"),
        None => schema,
    }
}

fn read(document: &Value, schema: &Value, field: &mut Field) {
    let schema = resolve(document, schema);
    match &schema["type"] {
        Value::String(one) => {
            field.types.insert(one.clone());
        }
        Value::Array(some) => field.types.extend(some.iter().filter_map(Value::as_str).map(str::to_owned)),
        _ => {}
    }
    field.is_uuid |= schema["format"] == "uuid";
    field.is_enum |= schema.get("enum").is_some();
    field.is_free |= schema.get("additionalProperties").is_some_and(|more| *more != Value::Bool(false));
    for key in ["oneOf", "anyOf", "allOf"] {
        for part in schema[key].as_array().into_iter().flatten() {
            read(document, part, field);
        }
    }
}

/// The names of the query's parameters of one operation.
pub fn parameters(document: &Value, path: &str, method: &str) -> Vec<String> {
    let parameters = document["paths"][path][method]["parameters"].as_array();
    let in_query = |parameter: &&Value| parameter["in"] == "query";
    parameters
        .into_iter()
        .flatten()
        .filter(in_query)
        .filter_map(|parameter| parameter["name"].as_str().map(str::to_owned))
        .collect()
}
