//! The nouns and rules of Countersign: pure types, inputs with their validation, state machines.
//!
//! Compiled for the server and for the browser. No I/O, no clock, no `cfg`.

pub mod action;
pub mod action_type;
pub mod agent;
pub mod agent_profile;
pub mod approval;
pub mod approval_query;
pub mod attending;
pub mod audit;
pub mod autonomy;
pub mod bulk;
pub mod canonical;
pub mod catalogue;
pub mod chain;
pub mod comment;
pub mod edit_fields;
pub mod error;
pub mod event;
pub mod execution;
pub mod ids;
pub mod member;
pub mod memory;
pub mod message;
pub mod metrics;
pub mod model;
pub mod money;
pub mod notification;
pub mod opening;
pub mod orchestration;
pub mod outcome;
pub mod page;
pub mod params;
pub mod playbook;
pub mod push;
pub mod record;
pub mod record_form;
pub mod record_kinds;
pub mod risk;
pub mod routing;
pub mod saved_view;
pub mod similar;
pub mod snooze;
pub mod team;
pub mod team_config;
pub mod team_template;
pub mod text;
pub mod token;
pub mod trust;
pub mod webhook;
pub mod workflow;
pub mod workspace;

pub use error::{AppError, AppResult, FieldError};
