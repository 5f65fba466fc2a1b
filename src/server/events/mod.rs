//! Events on their way from the outbox to whoever follows: numbering ([`publisher`]), fan-out ([`bus`]), and what
//! a follower holds ([`follow`]). Events are hints: storage is the truth.

mod bus;
mod follow;
mod publisher;

pub use crate::server::storage::events::PublishedEvent;
pub use bus::EventBus;
pub use follow::{FollowItem, Waiter};
