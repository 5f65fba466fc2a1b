//! The database. `sqlx` is used here and nowhere else (but for opening pools in `main.rs`).
//!
//! [`db::Db`] is one of two engines; each noun has a file with its statements. One SQL text serves both engines;
//! where it cannot, both texts stand side by side. Every statement is written with `sql!`, which a test finds and
//! prepares on both engines.

pub mod action_types;
pub mod agents;
pub mod approvals;
pub mod args;
pub mod attempts;
pub mod audit;
mod conditions;
pub mod cron;
pub mod cursor;
pub mod db;
pub mod deliveries;
pub mod digests;
pub mod effects;
pub mod error;
pub mod events;
pub mod gate;
pub mod idempotency;
pub mod jobs;
mod later;
pub mod listen;
pub mod lock;
pub mod members;
pub mod memory;
pub mod messages;
pub mod metrics;
pub mod migrate;
pub mod models;
pub mod notices;
pub mod notifications;
pub mod patterns;
pub mod push_subscriptions;
mod read;
pub mod records;
pub mod saved_views;
pub mod sessions;
pub mod sweep;
pub mod team_members;
pub mod teams;
pub mod tokens;
pub mod trust;
pub mod ts;
pub mod upkeep;
pub mod wakes;
mod wal_sync;
pub mod webhook_deliveries;
pub mod webhooks;
pub mod workflows;
pub mod workspaces;
pub mod write;

pub use args::Arg;
pub use db::{Conn, Db, Tx};
pub use error::{CorruptRow, StorageError};
pub use ts::Ts;
pub use write::{AuditEntry, NewJob};

/// A statement for both engines: string literals, joined. A test finds these in the source and prepares them.
/// One that a single engine runs says so to the test: it is an argument of [`Conn::dialect`], or it begins with the
/// comment `/* sqlite */` or `/* postgres */`.
#[macro_export]
macro_rules! sql {
    ($($part:literal),+ $(,)?) => { concat!($($part),+) };
}

/// Arguments of a statement, in the order of `$1`, `$2`, …
#[macro_export]
macro_rules! args {
    () => { Vec::<$crate::server::storage::Arg>::new() };
    ($($arg:expr),+ $(,)?) => { vec![$($crate::server::storage::Arg::from($arg)),+] };
}
