//! The text of an e-mail (RFC 5322, MIME). What a person approved is what a mail program shows: every character of
//! subject and body survives, and nothing in them can become a header.

use super::OutgoingMail;
use crate::domain::ids::ApprovalId;
use crate::server::actions::outside::quoted;
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use chrono::{DateTime, Utc};
use lettre::message::header::{self, ContentTransferEncoding, ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, Mailboxes};
use lettre::{Address, Message, address::Envelope};
use reqwest::Url;
use std::time::SystemTime;

/// Names the approval in the e-mail itself, so that a copy can be traced to its decision.
pub const APPROVAL_HEADER: &str = "X-Countersign-Approval";

/// A subject line up to here stays as it is when it is plain; RFC 5322 allows lines of 998 bytes.
const PLAIN_SUBJECT_MAX: usize = 900;
/// Bytes of text in an encoded word: with `Subject: ` before it the line stays within RFC 2047's 76 characters.
const WORD_BYTES: usize = 39;

/// An e-mail ready to go; its bytes are ASCII.
pub struct Composed {
    pub from: Address,
    pub recipients: Vec<Address>,
    pub message_id: String,
    pub bytes: Vec<u8>,
}

/// The `From` of every e-mail.
pub fn sender(text: &str) -> Result<Mailbox, String> {
    if text.chars().any(char::is_control) {
        return Err("contains a control character".to_owned());
    }
    let mailbox: Mailbox = text.parse().map_err(|_| format!("{text:?} is not an address"))?;
    Ok(Mailbox::new(mailbox.name, address(mailbox.email.as_ref())?))
}

/// The approval's e-mail. `show_bcc` keeps the hidden recipients in the text, for a copy that stays here.
pub fn compose(
    from: &Mailbox,
    id: ApprovalId,
    mail: &OutgoingMail,
    now: DateTime<Utc>,
    show_bcc: bool,
) -> Result<Composed, String> {
    let read = |list: &[String]| list.iter().map(|text| address(text)).collect::<Result<Vec<_>, _>>();
    let (to, cc, bcc) = (read(&mail.to)?, read(&mail.cc)?, read(&mail.bcc)?);
    let mut recipients: Vec<Address> = Vec::new();
    for one in to.iter().chain(&cc).chain(&bcc) {
        if !recipients.contains(one) {
            recipients.push(one.clone());
        }
    }
    let envelope = Envelope::new(Some(from.email.clone()), recipients.clone())
        .map_err(|_| "it has no recipient".to_owned())?;
    let message_id = format!("<{id}@{}>", from.email.domain());

    let mut builder = Message::builder()
        .envelope(envelope)
        .date(SystemTime::from(now))
        .from(from.clone())
        .message_id(Some(message_id.clone()))
        .raw_header(HeaderValue::new(HeaderName::new_from_ascii_str(APPROVAL_HEADER), id.to_string()))
        .raw_header(subject(&mail.subject)?)
        .header(header::MIME_VERSION_1_0)
        .header(ContentType::TEXT_PLAIN);
    builder = if to.is_empty() && cc.is_empty() {
        let nobody = "undisclosed-recipients:;".to_owned();
        builder.raw_header(HeaderValue::dangerous_new_pre_encoded(
            HeaderName::new_from_ascii_str("To"),
            nobody.clone(),
            nobody,
        ))
    } else if to.is_empty() {
        builder
    } else {
        builder.header(header::To::from(mailboxes(to)))
    };
    if !cc.is_empty() {
        builder = builder.header(header::Cc::from(mailboxes(cc)));
    }
    if show_bcc && !bcc.is_empty() {
        builder = builder.header(header::Bcc::from(mailboxes(bcc))).keep_bcc();
    }
    if let Some(text) = &mail.reply_to {
        builder = builder.reply_to(Mailbox::new(None, address(text)?));
    }
    let message =
        builder.body(body(&mail.body)).map_err(|cause| format!("it could not be written: {cause}"))?;
    let bytes = message.formatted();
    if !bytes.is_ascii() {
        return Err("it could not be written in ASCII".to_owned());
    }
    Ok(Composed { from: from.email.clone(), recipients, message_id, bytes })
}

fn mailboxes(list: Vec<Address>) -> Mailboxes {
    list.into_iter().map(|one| Mailbox::new(None, one)).collect()
}

/// A bare address whose local part is a dot-atom of ASCII (RFC 5321) and whose domain is a name. A name in other
/// letters goes out in its ASCII form (RFC 5891); a local part in other letters needs SMTPUTF8 at every hop, and is
/// refused. No character that SMTP or a header gives a meaning to can pass.
pub(super) fn address(text: &str) -> Result<Address, String> {
    let fault = || format!("{:?} is not an address that this server can write to", quoted(text, 260));
    let (local, domain) = text.rsplit_once('@').ok_or_else(fault)?;
    let atoms = local.bytes().all(|b| b.is_ascii_alphanumeric() || b"!#$%&'*+-/=?^_`{|}~.".contains(&b));
    let labels = domain.chars().all(|c| c.is_alphanumeric() || c == '-' || c == '.' || !c.is_ascii());
    if !atoms || !labels || text.len() > 254 {
        return Err(fault());
    }
    let url = Url::parse(&format!("https://{domain}/")).map_err(|_| fault())?;
    let ascii = url.domain().ok_or_else(fault)?;
    let domain = if domain.is_ascii() { domain } else { ascii };
    let address: Address = format!("{local}@{domain}").parse().map_err(|_| fault())?;
    if address.user().is_ascii() && address.domain().is_ascii() { Ok(address) } else { Err(fault()) }
}

/// A subject is one line. Where a mail program could show plain text otherwise than it was approved (other letters,
/// spaces at the ends, what looks like an encoded word) it is sent as encoded words (RFC 2047), which are exact.
pub(super) fn subject(text: &str) -> Result<HeaderValue, String> {
    if text.chars().any(char::is_control) {
        return Err("its subject is not one line of text".to_owned());
    }
    let plain = text.len() <= PLAIN_SUBJECT_MAX
        && text.bytes().all(|b| (b' '..=b'~').contains(&b))
        && !text.starts_with(' ')
        && !text.ends_with(' ')
        && !text.contains("=?");
    let encoded = if plain { text.to_owned() } else { encoded_words(text) };
    Ok(HeaderValue::dangerous_new_pre_encoded(
        HeaderName::new_from_ascii_str("Subject"),
        text.to_owned(),
        encoded,
    ))
}

/// RFC 2047, section 2: each word holds whole characters, and the folds between words are not part of the text.
fn encoded_words(text: &str) -> String {
    let mut words: Vec<String> = Vec::new();
    let mut chunk = String::new();
    for c in text.chars() {
        if chunk.len() + c.len_utf8() > WORD_BYTES {
            words.push(std::mem::take(&mut chunk));
        }
        chunk.push(c);
    }
    words.push(chunk);
    let words: Vec<String> =
        words.iter().map(|word| format!("=?utf-8?B?{}?=", STANDARD.encode(word))).collect();
    words.join("\r\n ")
}

/// Line breaks become CRLF, as text in MIME must have; all else is kept. Control characters, which relays may change
/// or read as line ends, travel as base64.
fn body(text: &str) -> Body {
    let hostile = text.replace("\r\n", "\n").chars().any(|c| c.is_control() && c != '\n' && c != '\t');
    if hostile && let Ok(body) = Body::new_with_encoding(text.to_owned(), ContentTransferEncoding::Base64) {
        return body;
    }
    Body::new(text.to_owned())
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn id() -> ApprovalId {
        "019523e0-0000-7000-8000-000000000001".parse().unwrap()
    }

    fn letter(subject: &str, body: &str) -> OutgoingMail {
        OutgoingMail {
            to: vec!["ada@example.com".to_owned()],
            subject: subject.to_owned(),
            body: body.to_owned(),
            ..OutgoingMail::default()
        }
    }

    fn compose_text(mail: &OutgoingMail, show_bcc: bool) -> Result<String, String> {
        let now = DateTime::from_timestamp(1_700_000_000, 0).unwrap();
        let composed =
            compose(&sender("Countersign <bot@acme.example>").unwrap(), id(), mail, now, show_bcc)?;
        Ok(String::from_utf8(composed.bytes).unwrap())
    }

    /// An independent reader: headers unfolded, encoded words and the body decoded.
    fn read(text: &str) -> (Vec<(String, String)>, String) {
        let (head, body) = text.split_once("\r\n\r\n").unwrap();
        let headers: Vec<(String, String)> = head
            .replace("\r\n ", "\n")
            .split("\r\n")
            .map(|line| line.split_once(": ").map(|(k, v)| (k.to_owned(), v.to_owned())).unwrap())
            .collect();
        let encoding = headers.iter().find(|(k, _)| k == "Content-Transfer-Encoding").unwrap().1.clone();
        let body = match encoding.as_str() {
            "7bit" => body.to_owned(),
            "base64" => String::from_utf8(STANDARD.decode(body.replace("\r\n", "")).unwrap()).unwrap(),
            "quoted-printable" => {
                let joined = body.replace("=\r\n", "");
                let mut bytes = Vec::new();
                let mut rest = joined.bytes();
                while let Some(b) = rest.next() {
                    if b == b'=' {
                        let hex = [rest.next().unwrap(), rest.next().unwrap()];
                        bytes.push(u8::from_str_radix(std::str::from_utf8(&hex).unwrap(), 16).unwrap());
                    } else {
                        bytes.push(b);
                    }
                }
                String::from_utf8(bytes).unwrap()
            }
            other => panic!("{other}"),
        };
        (headers, body)
    }

    fn header<'a>(headers: &'a [(String, String)], name: &str) -> Vec<&'a str> {
        headers.iter().filter(|(k, _)| k.eq_ignore_ascii_case(name)).map(|(_, v)| v.as_str()).collect()
    }

    fn decoded(subject: &str) -> String {
        if !subject.starts_with("=?utf-8?B?") {
            return subject.to_owned();
        }
        subject
            .split('\n')
            .map(|word| {
                assert!(word.len() <= 75, "{word}");
                let text = word.strip_prefix("=?utf-8?B?").unwrap().strip_suffix("?=").unwrap();
                String::from_utf8(STANDARD.decode(text).unwrap()).unwrap()
            })
            .collect()
    }

    #[test]
    fn a_plain_letter_can_be_read_as_it_is() {
        let mut mail = letter("Your order", "Dear Ada,\nit is on its way.\n");
        mail.cc = vec!["alan@example.com".to_owned()];
        mail.bcc = vec!["hidden@example.com".to_owned()];
        mail.reply_to = Some("sales@acme.example".to_owned());
        let text = compose_text(&mail, false).unwrap();
        let (headers, body) = read(&text);
        assert_eq!(header(&headers, "From"), [r#"Countersign <bot@acme.example>"#]);
        assert_eq!(header(&headers, "To"), ["ada@example.com"]);
        assert_eq!(header(&headers, "Cc"), ["alan@example.com"]);
        assert_eq!(header(&headers, "Bcc"), [""; 0]);
        assert_eq!(header(&headers, "Reply-To"), ["sales@acme.example"]);
        assert_eq!(header(&headers, "Subject"), ["Your order"]);
        assert_eq!(header(&headers, "Date"), ["Tue, 14 Nov 2023 22:13:20 +0000"]);
        assert_eq!(header(&headers, "MIME-Version"), ["1.0"]);
        assert_eq!(header(&headers, "Message-ID"), ["<019523e0-0000-7000-8000-000000000001@acme.example>"]);
        assert_eq!(header(&headers, APPROVAL_HEADER), ["019523e0-0000-7000-8000-000000000001"]);
        assert_eq!(body, "Dear Ada,\r\nit is on its way.\r\n");
        assert_eq!(text, compose_text(&mail, false).unwrap());
        assert_eq!(header(&read(&compose_text(&mail, true).unwrap()).0, "Bcc"), ["hidden@example.com"]);
    }

    #[test]
    fn hidden_recipients_alone_are_undisclosed_and_each_gets_one_copy() {
        let twice = vec!["a@example.com".to_owned(), "b@example.com".to_owned(), "a@example.com".to_owned()];
        let mail = OutgoingMail { bcc: twice, body: "x".to_owned(), ..OutgoingMail::default() };
        assert_eq!(header(&read(&compose_text(&mail, false).unwrap()).0, "To"), ["undisclosed-recipients:;"]);
        let from = sender("bot@acme.example").unwrap();
        let composed = compose(&from, id(), &mail, DateTime::UNIX_EPOCH, false).unwrap();
        assert_eq!(composed.recipients.len(), 2);
    }

    #[test]
    fn a_subject_of_more_than_one_line_is_refused() {
        for subject in ["a\r\nBcc: x@evil.example", "a\nb", "a\rb", "a\0", "a\u{85}b", "\u{7f}"] {
            assert!(compose_text(&letter(subject, ""), false).is_err(), "{subject:?}");
        }
    }

    #[test]
    fn what_is_not_a_bare_address_is_refused() {
        for bad in [
            "",
            "@",
            "ada",
            "ada@",
            "@example.com",
            "Ada <ada@example.com>",
            "ada@example.com\r\nBcc: x@evil.example",
            "ada@example.com,eve@evil.example",
            "ada@example.com>",
            "<ada@example.com",
            "\"a b\"@example.com",
            "\"a\"@example.com",
            "a b@example.com",
            "ada@exam ple.com",
            "ada@example.com SIZE=1",
            "ada@[127.0.0.1]",
            "ada@127.0.0.1",
            "ada@0x7f.1",
            "ада@example.com",
            "a\u{202e}da@example.com",
            "ada@example.com:25",
            "ada@example.com/x",
            "ada@evil.example#example.com",
            "a@b@example.com",
            "ada@exa%2dmple.com",
            "ada@example.com\0",
            ".ada@example.com",
            "ada@-example.com",
            "ada@\u{200b}",
        ] {
            let mut mail = letter("x", "");
            mail.to = vec![bad.to_owned()];
            assert!(compose_text(&mail, false).is_err(), "{bad:?}");
            mail.to = vec!["ada@example.com".to_owned()];
            mail.reply_to = Some(bad.to_owned());
            assert!(compose_text(&mail, false).is_err(), "{bad:?}");
        }
        assert!(compose_text(&OutgoingMail::default(), false).is_err());
        let mut mail = letter("x", "");
        mail.to = vec!["ada+news@Bücher.example".to_owned()];
        let text = compose_text(&mail, false).unwrap();
        assert_eq!(header(&read(&text).0, "To"), ["ada+news@xn--bcher-kva.example"]);
    }

    #[test]
    fn a_sender_may_have_a_name_in_any_letters() {
        assert!(sender("Grüße <bot@acme.example>").is_ok());
        for bad in ["", "bot", "Bot <bot@acme.example>\r\nBcc: x@evil.example", "a@b.example, c@d.example"] {
            assert!(sender(bad).is_err(), "{bad:?}");
        }
    }

    #[test]
    fn hostile_text_arrives_as_it_was_approved() {
        for text in [
            "=?utf-8?B?ZXZpbA==?=",
            " spaces at the ends ",
            "two  spaces",
            "\u{202e}reversed\u{202c}",
            "zero\u{200b}width",
            "e\u{301} and é",
            "👩‍👩‍👧‍👦 family",
            "Ａｄａ",
            "\u{feff}bom",
            "",
            "a very long subject that goes on and on ÄÖÜ and on and on and on and on and on and on and on and on",
        ] {
            let (headers, body) = read(&compose_text(&letter(text, text), false).unwrap());
            assert_eq!(decoded(header(&headers, "Subject")[0]), text);
            assert_eq!(body, text);
        }
        for body in ["a\rb", "\u{8}\u{1b}[31m", "nul \0 inside", ".\r\n.\r\nQUIT\r\n", "\n.\n", "From here"] {
            let (_, kept) = read(&compose_text(&letter("x", body), false).unwrap());
            assert_eq!(kept.replace("\r\n", "\n"), body.replace("\r\n", "\n"));
        }
    }

    proptest! {
        #[test]
        fn no_text_becomes_a_header_and_none_is_changed(subject in any::<String>(), body in any::<String>()) {
            let (calm, _) = read(&compose_text(&letter("x", "x"), false).unwrap());
            match compose_text(&letter(&subject, &body), false) {
                Err(_) => prop_assert!(subject.chars().any(char::is_control)),
                Ok(text) => {
                    let (headers, kept) = read(&text);
                    let names = |list: &[(String, String)]| list.iter().map(|(k, _)| k.clone()).collect::<Vec<_>>();
                    prop_assert_eq!(names(&headers), names(&calm));
                    prop_assert_eq!(decoded(header(&headers, "Subject")[0]), subject);
                    prop_assert_eq!(kept.replace("\r\n", "\n"), body.replace("\r\n", "\n"));
                    prop_assert!(text.split("\r\n").all(|line| line.len() <= 998 && !line.contains(['\r', '\n'])));
                }
            }
        }

        #[test]
        fn an_address_that_passes_has_no_meaning_beside_itself(text in any::<String>()) {
            if let Ok(address) = address(&text) {
                prop_assert!(address.to_string().bytes().all(|b| b.is_ascii_graphic() && !b"<>,;:\"()[]\\".contains(&b)));
            }
        }
    }
}
