//! Query parameters, strictly: unknown and repeated ones are refused by name, empty ones count as absent.

use super::{query_de, quoted_field, shorten};
use crate::domain::{AppError, FieldError};
use crate::server::http::problem::Problem;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use serde::de::DeserializeOwned;
use validator::Validate;

/// Parameters of the address. `T` is a struct; a field that is a list takes its items separated by commas.
#[derive(Clone, Debug)]
pub struct Query<T>(pub T);

impl<T: DeserializeOwned + Validate, S: Send + Sync> FromRequestParts<S> for Query<T> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        read(parts.uri.query().unwrap_or_default()).map(Self)
    }
}

fn read<T: DeserializeOwned + Validate>(query: &str) -> Result<T, Problem> {
    let mut pairs: Vec<(String, String)> = Vec::new();
    for pair in query.split('&').filter(|pair| !pair.is_empty()) {
        let (name, value) = pair.split_once('=').unwrap_or((pair, ""));
        let name = decode(name)?;
        let value = decode(value)?;
        if pairs.iter().any(|(known, _)| *known == name) {
            return Err(AppError::invalid(name, "is given more than once").into());
        }
        pairs.push((name, value));
    }
    // An empty value stays until the names are checked: `?nonsense=` is still nonsense.
    let typed: T = query_de::from_pairs(pairs).map_err(|fault| {
        let message = fault.inner().to_string();
        match quoted_field(&message, "unknown field") {
            Some(name) => Problem::from(AppError::invalid(name, "is not a known parameter")),
            None => match quoted_field(&message, "missing field") {
                Some(name) => AppError::invalid(name, "is missing").into(),
                None => AppError::invalid(fault.path().to_string(), shorten(&message)).into(),
            },
        }
    })?;
    typed.validate().map_err(|found| by_name(found.into()))?;
    Ok(typed)
}

/// A parameter's pointer is its name, without the slash of a JSON Pointer.
fn by_name(error: AppError) -> AppError {
    match error {
        AppError::Invalid { errors } => AppError::Invalid {
            errors: errors
                .into_iter()
                .map(|fault| FieldError::new(fault.pointer.trim_start_matches('/'), fault.detail))
                .collect(),
        },
        other => other,
    }
}

/// `application/x-www-form-urlencoded` text.
fn decode(text: &str) -> Result<String, Problem> {
    let fault = || Problem::malformed(shorten(text), "is not percent-encoded UTF-8");
    let mut bytes = Vec::with_capacity(text.len());
    let mut rest = text.as_bytes().iter().copied();
    while let Some(byte) = rest.next() {
        bytes.push(match byte {
            b'+' => b' ',
            b'%' => {
                let mut digit = || rest.next().and_then(|b| char::from(b).to_digit(16));
                match (digit(), digit()) {
                    (Some(high), Some(low)) => u8::try_from(high * 16 + low).map_err(|_| fault())?,
                    _ => return Err(fault()),
                }
            }
            other => other,
        });
    }
    String::from_utf8(bytes).map_err(|_| fault())
}
