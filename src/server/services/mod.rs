//! What the program does, one file per noun: authorise, decide, write, audit, emit.
//!
//! A service function takes an [`ctx::Allowed`] of the permission it needs, so that a door without authorisation
//! does not compile. Every change is one transaction that carries its audit row, its event and its jobs.

pub mod accounts;
pub mod action_types;
pub mod agents;
pub mod approvals;
pub mod attempts;
pub mod audit;
pub mod audit_chain;
pub mod authentication;
pub mod autonomy;
mod change;
pub mod ctx;
pub mod fault;
pub mod gate;
pub mod members;
pub mod memory;
pub mod messages;
pub mod metrics;
pub mod notifications;
pub mod passwords;
pub mod provisioning;
pub mod records;
pub mod saved_views;
pub mod secrets;
pub mod setup;
pub mod teams;
pub mod tokens;
pub mod trust;
pub mod webhooks;
pub mod workspaces;
