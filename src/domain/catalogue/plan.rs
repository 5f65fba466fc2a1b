//! How each built-in action becomes effects.

use super::build::{
    any_field, body, change, checked_patch, create, email, limit, map, patch, some, span, store_decimal,
    title, with,
};
use super::effects::{Audience, Effect, ExportFormat, MailDraft, MessageTo, ReadQuery, StatusSubject};
use super::input::{Action, ContractChange, Letter, Publication, RecordChanges, Transaction};
use crate::domain::canonical::Data;
use crate::domain::error::{AppError, AppResult};
use crate::domain::memory::{MemoryCategory, MemoryTier};
use crate::domain::message::{MessageType, Priority};
use crate::domain::record::RecordKind;
use crate::domain::{money, record_kinds, text};
use serde_json::{Value, json};

pub(super) fn effects(action: &Action) -> AppResult<Vec<Effect>> {
    let effect = match action {
        Action::ReadData(input) => Effect::Read(ReadQuery::Record { id: input.record_id }),
        Action::ListItems(input) => Effect::Read(ReadQuery::List {
            kind: input.kind,
            q: input.query.as_deref().map(|query| body("query", query)).transpose()?,
            limit: limit(input.limit, 50, 200)?,
        }),
        Action::GetStatus(input) => {
            if (input.subject == StatusSubject::Workspace) != input.id.is_none() {
                return Err(AppError::invalid("/actionData/id", "is needed for all but the workspace"));
            }
            Effect::Read(ReadQuery::Status { subject: input.subject, id: input.id })
        }
        Action::LogActivity(input) => Effect::Log { message: body("message", &input.message)? },
        Action::ContinueWorkflow(input) => Effect::Log { message: body("question", &input.question)? },
        Action::UpdateInternalNote(input) => {
            patch(input.record_id, None, map(json!({"notes": body("note", &input.note)?})))?
        }
        Action::FetchAnalytics(input) => {
            let (from, to) = span("from", &input.from, "to", &input.to)?;
            Effect::Read(ReadQuery::Analytics { from, to, department: input.department })
        }
        Action::CheckAvailability(input) => {
            let (from, to) = span("from", &input.from, "to", &input.to)?;
            Effect::Read(ReadQuery::Availability { from, to })
        }
        Action::RetrieveMemory(input) => Effect::Read(ReadQuery::Memory {
            query: body("query", &input.query)?,
            limit: limit(input.limit, 20, 100)?,
        }),
        Action::StoreContext(input) => Effect::StoreMemory {
            tier: input.tier.unwrap_or(MemoryTier::ShortTerm),
            category: input.category.unwrap_or(MemoryCategory::Context),
            content: body("content", &input.content)?,
            importance: input.importance.unwrap_or(50).clamp(0, 100),
        },
        Action::CreateTask(input) => create(
            RecordKind::Task,
            &input.title,
            json!({
                "status": "open",
                "description": input.description,
                "dueAt": input.due_at,
                "assignee": input.assignee,
            }),
        )?,
        Action::ScheduleReminder(input) => create(
            RecordKind::Task,
            &input.title,
            json!({
                "status": "open",
                "description": input.note,
                "remindAt": input.remind_at,
                "assignee": input.assignee,
                "relatedTo": input.record_id,
            }),
        )?,
        Action::CreateNote(input) => create(
            RecordKind::Document,
            &input.title,
            json!({"type": "note", "body": input.body, "relatedTo": input.record_id}),
        )?,
        Action::CreateDraft(input) => create(
            RecordKind::Document,
            &input.title,
            json!({"type": "draft", "status": "draft", "body": input.body, "relatedTo": input.record_id}),
        )?,
        Action::ScheduleMeeting(input) => {
            span("startsAt", &input.starts_at, "endsAt", &input.ends_at)?;
            create(
                RecordKind::Event,
                &input.title,
                json!({
                    "status": "scheduled",
                    "startsAt": input.starts_at,
                    "endsAt": input.ends_at,
                    "attendees": input.attendees,
                }),
            )?
        }
        Action::UpdateTask(input) => change(RecordKind::Task, input)?,
        Action::UpdateCalendar(input) => change(RecordKind::Event, input)?,
        Action::ModifyContact(input) => change(RecordKind::Contact, input)?,
        Action::UpdatePayment(input) => change(RecordKind::Invoice, input)?,
        Action::ModifySubscription(input) => change(RecordKind::Deal, input)?,
        Action::ContractModification(ContractChange { record_id, summary, changes }) => {
            body("summary", summary)?;
            let input = RecordChanges { record_id: *record_id, changes: changes.clone() };
            change(RecordKind::Document, &input)?
        }
        Action::UpdateCrmField(input) => any_field(input.record_id, &input.field, &input.value)?,
        Action::UpdateLeadStatus(input) => {
            patch(input.record_id, Some(RecordKind::Contact), map(json!({"status": input.status})))?
        }
        Action::ChangePipelineStage(input) => {
            patch(input.record_id, Some(RecordKind::Deal), map(json!({"stage": input.stage})))?
        }
        Action::UpdateDealValue(input) => {
            let mut changes = map(json!({"value": input.value}));
            if let Some(currency) = &input.currency {
                changes.insert("currency".into(), currency.as_str().into());
            }
            store_decimal(&mut changes, "value", "/actionData/value")?;
            patch(input.record_id, Some(RecordKind::Deal), changes)?
        }
        Action::TagContact(input) => {
            let tags = Value::from([input.add.as_slice(), &input.remove].concat());
            if input.add.is_empty() && input.remove.is_empty() {
                return Err(AppError::invalid(
                    "/actionData/add",
                    "name at least one tag to add or to remove",
                ));
            }
            record_kinds::check(record_kinds::FieldKind::Tags, &tags)
                .map_err(|detail| AppError::invalid("/actionData/add", detail))?;
            Effect::TagRecord {
                id: input.record_id,
                expect_kind: RecordKind::Contact,
                add: input.add.clone(),
                remove: input.remove.clone(),
            }
        }
        Action::SendInternalNotification(input) => Effect::Notify {
            to: match (&input.user_ids, input.role) {
                (Some(users), None) => Audience::Users(users.clone()),
                (None, Some(role)) => Audience::Role(role),
                (None, None) => Audience::Everyone,
                (Some(_), Some(_)) => {
                    return Err(AppError::invalid("/actionData/role", "name users or a role, not both"));
                }
            },
            title: title("title", &input.title)?,
            body: body("body", &input.body)?,
        },
        Action::SendMessage(input) => Effect::SendMessage {
            to: match (input.agent_id, input.team_id) {
                (Some(agent), None) => MessageTo::Agent(agent),
                (None, Some(team)) => MessageTo::Team(team),
                _ => return Err(AppError::invalid("/actionData/agentId", "name one agent or one team")),
            },
            message_type: input.message_type.unwrap_or(MessageType::Context),
            priority: input.priority.unwrap_or(Priority::Normal),
            content: body("content", &input.content)?,
        },
        Action::SendEmail(letter) | Action::CustomerCommunication(letter) => {
            mail(letter, letter.to.clone(), vec![])?
        }
        Action::SendMassEmail(letter) => mail(letter, vec![], letter.to.clone())?,
        Action::ExternalApiCall(input) => Effect::Webhook {
            webhook_id: input.webhook_id,
            payload: Data::from_value(Value::Object(input.payload.clone()))?,
        },
        Action::PublishContent(input) => publish(input)?,
        Action::FinancialTransaction(input) => book(input)?,
        Action::DeleteData(input) => Effect::DeleteRecord { id: input.record_id },
        Action::BulkDelete(input) => {
            Effect::DeleteRecords { kind: input.kind, ids: some("ids", &input.ids)? }
        }
        Action::ExportData(input) => {
            let format = input.format.unwrap_or(ExportFormat::Json);
            let ids = input.ids.as_deref().map(|ids| some("ids", ids)).transpose()?;
            let purpose = input.purpose.as_deref().unwrap_or("No purpose was given.");
            let read = Effect::Read(ReadQuery::Export { kind: input.kind, ids, format });
            let kept = create(
                RecordKind::Document,
                &format!("Export of {}", super::sentence::export_scope(input)),
                json!({"type": "export", "body": format!("Exported as {format}. {purpose}")}),
            )?;
            return Ok(vec![read, kept]);
        }
    };
    Ok(vec![effect])
}

fn book(input: &Transaction) -> AppResult<Effect> {
    title("counterparty", &input.counterparty)?;
    let mut fields = map(json!({
        "counterparty": input.counterparty,
        "amount": input.amount,
        "currency": input.currency,
        "status": "booked",
        "memo": input.memo,
    }));
    store_decimal(&mut fields, "amount", "/actionData/amount")?;
    let name = format!("{} {}", money::show(&input.amount, Some(&input.currency)), input.counterparty);
    create(
        RecordKind::Invoice,
        &name.chars().take(text::NAME_MAX as usize).collect::<String>(),
        fields.into(),
    )
}

/// A draft that is named gets the text that the reviewer saw, so that what is published is what was approved.
fn publish(input: &Publication) -> AppResult<Effect> {
    let fields = json!({"status": "published", "channel": input.channel, "body": input.body});
    match input.record_id {
        None => create(RecordKind::Document, &input.title, with(fields, "type", "article")),
        Some(id) => Ok(Effect::PatchRecord {
            id,
            title: Some(title("title", &input.title)?),
            patch: checked_patch(RecordKind::Document, map(fields), "/actionData")?,
            expect_kind: Some(RecordKind::Document),
        }),
    }
}

fn mail(letter: &Letter, to: Vec<String>, bcc: Vec<String>) -> AppResult<Effect> {
    some("to", &letter.to)?;
    for (field, addresses) in [("to", &letter.to), ("cc", &letter.cc)] {
        for (index, address) in addresses.iter().enumerate() {
            email(&format!("/actionData/{field}/{index}"), address)?;
        }
    }
    if let Some(address) = &letter.reply_to {
        email("/actionData/replyTo", address)?;
    }
    if letter.subject.chars().any(|c| c.is_control()) || letter.subject.is_empty() {
        return Err(AppError::invalid("/actionData/subject", "must be one line of text"));
    }
    Ok(Effect::Mail(MailDraft {
        to,
        cc: letter.cc.clone(),
        bcc,
        reply_to: letter.reply_to.clone(),
        subject: letter.subject.clone(),
        body: body("body", &letter.body)?,
    }))
}
