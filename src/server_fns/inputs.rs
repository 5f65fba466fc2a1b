//! Inputs that a form can only send as text, read the same from a form and from JSON.

use crate::domain::canonical::{Data, Strict};
use crate::domain::{AppError, AppResult, FieldError};
use serde::{Deserialize, Deserializer, Serialize, de};
use serde_json::Value;

/// A JSON object, or its text.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(transparent)]
pub struct DataOrText(Value);

impl<'de> Deserialize<'de> for DataOrText {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Strict::deserialize(deserializer).map(|Strict(value)| Self(value))
    }
}

impl DataOrText {
    /// The object; blank text is none. Faults are named at `pointer` and below.
    pub fn read(self, pointer: &str) -> AppResult<Option<Data>> {
        let read = match self.0 {
            Value::String(text) if text.trim().is_empty() => return Ok(None),
            Value::String(text) => Data::parse(&text),
            other => Data::from_value(other),
        };
        read.map(Some).map_err(|error| below(pointer, error))
    }
}

/// Words in a list, or in one text between spaces, commas or lines.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Words(pub Vec<String>);

impl<'de> Deserialize<'de> for Words {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Text(String),
            List(Vec<String>),
        }
        Ok(Self(match Either::deserialize(deserializer)? {
            Either::List(words) => words,
            Either::Text(text) => {
                let words = text.split(|c: char| c == ',' || c.is_whitespace());
                words.filter(|word| !word.is_empty()).map(str::to_owned).collect()
            }
        }))
    }
}

/// A whole number, or its text; nothing when it is absent or blank.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct WholeOrBlank(pub Option<i64>);

impl<'de> Deserialize<'de> for WholeOrBlank {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        #[derive(Deserialize)]
        #[serde(untagged)]
        enum Either {
            Whole(i64),
            Text(String),
        }
        Ok(Self(match Option::<Either>::deserialize(deserializer)? {
            None => None,
            Some(Either::Whole(number)) => Some(number),
            Some(Either::Text(text)) if text.trim().is_empty() => None,
            Some(Either::Text(text)) => {
                Some(text.trim().parse().map_err(|_| de::Error::custom("must be a whole number"))?)
            }
        }))
    }
}

fn below(pointer: &str, error: AppError) -> AppError {
    match error {
        AppError::Invalid { errors } => AppError::Invalid {
            errors: errors
                .into_iter()
                .map(|fault| FieldError { pointer: format!("{pointer}{}", fault.pointer), ..fault })
                .collect(),
        },
        other => other,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server_fns::codec::{from_form, from_json};

    #[derive(Debug, PartialEq, Deserialize)]
    struct Args {
        words: Words,
        data: Option<DataOrText>,
    }

    #[test]
    fn text_and_structure_are_the_same_input() {
        let form: Args = from_form("words=a.com%0D%0Ab.com%2C+c.com&data=%7B%22x%22%3A1%7D").unwrap();
        let json: Args = from_json(r#"{"words":["a.com","b.com","c.com"],"data":{"x":1}}"#).unwrap();
        assert_eq!(form.words, json.words);
        let read = |args: Args| args.data.unwrap().read("/data").unwrap();
        assert_eq!(read(form), read(json));
    }

    #[test]
    fn faults_are_named_below_the_pointer() {
        let wrong = DataOrText(Value::String("{\"a\":1e300}".to_owned())).read("/schema").unwrap_err();
        assert_eq!(wrong.errors()[0].pointer, "/schema/a");
        assert_eq!(DataOrText(Value::String(" ".to_owned())).read("/schema").unwrap(), None);
    }
}
