//! The catalogue of action types: what exists, how risky it is, what its data looks like, what it does.
//!
//! `low.rs` to `critical.rs` list the types; `input.rs` reads their data; `risk.rs` raises the risk by what the data
//! shows; `effects.rs` says what can be done, `plan.rs` and `build.rs` plan it; `preview.rs`, `facts.rs` and
//! `sentence.rs` say it in words; `drift.rs` says what changed since. Nothing here performs
//! anything, and the words are computed from the same plan that is performed.

use super::risk::RiskLevel;
use crate::wire_enum;

mod build;
mod critical;
mod drift;
mod effects;
mod facts;
mod high;
pub mod input;
mod low;
mod medium;
mod money_words;
mod plan;
mod preview;
mod risk;
mod sentence;
#[cfg(test)]
mod tests;

pub use drift::{RecordDrift, SeenRecord, drift, records_hash};
pub use effects::{Audience, Effect, ExportFormat, MailDraft, MessageTo, ReadQuery, StatusSubject, plan};
pub use preview::{MAX_PREVIEW_RECORDS, preview, record_ids};
pub use risk::{RiskPolicy, assess};
pub use sentence::{sentence, sentence_about};

wire_enum! {
    pub enum Reversibility {
        /// Countersign can put it back.
        Reversible = "reversible",
        /// A person can put it right, with effort.
        Correctable = "correctable",
        Irreversible = "irreversible",
    }
}

wire_enum! {
    pub enum Executor {
        /// Changes our own database in one transaction with the outcome.
        Builtin = "builtin",
        Mail = "mail",
        Webhook = "webhook",
        /// An external agent claims it once and reports.
        Agent = "agent",
    }
}

/// A built-in action type.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ActionSpec {
    /// The `actionType` on the wire.
    pub name: &'static str,
    pub title: &'static str,
    /// What it does, in a sentence.
    pub summary: &'static str,
    /// Before the data or the workspace raises it.
    pub risk: RiskLevel,
    pub reversibility: Reversibility,
    pub executor: Executor,
    /// JSON Schema 2020-12 of the action data, as text.
    pub schema: &'static str,
    /// Action data that the schema accepts, as text: for docs, the demo and tests.
    pub example: &'static str,
    /// Top-level keys of the data whose value is money, beside those whose name says so (see `risk.rs`).
    pub money_fields: &'static [&'static str],
}

/// What an approval step asks for: an action that does nothing but stand in the trail.
pub const CONTINUE_WORKFLOW: &str = "continue_workflow";

static ALL: [ActionSpec; COUNT] = all_specs();

const LEVELS: [&[ActionSpec]; 4] = [&low::SPECS, &medium::SPECS, &high::SPECS, &critical::SPECS];
const COUNT: usize = low::SPECS.len() + medium::SPECS.len() + high::SPECS.len() + critical::SPECS.len();

/// Every built-in type, from low to critical.
pub fn all() -> &'static [ActionSpec] {
    &ALL
}

pub fn find(name: &str) -> Option<&'static ActionSpec> {
    ALL.iter().find(|spec| spec.name == name)
}

const fn all_specs() -> [ActionSpec; COUNT] {
    let mut all = [low::SPECS[0]; COUNT];
    let (mut level, mut at) = (0, 0);
    while level < LEVELS.len() {
        let mut i = 0;
        while i < LEVELS[level].len() {
            all[at] = LEVELS[level][i];
            at += 1;
            i += 1;
        }
        level += 1;
    }
    all
}
