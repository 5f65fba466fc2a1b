//! Records: the list, a new one, and one to read, edit or delete.

mod address;
mod edit;
mod fields;
mod list;
mod new;
mod words;

pub use edit::RecordPage;
pub use list::RecordsPage;
pub use new::NewRecordPage;
