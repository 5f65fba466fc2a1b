//! Effects outside our own database: mail, webhooks and push messages. Nothing here decides, reads or writes storage, or repeats a
//! call: the dispatcher calls once per attempt and records the answer (DISPATCH.md, rule 1).

pub mod guard;
pub mod mail;
pub mod push;
pub mod signature;
pub mod webhook;

use serde_json::Value;

/// What came of a call outside. The texts are for people and hold no secrets.
#[derive(Clone, Debug, PartialEq)]
pub enum Delivery {
    /// It happened; what the other side answered.
    Done(Value),
    /// It definitely did not happen.
    Refused(String),
    /// It may have happened.
    Unknown(String),
}

/// Why a client could not be made from its settings.
#[derive(Debug, thiserror::Error)]
#[error("{0}")]
pub struct SetupError(pub String);

/// An error with its causes, on one line.
fn with_causes(error: &(dyn std::error::Error + 'static)) -> String {
    let mut text = error.to_string();
    let mut cause = error.source();
    while let Some(error) = cause {
        let next = error.to_string();
        if !text.contains(&next) {
            text.push_str(": ");
            text.push_str(&next);
        }
        cause = error.source();
    }
    text
}

/// At most `max` characters of what another machine said, as one line with hidden characters made visible.
fn quoted(text: &str, max: usize) -> String {
    let line: String = text.split_whitespace().collect::<Vec<_>>().join(" ").chars().take(max).collect();
    crate::domain::text::reveal_text(&line)
}
