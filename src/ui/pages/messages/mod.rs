//! Messages: the threads, one thread, and a new message.

mod address;
mod filter_form;
mod list;
mod new;
mod thread;
mod words;

pub use list::MessagesPage;
pub use new::NewMessagePage;
pub use thread::ThreadPage;
