//! How arguments arrive: JSON from programs and from the hydrated page, a form from a page without JavaScript.
//!
//! One endpoint takes both, so that a form and an API call are the same function. In a form, fields are
//! `name="input[field]"`; a blank field counts as absent unless a hidden field `_clearable` names it; fields that
//! begin with `_` are for the form's own use. The answer is JSON.

use super::call::{call, read, unwritable};
use crate::domain::AppError;
use bytes::Bytes;
use serde::{Serialize, de::DeserializeOwned};
use server_fn::client::Client;
use server_fn::codec::{Json, Post};
use server_fn::server::Server;
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType, Http, Protocol};
use std::fmt;

/// How every server function is called.
///
/// The server does what `server_fn` does for HTTP. The browser has one sender and one reader for all functions,
/// where `server_fn` would build both anew for each.
pub struct JsonOrForm;

impl<I, O, C, S> Protocol<I, O, C, S, AppError> for JsonOrForm
where
    I: Serialize + DeserializeOwned + Send,
    O: Serialize + DeserializeOwned + Send,
    C: Client<AppError>,
    S: Server<AppError>,
{
    const METHOD: http::Method = http::Method::POST;

    async fn run_server<F, R>(request: S::Request, function: F) -> Result<S::Response, AppError>
    where
        F: Fn(I) -> R + Send,
        R: Future<Output = Result<O, AppError>> + Send,
    {
        type OverHttp = Http<Post<JsonOrFormBody>, Json>;
        <OverHttp as Protocol<I, O, C, S, AppError>>::run_server(request, function).await
    }

    async fn run_client(path: &str, input: I) -> Result<O, AppError> {
        let body = serde_json::to_string(&input).map_err(|e| unwritable(&e))?;
        read(&call(path, JsonOrFormBody::CONTENT_TYPE, body).await?)
    }
}

pub struct JsonOrFormBody;

impl ContentType for JsonOrFormBody {
    const CONTENT_TYPE: &'static str = "application/json";
}

impl FormatType for JsonOrFormBody {
    const FORMAT_TYPE: Format = Format::Text;
}

impl<T: Serialize> Encodes<T> for JsonOrFormBody {
    type Error = serde_json::Error;

    fn encode(input: &T) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(input).map(Bytes::from)
    }
}

impl<T: DeserializeOwned> Decodes<T> for JsonOrFormBody {
    type Error = Refused;

    /// The two cannot be confused: JSON arguments begin with a brace, which a form body has only percent-encoded.
    fn decode(body: Bytes) -> Result<T, Refused> {
        let text = std::str::from_utf8(&body)
            .map_err(|_| Refused(AppError::Malformed { detail: "The body is not UTF-8.".to_owned() }))?;
        let is_json = text.trim_start().starts_with('{');
        if is_json { from_json(text) } else { from_form(text) }.map_err(Refused)
    }
}

/// A typed error on its way through `server_fn`, which carries only text: it is written as JSON and read back by
/// [`Refused::read`].
#[derive(Debug)]
pub struct Refused(AppError);

impl fmt::Display for Refused {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0.problem().to_string())
    }
}

impl std::error::Error for Refused {}

impl Refused {
    pub fn read(text: &str) -> AppError {
        serde_json::from_str(text).unwrap_or_else(|_| AppError::Malformed { detail: text.to_owned() })
    }
}

/// Strict JSON: duplicate keys refused at any depth, the first fault named with its place.
pub fn from_json<T: DeserializeOwned>(text: &str) -> Result<T, AppError> {
    let crate::domain::canonical::Strict(value) = serde_json::from_str(text)
        .map_err(|e| AppError::Malformed { detail: format!("The body is not JSON: {e}.") })?;
    serde_path_to_error::deserialize(crate::domain::canonical::ByName(value)).map_err(|e| {
        let path = e.path().to_string();
        let pointer = if path == "." {
            String::new()
        } else {
            format!("/{}", path.replace(['.', '['], "/").replace(']', ""))
        };
        AppError::invalid(pointer, e.into_inner().to_string())
    })
}

/// A form body: blank fields dropped unless named `_clearable`, names with brackets nested.
pub fn from_form<T: DeserializeOwned>(text: &str) -> Result<T, AppError> {
    let pairs: Vec<(String, String)> = form_urlencoded::parse(text.as_bytes()).into_owned().collect();
    let clearable: Vec<&str> =
        pairs.iter().filter(|(name, _)| name == "_clearable").map(|(_, value)| value.as_str()).collect();
    let mut kept = form_urlencoded::Serializer::new(String::new());
    for (name, value) in &pairs {
        if !name.starts_with('_') && (!value.is_empty() || clearable.contains(&name.as_str())) {
            // A form sends every line end as CR LF, whatever the person typed or the page showed.
            kept.append_pair(name, &value.replace("\r\n", "\n"));
        }
    }
    // Not strict: browsers percent-encode the brackets of names.
    serde_qs::Config::new(6, false)
        .deserialize_str(&kept.finish())
        .map_err(|e| AppError::invalid("", e.to_string()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde::Deserialize;

    #[derive(Debug, PartialEq, Deserialize)]
    #[serde(rename_all = "camelCase", deny_unknown_fields)]
    struct Inner {
        approved: bool,
        seconds: Option<i64>,
        review_notes: Option<String>,
    }

    #[derive(Debug, PartialEq, Deserialize)]
    struct Args {
        id: String,
        input: Inner,
    }

    #[test]
    fn a_form_and_json_give_the_same_arguments() {
        let form = "id=7&input%5Bapproved%5D=true&input%5Bseconds%5D=60&input%5BreviewNotes%5D=&_next=%2F";
        let json = r#"{"id":"7","input":{"approved":true,"seconds":60}}"#;
        assert_eq!(from_form::<Args>(form).unwrap(), from_json::<Args>(json).unwrap());
    }

    #[test]
    fn faults_are_named_with_their_place() {
        let wrong = from_json::<Args>(r#"{"id":"7","input":{"approved":"yes"}}"#).unwrap_err();
        assert_eq!(wrong.errors()[0].pointer, "/input/approved");
        let listed = from_json::<Args>(r#"{"id":"7","input":[true]}"#).unwrap_err();
        assert_eq!(listed.errors()[0].pointer, "/input");
        assert!(matches!(from_json::<Args>(r#"{"id":"7","id":"8"}"#), Err(AppError::Malformed { .. })));
        assert!(from_form::<Args>("id=7&input[approved]=maybe").is_err());
    }
}
