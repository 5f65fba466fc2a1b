//! Workflows: the list with its templates, a new one, and one to edit, publish, run and stop.

mod address;
mod draft;
mod facts;
mod faults;
mod hook;
mod list;
mod new;
mod one;
mod publish;
mod run;
mod steps;
mod templates;
mod terms;
mod trigger;
mod trigger_words;
mod words;

pub use list::WorkflowsPage;
pub use new::NewWorkflowPage;
pub use one::WorkflowPage;
pub(in crate::ui::pages) use words::kind as step_kind;
