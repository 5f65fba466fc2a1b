//! Pages, one folder per noun.

mod address;
pub mod approvals;
pub mod audit;
pub mod dashboard;
pub mod executions;
mod gone;
mod late;
pub mod memory;
pub mod messages;
mod newer;
mod not_found;
pub mod notifications;
mod page_error;
pub mod records;
pub mod set_up;
pub mod settings;
pub mod sign_in;
mod signed_in;
pub mod teams;
pub mod trust;
mod whose;
pub mod workflows;

pub use gone::Gone;
pub use late::{LateFile, LatePage, ready_for};
pub use not_found::NotFound;
pub use page_error::{PageError, sign_in_path};
pub use signed_in::{SignedIn, use_session};
