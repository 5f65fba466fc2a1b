//! The parameters of a list: text that becomes what it means, or a note of what is wrong with it.

use super::FieldError;
use super::text;
use std::fmt::Display;
use std::str::FromStr;

/// A parameter that is there and not empty: plain HTML forms send empty ones.
pub fn given(text: Option<&str>) -> Option<&str> {
    text.map(str::trim).filter(|text| !text.is_empty())
}

/// A parameter's text, or a note that it holds U+0000, which PostgreSQL cannot take.
pub fn words_of(name: &str, text: Option<&str>, errors: &mut Vec<FieldError>) -> Option<String> {
    let text = given(text)?;
    match text::no_nul(text) {
        Ok(()) => Some(text.to_owned()),
        Err(fault) => {
            errors.push(FieldError::new(name, fault.message.unwrap_or_default()));
            None
        }
    }
}

/// Parses a parameter, or notes what is wrong with it.
pub fn parsed<T: FromStr<Err: Display>>(
    name: &str,
    text: Option<&str>,
    errors: &mut Vec<FieldError>,
) -> Option<T> {
    match given(text)?.parse() {
        Ok(value) => Some(value),
        Err(cause) => {
            errors.push(FieldError::new(name, cause.to_string()));
            None
        }
    }
}

/// A field of a change that may be absent (stays), `null` (is emptied) or have a value.
pub mod double_option {
    use serde::{Deserialize, Deserializer, Serialize, Serializer};

    pub fn deserialize<'de, D: Deserializer<'de>, T: Deserialize<'de>>(
        deserializer: D,
    ) -> Result<Option<Option<T>>, D::Error> {
        Option::deserialize(deserializer).map(Some)
    }

    pub fn serialize<S: Serializer, T: Serialize>(
        value: &Option<Option<T>>,
        serializer: S,
    ) -> Result<S::Ok, S::Error> {
        value.as_ref().and_then(Option::as_ref).serialize(serializer)
    }
}
