//! The gate, end to end through the real router, on SQLite and on PostgreSQL: what runs by itself, who decides, what
//! a decision binds, what becomes of it; and the promises of DESIGN.md that hold for every route.
#![allow(
    clippy::unwrap_used,
    clippy::expect_used,
    clippy::panic,
    reason = "a test says what is wrong by failing"
)]

#[allow(dead_code, reason = "shared with other suites")]
#[path = "../support"]
mod support {
    pub mod app;
    pub mod db;
    pub mod identity;
    pub mod model_server;
}

mod actions;
mod approving;
mod attending;
mod audit;
mod bulk;
mod claiming;
mod comments;
mod cross_site;
mod digests;
mod drift;
mod edit_fields;
mod executions;
mod executions_rights;
mod executions_time;
mod external_tasks;
mod freezing;
mod hashes;
mod history;
mod hooks;
mod injection;
mod input;
mod memory;
mod memory_time;
mod messages;
mod model_templates;
mod models;
mod notifications;
mod opening;
mod pages_under_load;
mod performing;
mod preferences;
mod push;
mod push_browser;
mod race;
mod reasons;
mod receiver;
mod repeats;
mod routes;
mod schema;
mod search;
mod similar;
mod smtp;
mod snoozing;
mod team_config;
mod templates;
mod tenancy;
mod things;
mod timing;
mod triggers;
mod trust;
mod trust_ends;
mod trust_walk;
mod verdicts;
mod views;
mod webhook_notices;
mod workflows;
