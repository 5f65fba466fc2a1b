//! Action types: the list at `/settings/action-types`, a new one, and one of them.

mod custom;
mod detail;
mod list;
mod new;

use crate::domain::catalogue::Executor;

pub use detail::ActionTypePage;
pub use list::ActionTypesPage;
pub use new::NewActionTypePage;

const PATH: &str = "/settings/action-types";

/// Who performs an action.
fn executor_words(executor: Executor) -> &'static str {
    match executor {
        Executor::Builtin => "Countersign",
        Executor::Mail => "Countersign, by mail",
        Executor::Webhook => "A webhook",
        Executor::Agent => "The agent",
    }
}
