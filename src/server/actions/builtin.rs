//! Built-in effects: changes of our own database, in the transaction of their outcome.

use super::read;
use crate::domain::approval::Approval;
use crate::domain::canonical::Data;
use crate::domain::catalogue::{Audience, Effect, MessageTo, plan};
use crate::domain::event::Topic;
use crate::domain::ids::{RecordId, WorkspaceId};
use crate::domain::memory::{MemoryVisibility, lifetime};
use crate::domain::message::Addressee;
use crate::domain::notification::NoticeKind;
use crate::domain::record::{Record, RecordKind};
use crate::domain::{AppError, AppResult, record_kinds};
use crate::server::services::approvals::lifecycle;
use crate::server::services::ctx::system_actor;
use crate::server::services::messages;
use crate::server::services::notifications::tell::{Item, Told, tell};
use crate::server::storage::Tx;
use crate::server::storage::approvals::{Finished, Performing};
use crate::server::storage::memory::MemoryInsert;
use crate::server::storage::messages::OutgoingMessage;
use serde_json::{Map, Value, json};

/// Applies the effects of a built-in action. The inner `Err` is a definite refusal in words (a record is gone, a
/// merged record is not valid): the caller drops the transaction, so that nothing of it remains.
pub async fn perform(tx: &mut Tx, approval: &Approval) -> AppResult<Result<Value, String>> {
    let effects = match plan(&approval.action_type, &approval.action_data) {
        Ok(effects) => effects,
        Err(fault) => return Ok(Err(fault.to_string())),
    };
    let mut result = Map::new();
    for effect in effects {
        match apply(tx, approval, effect).await {
            Ok((key, value)) => add(&mut result, key, value),
            Err(Halt::Refused(cause)) => return Ok(Err(cause)),
            Err(Halt::Fault(fault)) => return Err(fault),
        }
    }
    Ok(Ok(Value::Object(result)))
}

/// Records the outcome of a built-in action with its audit row and event.
pub async fn finish(
    tx: &mut Tx,
    approval: &Approval,
    performing: Performing,
    how: &Finished,
) -> AppResult<()> {
    tx.outcome_finish(performing, how).await?;
    let mut performed = approval.clone();
    performed.outcome.started_at = Some(tx.now());
    lifecycle::outcome_recorded(tx, &performed, system_actor(), how).await
}

/// Why the rest of a plan is not applied.
enum Halt {
    /// A definite refusal, for people to read.
    Refused(String),
    /// A fault of ours; the job is tried again.
    Fault(AppError),
}

impl<E: Into<AppError>> From<E> for Halt {
    fn from(fault: E) -> Self {
        Self::Fault(fault.into())
    }
}

/// Several effects of one kind become a list.
fn add(result: &mut Map<String, Value>, key: &str, value: Value) {
    match result.get_mut(key) {
        None => {
            result.insert(key.to_owned(), value);
        }
        Some(Value::Array(list)) => list.push(value),
        Some(one) => *one = Value::Array(vec![one.take(), value]),
    }
}

type Applied = Result<(&'static str, Value), Halt>;

async fn apply(tx: &mut Tx, approval: &Approval, effect: Effect) -> Applied {
    let workspace = approval.workspace_id;
    match effect {
        Effect::CreateRecord { kind, title, data } => {
            valid(kind, &data)?;
            let record = tx.record_insert(workspace, kind, &title, &data).await?;
            tx.emit(workspace, Topic::Record, record.id.0);
            Ok(("created", summary(&record)))
        }
        Effect::PatchRecord { id, title, patch, expect_kind } => {
            let record = existing(tx, workspace, id, expect_kind).await?;
            let data = record_kinds::merge(&record.data, &patch).map_err(refused)?;
            let title = title.unwrap_or_else(|| record.title.clone());
            update(tx, workspace, &record, &title, &data).await
        }
        Effect::TagRecord { id, expect_kind, add, remove } => {
            let record = existing(tx, workspace, id, Some(expect_kind)).await?;
            let mut tags: Vec<Value> =
                record.data.get("tags").and_then(Value::as_array).cloned().unwrap_or_default();
            tags.retain(|tag| !remove.iter().any(|gone| tag == gone));
            for tag in add {
                if !tags.iter().any(|have| have == &tag) {
                    tags.push(Value::from(tag));
                }
            }
            let patch = Data::from_value(json!({ "tags": tags })).map_err(refused)?;
            let data = record_kinds::merge(&record.data, &patch).map_err(refused)?;
            update(tx, workspace, &record, &record.title, &data).await
        }
        Effect::DeleteRecord { id } => {
            let record = existing(tx, workspace, id, None).await?;
            delete(tx, workspace, &record).await?;
            Ok(("deleted", summary(&record)))
        }
        Effect::DeleteRecords { kind, ids } => {
            let mut deleted = Vec::with_capacity(ids.len());
            let found = tx.records_by_ids(workspace, &ids).await?;
            for id in ids {
                let record = found.iter().find(|record| record.id == id).ok_or_else(|| missing(id))?;
                of_kind(record, Some(kind))?;
                delete(tx, workspace, record).await?;
                deleted.push(summary(record));
            }
            Ok(("deleted", Value::Array(deleted)))
        }
        Effect::StoreMemory { tier, category, content, importance } => {
            let memory = MemoryInsert {
                tier,
                category,
                visibility: match (approval.team_id, approval.agent_id) {
                    (Some(_), _) => MemoryVisibility::Team,
                    (None, Some(_)) => MemoryVisibility::Agent,
                    (None, None) => MemoryVisibility::Workspace,
                },
                team: approval.team_id,
                agent: approval.agent_id,
                execution: approval.workflow_execution_id,
                content: &content,
                tags: &[],
                importance,
                created_by: &approval.requested_by,
                expires_at: lifetime(tier).map(|kept| tx.now() + kept),
            };
            let id = tx.memory_insert(workspace, &memory).await?;
            tx.emit(workspace, Topic::Memory, id.0);
            Ok(("stored", json!({ "id": id, "tier": tier })))
        }
        Effect::SendMessage { to, message_type, priority, content } => {
            let to = match to {
                MessageTo::Agent(agent) => Addressee::Agent(agent),
                MessageTo::Team(team) => Addressee::Team(team),
            };
            let found = messages::recipients(tx, workspace, to, approval.agent_id).await;
            let recipients = match found {
                Err(AppError::Invalid { errors }) => {
                    let why = errors.first().map_or("", |error| error.detail.as_str());
                    return Err(Halt::Refused(format!("It could not be sent: the addressee {why}.")));
                }
                found => found?,
            };
            let message = OutgoingMessage {
                from_agent: approval.agent_id,
                from_user: None,
                to,
                reply_to: None,
                message_type,
                priority,
                subject: &approval.description,
                content: &content,
            };
            let id = tx.message_send(workspace, &message, &recipients).await?;
            Ok(("sent", json!({ "id": id })))
        }
        Effect::Notify { to, title, body } => notify(tx, approval, to, &title, &body).await,
        Effect::Read(query) => Ok((
            "read",
            read::answer(tx, workspace, approval.agent_id, query).await.map_err(|halt| match halt {
                read::Unanswered::Refused(cause) => Halt::Refused(cause),
                read::Unanswered::Fault(fault) => Halt::Fault(fault),
            })?,
        )),
        Effect::Log { message } => Ok(("logged", Value::from(message))),
        Effect::Mail(_) | Effect::Webhook { .. } => {
            Err(Halt::Refused("This effect is outside and cannot be part of a built-in action.".to_owned()))
        }
    }
}

async fn notify(tx: &mut Tx, approval: &Approval, to: Audience, title: &str, body: &str) -> Applied {
    let workspace = approval.workspace_id;
    let mut people = tx.recipients(workspace).await?;
    match to {
        Audience::Everyone => {}
        Audience::Role(role) => people.retain(|one| one.role == role),
        Audience::Users(users) => {
            if let Some(user) = users.iter().find(|user| people.iter().all(|one| one.user != **user)) {
                return Err(Halt::Refused(format!("There is no member {user} in this workspace.")));
            }
            people.retain(|one| users.contains(&one.user));
        }
    }
    let item = Item {
        line: body.to_owned(),
        href: format!("/approvals/{}", approval.id),
        subject: Some(approval.id.0),
        critical: false,
    };
    let told = Told { kind: NoticeKind::Message, title: Some(title), items: &[item] };
    for one in &people {
        tell(tx, workspace, one, &told).await?;
    }
    tx.emit(workspace, Topic::Notification, approval.id.0);
    Ok(("notified", json!(people.len())))
}

async fn existing(
    tx: &mut Tx,
    workspace: WorkspaceId,
    id: RecordId,
    kind: Option<RecordKind>,
) -> Result<Record, Halt> {
    let record = tx.record_get(workspace, id).await?.ok_or_else(|| missing(id))?;
    of_kind(&record, kind)?;
    Ok(record)
}

fn of_kind(record: &Record, kind: Option<RecordKind>) -> Result<(), Halt> {
    match kind {
        Some(kind) if kind != record.kind => {
            Err(Halt::Refused(format!("The record {} is a {}, not a {kind}.", record.id, record.kind)))
        }
        _ => Ok(()),
    }
}

async fn update(tx: &mut Tx, workspace: WorkspaceId, read: &Record, title: &str, data: &Data) -> Applied {
    valid(read.kind, data)?;
    let Some(record) = tx.record_update(workspace, read, title, data).await? else {
        return Err(changed_meanwhile());
    };
    tx.emit(workspace, Topic::Record, record.id.0);
    Ok(("updated", summary(&record)))
}

async fn delete(tx: &mut Tx, workspace: WorkspaceId, record: &Record) -> Result<(), Halt> {
    if !tx.record_delete(workspace, record.id, record.version).await? {
        return Err(changed_meanwhile());
    }
    tx.emit(workspace, Topic::Record, record.id.0);
    Ok(())
}

/// Another transaction changed the record between our look and our write: nothing is lost by trying again.
fn changed_meanwhile() -> Halt {
    Halt::Fault(AppError::Unavailable { detail: "The record is being changed. Try again.".to_owned() })
}

fn valid(kind: RecordKind, data: &Data) -> Result<(), Halt> {
    record_kinds::validate(kind, data).map_err(refused)
}

fn refused(fault: AppError) -> Halt {
    Halt::Refused(match fault.errors() {
        [] => fault.to_string(),
        errors => errors.iter().map(|e| format!("{} {}", e.pointer, e.detail)).collect::<Vec<_>>().join("; "),
    })
}

fn missing(id: RecordId) -> Halt {
    Halt::Refused(format!("There is no record {id} in this workspace."))
}

fn summary(record: &Record) -> Value {
    json!({ "id": record.id, "kind": record.kind, "title": record.title, "version": record.version })
}
