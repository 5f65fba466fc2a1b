//! What several suites share.

pub mod db;
