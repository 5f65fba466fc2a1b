//! What a built-in action does, as a plan. The server applies the effects of one plan in one transaction, or hands
//! the mail or the webhook call to its executor. Planning also refuses what a schema cannot say, so that the gate
//! plans once at submission and nothing unperformable waits for a decision.

use super::input::Action;
use crate::domain::canonical::Data;
use crate::domain::error::{AppError, AppResult};
use crate::domain::ids::{AgentId, RecordId, TeamId, UserId, WebhookId};
use crate::domain::member::Role;
use crate::domain::memory::{MemoryCategory, MemoryTier};
use crate::domain::message::{MessageType, Priority};
use crate::domain::record::RecordKind;
use crate::domain::workspace::Department;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(Clone, Debug, PartialEq)]
pub enum Effect {
    CreateRecord {
        kind: RecordKind,
        title: String,
        data: Data,
    },
    /// A merge patch (RFC 7396). The merged data must pass `record_kinds::validate`.
    PatchRecord {
        id: RecordId,
        title: Option<String>,
        patch: Data,
        /// Another kind is a definite failure. `None`: any kind.
        expect_kind: Option<RecordKind>,
    },
    DeleteRecord {
        id: RecordId,
    },
    /// All of them are of `kind`, or nothing is deleted.
    DeleteRecords {
        kind: RecordKind,
        ids: Vec<RecordId>,
    },
    TagRecord {
        id: RecordId,
        expect_kind: RecordKind,
        add: Vec<String>,
        remove: Vec<String>,
    },
    StoreMemory {
        tier: MemoryTier,
        category: MemoryCategory,
        content: String,
        /// 0 to 100.
        importance: i64,
    },
    SendMessage {
        to: MessageTo,
        message_type: MessageType,
        priority: Priority,
        content: String,
    },
    Notify {
        to: Audience,
        title: String,
        body: String,
    },
    Mail(MailDraft),
    Webhook {
        webhook_id: WebhookId,
        payload: Data,
    },
    /// Its answer is the outcome's result.
    Read(ReadQuery),
    /// The words of the audit row.
    Log {
        message: String,
    },
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum MessageTo {
    Agent(AgentId),
    Team(TeamId),
}

#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Audience {
    Everyone,
    Role(Role),
    Users(Vec<UserId>),
}

/// One e-mail. Addresses are checked and the subject is one line.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MailDraft {
    pub to: Vec<String>,
    pub cc: Vec<String>,
    /// Recipients whom nobody sees; the only ones of a mass e-mail.
    pub bcc: Vec<String>,
    pub reply_to: Option<String>,
    pub subject: String,
    pub body: String,
}

#[derive(Clone, Debug, PartialEq)]
pub enum ReadQuery {
    Record { id: RecordId },
    List { kind: RecordKind, q: Option<String>, limit: i64 },
    Status { subject: StatusSubject, id: Option<Uuid> },
    Analytics { from: DateTime<Utc>, to: DateTime<Utc>, department: Option<Department> },
    Availability { from: DateTime<Utc>, to: DateTime<Utc> },
    Memory { query: String, limit: i64 },
    Export { kind: RecordKind, ids: Option<Vec<RecordId>>, format: ExportFormat },
}

wire_enum! {
    pub enum StatusSubject {
        Workspace = "workspace",
        Team = "team",
        Agent = "agent",
        Approval = "approval",
        Execution = "execution",
    }
}

wire_enum! {
    pub enum ExportFormat {
        Json = "json",
        Csv = "csv",
    }
}

/// The effects of a built-in action, in the order in which they apply; never empty. Faults are at `/actionData/…`;
/// a type that is not built in is refused.
pub fn plan(action_type: &str, data: &Data) -> AppResult<Vec<Effect>> {
    match Action::parse(action_type, data) {
        Some(action) => super::plan::effects(&action?),
        None => Err(AppError::refused(format!("{action_type} is not a built-in action type."))),
    }
}
