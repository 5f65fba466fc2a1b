//! Teams: the list at `/settings/teams`, and one of them.

mod detail;
mod fields;
mod list;
mod members;

use crate::domain::team::Team;
use crate::domain::team::TeamStatus;
use crate::ui::components::Tone;

pub use detail::TeamPage;
pub use list::TeamsPage;

const PATH: &str = "/settings/teams";

/// How a team stands, in a word. Frozen comes first: nothing of it runs by itself.
fn state(team: &Team) -> (Tone, &'static str) {
    match (team.status, team.frozen_at) {
        (TeamStatus::Archived, _) => (Tone::Neutral, "Archived"),
        (_, Some(_)) => (Tone::Info, "Frozen"),
        (TeamStatus::Paused, None) => (Tone::Warn, "Paused"),
        (TeamStatus::Active, None) => (Tone::Ok, "Active"),
    }
}
