//! Web push: the browsers in which a member gets notifications while no page of ours is open.

use super::canonical::sha256_hex;
use super::ids::PushSubscriptionId;
use super::text;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::Validate;

/// So many browsers of one member get notifications.
pub const MAX_BROWSERS: i64 = 10;

/// A browser that gets a member's notifications. Its address is not here: whoever knows it could use it up.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushSubscription {
    pub id: PushSubscriptionId,
    /// What the browser called itself: "Firefox on Linux".
    pub browser: String,
    /// The host of its push service, through which everything goes, encrypted.
    pub service: String,
    /// By which a browser knows its own row; see [`endpoint_hash`].
    pub endpoint_hash: String,
    pub created_at: DateTime<Utc>,
    /// When its push service last took something.
    pub reached_at: Option<DateTime<Utc>>,
    /// Since when its push service has taken nothing.
    pub failing_at: Option<DateTime<Utc>>,
    /// What the push service said last, where it took nothing.
    pub failure: Option<String>,
}

/// What a browser's `PushManager.subscribe` gave. The same endpoint again changes its row.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SubscribePush {
    /// `https://`, at a public address.
    #[validate(length(min = 8, max = 2000, message = "must be 8 to 2,000 characters"))]
    pub endpoint: String,
    /// The browser's public key: 65 bytes as base64url.
    #[validate(length(min = 86, max = 88, message = "must be 65 bytes as base64url"))]
    pub p256dh: String,
    /// The secret between the browser and us: 16 bytes as base64url.
    #[validate(length(min = 22, max = 24, message = "must be 16 bytes as base64url"))]
    pub auth: String,
    /// What the member knows the browser by.
    #[validate(custom(function = "text::name"))]
    pub browser: String,
}

/// The key by which push services know this installation: `applicationServerKey` (RFC 8292).
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct PushKey {
    /// A point of P-256, uncompressed, as base64url.
    pub public_key: String,
}

/// SHA-256 of an endpoint, in hex.
pub fn endpoint_hash(endpoint: &str) -> String {
    sha256_hex(endpoint.as_bytes())
}

/// What people call the browser that sends this `User-Agent`. It is a name to tell one's browsers apart by, and
/// nothing depends on it.
pub fn browser_name(user_agent: &str) -> String {
    // The first that fits: the later ones are also named by those before them.
    const BROWSERS: [(&str, &str); 7] = [
        ("Edg", "Edge"),
        ("OPR/", "Opera"),
        ("SamsungBrowser/", "Samsung Internet"),
        ("Firefox/", "Firefox"),
        ("FxiOS/", "Firefox"),
        ("Chrome/", "Chrome"),
        ("Safari/", "Safari"),
    ];
    const SYSTEMS: [(&str, &str); 8] = [
        ("Android", "Android"),
        ("iPhone", "iPhone"),
        ("iPad", "iPad"),
        ("Windows", "Windows"),
        ("Mac OS X", "macOS"),
        ("CrOS", "ChromeOS"),
        ("Linux", "Linux"),
        ("BSD", "BSD"),
    ];
    let find = |names: &[(&str, &'static str)]| {
        names.iter().find(|(mark, _)| user_agent.contains(mark)).map(|(_, name)| *name)
    };
    match (find(&BROWSERS), find(&SYSTEMS)) {
        (Some(browser), Some(system)) => format!("{browser} on {system}"),
        (Some(browser), None) => browser.to_owned(),
        (None, Some(system)) => format!("A browser on {system}"),
        (None, None) => "A browser".to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn browsers_have_names() {
        for (user_agent, name) in [
            ("Mozilla/5.0 (X11; Linux x86_64; rv:145.0) Gecko/20100101 Firefox/145.0", "Firefox on Linux"),
            (
                "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 \
                 Safari/537.36 Edg/142.0.0.0",
                "Edge on Windows",
            ),
            (
                "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/142.0.0.0 Mobile \
                 Safari/537.36",
                "Chrome on Android",
            ),
            (
                "Mozilla/5.0 (iPhone; CPU iPhone OS 26_0 like Mac OS X) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/26.0 Mobile/15E148 Safari/604.1",
                "Safari on iPhone",
            ),
            (
                "Mozilla/5.0 (Macintosh; Intel Mac OS X 10_15_7) AppleWebKit/605.1.15 (KHTML, like Gecko) \
                 Version/26.0 Safari/605.1.15",
                "Safari on macOS",
            ),
            ("curl/8.5.0", "A browser"),
        ] {
            assert_eq!(browser_name(user_agent), name);
        }
    }

    #[test]
    fn faults_are_named_at_their_fields() {
        let wrong = SubscribePush { browser: "a\u{202e}b".to_owned(), ..SubscribePush::default() };
        let faults = wrong.validate().unwrap_err();
        let mut fields: Vec<_> = faults.field_errors().into_keys().collect();
        fields.sort_unstable();
        assert_eq!(fields, ["auth", "browser", "endpoint", "p256dh"]);
    }
}
