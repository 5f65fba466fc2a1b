//! Text that people and agents send: what is refused, and how what is kept is made visible.
//!
//! Text is stored exactly as sent. Nothing is trimmed, normalised or stripped, because an approval must show
//! what will be executed; characters that hide or reorder text are made visible where it is shown.

use serde::{Deserialize, Serialize};
use validator::ValidationError;

/// Longest name of anything, in Unicode scalar values.
pub const NAME_MAX: u64 = 200;
/// Longest free text that a person reads in one go: descriptions, notes.
pub const NOTE_MAX: u64 = 10_000;

/// Refuses U+0000, which PostgreSQL cannot store in text.
pub fn no_nul(text: &str) -> Result<(), ValidationError> {
    if text.contains('\0') {
        Err(fault("contains the character U+0000, which cannot be stored"))
    } else {
        Ok(())
    }
}

/// A name: one line, at least one visible character, no control or bidirectional characters.
/// Names identify things in lists, so that what reorders or hides text is refused here and only here.
pub fn name(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() {
        return Err(fault("must not be empty"));
    }
    if text.chars().count() as u64 > NAME_MAX {
        return Err(fault("must be at most 200 characters"));
    }
    match text.chars().find(|&c| hidden(c).is_some() || c == '\n' || c == '\t') {
        Some(c) => Err(ValidationError::new("name")
            .with_message(format!("must not contain the character U+{:04X}", c as u32).into())),
        None => Ok(()),
    }
}

/// Free text: at most [`NOTE_MAX`] characters, no U+0000.
pub fn note(text: &str) -> Result<(), ValidationError> {
    if text.chars().count() as u64 > NOTE_MAX {
        return Err(fault("must be at most 10,000 characters"));
    }
    no_nul(text)
}

/// A [`note`] that says something.
pub fn remark(text: &str) -> Result<(), ValidationError> {
    if text.trim().is_empty() { Err(fault("must not be empty")) } else { note(text) }
}

/// An e-mail address as far as sign-in needs it: one `@`, no spaces, nothing hidden, at most 254 bytes.
/// Delivery is proven by delivering, not by a pattern.
pub fn email(text: &str) -> Result<(), ValidationError> {
    let plain = text.len() <= 254 && text.chars().all(|c| !c.is_whitespace() && hidden(c).is_none());
    let shaped = text.split_once('@').is_some_and(|(local, host)| {
        !local.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !host.contains('@')
    });
    if plain && shaped { Ok(()) } else { Err(fault("must be an e-mail address such as ada@example.com")) }
}

/// 12 to 200 characters: length is what makes a password strong (NIST SP 800-63B); the upper bound keeps hashing cheap.
pub fn password(text: &str) -> Result<(), ValidationError> {
    match text.chars().count() {
        0..12 => Err(fault("must be at least 12 characters")),
        12..=200 => Ok(()),
        _ => Err(fault("must be at most 200 characters")),
    }
}

fn fault(message: &'static str) -> ValidationError {
    ValidationError::new("text").with_message(message.into())
}

/// A piece of text as it is shown: as it is, or a mark for a character that would hide or reorder what a reader sees.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub enum Segment {
    Plain(String),
    /// The character's name in short form, such as `U+202E`, and what it does.
    Hidden {
        code: String,
        name: &'static str,
    },
}

/// Splits text so that nothing in it can hide: control, bidirectional, zero-width, tag and variation characters
/// become [`Segment::Hidden`]. Line feeds and tabs stay plain.
pub fn reveal(text: &str) -> Vec<Segment> {
    let mut segments = Vec::new();
    let mut plain = String::new();
    for c in text.chars() {
        match hidden(c) {
            None => plain.push(c),
            Some(name) => {
                if !plain.is_empty() {
                    segments.push(Segment::Plain(std::mem::take(&mut plain)));
                }
                segments.push(Segment::Hidden { code: format!("U+{:04X}", c as u32), name });
            }
        }
    }
    if !plain.is_empty() {
        segments.push(Segment::Plain(plain));
    }
    segments
}

/// [`reveal`] as one line of text, for accessible names and log lines.
pub fn reveal_text(text: &str) -> String {
    reveal(text)
        .into_iter()
        .map(|segment| match segment {
            Segment::Plain(text) => text,
            Segment::Hidden { code, .. } => format!("[{code}]"),
        })
        .collect()
}

/// The key of a data field as words: `dueAt` and `due_at` become "Due at". A key that is no plain name is left as it
/// is.
pub fn key_words(key: &str) -> String {
    let plain = |c: char| c.is_ascii_alphanumeric() || c == '_' || c == '-';
    if !key.chars().all(plain) {
        return key.to_owned();
    }
    let mut words = String::with_capacity(key.len() + 4);
    let mut chars = key.chars().peekable();
    let mut inside = false;
    while let Some(c) = chars.next() {
        // `replyTo` is two words; `URL` is one, and stays as it is.
        let begins = c.is_ascii_uppercase() && inside;
        let shouted = chars.peek().is_some_and(char::is_ascii_uppercase);
        inside = c.is_ascii_lowercase() || c.is_ascii_digit();
        match c {
            '_' | '-' => words.push(' '),
            c if begins && !shouted => words.extend([' ', c.to_ascii_lowercase()]),
            c if begins => words.extend([' ', c]),
            c => words.push(c),
        }
    }
    let mut words = words.split_whitespace().collect::<Vec<_>>().join(" ");
    match words.get_mut(..1) {
        Some(first) => first.make_ascii_uppercase(),
        None => return key.to_owned(),
    }
    words
}

/// Why a character is not shown as itself, or `None`. Unicode Technical Report 36 and 39 name the groups.
fn hidden(c: char) -> Option<&'static str> {
    Some(match c {
        '\n' | '\t' => return None,
        '\0'..='\u{1f}' | '\u{7f}'..='\u{9f}' => "control character",
        '\u{61c}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => {
            "changes the direction of text"
        }
        '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{feff}' | '\u{180e}' | '\u{34f}' => {
            "zero-width character"
        }
        '\u{ad}' => "soft hyphen",
        '\u{206a}'..='\u{206f}' | '\u{fff9}'..='\u{fffb}' => "format character",
        '\u{2028}' | '\u{2029}' => "line separator",
        '\u{115f}' | '\u{1160}' | '\u{3164}' | '\u{ffa0}' | '\u{2800}' => "blank letter",
        '\u{e0000}'..='\u{e007f}' => "tag character",
        '\u{fe00}'..='\u{fe0e}' | '\u{e0100}'..='\u{e01ef}' => "variation selector",
        '\u{a0}' | '\u{2000}'..='\u{200a}' | '\u{202f}' | '\u{205f}' | '\u{3000}' => "unusual space",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_become_words() {
        for (key, words) in [
            ("dueAt", "Due at"),
            ("due_at", "Due at"),
            ("to", "To"),
            ("userIds", "User ids"),
            ("callbackURL", "Callback URL"),
            ("line2Text", "Line2 text"),
            ("A", "A"),
            ("my key", "my key"),
            ("größe", "größe"),
            ("__", "__"),
            ("", ""),
        ] {
            assert_eq!(key_words(key), words, "{key}");
        }
    }
}
