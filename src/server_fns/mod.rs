//! The UI's door, and an API of its own: stable endpoints under `/api/fn/`, JSON (or a plain HTML form) in, JSON out.
//!
//! Each function authorises in the service it calls, exactly as its REST twin does, and holds no rules and no SQL.
//! Errors travel as `application/problem+json`. Imports that only the server has stay inside the functions' bodies.

pub mod account;
pub mod action_types;
pub mod agent_profiles;
pub mod agents;
pub mod approvals;
pub mod audit;
pub mod call;
pub mod codec;
#[cfg(feature = "ssr")]
pub mod door;
pub mod executions;
pub mod hooks;
pub mod inputs;
pub mod members;
pub mod memory;
pub mod messages;
pub mod metrics;
pub mod models;
pub mod notifications;
pub mod orchestration;
pub mod page;
pub mod problem;
pub mod push;
pub mod records;
#[cfg(feature = "ssr")]
pub mod reply;
pub mod saved_views;
pub mod shown_once;
pub mod team_config;
pub mod team_wizard;
pub mod teams;
pub mod tokens;
pub mod trust;
pub mod webhooks;
pub mod workflows;
pub mod workspace;
