//! The program as real processes, killed and stopped under load, with effects in a ledger outside of them: nothing
//! acknowledged is lost, no effect happens twice, work goes on at once. On SQLite and on PostgreSQL.
//!
//! A killed process leaves what the system has taken from it, so these tests say nothing about power cuts, and hold
//! whether or not PostgreSQL waits for the disk.
#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, reason = "tests")]

mod account;
mod executions;
#[path = "../support/flows.rs"]
mod flows;
mod killed;
mod ledger;
mod load;
mod nodes;
mod notices;
mod program;
#[path = "../gate/push_browser.rs"]
#[allow(dead_code, reason = "shared with another suite")]
mod push_browser;
#[path = "../gate/receiver.rs"]
#[allow(dead_code, reason = "shared with another suite")]
mod receiver;
#[path = "../gate/smtp.rs"]
#[allow(dead_code, reason = "shared with another suite")]
mod smtp;
#[path = "../support/mod.rs"]
mod support;
