//! The HTTP door, through the real stack: a small router of test handlers behind the layers that serve everything.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test that cannot go on should say where"
)]

#[path = "../support/db.rs"]
#[allow(dead_code, reason = "shared with other suites")]
mod databases;
mod docs;
mod guards;
mod idempotency;
mod input;
mod problems;
mod program;
mod slow;
mod streams;
mod support;
