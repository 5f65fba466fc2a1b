//! The data of the built-in actions, read into types once, so that words and effects are made from the same values.
//!
//! The JSON Schema is the first check and this the second: data that reads here has every key that it needs and no
//! other. Texts are kept exactly as sent.

use super::effects::{ExportFormat, StatusSubject};
use crate::domain::canonical::{Data, escape};
use crate::domain::error::{AppError, AppResult};
use crate::domain::ids::{AgentId, RecordId, TeamId, UserId, WebhookId};
use crate::domain::member::Role;
use crate::domain::memory::{MemoryCategory, MemoryTier};
use crate::domain::message::{MessageType, Priority};
use crate::domain::record::RecordKind;
use crate::domain::workspace::Department;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use serde_json::{Map, Value};
use uuid::Uuid;

/// Declares [`Action`] and how a type's name finds its variant.
macro_rules! actions {
    ($($name:literal => $variant:ident($input:ty)),+ $(,)?) => {
        /// A built-in action with its data.
        #[derive(Clone, Debug, PartialEq)]
        pub enum Action { $($variant($input)),+ }

        impl Action {
            /// Reads the data of a built-in type. `None`: there is no such type. Faults are at `/actionData/…`.
            pub fn parse(action_type: &str, data: &Data) -> Option<AppResult<Self>> {
                match action_type {
                    $($name => Some(read(data).map(Self::$variant)),)+
                    _ => None,
                }
            }
        }
    };
}

actions! {
    "read_data" => ReadData(OneRecord),
    "list_items" => ListItems(ListItems),
    "get_status" => GetStatus(GetStatus),
    "log_activity" => LogActivity(LogActivity),
    "continue_workflow" => ContinueWorkflow(Question),
    "update_internal_note" => UpdateInternalNote(InternalNote),
    "fetch_analytics" => FetchAnalytics(FetchAnalytics),
    "check_availability" => CheckAvailability(CheckAvailability),
    "retrieve_memory" => RetrieveMemory(RetrieveMemory),
    "store_context" => StoreContext(StoreContext),
    "create_task" => CreateTask(NewTask),
    "update_task" => UpdateTask(RecordChanges),
    "create_note" => CreateNote(NewText),
    "update_crm_field" => UpdateCrmField(FieldChange),
    "send_internal_notification" => SendInternalNotification(InternalNotification),
    "schedule_reminder" => ScheduleReminder(Reminder),
    "tag_contact" => TagContact(TagChange),
    "update_lead_status" => UpdateLeadStatus(LeadStatus),
    "create_draft" => CreateDraft(NewText),
    "send_email" => SendEmail(Letter),
    "send_message" => SendMessage(AgentMessage),
    "schedule_meeting" => ScheduleMeeting(Meeting),
    "update_calendar" => UpdateCalendar(RecordChanges),
    "modify_contact" => ModifyContact(RecordChanges),
    "update_deal_value" => UpdateDealValue(DealValue),
    "change_pipeline_stage" => ChangePipelineStage(StageChange),
    "external_api_call" => ExternalApiCall(ApiCall),
    "publish_content" => PublishContent(Publication),
    "financial_transaction" => FinancialTransaction(Transaction),
    "delete_data" => DeleteData(OneRecord),
    "bulk_delete" => BulkDelete(BulkDelete),
    "send_mass_email" => SendMassEmail(Letter),
    "update_payment" => UpdatePayment(RecordChanges),
    "modify_subscription" => ModifySubscription(RecordChanges),
    "export_data" => ExportData(ExportData),
    "customer_communication" => CustomerCommunication(Letter),
    "contract_modification" => ContractModification(ContractChange),
}

fn read<T: DeserializeOwned>(data: &Data) -> AppResult<T> {
    serde_path_to_error::deserialize(data.to_value()).map_err(|error| {
        use serde_path_to_error::Segment;
        let mut pointer = String::from("/actionData");
        for segment in error.path() {
            match segment {
                Segment::Seq { index } => pointer.push_str(&format!("/{index}")),
                Segment::Map { key } => pointer.push_str(&format!("/{}", escape(key))),
                Segment::Enum { .. } | Segment::Unknown => {}
            }
        }
        AppError::invalid(pointer, error.inner().to_string())
    })
}

macro_rules! inputs {
    ($($(#[$doc:meta])* $name:ident { $($(#[$fmeta:meta])* $field:ident: $kind:ty),+ $(,)? })+) => {$(
        $(#[$doc])*
        #[derive(Clone, Debug, PartialEq, Deserialize)]
        #[serde(rename_all = "camelCase", deny_unknown_fields)]
        pub struct $name { $($(#[$fmeta])* pub $field: $kind),+ }
    )+};
}

inputs! {
    OneRecord { record_id: RecordId }
    ListItems { kind: RecordKind, query: Option<String>, limit: Option<i64> }
    GetStatus { subject: StatusSubject, id: Option<Uuid> }
    LogActivity { message: String }
    Question { question: String, details: Option<Map<String, Value>> }
    InternalNote { record_id: RecordId, note: String }
    FetchAnalytics { from: String, to: String, department: Option<Department> }
    CheckAvailability { from: String, to: String }
    RetrieveMemory { query: String, limit: Option<i64> }
    StoreContext {
        content: String,
        tier: Option<MemoryTier>,
        category: Option<MemoryCategory>,
        importance: Option<i64>,
    }
    NewTask { title: String, description: Option<String>, due_at: Option<String>, assignee: Option<String> }
    /// A merge patch (RFC 7396) of a record; `title` in it is the record's title.
    RecordChanges { record_id: RecordId, changes: Map<String, Value> }
    NewText { title: String, body: String, record_id: Option<RecordId> }
    FieldChange { record_id: RecordId, field: String, #[serde(deserialize_with = "any")] value: Value }
    InternalNotification {
        title: String,
        #[serde(default)]
        body: String,
        role: Option<Role>,
        user_ids: Option<Vec<UserId>>,
    }
    Reminder {
        title: String,
        remind_at: String,
        note: Option<String>,
        assignee: Option<String>,
        record_id: Option<RecordId>,
    }
    TagChange {
        record_id: RecordId,
        #[serde(default)]
        add: Vec<String>,
        #[serde(default)]
        remove: Vec<String>,
    }
    LeadStatus { record_id: RecordId, status: String }
    Letter {
        to: Vec<String>,
        #[serde(default)]
        cc: Vec<String>,
        reply_to: Option<String>,
        subject: String,
        body: String,
        contact_id: Option<RecordId>,
    }
    AgentMessage {
        agent_id: Option<AgentId>,
        team_id: Option<TeamId>,
        message_type: Option<MessageType>,
        priority: Option<Priority>,
        content: String,
    }
    Meeting { title: String, starts_at: String, ends_at: String, attendees: Vec<String> }
    DealValue { record_id: RecordId, value: Value, currency: Option<String> }
    StageChange { record_id: RecordId, stage: String }
    ApiCall { webhook_id: WebhookId, payload: Map<String, Value> }
    Publication { title: String, body: String, channel: String, record_id: Option<RecordId> }
    Transaction { amount: Value, currency: String, counterparty: String, memo: Option<String> }
    BulkDelete { kind: RecordKind, ids: Vec<RecordId> }
    ExportData {
        kind: RecordKind,
        ids: Option<Vec<RecordId>>,
        format: Option<ExportFormat>,
        purpose: Option<String>,
    }
    ContractChange { record_id: RecordId, summary: String, changes: Map<String, Value> }
}

/// Any value, where `null` is a value and a missing key a fault.
fn any<'de, D: serde::Deserializer<'de>>(deserializer: D) -> Result<Value, D::Error> {
    Value::deserialize(deserializer)
}
