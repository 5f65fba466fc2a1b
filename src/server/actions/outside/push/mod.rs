//! Sending one message to one browser through its push service (RFC 8030), and saying truthfully what came of it.

mod seal;
mod vapid;

pub use seal::{BadKey, BrowserKeys, SealError, TEXT_MAX};
pub use vapid::{BadVapidKey, VapidKey};

use super::guard::{Guard, GuardError, GuardSettings};
use super::webhook::{Limits, guard_error, guarded_client};
use super::{SetupError, quoted, with_causes};
use chrono::{DateTime, TimeDelta, Utc};
use reqwest::header::{AUTHORIZATION, CONTENT_ENCODING, CONTENT_TYPE, RETRY_AFTER};
use reqwest::{Client, Response, StatusCode};
use std::fmt;

/// This much of an answer is repeated in a refusal, in characters.
const EXCERPT_MAX: usize = 200;
/// This much of an answer is read, in bytes.
const BODY_MAX: usize = 4 * 1024;
/// Whatever a service asks for, it is asked again after this.
const LONGEST_WAIT: TimeDelta = TimeDelta::days(1);

/// A message before it is encrypted.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PushMessage {
    /// At most [`TEXT_MAX`] bytes.
    pub text: Vec<u8>,
    /// For how long the service keeps it for a browser that is away.
    pub lasts: TimeDelta,
    /// Whether a device may be woken for it.
    pub urgent: bool,
    /// A message that is still kept under the same topic is replaced: up to 32 characters of base64url.
    pub topic: Option<String>,
}

/// What came of sending.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Pushed {
    /// The service took it.
    Taken,
    /// The subscription is over, and will not come back.
    Gone(String),
    /// Not now, and perhaps later: no sooner than after `wait`, where the service says so. It may have been taken; a
    /// message that comes twice replaces itself.
    NotNow { cause: String, wait: Option<TimeDelta> },
    /// It will never be taken.
    Refused(String),
}

/// Sends messages to browsers.
#[derive(Clone)]
pub struct PushClient {
    client: Client,
    guard: Guard,
    contact: String,
}

impl fmt::Debug for PushClient {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("PushClient").field("contact", &self.contact).finish_non_exhaustive()
    }
}

impl PushClient {
    /// `contact`: as in [`VapidKey::authorization`]. Fails where the system's certificates cannot be read.
    pub fn new(settings: GuardSettings, contact: String) -> Result<Self, SetupError> {
        let guard = Guard::new(settings);
        let client = guarded_client(&guard, Limits::default())?;
        Ok(Self { client, guard, contact })
    }

    /// Posts one message once.
    pub async fn send(
        &self,
        key: &VapidKey,
        endpoint: &str,
        keys: &BrowserKeys,
        message: &PushMessage,
        now: DateTime<Utc>,
    ) -> Pushed {
        let url = match self.guard.check_url(endpoint) {
            Ok(url) => url,
            Err(error) => return Pushed::Refused(format!("The push service was not called: {error}.")),
        };
        let sealed = seal::seal(&message.text, keys).map_err(|error| error.to_string());
        let authorization = key
            .authorization(&url.origin().ascii_serialization(), &self.contact, now)
            .map_err(|error| error.to_string());
        let (body, authorization) = match (sealed, authorization) {
            (Ok(body), Ok(authorization)) => (body, authorization),
            (Err(error), _) | (_, Err(error)) => {
                return Pushed::Refused(format!("The push service was not called: {error}."));
            }
        };
        let mut request = self
            .client
            .post(url)
            .header(AUTHORIZATION, authorization)
            .header(CONTENT_TYPE, "application/octet-stream")
            .header(CONTENT_ENCODING, "aes128gcm")
            .header("ttl", message.lasts.num_seconds())
            .header("urgency", if message.urgent { "high" } else { "normal" });
        if let Some(topic) = &message.topic {
            request = request.header("topic", topic);
        }
        match request.body(body).send().await {
            Ok(response) => {
                let status = response.status();
                let after = response.headers().get(RETRY_AFTER).and_then(|value| value.to_str().ok());
                let wait = after.and_then(|after| retry_after(after, now));
                judge(status, wait, &excerpt(response).await)
            }
            Err(error) => not_answered(error),
        }
    }
}

/// No status came back.
fn not_answered(error: reqwest::Error) -> Pushed {
    // The path of an endpoint is a secret.
    let error = error.without_url();
    match guard_error(&error) {
        Some(refusal @ GuardError::NotPublic(_)) => {
            Pushed::Refused(format!("The push service was not called: {refusal}."))
        }
        Some(refusal) => {
            Pushed::NotNow { cause: format!("The push service was not called: {refusal}."), wait: None }
        }
        None => Pushed::NotNow {
            cause: format!("The push service did not answer: {}.", with_causes(&error)),
            wait: None,
        },
    }
}

async fn excerpt(mut response: Response) -> String {
    let mut bytes = Vec::new();
    // What breaks off has said its status.
    while let Ok(Some(chunk)) = response.chunk().await {
        bytes.extend_from_slice(&chunk);
        if bytes.len() > BODY_MAX {
            break;
        }
    }
    quoted(&String::from_utf8_lossy(&bytes), EXCERPT_MAX)
}

/// What a status means (RFC 8030, section 5 and 7.3; RFC 6585 for 429).
fn judge(status: StatusCode, wait: Option<TimeDelta>, excerpt: &str) -> Pushed {
    let mut said = format!("The push service answered {status}");
    if !excerpt.is_empty() {
        said = format!("{said}: {excerpt}");
    }
    match status.as_u16() {
        200..=299 => Pushed::Taken,
        404 | 410 => Pushed::Gone(said),
        408 | 425 | 429 | 500..=599 => Pushed::NotNow { cause: said, wait },
        _ => Pushed::Refused(said),
    }
}

/// `Retry-After`: seconds, or a date (RFC 9110, section 10.2.3).
fn retry_after(value: &str, now: DateTime<Utc>) -> Option<TimeDelta> {
    let value = value.trim();
    let wait = match value.parse::<i64>() {
        Ok(seconds) => TimeDelta::try_seconds(seconds).unwrap_or(LONGEST_WAIT),
        Err(_) => DateTime::parse_from_rfc2822(value).ok()?.with_timezone(&Utc) - now,
    };
    (wait > TimeDelta::zero()).then(|| wait.min(LONGEST_WAIT))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_each_status_means() {
        let judged = |status: u16| judge(StatusCode::from_u16(status).unwrap(), None, "no");
        for status in [200, 201, 202, 204] {
            assert_eq!(judged(status), Pushed::Taken, "{status}");
        }
        for status in [404, 410] {
            assert!(matches!(judged(status), Pushed::Gone(_)), "{status}");
        }
        for status in [408, 425, 429, 500, 502, 503, 504] {
            assert!(matches!(judged(status), Pushed::NotNow { .. }), "{status}");
        }
        for status in [301, 307, 400, 401, 403, 413] {
            assert!(matches!(judged(status), Pushed::Refused(_)), "{status}");
        }
        assert_eq!(
            judged(413),
            Pushed::Refused("The push service answered 413 Payload Too Large: no".to_owned())
        );
    }

    #[test]
    fn a_wait_is_in_seconds_or_until_a_date() {
        let now = "2026-03-01T10:00:00Z".parse().unwrap();
        for (value, seconds) in [
            ("120", Some(120)),
            (" 5 ", Some(5)),
            ("Sun, 01 Mar 2026 10:10:00 GMT", Some(600)),
            ("Sun, 01 Mar 2026 09:00:00 GMT", None),
            ("0", None),
            ("-3", None),
            ("soon", None),
            ("99999999999", Some(86_400)),
            ("9223372036854775807", Some(86_400)),
        ] {
            assert_eq!(retry_after(value, now).map(|wait| wait.num_seconds()), seconds, "{value}");
        }
    }
}
