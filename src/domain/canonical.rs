//! Action data as a value that reads the same for everyone: strict JSON in (RFC 7493), one canonical text out
//! (RFC 8785), one SHA-256 over it. What a reviewer saw is named by that hash.

use super::error::{AppError, AppResult, FieldError};
use serde::{
    Deserialize, Deserializer, Serialize,
    de::{
        self, IntoDeserializer, MapAccess, SeqAccess, Visitor, value::MapDeserializer, value::SeqDeserializer,
    },
    forward_to_deserialize_any,
};
use serde_json::{Map, Number, Value};
use sha2::{Digest, Sha256};
use std::fmt;

/// The largest integer that every JSON reader keeps exactly: 2^53 - 1 (RFC 7493, section 2.2).
pub const MAX_SAFE_INTEGER: i64 = 9_007_199_254_740_991;
/// Deeper nesting has no honest use in action data and costs stack in every reader.
pub const MAX_DEPTH: usize = 32;
/// Canonical action data may be this long, in bytes; a reviewer cannot read more.
pub const MAX_BYTES: usize = 256 * 1024;

/// A JSON object that has passed the strict reading: no duplicate keys, no integer beyond 2^53 - 1, at most
/// [`MAX_DEPTH`] levels, at most [`MAX_BYTES`] as canonical text.
#[derive(Clone, Debug, PartialEq, Serialize, Default)]
#[serde(transparent)]
pub struct Data(Map<String, Value>);

impl Data {
    /// Checks an already parsed value. Duplicate keys can only be seen while parsing: see [`Data::parse`].
    pub fn from_value(value: Value) -> AppResult<Self> {
        let Value::Object(map) = value else {
            return Err(AppError::invalid("", "must be a JSON object"));
        };
        let mut errors = Vec::new();
        for (key, value) in &map {
            check(value, &format!("/{}", escape(key)), 1, &mut errors);
        }
        if !errors.is_empty() {
            return Err(AppError::Invalid { errors });
        }
        let data = Self(map);
        if data.canonical().len() > MAX_BYTES {
            return Err(AppError::invalid("", "is longer than 256 KiB"));
        }
        Ok(data)
    }

    /// Reads JSON text strictly.
    pub fn parse(text: &str) -> AppResult<Self> {
        let strict: Strict = serde_json::from_str(text)
            .map_err(|e| AppError::invalid("", format!("cannot be read as JSON: {e}")))?;
        Self::from_value(strict.0)
    }

    pub fn as_map(&self) -> &Map<String, Value> {
        &self.0
    }

    pub fn get(&self, key: &str) -> Option<&Value> {
        self.0.get(key)
    }

    pub fn to_value(&self) -> Value {
        Value::Object(self.0.clone())
    }

    /// The RFC 8785 text.
    pub fn canonical(&self) -> String {
        canonical(&Value::Object(self.0.clone()))
    }

    /// `SHA-256` of the RFC 8785 text, as 64 lower-case hex digits: the `argsHash` of an approval.
    pub fn hash(&self) -> String {
        sha256_hex(self.canonical().as_bytes())
    }
}

impl<'de> Deserialize<'de> for Data {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        let strict = Strict::deserialize(deserializer)?;
        Self::from_value(strict.0).map_err(|e| match e.errors().first() {
            Some(FieldError { pointer, detail }) => de::Error::custom(format_args!("{pointer}: {detail}")),
            None => de::Error::custom(e),
        })
    }
}

impl utoipa::PartialSchema for Data {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::schema::Schema> {
        utoipa::openapi::ObjectBuilder::new()
            .description(Some(
                "A JSON object (RFC 7493: no duplicate keys, integers within 2^53 - 1), at most 32 levels and 256 KiB.",
            ))
            .additional_properties(Some(utoipa::openapi::schema::AdditionalProperties::FreeForm(true)))
            .build()
            .into()
    }
}

impl utoipa::ToSchema for Data {}

/// The RFC 8785 text of any value.
pub fn canonical(value: &Value) -> String {
    // A `Value` holds only finite numbers and string keys, so canonical writing cannot fail; the plain text keeps
    // the hash defined (and different) if that ever changes.
    serde_json_canonicalizer::to_string(value).unwrap_or_else(|_| value.to_string())
}

pub fn sha256_hex(bytes: &[u8]) -> String {
    hex::encode(Sha256::digest(bytes))
}

/// Escapes a key for a JSON Pointer (RFC 6901).
pub fn escape(key: &str) -> String {
    key.replace('~', "~0").replace('/', "~1")
}

fn check(value: &Value, at: &str, depth: usize, errors: &mut Vec<FieldError>) {
    if depth > MAX_DEPTH {
        errors.push(FieldError::new(at, "is nested deeper than 32 levels"));
        return;
    }
    match value {
        Value::Number(number) if !is_exact(number) => {
            errors.push(FieldError::new(at, "is a number beyond 2^53 - 1; send it as a string"));
        }
        Value::Array(items) => {
            for (index, item) in items.iter().enumerate() {
                check(item, &format!("{at}/{index}"), depth + 1, errors);
            }
        }
        Value::Object(map) => {
            for (key, item) in map {
                check(item, &format!("{at}/{}", escape(key)), depth + 1, errors);
            }
        }
        _ => {}
    }
}

fn is_exact(number: &Number) -> bool {
    match (number.as_i64(), number.as_f64()) {
        (Some(integer), _) => integer.unsigned_abs() <= MAX_SAFE_INTEGER.unsigned_abs(),
        (None, Some(float)) => float.abs() <= MAX_SAFE_INTEGER as f64 || float.fract() != 0.0,
        (None, None) => false,
    }
}

/// A JSON value read with duplicate keys refused.
pub struct Strict(pub Value);

impl<'de> Deserialize<'de> for Strict {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(StrictVisitor)
    }
}

struct StrictVisitor;

impl<'de> Visitor<'de> for StrictVisitor {
    type Value = Strict;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a JSON value")
    }
    fn visit_bool<E>(self, v: bool) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }
    fn visit_i64<E>(self, v: i64) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }
    fn visit_u64<E>(self, v: u64) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }
    fn visit_f64<E>(self, v: f64) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }
    fn visit_str<E>(self, v: &str) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }
    fn visit_string<E>(self, v: String) -> Result<Strict, E> {
        Ok(Strict(v.into()))
    }
    fn visit_unit<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }
    fn visit_none<E>(self) -> Result<Strict, E> {
        Ok(Strict(Value::Null))
    }
    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Strict, A::Error> {
        let mut items = Vec::new();
        while let Some(Strict(item)) = seq.next_element()? {
            items.push(item);
        }
        Ok(Strict(Value::Array(items)))
    }
    fn visit_map<A: MapAccess<'de>>(self, mut access: A) -> Result<Strict, A::Error> {
        let mut map = Map::new();
        while let Some(key) = access.next_key::<String>()? {
            if map.contains_key(&key) {
                return Err(de::Error::custom(format_args!("duplicate key \"{key}\"")));
            }
            let Strict(value) = access.next_value()?;
            map.insert(key, value);
        }
        Ok(Strict(Value::Object(map)))
    }
}

/// A value to read a type from, where a struct is read from an object only: serde would also take a list of its
/// fields in their order, which no description of ours allows.
pub struct ByName(pub Value);

impl<'de> IntoDeserializer<'de, serde_json::Error> for ByName {
    type Deserializer = Self;
    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for ByName {
    type Error = serde_json::Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Array(items) => visitor.visit_seq(SeqDeserializer::new(items.into_iter().map(Self))),
            Value::Object(map) => visitor
                .visit_map(MapDeserializer::new(map.into_iter().map(|(key, value)| (key, Self(value))))),
            plain => plain.deserialize_any(visitor),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        _: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Array(_) => Err(de::Error::custom("must be a JSON object")),
            _ => self.deserialize_any(visitor),
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Self::Error> {
        match self.0 {
            Value::Null => visitor.visit_none(),
            _ => visitor.visit_some(self),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(
        self,
        _: &'static str,
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Self::Error> {
        self.0.deserialize_enum(name, variants, visitor)
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    /// RFC 8785, section 3.2.2: the sample object and its canonical form.
    #[test]
    fn the_sample_of_rfc_8785() {
        let text = r#"{"numbers":[333333333.33333329,1E30,4.50,2e-3,0.000000000000000000000000001],
            "string":"\u20ac$\u000F\u000aA'\u0042\u0022\u005c\\\"\/","literals":[null,true,false]}"#;
        let Strict(value) = serde_json::from_str(text).unwrap();
        assert_eq!(
            canonical(&value),
            "{\"literals\":[null,true,false],\"numbers\":[333333333.3333333,1e+30,4.5,0.002,1e-27],\"string\":\"€$\\u000f\\nA'B\\\"\\\\\\\\\\\"/\"}"
        );
    }

    #[test]
    fn key_order_and_spacing_do_not_change_the_hash_and_a_number_does() {
        let a = Data::parse(r#"{"b":1,"a":{"y":"2","x":[1,2]}}"#).unwrap();
        let b = Data::parse(r#"{ "a": {"x":[1,2], "y":"2"}, "b": 1.0 }"#).unwrap();
        let c = Data::parse(r#"{"b":2,"a":{"y":"2","x":[1,2]}}"#).unwrap();
        assert_eq!(a.hash(), b.hash());
        assert_ne!(a.hash(), c.hash());
    }

    #[test]
    fn what_json_readers_disagree_on_is_refused_with_its_place() {
        for (text, place) in [
            (r#"{"a":1,"a":2}"#, ""),
            (r#"{"a":{"b":[0,9007199254740993]}}"#, "/a/b/1"),
            (r#"{"a/b":-9007199254740993}"#, "/a~1b"),
            (r#"{"a":1e300}"#, "/a"),
            (r#"{"a":"\ud800"}"#, ""),
            (r#"{"a":NaN}"#, ""),
            ("[]", ""),
        ] {
            let error = Data::parse(text).unwrap_err();
            assert_eq!(error.errors()[0].pointer, place, "{text}: {error}");
        }
        let deep = format!("{}1{}", "{\"a\":".repeat(40), "}".repeat(40));
        assert!(Data::parse(&deep).is_err());
    }

    fn json() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            (-MAX_SAFE_INTEGER..=MAX_SAFE_INTEGER).prop_map(Value::from),
            ".*".prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 32, 6, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..6).prop_map(Value::from),
                prop::collection::hash_map(".*", inner, 0..6)
                    .prop_map(|m| Value::Object(m.into_iter().collect())),
            ]
        })
    }

    proptest! {
        #[test]
        fn canonical_text_reads_back_as_itself(value in prop::collection::hash_map(".*", json(), 0..6)) {
            let data = Data::from_value(Value::Object(value.into_iter().collect())).unwrap();
            let again = Data::parse(&data.canonical()).unwrap();
            prop_assert_eq!(again.canonical(), data.canonical());
            prop_assert_eq!(again.hash(), data.hash());
        }
    }
}
