//! Learned trust: what is suggested and granted at `/trust`, one of them, and the panels that other pages show.

mod decide;
mod detail;
mod evidence;
mod list;
mod panel;

use crate::domain::trust::{TrustEnd, TrustGrant, TrustStatus};
use crate::ui::components::Tone;

pub use detail::TrustGrantPage;
pub use list::TrustPage;
pub use panel::{TrustPanel, TrustSuggestions};

const PATH: &str = "/trust";

/// How it stands, in a word.
fn status_words(status: TrustStatus) -> (Tone, &'static str) {
    match status {
        TrustStatus::Suggested => (Tone::Info, "Suggested"),
        TrustStatus::Accepted => (Tone::Ok, "Granted"),
        TrustStatus::Declined => (Tone::Neutral, "Declined"),
        TrustStatus::Withdrawn => (Tone::Neutral, "Withdrawn"),
        TrustStatus::Revoked => (Tone::Warn, "Revoked"),
        TrustStatus::Lapsed => (Tone::Neutral, "Lapsed"),
    }
}

/// Why it ended, in a sentence.
fn end_words(end: TrustEnd) -> &'static str {
    match end {
        TrustEnd::Rejection => "A reviewer rejected one.",
        TrustEnd::Edit => "A reviewer changed one before approving it.",
        TrustEnd::Undo => "A reviewer took an approval back.",
        TrustEnd::Failure => "One failed.",
        TrustEnd::Person => "Somebody revoked it.",
        TrustEnd::Replaced => "A grant up to a higher risk took its place.",
        TrustEnd::Time => "Its time was over.",
    }
}

/// What it is, as a heading.
fn title(grant: &TrustGrant) -> String {
    format!("Let {} run by itself on {}", grant.action_type, grant.team_name)
}

/// `5 approvals in a row`
fn in_a_row(grant: &TrustGrant) -> String {
    format!("{} approvals in a row", grant.approvals_in_row)
}
