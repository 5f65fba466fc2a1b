//! What time and use do to a memory, and who sees it. Pure: the time is an argument.

use super::{Memory, MemoryTier, MemoryVisibility, NewMemory};
use crate::domain::ids::{AgentId, TeamId};
use crate::domain::{AppError, AppResult};
use chrono::{DateTime, TimeDelta, Utc};

/// Longest content, in Unicode scalar values; as the action `store_context` has it.
pub const CONTENT_MAX: usize = 20_000;
/// Most tags of one memory.
pub const TAGS_MAX: usize = 20;
/// Longest tag, in Unicode scalar values.
pub const TAG_MAX: usize = 40;

/// A memory's score is its importance and so much for each reading.
pub const READ_WORTH: i64 = 10;
/// Readings beyond these add nothing: what is read all the time and matters little is not kept for ever.
pub const READS_COUNTED: i64 = 10;
/// The score at which a short-term memory becomes medium-term.
pub const MEDIUM_SCORE: i64 = 80;
/// The score at which a medium-term memory becomes long-term.
pub const LONG_SCORE: i64 = 150;

/// Shortest time that a memory is asked to be kept for.
const SHORTEST: TimeDelta = TimeDelta::minutes(1);

/// How long a memory of this tier is kept where nobody says; `None`: it is kept.
pub const fn lifetime(tier: MemoryTier) -> Option<TimeDelta> {
    match tier {
        MemoryTier::ShortTerm => Some(TimeDelta::hours(12)),
        MemoryTier::MediumTerm => Some(TimeDelta::days(14)),
        MemoryTier::LongTerm => None,
    }
}

/// The longest that one may be asked to be kept for.
pub const fn longest(tier: MemoryTier) -> TimeDelta {
    match tier {
        MemoryTier::ShortTerm => TimeDelta::hours(48),
        MemoryTier::MediumTerm => TimeDelta::days(90),
        MemoryTier::LongTerm => TimeDelta::days(3650),
    }
}

/// When a memory that is written now is forgotten. `seconds`: what was asked for.
pub fn expiry(
    tier: MemoryTier,
    seconds: Option<i64>,
    now: DateTime<Utc>,
) -> AppResult<Option<DateTime<Utc>>> {
    let Some(seconds) = seconds else { return Ok(lifetime(tier).map(|kept| now + kept)) };
    let (least, most) = (SHORTEST.num_seconds(), longest(tier).num_seconds());
    if (least..=most).contains(&seconds) {
        return Ok(Some(now + TimeDelta::seconds(seconds)));
    }
    Err(AppError::invalid(
        "/expiresInSeconds",
        format!("must be between {least} and {most} seconds for a memory of the tier {tier}"),
    ))
}

/// The tier that a memory rises to, by what it is worth and how often it was read; one step at a time, and never for
/// one that nobody read.
pub fn promoted(tier: MemoryTier, importance: i64, reads: i64) -> Option<MemoryTier> {
    let (next, score) = match tier {
        MemoryTier::ShortTerm => (MemoryTier::MediumTerm, MEDIUM_SCORE),
        MemoryTier::MediumTerm => (MemoryTier::LongTerm, LONG_SCORE),
        MemoryTier::LongTerm => return None,
    };
    let worth = importance + READ_WORTH * reads.min(READS_COUNTED);
    (reads > 0 && worth >= score).then_some(next)
}

/// Who sees a new memory, which team it is of, and whose it is. `by`: the agent that stores it; it is that agent's.
pub fn placed(
    input: &NewMemory,
    by: Option<AgentId>,
) -> AppResult<(MemoryVisibility, Option<TeamId>, Option<AgentId>)> {
    let agent = by.or(input.agent_id);
    let visibility = input.visibility.unwrap_or(match (input.team_id, agent) {
        (Some(_), _) => MemoryVisibility::Team,
        (None, Some(_)) => MemoryVisibility::Agent,
        (None, None) => MemoryVisibility::Workspace,
    });
    match visibility {
        MemoryVisibility::Team if input.team_id.is_none() => {
            Err(AppError::invalid("/teamId", "is needed: which team sees it"))
        }
        MemoryVisibility::Agent if agent.is_none() => {
            Err(AppError::invalid("/agentId", "is needed: which agent sees it"))
        }
        _ => Ok((visibility, input.team_id, agent)),
    }
}

/// Who sees a memory once it is shared with a team, or with all. Sharing shows it to more agents and takes it from
/// none. The error says why it cannot be.
pub fn widened(memory: &Memory, team: Option<TeamId>) -> AppResult<(MemoryVisibility, Option<TeamId>)> {
    match (memory.visibility, team) {
        (MemoryVisibility::Workspace, _) => Err(AppError::refused("The whole workspace sees it already.")),
        (MemoryVisibility::Team, Some(team)) if memory.team_id == Some(team) => {
            Err(AppError::refused("This team sees it already."))
        }
        (MemoryVisibility::Team, Some(_)) => Err(AppError::refused(
            "Another team has it. Share it with the whole workspace, so that both see it.",
        )),
        (_, None) => Ok((MemoryVisibility::Workspace, memory.team_id)),
        (MemoryVisibility::Agent, Some(team)) => Ok((MemoryVisibility::Team, Some(team))),
    }
}
