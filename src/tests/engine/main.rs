//! The dispatcher and the event stream, each case on SQLite and on PostgreSQL.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod cron;
mod events;
mod executions;
#[path = "../support/flows.rs"]
mod flows;
mod harness;
mod jobs;
mod leases;
mod processes;
#[path = "../support/mod.rs"]
mod support;
