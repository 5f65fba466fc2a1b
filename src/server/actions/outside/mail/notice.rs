//! An e-mail of Countersign's own to one member: text and HTML side by side (RFC 2046, multipart/alternative).

use super::Letter;
use super::message::{Composed, address, subject};
use chrono::{DateTime, Utc};
use lettre::message::header::{HeaderName, HeaderValue};
use lettre::message::{Mailbox, MultiPart};
use lettre::{Message, address::Envelope};
use std::time::SystemTime;
use uuid::Uuid;

/// Tells these e-mails from those that were approved.
pub const NOTICE_HEADER: &str = "X-Countersign-Notification";

/// `id` is the e-mail's own: the same for every try to send it.
pub fn compose(from: &Mailbox, id: Uuid, letter: &Letter, now: DateTime<Utc>) -> Result<Composed, String> {
    let to = address(&letter.to)?;
    let envelope = Envelope::new(Some(from.email.clone()), vec![to.clone()])
        .map_err(|_| "it has no recipient".to_owned())?;
    let message_id = format!("<{id}@{}>", from.email.domain());
    let raw =
        |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
    let message = Message::builder()
        .envelope(envelope)
        .date(SystemTime::from(now))
        .from(from.clone())
        .to(Mailbox::new(None, to.clone()))
        .message_id(Some(message_id.clone()))
        .raw_header(raw(NOTICE_HEADER, id.to_string()))
        // RFC 2369: mail programs offer it as the way out.
        .raw_header(raw("List-Unsubscribe", format!("<{}>", letter.settings)))
        // RFC 3834: no holiday answers.
        .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()))
        .raw_header(subject(&letter.subject)?)
        .multipart(MultiPart::alternative_plain_html(letter.text.clone(), letter.html.clone()))
        .map_err(|cause| format!("it could not be written: {cause}"))?;
    let bytes = message.formatted();
    if !bytes.is_ascii() {
        return Err("it could not be written in ASCII".to_owned());
    }
    Ok(Composed { from: from.email.clone(), recipients: vec![to], message_id, bytes })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_has_both_forms_and_a_way_out() {
        let letter = Letter {
            to: "ada@example.com".to_owned(),
            subject: "Grüße\u{2026}".to_owned(),
            text: "Für dich\n.\n".to_owned(),
            html: "<p>Für dich</p>".to_owned(),
            settings: "https://c.example/settings/notifications".to_owned(),
        };
        let from = "Countersign <bot@acme.example>".parse().unwrap();
        let id = Uuid::from_u128(7);
        let composed = compose(&from, id, &letter, DateTime::UNIX_EPOCH).unwrap();
        let text = String::from_utf8(composed.bytes).unwrap();
        for part in [
            "To: ada@example.com\r\n",
            "List-Unsubscribe: <https://c.example/settings/notifications>\r\n",
            "X-Countersign-Notification: 00000000-0000-0000-0000-000000000007\r\n",
            "Auto-Submitted: auto-generated\r\n",
            "multipart/alternative",
            "text/plain; charset=utf-8",
            "text/html; charset=utf-8",
        ] {
            assert!(text.contains(part), "{part}\n{text}");
        }
        assert!(
            compose(&from, id, &Letter { to: "no address".to_owned(), ..letter }, DateTime::UNIX_EPOCH)
                .is_err()
        );
    }
}
