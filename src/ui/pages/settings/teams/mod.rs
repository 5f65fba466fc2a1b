//! Teams: the list at `/settings/teams`, and one of them.

mod config;
mod detail;
mod fields;
mod list;
mod members;

use crate::domain::team::Team;
use crate::domain::team::TeamStatus;
use crate::ui::components::Tone;

pub(in crate::ui::pages) use config::ConfigFacts;
pub use detail::TeamPage;
pub(in crate::ui::pages) use fields::autonomy_words;
pub use list::TeamsPage;

const PATH: &str = "/settings/teams";

/// How a team stands, in a word. Frozen comes first: nothing of it runs by itself.
pub(in crate::ui::pages) fn team_standing(status: TeamStatus, frozen: bool) -> (Tone, &'static str) {
    match (status, frozen) {
        (TeamStatus::Archived, _) => (Tone::Neutral, "Archived"),
        (_, true) => (Tone::Info, "Frozen"),
        (TeamStatus::Paused, false) => (Tone::Warn, "Paused"),
        (TeamStatus::Active, false) => (Tone::Ok, "Active"),
    }
}

fn state(team: &Team) -> (Tone, &'static str) {
    team_standing(team.status, team.frozen_at.is_some())
}
