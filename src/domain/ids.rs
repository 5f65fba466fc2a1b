//! Typed ids, from one registry, so that a team's id can never stand where an agent's is meant.

use serde::{Deserialize, Serialize};
use std::{fmt, str::FromStr};
use utoipa::ToSchema;
use uuid::Uuid;

macro_rules! typed_ids {
    ($($(#[$doc:meta])* $name:ident),+ $(,)?) => {$(
        $(#[$doc])*
        #[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize, ToSchema)]
        #[serde(transparent)]
        pub struct $name(pub Uuid);

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                self.0.fmt(f)
            }
        }

        impl FromStr for $name {
            type Err = uuid::Error;
            fn from_str(text: &str) -> Result<Self, Self::Err> {
                Uuid::parse_str(text).map(Self)
            }
        }

        impl From<$name> for Uuid {
            fn from(id: $name) -> Self {
                id.0
            }
        }

        impl From<Uuid> for $name {
            fn from(id: Uuid) -> Self {
                Self(id)
            }
        }
    )+};
}

typed_ids! {
    /// The tenant.
    WorkspaceId,
    UserId,
    SessionId,
    TokenId,
    AgentId,
    TeamId,
    /// An approval is an action and its decision; the action's id is the approval's.
    ApprovalId,
    CommentId,
    RecordId,
    AuditId,
    EventId,
    JobId,
    WebhookId,
    WebhookDeliveryId,
    MemoryId,
    MessageId,
    NotificationId,
    /// A browser of a member's that gets notifications.
    PushSubscriptionId,
    ActionTypeId,
    SavedViewId,
    /// A suggestion of trust, or a grant.
    TrustGrantId,
    WorkflowId,
    /// An execution of a workflow, a team objective or a delegated task.
    ExecutionId,
    /// One step of an execution.
    StepId,
}
