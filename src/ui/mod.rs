//! What people see: primitives, frame, pages, and the hooks that touch the browser.

pub mod components;
pub mod forms;
pub mod hooks;
pub mod keys;
pub mod layout;
pub mod pages;
pub mod words;
