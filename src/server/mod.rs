//! The server: composition in `main.rs`, doors in `http` and `server_fns`, rules in `services`, truth in `storage`.

pub mod clock;
pub mod services;
pub mod storage;
