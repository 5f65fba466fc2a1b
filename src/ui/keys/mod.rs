//! Keyboard shortcuts: one list of them, which the handler, the tooltips, `aria-keyshortcuts` and the list behind `?`
//! all read. Each is a quicker way to something that Tab, Enter and Space reach too, and a member may turn them off.
//!
//! An element says which command is its own with [`Keys::on`]; what a command does is then the same on every page:
//! it presses, opens or focuses that element, of the row that has the focus before any other.

mod handler;
mod keymap;
mod table;

pub use handler::{Keys, provide_keys, use_keys};
pub use keymap::Command;
pub use table::{KeyTable, KeysDialog};
