//! One argument of a statement, of the few types that rows are made of.

use super::ts::Ts;
use chrono::{DateTime, Utc};
use sqlx::{Database, Encode, Type};
use uuid::Uuid;

#[derive(Clone, Debug)]
pub enum Arg {
    Id(Option<Uuid>),
    Text(Option<String>),
    Int(Option<i64>),
    Bool(Option<bool>),
    Time(Option<DateTime<Utc>>),
}

impl Arg {
    /// A value as JSON text.
    pub fn json(value: &impl serde::Serialize) -> Self {
        // Values of ours are plain data: maps with string keys and finite numbers.
        Self::Text(serde_json::to_string(value).ok())
    }

    /// Ids for a statement that takes any number of them: a JSON list, which each engine unfolds in its own way.
    pub(super) fn ids<I: Into<Uuid>>(ids: impl IntoIterator<Item = I>) -> Self {
        Self::json(&ids.into_iter().map(|id| id.into().simple().to_string()).collect::<Vec<_>>())
    }

    pub(super) fn bind<'q, DB: Database>(
        self,
        query: sqlx::query::Query<'q, DB, DB::Arguments>,
    ) -> sqlx::query::Query<'q, DB, DB::Arguments>
    where
        Option<Uuid>: Encode<'q, DB> + Type<DB>,
        Option<String>: Encode<'q, DB> + Type<DB>,
        Option<i64>: Encode<'q, DB> + Type<DB>,
        Option<bool>: Encode<'q, DB> + Type<DB>,
        Option<Ts>: Encode<'q, DB> + Type<DB>,
    {
        match self {
            Self::Id(v) => query.bind(v),
            Self::Text(v) => query.bind(v),
            Self::Int(v) => query.bind(v),
            Self::Bool(v) => query.bind(v),
            Self::Time(v) => query.bind(v.map(Ts)),
        }
    }
}

macro_rules! from {
    ($($type:ty => $variant:ident($value:ident) $convert:expr);+ $(;)?) => {$(
        impl From<$type> for Arg {
            fn from($value: $type) -> Self {
                Self::$variant(Some($convert))
            }
        }

        impl From<Option<$type>> for Arg {
            fn from(value: Option<$type>) -> Self {
                Self::$variant(value.map(|$value| $convert))
            }
        }
    )+};
}

from! {
    Uuid => Id(v) v;
    &str => Text(v) v.to_owned();
    String => Text(v) v;
    &String => Text(v) v.clone();
    i64 => Int(v) v;
    bool => Bool(v) v;
    DateTime<Utc> => Time(v) v;
}

macro_rules! from_ids {
    ($($id:ident),+ $(,)?) => {$(
        impl From<crate::domain::ids::$id> for Arg {
            fn from(id: crate::domain::ids::$id) -> Self {
                Self::Id(Some(id.0))
            }
        }

        impl From<Option<crate::domain::ids::$id>> for Arg {
            fn from(id: Option<crate::domain::ids::$id>) -> Self {
                Self::Id(id.map(|id| id.0))
            }
        }
    )+};
}

from_ids!(
    WorkspaceId,
    UserId,
    SessionId,
    TokenId,
    AgentId,
    TeamId,
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
    PushSubscriptionId,
    ActionTypeId,
    SavedViewId,
    TrustGrantId,
    WorkflowId,
    ExecutionId,
    StepId,
);
