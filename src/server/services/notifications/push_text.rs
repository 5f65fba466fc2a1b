//! What a push message says. As in e-mails, everything in it may come from an agent: hidden characters are made visible,
//! and browsers show it as plain text.

use crate::domain::text::reveal_text;
use crate::server::actions::outside::push::{PushMessage, TEXT_MAX};
use crate::server::storage::deliveries::OutgoingNotification;
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use chrono::TimeDelta;
use serde::Serialize;
use uuid::Uuid;

/// What waits for a browser that is away for longer is in the list anyway.
const LASTS: TimeDelta = TimeDelta::days(1);
/// Longest title, and longest line, in characters: more is not shown anywhere.
const LINE: usize = 150;
/// So many lines are shown at most: those of a notification of many.
const LINES: usize = 6;

/// What our service worker (`public/push-worker.js`) reads.
#[derive(Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "camelCase")]
struct Text {
    title: String,
    body: String,
    /// A path of ours.
    href: String,
    /// A message that is still shown under the same tag is replaced.
    tag: String,
    critical: bool,
}

/// The message with these notifications, the most important first. `id`: the message's own.
pub(super) fn message(items: &[OutgoingNotification], id: Uuid) -> PushMessage {
    let critical = items.iter().any(|item| item.critical);
    let title = items.first().map_or("Countersign", |item| item.title.as_str());
    match items {
        // A notification that grows takes the place of what it was. Several in one message take nobody's place: what
        // one of them says later must not take the others away.
        [item] => sized(
            Text {
                title: line(title),
                body: lines(item.body.lines()),
                href: item.href.clone(),
                tag: item.id.simple().to_string(),
                critical,
            },
            Some(URL_SAFE_NO_PAD.encode(item.id)),
        ),
        items => {
            let said = items.iter().map(|item| match item.body.lines().next() {
                Some(first) if item.count == 1 && !first.is_empty() => format!("{}: {first}", item.title),
                _ => item.title.clone(),
            });
            let said: Vec<String> = said.collect();
            let text = Text {
                title: line(&format!("{title}, and {} more", items.len().saturating_sub(1))),
                body: lines(said.iter().map(String::as_str)),
                href: "/notifications".to_owned(),
                tag: id.simple().to_string(),
                critical,
            };
            sized(text, None)
        }
    }
}

/// What a member sends to their own browser.
pub(super) fn test(id: Uuid) -> PushMessage {
    let text = Text {
        title: "Notifications work here".to_owned(),
        body: "This is the test that you asked for.".to_owned(),
        href: "/settings/notifications".to_owned(),
        tag: id.simple().to_string(),
        critical: false,
    };
    // Nobody waits for it for long.
    PushMessage { lasts: TimeDelta::minutes(5), urgent: true, ..sized(text, None) }
}

/// The text as bytes, with as many of its lines as there is room for.
fn sized(mut text: Text, topic: Option<String>) -> PushMessage {
    loop {
        // Plain data of ours.
        let bytes = serde_json::to_vec(&text).unwrap_or_default();
        if bytes.len() <= TEXT_MAX || text.body.is_empty() {
            return PushMessage { text: bytes, lasts: LASTS, urgent: text.critical, topic };
        }
        let kept = text.body.rfind('\n').unwrap_or(0);
        text.body.truncate(kept);
    }
}

fn lines<'a>(all: impl Iterator<Item = &'a str>) -> String {
    all.take(LINES).map(line).collect::<Vec<_>>().join("\n")
}

/// One line of at most [`LINE`] characters, in which nothing hides.
fn line(text: &str) -> String {
    let plain: String = reveal_text(text).chars().map(|c| if c.is_control() { ' ' } else { c }).collect();
    match plain.char_indices().nth(LINE) {
        Some((end, _)) => format!("{}…", plain.get(..end).unwrap_or_default()),
        None => plain,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::server::storage::Ts;
    use chrono::DateTime;
    use serde_json::{Value, json};

    fn item(n: u128, title: &str, body: &str, count: i64) -> OutgoingNotification {
        OutgoingNotification {
            id: Uuid::from_u128(n),
            title: title.to_owned(),
            body: body.to_owned(),
            count,
            href: "/approvals/7".to_owned(),
            critical: n == 9,
            created_at: Ts(DateTime::UNIX_EPOCH),
        }
    }

    fn read(message: &PushMessage) -> Value {
        serde_json::from_slice(&message.text).unwrap()
    }

    #[test]
    fn one_takes_its_own_place_and_nothing_hides() {
        let one = message(&[item(1, "An approval needs you", "Pay\u{202e} it\t<b>\nNow", 2)], Uuid::nil());
        assert_eq!(
            read(&one),
            json!({
                "title": "An approval needs you",
                "body": "Pay[U+202E] it <b>\nNow",
                "href": "/approvals/7",
                "tag": "00000000000000000000000000000001",
                "critical": false,
            })
        );
        assert_eq!(one.topic.as_deref(), Some("AAAAAAAAAAAAAAAAAAAAAQ"));
        assert_eq!((one.urgent, one.lasts), (false, LASTS));
    }

    #[test]
    fn several_take_nobodys_place() {
        let items =
            [item(9, "An approval needs you", "Pay it", 1), item(2, "3 changes of teams", "a\nb\nc", 3)];
        let both = message(&items, Uuid::from_u128(7));
        assert_eq!(
            read(&both),
            json!({
                "title": "An approval needs you, and 1 more",
                "body": "An approval needs you: Pay it\n3 changes of teams",
                "href": "/notifications",
                "tag": "00000000000000000000000000000007",
                "critical": true,
            })
        );
        assert_eq!((both.topic, both.urgent), (None, true));
    }

    #[test]
    fn the_longest_text_fits() {
        // Four bytes a character, and one that JSON escapes.
        for c in ["\u{1d54f}", "\"", "\u{202e}"] {
            let long = c.repeat(400);
            let body = [long.as_str(); 6].join("\n");
            let sent = message(&[item(1, &long, &body, 6)], Uuid::nil());
            assert!(sent.text.len() <= TEXT_MAX, "{}", sent.text.len());
            let said = read(&sent);
            assert_eq!(said["title"].as_str().unwrap().chars().count(), LINE + 1);
            assert!(said["body"].as_str().unwrap().lines().count() >= 4, "{said}");
        }
    }
}
