//! Settings: one's own account, and the workspace's people, agents, teams and rules.

mod account;
mod action_types;
mod agents;
mod browsers;
mod frame;
mod lists;
mod members;
mod model_limits;
mod models;
mod notifications;
mod preferences;
mod secret;
mod teams;
mod tokens;
mod type_ticks;
mod views;
mod webhooks;
mod workspace;

pub use account::AccountPage;
pub use action_types::{ActionTypePage, ActionTypesPage, NewActionTypePage};
pub use agents::{AgentPage, AgentsPage};
pub use members::MembersPage;
pub use models::ModelsPage;
pub use notifications::NotificationSettingsPage;
pub(super) use secret::{Secret, show_secret};
pub(super) use teams::{ConfigFacts, autonomy_words, team_standing};
pub use teams::{TeamPage, TeamsPage};
pub use tokens::TokensPage;
pub use views::ViewsPage;
pub use webhooks::{WebhookPage, WebhooksPage};
pub use workspace::WorkspacePage;
