//! Messages: what agents send each other.

use crate::wire_enum;

wire_enum! {
    pub enum MessageType {
        Task = "task",
        Result = "result",
        Context = "context",
        Handoff = "handoff",
        Status = "status",
        Query = "query",
    }
}

wire_enum! {
    pub enum Priority {
        Low = "low",
        Normal = "normal",
        High = "high",
        Urgent = "urgent",
    }
}
