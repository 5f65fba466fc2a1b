//! How domain values are said: words, tones, times. Pure, so that server and browser say the same.

use crate::domain::approval::{Approval, ApprovalStatus};
use crate::domain::attending::Attending;
use crate::domain::catalogue::Reversibility;
use crate::domain::outcome::OutcomeStatus;
use crate::domain::risk::RiskLevel;
use crate::domain::text::{Segment, reveal, reveal_text};
use crate::ui::components::time_text::moment_text;
use crate::ui::components::{RiskTone, SegmentKind, Tone};
use chrono::{DateTime, SecondsFormat, TimeDelta, Utc};

/// A moment in words, with its zone: "20 Nov 2025, 09:14 UTC".
pub fn moment(time: DateTime<Utc>) -> String {
    moment_text(time, TimeDelta::zero())
}

/// A moment for `datetime` attributes.
pub fn stamp(time: DateTime<Utc>) -> String {
    time.to_rfc3339_opts(SecondsFormat::Millis, true)
}

/// Text from elsewhere in pieces, with hidden characters marked.
pub fn segments(text: &str) -> Vec<(SegmentKind, String)> {
    reveal(text)
        .into_iter()
        .map(|segment| match segment {
            Segment::Plain(text) => (SegmentKind::Plain, text),
            Segment::Hidden { code, .. } => (SegmentKind::Revealed, code),
        })
        .collect()
}

/// The name of an approval for labels and announcements: one line, at most 120 characters.
pub fn short_title(approval: &Approval) -> String {
    let text = reveal_text(&approval.sentence);
    let line = text.lines().next().unwrap_or_default();
    match line.char_indices().nth(120) {
        Some((end, _)) => format!("{}…", &line[..end]),
        None => line.to_owned(),
    }
}

/// A wire name as words: `semi_autonomous` becomes "Semi autonomous".
pub fn human(wire: &str) -> String {
    let mut text = wire.replace(['_', '.'], " ");
    if let Some(first) = text.get_mut(..1) {
        first.make_ascii_uppercase();
    }
    text
}

pub fn risk_tone(level: RiskLevel) -> RiskTone {
    match level {
        RiskLevel::Low => RiskTone::Low,
        RiskLevel::Medium => RiskTone::Medium,
        RiskLevel::High => RiskTone::High,
        RiskLevel::Critical => RiskTone::Critical,
    }
}

pub fn status_words(status: ApprovalStatus) -> (Tone, &'static str) {
    match status {
        ApprovalStatus::Pending => (Tone::Info, "Pending"),
        ApprovalStatus::Approved => (Tone::Ok, "Approved"),
        ApprovalStatus::Rejected => (Tone::Bad, "Rejected"),
        ApprovalStatus::Expired => (Tone::Neutral, "Expired"),
        ApprovalStatus::Withdrawn => (Tone::Neutral, "Withdrawn"),
        ApprovalStatus::AutoApproved => (Tone::Ok, "Ran automatically"),
    }
}

pub fn outcome_words(status: OutcomeStatus) -> (Tone, &'static str) {
    match status {
        OutcomeStatus::None => (Tone::Neutral, "Not performed"),
        OutcomeStatus::Queued => (Tone::Info, "Queued"),
        OutcomeStatus::Running => (Tone::Info, "Running"),
        OutcomeStatus::Succeeded => (Tone::Ok, "Succeeded"),
        OutcomeStatus::Failed => (Tone::Bad, "Failed"),
        OutcomeStatus::Unknown => (Tone::Warn, "Unknown"),
    }
}

pub fn reversibility_words(reversibility: Reversibility) -> &'static str {
    match reversibility {
        Reversibility::Reversible => "Can be put back",
        Reversibility::Correctable => "Can be corrected by hand",
        Reversibility::Irreversible => "Cannot be undone",
    }
}

/// Who asked: team and agent, or whoever else.
pub fn asker(approval: &Approval) -> String {
    let who = approval.agent_name.as_deref().unwrap_or(&approval.requested_by.name);
    match &approval.team_name {
        Some(team) => format!("{team} · {who}"),
        None => who.to_owned(),
    }
}

/// Who is on it, if somebody still is. `now`: milliseconds since 1970, where the clock is known.
pub fn attending(approval: &Approval, now: Option<f64>) -> Option<Attending> {
    let stands = |on: &&Attending| now.is_none_or(|now| on.until.timestamp_millis() as f64 > now);
    let waits = approval.status == ApprovalStatus::Pending;
    approval.attending.as_ref().filter(|_| waits).filter(stands).cloned()
}

/// Approved, and still inside its hold as far as storage knows: nothing has started.
pub fn is_in_hold(approval: &Approval) -> bool {
    approval.status == ApprovalStatus::Approved
        && approval.outcome.status == OutcomeStatus::Queued
        && approval.hold_until.is_some()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wire_names_become_words() {
        for (wire, words) in
            [("semi_autonomous", "Semi autonomous"), ("approval.approved", "Approval approved"), ("", "")]
        {
            assert_eq!(human(wire), words);
        }
    }

    #[test]
    fn a_moment_names_its_zone() {
        let time = DateTime::from_timestamp(1_763_630_040, 0).unwrap();
        assert_eq!(moment(time), "20 Nov 2025, 09:14 UTC");
        assert_eq!(stamp(time), "2025-11-20T09:14:00.000Z");
    }
}
