//! Executions: the list, and one of them, followed while it runs.

mod address;
mod attempts;
mod controls;
mod facts;
mod filter_form;
mod list;
mod one;
mod shown;
mod step;
mod words;

pub use list::ExecutionsPage;
pub use one::ExecutionPage;
pub(in crate::ui::pages) use words::{actor, headline, status as execution_status, took};
