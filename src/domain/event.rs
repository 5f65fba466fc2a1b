//! Events: facts that the UI and others can follow. Hints only: storage is the truth.

use crate::wire_enum;
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use uuid::Uuid;

wire_enum! {
    pub enum Topic {
        Approval = "approval",
        Agent = "agent",
        Team = "team",
        Record = "record",
        Memory = "memory",
        Member = "member",
        Workspace = "workspace",
        ActionType = "action_type",
        Webhook = "webhook",
        Notification = "notification",
        /// A saved view of the approvals list.
        View = "view",
        /// A suggestion of trust, or a grant.
        Trust = "trust",
        /// A thread of messages by its first message, or an inbox by its agent; by the workspace, where threads were
        /// removed.
        Message = "message",
        Workflow = "workflow",
        /// An execution or one of its steps, by the execution; by the workspace, where executions were removed.
        Execution = "execution",
    }
}

/// What travels in `data:` of the event stream.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct EventData {
    pub topic: Topic,
    pub id: Uuid,
}
