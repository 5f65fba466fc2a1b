//! Countersign: teams of AI agents, with a human signature on every action that needs one.
#![recursion_limit = "256"]

pub mod domain;
#[cfg(feature = "ssr")]
pub mod server;
