//! The server: composition in `main.rs`, doors in `http` and `server_fns`, rules in `services`, truth in `storage`.

pub mod actions;
pub mod chain;
pub mod cli;
pub mod clock;
pub mod config;
pub mod demo;
pub mod engine;
pub mod events;
pub mod executions;
pub mod folder;
pub mod http;
pub mod models;
pub mod runtime;
pub mod services;
pub mod state;
pub mod storage;
pub mod wake;
