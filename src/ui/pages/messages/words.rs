//! Messages in words.

use crate::domain::message::{DeliveryStatus, Message, MessageStatus, Priority};
use crate::domain::text::reveal_text;
use crate::ui::components::Tone;

/// How a message stands.
pub fn status(message: &Message) -> (Tone, &'static str) {
    if message.deliveries.iter().any(|delivery| delivery.status == DeliveryStatus::Dead) {
        return (Tone::Bad, "Given up");
    }
    match message.status {
        MessageStatus::Pending => (Tone::Neutral, "Waiting"),
        MessageStatus::Delivered => (Tone::Info, "Delivered"),
        MessageStatus::Read => (Tone::Info, "Being worked on"),
        MessageStatus::Processed => (Tone::Ok, "Processed"),
    }
}

/// How one agent's copy stands.
pub fn delivery(status: DeliveryStatus) -> (Tone, &'static str) {
    match status {
        DeliveryStatus::Pending => (Tone::Neutral, "Waiting"),
        DeliveryStatus::Delivered => (Tone::Info, "Delivered"),
        DeliveryStatus::Read => (Tone::Info, "Being worked on"),
        DeliveryStatus::Processed => (Tone::Ok, "Processed"),
        DeliveryStatus::Dead => (Tone::Bad, "Given up"),
    }
}

/// A priority that is worth saying.
pub fn priority(priority: Priority) -> Option<(Tone, &'static str)> {
    match priority {
        Priority::Low => Some((Tone::Neutral, "Low priority")),
        Priority::Normal => None,
        Priority::High => Some((Tone::Warn, "High priority")),
        Priority::Urgent => Some((Tone::Bad, "Urgent")),
    }
}

/// Who sent it to whom: "Scout to Sales team".
pub fn from_to(message: &Message) -> String {
    let from = reveal_text(&message.from.name);
    match (&message.to_name, message.to_team_id) {
        (Some(to), Some(_)) => format!("{from} to the team {}", reveal_text(to)),
        (Some(to), None) => format!("{from} to {}", reveal_text(to)),
        (None, _) => format!("{from} to the people of this thread"),
    }
}
