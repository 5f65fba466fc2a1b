//! Memory: what agents share. The list, a new one, and one to read, edit, share or forget.

mod address;
mod fields;
mod filter_form;
mod list;
mod new;
mod one;
mod words;

pub use list::MemoriesPage;
pub use new::NewMemoryPage;
pub use one::MemoryPage;
