//! The provable audit trail: the sealer that chains its rows, the key that signs checkpoints, and the verifier.
//! The form of a seal is in `domain::chain`; `docs/audit-chain.md` describes it for others.

pub mod checkpoints;
pub mod evidence;
pub mod keys;
pub mod retention;
mod sealer;
pub mod verify;

pub use sealer::{Sealer, seal_waiting};
