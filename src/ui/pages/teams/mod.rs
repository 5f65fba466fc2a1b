//! Teams at work: the list, a new one in four steps, and one with its runs. What a team is allowed is changed under
//! `/settings/teams`.

mod address;
mod answers;
mod choices;
mod filter_form;
mod home;
mod list;
mod members;
mod members_step;
mod new;
mod review;
mod run;
mod runs;
mod steps;

pub use home::TeamHomePage;
pub use list::TeamsPage;
pub use new::NewTeamPage;
