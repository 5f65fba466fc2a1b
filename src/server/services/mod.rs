//! What the program does, one file per noun: authorise, decide, write, audit, emit.
//!
//! A service function takes an [`ctx::Allowed`] of the permission it needs, so that a door without authorisation
//! does not compile. Every change is one transaction that carries its audit row, its event and its jobs.

pub mod ctx;
pub mod fault;
