//! Calling a webhook once, and saying truthfully what came of it.
//!
//! Sources: Standard Webhooks (github.com/standard-webhooks/standard-webhooks, spec/standard-webhooks.md) for the
//! headers and the signature; RFC 9110 section 15 for what a status means; RFC 6585 section 4 for 429; RFC 8470
//! section 5.2 for 425; draft-ietf-httpapi-idempotency-key-header for 409.

use super::guard::{Guard, GuardError, GuardSettings};
use super::{Delivery, SetupError, quoted, signature, with_causes};
use crate::domain::canonical::canonical;
use chrono::{DateTime, Utc};
use reqwest::header::{CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode, redirect, retry};
use serde_json::{Value, json};
use std::error::Error;
use std::fmt;
use std::time::Duration;
use uuid::Uuid;

/// This much of an answer is read and kept, in bytes.
pub const BODY_MAX: usize = 64 * 1024;
/// This much of an answer is repeated in a refusal, in characters.
const EXCERPT_MAX: usize = 300;

/// Where a call goes.
#[derive(Clone)]
pub struct Target {
    pub url: String,
    /// `whsec_…`
    pub secret: String,
    /// The secret before it, as long as that still signs.
    pub old_secret: Option<String>,
}

impl fmt::Debug for Target {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Target").field("url", &self.url).finish_non_exhaustive()
    }
}

/// How long a call may take.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// Looking up the name, connecting and the TLS handshake.
    pub connect: Duration,
    /// Everything, the reading of the answer included. Longer than `connect`.
    pub total: Duration,
}

impl Default for Limits {
    fn default() -> Self {
        Self { connect: Duration::from_secs(5), total: Duration::from_secs(20) }
    }
}

#[derive(Clone)]
pub struct WebhookClient {
    client: Client,
    guard: Guard,
    limits: Limits,
}

impl WebhookClient {
    /// Fails where the system's certificates cannot be read.
    pub fn new(settings: GuardSettings) -> Result<Self, SetupError> {
        Self::with(Guard::new(settings), Limits::default())
    }

    pub fn with(guard: Guard, limits: Limits) -> Result<Self, SetupError> {
        let client = guarded_client(&guard, limits)?;
        Ok(Self { client, guard, limits })
    }

    /// Posts `payload`, as RFC 8785 text, once. `id` is the message's id and the idempotency key, the same for every
    /// attempt; `attempt` counts from 1.
    pub async fn call(
        &self,
        id: Uuid,
        hook: &Target,
        payload: &Value,
        attempt: i64,
        now: DateTime<Utc>,
    ) -> Delivery {
        let url = match self.guard.check_url(&hook.url) {
            Ok(url) => url,
            Err(error) => return Delivery::Refused(format!("The webhook was not called: {error}.")),
        };
        let id = id.to_string();
        let timestamp = now.timestamp();
        let body = canonical(payload).into_bytes();
        // The specification takes several signatures between spaces: any one that fits is enough.
        let secrets = std::iter::once(&hook.secret).chain(&hook.old_secret);
        let signed: Result<Vec<_>, _> =
            secrets.map(|secret| signature::sign(secret, &id, timestamp, &body)).collect();
        let signature = match signed {
            Ok(signatures) => signatures.join(" "),
            Err(error) => return Delivery::Refused(format!("The webhook was not called: {error}.")),
        };
        let sent = self
            .client
            .post(url)
            .header(CONTENT_TYPE, "application/json")
            .header("webhook-id", &id)
            .header("webhook-timestamp", timestamp)
            .header("webhook-signature", signature)
            .header("idempotency-key", &id)
            .header("x-countersign-attempt", attempt)
            .body(body)
            .send()
            .await;
        match sent {
            Ok(response) => {
                let status = response.status();
                let retry_after = response
                    .headers()
                    .get(RETRY_AFTER)
                    .and_then(|value| value.to_str().ok())
                    .map(str::to_owned);
                let answer = Answer::read(response).await;
                judge(status, attempt, retry_after.as_deref(), &answer)
            }
            Err(error) => self.not_answered(error),
        }
    }

    /// No status came back.
    fn not_answered(&self, error: reqwest::Error) -> Delivery {
        // The query of a URL can hold a secret.
        let error = error.without_url();
        if let Some(refusal) = guard_error(&error) {
            return Delivery::Refused(format!("The webhook was not called: {refusal}."));
        }
        // While connecting, and while building the request, not one byte of it has been sent.
        if error.is_connect() || error.is_builder() {
            let why = if error.is_timeout() {
                format!("no connection within {} s", self.limits.connect.as_secs_f32())
            } else {
                with_causes(&error)
            };
            return Delivery::Refused(format!("The webhook was not called: {why}."));
        }
        Delivery::Unknown(if error.is_timeout() {
            format!("The webhook was called and did not answer within {} s.", self.limits.total.as_secs_f32())
        } else {
            format!("The webhook was called and its answer was lost: {}.", with_causes(&error))
        })
    }
}

/// A client that goes only where `guard` lets it, and sends each request once.
pub(super) fn guarded_client(guard: &Guard, limits: Limits) -> Result<Client, SetupError> {
    // An error only says that another part of the program was first.
    let _ = rustls::crypto::ring::default_provider().install_default();
    Client::builder()
        .user_agent(concat!("Countersign/", env!("CARGO_PKG_VERSION")))
        .https_only(!guard.settings().allow_http)
        .dns_resolver(guard.clone())
        .no_proxy()
        .redirect(redirect::Policy::none())
        .referer(false)
        // Another crate turns these on for all; an answer is kept as it came, and no larger than it came.
        .no_gzip()
        .no_brotli()
        .no_zstd()
        .no_deflate()
        // A kept connection can die under a request, and a request is never sent twice.
        .pool_max_idle_per_host(0)
        .retry(retry::never())
        .connect_timeout(limits.connect)
        .timeout(limits.total)
        .build()
        .map_err(|cause| SetupError(format!("the HTTP client: {}", with_causes(&cause))))
}

/// The guard's own refusal, from deep within the client's error.
pub(super) fn guard_error(error: &reqwest::Error) -> Option<&GuardError> {
    let mut cause = error.source();
    while let Some(error) = cause {
        if let Some(refusal) = error.downcast_ref() {
            return Some(refusal);
        }
        cause = error.source();
    }
    None
}

/// The body of an answer, as far as it was read.
struct Answer {
    text: String,
    /// It was longer than [`BODY_MAX`], or broke off.
    truncated: bool,
}

impl Answer {
    async fn read(mut response: Response) -> Self {
        let mut bytes = Vec::new();
        let truncated = loop {
            match response.chunk().await {
                Ok(None) => break false,
                Ok(Some(chunk)) => {
                    let room = BODY_MAX - bytes.len();
                    bytes.extend_from_slice(chunk.get(..room).unwrap_or(&chunk));
                    if chunk.len() > room {
                        break true;
                    }
                }
                // The status says what happened; the rest of the body cannot change that.
                Err(_) => break true,
            }
        };
        // PostgreSQL's text and jsonb cannot hold U+0000.
        Self { text: String::from_utf8_lossy(&bytes).replace('\0', "\u{fffd}"), truncated }
    }
}

/// What a status says about the effect.
fn judge(status: StatusCode, attempt: i64, retry_after: Option<&str>, answer: &Answer) -> Delivery {
    let mut said = format!("The webhook answered {status}");
    let excerpt = quoted(&answer.text, EXCERPT_MAX);
    if !excerpt.is_empty() {
        said = format!("{said}: {excerpt}");
    }
    match status.as_u16() {
        200..=299 => Delivery::Done(json!({
            "status": status.as_u16(),
            "body": answer.text,
            "bodyTruncated": answer.truncated,
        })),
        300..=399 => Delivery::Refused(format!("{said} (a redirect, which is not followed)")),
        // A gateway may say this of a request that the target behind it has read.
        408 => Delivery::Unknown(said),
        // After an earlier attempt under the same key this means that the earlier one is known, perhaps still running.
        409 if attempt > 1 => Delivery::Unknown(format!(
            "{said} (an earlier attempt with the same key may have been performed)"
        )),
        429 => Delivery::Refused(match retry_after {
            Some(when) => format!("{said} (retry after {})", quoted(when, 40)),
            None => said,
        }),
        // 425 included: it was not processed.
        400..=499 => Delivery::Refused(said),
        // A server that failed may have failed after the effect.
        _ => Delivery::Unknown(said),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_status_means() {
        let answer = Answer { text: "so\u{202e} it\nsays".to_owned(), truncated: false };
        let judged = |status: u16, attempt| {
            judge(StatusCode::from_u16(status).unwrap(), attempt, Some("120"), &answer)
        };
        for status in [200, 201, 202, 204, 299] {
            assert!(matches!(judged(status, 1), Delivery::Done(_)), "{status}");
        }
        for status in [301, 302, 304, 307, 308, 400, 401, 403, 404, 409, 410, 413, 422, 425, 429, 451] {
            assert!(matches!(judged(status, 1), Delivery::Refused(_)), "{status}");
        }
        for status in [408, 500, 501, 502, 503, 504, 599, 999] {
            assert!(matches!(judged(status, 1), Delivery::Unknown(_)), "{status}");
        }
        assert!(matches!(judged(409, 2), Delivery::Unknown(_)));
        assert_eq!(
            judged(429, 1),
            Delivery::Refused(
                "The webhook answered 429 Too Many Requests: so[U+202E] it says (retry after 120)".to_owned()
            )
        );
        assert_eq!(
            judged(200, 1),
            Delivery::Done(json!({"status": 200, "body": "so\u{202e} it\nsays", "bodyTruncated": false}))
        );
    }

    #[test]
    fn a_target_does_not_print_its_secret() {
        let target = Target {
            url: "https://example.com".to_owned(),
            secret: "whsec_hidden".to_owned(),
            old_secret: Some("whsec_hidden_too".to_owned()),
        };
        assert!(!format!("{target:?}").contains("hidden"));
    }
}
