//! The one error that leaves a service: typed, serialisable and safe to show.
//!
//! The cause of an [`AppError::Internal`] is logged where it happens, with the request id; it is never here.

use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;

pub type AppResult<T> = Result<T, AppError>;

/// One fault of an input. `pointer` is a JSON Pointer (RFC 6901) into the body, or a parameter's name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
pub struct FieldError {
    pub pointer: String,
    pub detail: String,
}

impl FieldError {
    pub fn new(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self { pointer: pointer.into(), detail: detail.into() }
    }
}

/// Who ended a race that the caller lost, and how.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ConflictDetail {
    /// The state that the thing is in now.
    pub status: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub by: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub at: Option<DateTime<Utc>>,
}

#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, thiserror::Error)]
#[serde(tag = "code", rename_all = "snake_case")]
pub enum AppError {
    #[error("{detail}")]
    Malformed { detail: String },
    #[error("{}", summary(errors))]
    Invalid { errors: Vec<FieldError> },
    #[error("Sign in, or send a valid token.")]
    Unauthenticated,
    #[error("The e-mail address or the password is wrong.")]
    BadCredentials,
    #[error("The signature is missing, wrong or too old.")]
    BadSignature,
    #[error("{detail}")]
    Forbidden { detail: String },
    #[error("You cannot decide on your own request.")]
    OwnRequest,
    #[error("Agents never decide.")]
    AgentsNeverDecide,
    #[error("This request came from another site and was refused.")]
    CrossSite,
    #[error("There is no such {what} here.")]
    NotFound { what: String },
    #[error("{detail}")]
    Conflict { detail: String, conflict: ConflictDetail },
    #[error("{detail}")]
    Changed { detail: String },
    #[error("{detail}")]
    Refused { detail: String },
    #[error("The body is larger than {limit} bytes.")]
    TooLarge { limit: u64 },
    #[error("Send the body as application/json.")]
    UnsupportedMediaType,
    #[error("This address does not take that method.")]
    MethodNotAllowed,
    #[error("Too many requests. Try again in {retry_after} s.")]
    RateLimited { retry_after: u64 },
    #[error("This idempotency key was used with another body.")]
    IdempotencyMismatch,
    #[error("{detail}")]
    Unavailable { detail: String },
    #[error("The request took too long.")]
    Timeout,
    #[error("Something failed on our side. Give the request id {request_id} to the person who runs this.")]
    Internal { request_id: String },
}

fn summary(errors: &[FieldError]) -> String {
    match errors {
        [] => "The input is not valid.".to_owned(),
        [one] => one.detail.clone(),
        [first, rest @ ..] => format!("{} (and {} more)", first.detail, rest.len()),
    }
}

impl AppError {
    /// A fault of one field. `pointer` as in [`FieldError`].
    pub fn invalid(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid { errors: vec![FieldError::new(pointer, detail)] }
    }

    pub fn not_found(what: impl Into<String>) -> Self {
        Self::NotFound { what: what.into() }
    }

    pub fn forbidden(detail: impl Into<String>) -> Self {
        Self::Forbidden { detail: detail.into() }
    }

    /// A request that is well formed and that the state of things forbids, with no race lost.
    pub fn refused(detail: impl Into<String>) -> Self {
        Self::Refused { detail: detail.into() }
    }

    /// The stable code that clients switch on; the same as the serialised tag.
    pub fn code(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "malformed",
            Self::Invalid { .. } => "invalid",
            Self::Unauthenticated => "unauthenticated",
            Self::BadCredentials => "bad_credentials",
            Self::BadSignature => "bad_signature",
            Self::Forbidden { .. } => "forbidden",
            Self::OwnRequest => "own_request",
            Self::AgentsNeverDecide => "agents_never_decide",
            Self::CrossSite => "cross_site",
            Self::NotFound { .. } => "not_found",
            Self::Conflict { .. } => "conflict",
            Self::Changed { .. } => "changed",
            Self::Refused { .. } => "refused",
            Self::TooLarge { .. } => "too_large",
            Self::UnsupportedMediaType => "unsupported_media_type",
            Self::MethodNotAllowed => "method_not_allowed",
            Self::RateLimited { .. } => "rate_limited",
            Self::IdempotencyMismatch => "idempotency_mismatch",
            Self::Unavailable { .. } => "unavailable",
            Self::Timeout => "timeout",
            Self::Internal { .. } => "internal",
        }
    }

    /// The HTTP status, for both doors (REST and server functions).
    pub fn status(&self) -> u16 {
        match self {
            Self::Malformed { .. } => 400,
            Self::Unauthenticated | Self::BadCredentials | Self::BadSignature => 401,
            Self::Forbidden { .. } | Self::OwnRequest | Self::AgentsNeverDecide | Self::CrossSite => 403,
            Self::NotFound { .. } => 404,
            Self::MethodNotAllowed => 405,
            Self::Timeout => 408,
            Self::Conflict { .. } | Self::Refused { .. } => 409,
            Self::Changed { .. } => 412,
            Self::TooLarge { .. } => 413,
            Self::UnsupportedMediaType => 415,
            Self::Invalid { .. } | Self::IdempotencyMismatch => 422,
            Self::RateLimited { .. } => 429,
            Self::Internal { .. } => 500,
            Self::Unavailable { .. } => 503,
        }
    }

    /// The short title of the problem document, the same for every problem of one code.
    pub fn title(&self) -> &'static str {
        match self {
            Self::Malformed { .. } => "The request could not be read",
            Self::Invalid { .. } => "The input is not valid",
            Self::Unauthenticated | Self::BadCredentials => "Not signed in",
            Self::BadSignature => "Not signed as it must be",
            Self::Forbidden { .. } => "Not allowed",
            Self::OwnRequest => "Your own request",
            Self::AgentsNeverDecide => "Agents never decide",
            Self::CrossSite => "Cross-site request",
            Self::NotFound { .. } => "Not found",
            Self::Conflict { .. } => "Already decided or taken",
            Self::Changed { .. } => "The data has changed",
            Self::Refused { .. } => "Not possible now",
            Self::TooLarge { .. } => "The body is too large",
            Self::UnsupportedMediaType => "Unsupported media type",
            Self::MethodNotAllowed => "Method not allowed",
            Self::RateLimited { .. } => "Too many requests",
            Self::IdempotencyMismatch => "Idempotency key reused",
            Self::Unavailable { .. } => "Not available",
            Self::Timeout => "Request time-out",
            Self::Internal { .. } => "Internal error",
        }
    }

    pub fn errors(&self) -> &[FieldError] {
        match self {
            Self::Invalid { errors } => errors,
            _ => &[],
        }
    }
}

impl From<validator::ValidationErrors> for AppError {
    fn from(found: validator::ValidationErrors) -> Self {
        let mut errors = Vec::new();
        flatten(&found, String::new(), &mut errors);
        errors.sort_by(|a, b| a.pointer.cmp(&b.pointer));
        Self::Invalid { errors }
    }
}

fn flatten(found: &validator::ValidationErrors, at: String, into: &mut Vec<FieldError>) {
    use validator::ValidationErrorsKind as Kind;
    for (name, kind) in found.errors() {
        let pointer = format!("{at}/{}", camel_case(name));
        match kind {
            Kind::Field(faults) => into.extend(faults.iter().map(|fault| {
                let detail = match &fault.message {
                    Some(message) => message.to_string(),
                    None => format!("is not a valid {}", fault.code),
                };
                FieldError::new(pointer.clone(), detail)
            })),
            Kind::Struct(inner) => flatten(inner, pointer, into),
            Kind::List(items) => {
                for (index, inner) in items {
                    flatten(inner, format!("{pointer}/{index}"), into);
                }
            }
        }
    }
}

/// Fields are snake_case in Rust and camelCase on the wire; pointers speak the wire's names.
fn camel_case(name: &str) -> String {
    let mut out = String::with_capacity(name.len());
    let mut upper = false;
    for c in name.chars() {
        match c {
            '_' => upper = true,
            c if upper => {
                out.extend(c.to_uppercase());
                upper = false;
            }
            c => out.push(c),
        }
    }
    out
}

/// The error of a word outside a closed list.
pub fn unknown_name(found: &str, known: &[&str]) -> AppError {
    let shown: String = found.chars().take(40).collect();
    AppError::invalid("", format!("\"{shown}\" is not one of: {}", known.join(", ")))
}

impl AppError {
    /// The problem document (RFC 9457). Reading it back as an [`AppError`] gives the same error.
    pub fn problem(&self) -> serde_json::Value {
        let mut document = match serde_json::to_value(self) {
            Ok(serde_json::Value::Object(map)) => map,
            _ => serde_json::Map::new(),
        };
        document.insert("type".to_owned(), format!("/api/docs#{}", self.code()).into());
        document.insert("title".to_owned(), self.title().into());
        document.insert("status".to_owned(), self.status().into());
        document.insert("detail".to_owned(), self.to_string().into());
        serde_json::Value::Object(document)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_problem_document_reads_back_as_the_same_error() {
        let conflict = ConflictDetail { status: "approved".to_owned(), by: Some("Ada".to_owned()), at: None };
        for error in [
            AppError::Malformed { detail: "x".to_owned() },
            AppError::invalid("/name", "must not be empty"),
            AppError::Unauthenticated,
            AppError::OwnRequest,
            AppError::not_found("team"),
            AppError::Conflict { detail: "late".to_owned(), conflict },
            AppError::RateLimited { retry_after: 7 },
            AppError::Internal { request_id: "r".to_owned() },
        ] {
            let document = error.problem();
            assert_eq!(document["status"], error.status());
            assert_eq!(document["code"], error.code());
            assert_eq!(serde_json::from_value::<AppError>(document).unwrap(), error);
        }
    }
}
