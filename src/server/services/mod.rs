//! What the program does, one file per noun: authorise, decide, write, audit, emit.
//!
//! A service function takes an [`ctx::Allowed`] of the permission it needs, so that a door without authorisation
//! does not compile. Every change is one transaction that carries its audit row, its event and its jobs.

pub mod accounts;
pub mod action_types;
pub mod agent_profiles;
pub mod agents;
pub mod approvals;
pub mod attempts;
pub mod audit;
pub mod audit_chain;
pub mod authentication;
pub mod autonomy;
mod change;
pub mod ctx;
pub mod executions;
pub mod fault;
pub mod gate;
pub mod history;
pub mod members;
pub mod memory;
pub mod messages;
pub mod metrics;
pub mod models;
pub mod notifications;
pub mod orchestration;
pub mod passwords;
pub mod provisioning;
pub mod records;
pub mod saved_views;
pub mod secrets;
pub mod setup;
pub mod team_config;
pub mod team_hours;
pub mod team_templates;
pub mod teams;
pub mod tokens;
pub mod trust;
pub mod webhooks;
pub mod workflows;
pub mod workspaces;
