//! Errors of server functions on the wire: the same problem document (RFC 9457) as the REST API's.

use super::codec::Refused;
use crate::domain::AppError;
use bytes::Bytes;
use server_fn::error::{FromServerFnError, ServerFnErrorErr};
use server_fn::{ContentType, Decodes, Encodes, Format, FormatType};

/// `application/problem+json`, read back into the typed error by the browser.
pub struct ProblemEncoding;

impl ContentType for ProblemEncoding {
    const CONTENT_TYPE: &'static str = "application/problem+json";
}

impl FormatType for ProblemEncoding {
    const FORMAT_TYPE: Format = Format::Text;
}

impl Encodes<AppError> for ProblemEncoding {
    type Error = serde_json::Error;

    fn encode(error: &AppError) -> Result<Bytes, Self::Error> {
        serde_json::to_vec(&error.problem()).map(Bytes::from)
    }
}

impl Decodes<AppError> for ProblemEncoding {
    type Error = serde_json::Error;

    /// From text, as everything that the browser reads: a second reader would come with a second copy of each type.
    fn decode(bytes: Bytes) -> Result<AppError, Self::Error> {
        serde_json::from_str(&String::from_utf8_lossy(&bytes))
    }
}

impl FromServerFnError for AppError {
    type Encoder = ProblemEncoding;

    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        let error = match error {
            ServerFnErrorErr::Args(text) | ServerFnErrorErr::Deserialization(text) => Refused::read(&text),
            ServerFnErrorErr::MissingArg(name) => Self::invalid(format!("/{name}"), "is missing"),
            ServerFnErrorErr::Request(_) => Self::Unavailable {
                detail: "The server cannot be reached. Check the connection and try again.".to_owned(),
            },
            other => Self::Unavailable { detail: other.to_string() },
        };
        with_status(error)
    }
}

#[cfg(feature = "ssr")]
fn with_status(error: AppError) -> AppError {
    super::door::with_status(error)
}

#[cfg(not(feature = "ssr"))]
fn with_status(error: AppError) -> AppError {
    error
}
