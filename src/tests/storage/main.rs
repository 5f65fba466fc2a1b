//! The conformance suite of storage and of the services on it: each case on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

#[path = "../support/db.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod db;
#[path = "../support/identity.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod identity;

mod accounts;
mod agents_and_teams;
mod chain;
mod credentials;
mod freeze;
mod history;
mod memory;
mod metrics;
mod people;
mod records;
mod saved_views;
mod settings;
mod statements;
mod tampering;
