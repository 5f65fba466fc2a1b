//! The message bus: sending, reading, an agent's inbox, dead letters.

use super::change::{entry, entry_of, note};
use super::ctx::{Allowed, ReadMessages, WriteMessages, system_actor};
use crate::domain::approval::ActorKind;
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, MessageId, WorkspaceId};
use crate::domain::message::{
    Acknowledge, Acknowledgement, Addressee, DeliveryStatus, GivenUp, LASTS, Message, MessageFilter,
    MessageType, NewMessage, Redeliver, TAKE_MAX, TakeMessages,
};
use crate::domain::page::Page;
use crate::domain::params::{given, parsed};
use crate::domain::{AppError, AppResult, agent::AgentStatus, team::TeamStatus, text};
use crate::server::engine::{CronEntry, Done, Handler, Job, JobCx, JobError, ScheduleError};
use crate::server::services::approvals::QUEUE_DEFAULT;
use crate::server::services::executions::{advance_job, result_of};
use crate::server::storage::messages::{InState, MessageList, MessageQuery, OutgoingMessage};
use crate::server::storage::{AuditEntry, Conn, Db, StorageError, Tx, cursor};
use async_trait::async_trait;
use serde_json::{Value, json};
use validator::Validate;

const TAKE: i64 = 10;
/// So many are given up in one transaction.
const BATCH: i64 = 200;

/// Sends a message to an agent, to a team, or to whoever sent what it answers.
pub async fn send(by: &Allowed<WriteMessages>, db: &Db, input: NewMessage) -> AppResult<Message> {
    input.validate()?;
    let workspace = by.workspace();
    let (from_agent, from_user) = (by.principal().agent_id(), by.principal().user_id());
    let mut tx = db.begin().await?;
    let answered = match input.reply_to_id {
        Some(id) => {
            let answered = find(&mut tx, workspace, id, from_agent).await?;
            // An old thread may be removed at this moment.
            if !tx.thread_hold(workspace, answered.thread_id).await? {
                return Err(AppError::not_found("message"));
            }
            Some(answered)
        }
        None => None,
    };
    let to = input.addressee(answered.as_ref())?;
    let subject = match (input.subject.filter(|subject| !subject.is_empty()), &answered) {
        (Some(subject), _) => subject,
        (None, Some(answered)) => answered.subject.clone(),
        (None, None) => return Err(AppError::invalid("/subject", "must not be empty")),
    };
    // What an agent's action sent has its sentence as the subject, which may be no name.
    if answered.as_ref().is_none_or(|answered| answered.subject != subject) {
        text::name(&subject).map_err(|fault| {
            AppError::invalid("/subject", fault.message.map(|words| words.to_string()).unwrap_or_default())
        })?;
    }
    let recipients = recipients(&mut tx, workspace, to, from_agent).await?;
    let message = OutgoingMessage {
        from_agent,
        from_user,
        to,
        reply_to: answered.as_ref(),
        message_type: input.message_type,
        priority: input.priority,
        subject: &subject,
        content: &input.content,
    };
    let id = tx.message_send(workspace, &message, &recipients).await?;
    let sent = shown(&mut tx, workspace, id, from_agent).await?;
    if let Some(answered) = &answered {
        result_came(&mut tx, workspace, &sent, answered).await?;
    }
    let mut entry = about(by, "message.sent", "Sent a message", &sent);
    (entry.agent_id, entry.team_id) = (to.agent(), to.team());
    tx.audit(entry);
    tx.commit().await?;
    Ok(sent)
}

/// An execution that waits for the result of a task goes on with it.
async fn result_came(tx: &mut Tx, workspace: WorkspaceId, sent: &Message, task: &Message) -> AppResult<()> {
    let from_agent = sent.from.kind == ActorKind::Agent && task.to_agent_id == Some(AgentId(sent.from.id));
    if sent.message_type != MessageType::Result || !from_agent {
        return Ok(());
    }
    let Some((step, execution)) = tx.step_that_awaits(workspace, &result_of(task.id)).await? else {
        return Ok(());
    };
    // Agents that send JSON let later steps read its parts.
    let data: Option<Value> = serde_json::from_str(&sent.content).ok().filter(Value::is_object);
    let result = json!({ "result": sent.content, "data": data, "messageId": sent.id });
    if tx.step_event_came(step, &result).await? {
        let now = tx.now();
        tx.enqueue(advance_job(workspace, execution, now));
    }
    Ok(())
}

/// The agents that a message is for; an error at the field that names nobody.
pub async fn recipients(
    tx: &mut Tx,
    workspace: WorkspaceId,
    to: Addressee,
    sender: Option<AgentId>,
) -> AppResult<Vec<AgentId>> {
    match to {
        Addressee::People => Ok(Vec::new()),
        Addressee::Agent(agent) => match tx.agent_get(workspace, agent).await? {
            None => Err(AppError::invalid("/toAgentId", "is no agent of this workspace")),
            Some(found) if found.status == AgentStatus::Archived => {
                Err(AppError::invalid("/toAgentId", "is archived"))
            }
            Some(_) => Ok(vec![agent]),
        },
        Addressee::Team(team) => {
            match tx.team_get(workspace, team).await? {
                None => return Err(AppError::invalid("/toTeamId", "is no team of this workspace")),
                Some(found) if found.status == TeamStatus::Archived => {
                    return Err(AppError::invalid("/toTeamId", "is archived"));
                }
                Some(_) => {}
            }
            let agents = tx.message_recipients(workspace, team, sender).await?;
            if agents.is_empty() {
                return Err(AppError::invalid("/toTeamId", "has no agent that could get it"));
            }
            Ok(agents)
        }
    }
}

/// Messages or threads. An agent sees what it sent and what it was sent.
pub async fn list(by: &Allowed<ReadMessages>, db: &Db, filter: &MessageFilter) -> AppResult<Page<Message>> {
    filter.validate()?;
    let mut query = read(filter)?;
    let limit = query.limit;
    query.limit += 1;
    query.visible_to = by.principal().agent_id();
    let mut conn = db.read().await?;
    let mut rows = conn.message_list(by.workspace(), &query).await?;
    conn.message_deliveries(by.workspace(), &mut rows, query.visible_to).await?;
    Ok(cursor::page(rows, limit, |last| {
        let threads = query.list == MessageList::Threads;
        let at = last.thread_at.filter(|_| threads).unwrap_or(last.created_at);
        cursor::time_and_id(at, last.id.0)
    }))
}

fn read(filter: &MessageFilter) -> AppResult<MessageQuery> {
    let mut errors = Vec::new();
    let threads = match given(filter.threads.as_deref()) {
        None | Some("false") => false,
        Some("true") => true,
        Some(_) => return Err(AppError::invalid("threads", "must be true or false")),
    };
    let list = match parsed("threadId", filter.thread_id.as_deref(), &mut errors) {
        Some(thread) => MessageList::Of(thread),
        None if threads => MessageList::Threads,
        None => MessageList::All,
    };
    let state = match given(filter.status.as_deref()) {
        Some("dead") => Some(InState::Dead),
        status => parsed("status", status, &mut errors).map(InState::Status),
    };
    let query = MessageQuery {
        list,
        agent: parsed("agentId", filter.agent_id.as_deref(), &mut errors),
        team: parsed("teamId", filter.team_id.as_deref(), &mut errors),
        message_type: parsed("type", filter.message_type.as_deref(), &mut errors),
        priority: parsed("priority", filter.priority.as_deref(), &mut errors),
        state,
        visible_to: None,
        after: match given(filter.cursor.as_deref()) {
            Some(text) => Some(cursor::before_time(Some(text))?),
            None => None,
        },
        limit: cursor::limit(filter.limit.as_deref())?,
    };
    if errors.is_empty() { Ok(query) } else { Err(AppError::Invalid { errors }) }
}

pub async fn get(by: &Allowed<ReadMessages>, db: &Db, id: MessageId) -> AppResult<Message> {
    shown(&mut db.read().await?, by.workspace(), id, by.principal().agent_id()).await
}

/// With its deliveries, as far as this agent sees them; people see all.
async fn shown(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: MessageId,
    agent: Option<AgentId>,
) -> AppResult<Message> {
    let mut message = find(conn, workspace, id, agent).await?;
    conn.message_deliveries(workspace, std::slice::from_mut(&mut message), agent).await?;
    Ok(message)
}

/// A message that this agent sent or was sent, or any for a person.
async fn find(
    conn: &mut Conn,
    workspace: WorkspaceId,
    id: MessageId,
    agent: Option<AgentId>,
) -> AppResult<Message> {
    let mut found = conn.message_get(workspace, id).await?.ok_or_else(|| AppError::not_found("message"))?;
    if let Some(agent) = agent
        && found.sender() != Some(agent)
    {
        conn.message_deliveries(workspace, std::slice::from_mut(&mut found), Some(agent)).await?;
        if found.deliveries.is_empty() {
            return Err(AppError::not_found("message"));
        }
    }
    Ok(found)
}

/// What waits in the calling agent's inbox, the most urgent first. It is handed out again unless the agent
/// acknowledges it in time.
pub async fn take(by: &Allowed<WriteMessages>, db: &Db, input: &TakeMessages) -> AppResult<Page<Message>> {
    input.validate()?;
    let agent = inbox_of(by)?;
    let max = input.max.unwrap_or(TAKE).min(TAKE_MAX);
    let mut tx = db.begin().await?;
    let items = tx.messages_take(by.workspace(), agent, max).await?;
    for message in &items {
        tx.audit(about(by, "message.delivered", "Took a message", message));
    }
    tx.commit().await?;
    Ok(Page { items, next_cursor: None })
}

fn inbox_of(by: &Allowed<WriteMessages>) -> AppResult<AgentId> {
    let agent = by.principal().agent_id();
    agent.ok_or_else(|| AppError::forbidden("Only an agent has an inbox: call this with an agent's token."))
}

/// What the calling agent says of a message in its inbox. Saying it again changes nothing.
pub async fn acknowledge(
    by: &Allowed<WriteMessages>,
    db: &Db,
    id: MessageId,
    input: Acknowledge,
) -> AppResult<Message> {
    input.validate()?;
    if input.error.is_some() && input.status != Acknowledgement::Failed {
        return Err(AppError::invalid("/error", "goes with a failure only"));
    }
    let agent = inbox_of(by)?;
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let message = find(&mut tx, workspace, id, Some(agent)).await?;
    let (status, attempts) =
        tx.delivery_held(workspace, id, agent).await?.ok_or_else(|| AppError::not_found("message"))?;
    let next = status.acknowledged(input.status, attempts).map_err(|GivenUp| {
        AppError::refused("This message was given up. Only that it is processed can still be said.")
    })?;
    if let Some(next) = next {
        let error = input.error.as_deref();
        tx.delivery_acknowledged(workspace, id, agent, next, error).await?;
        let (event, verb) = match next.status {
            DeliveryStatus::Processed => ("message.processed", "Processed a message"),
            DeliveryStatus::Read => ("message.read", "Works on a message"),
            DeliveryStatus::Dead => ("message.given_up", "Gave up a message"),
            DeliveryStatus::Pending | DeliveryStatus::Delivered => {
                ("message.failed", "Could not deal with a message")
            }
        };
        note(&mut tx, Topic::Message, message.thread_id.0, about(by, event, verb, &message));
    }
    let after = shown(&mut tx, workspace, id, Some(agent)).await?;
    tx.commit().await?;
    Ok(after)
}

/// From among the dead letters back into an agent's inbox, by a person.
pub async fn redeliver(
    by: &Allowed<WriteMessages>,
    db: &Db,
    id: MessageId,
    input: Redeliver,
) -> AppResult<Message> {
    if by.principal().agent_id().is_some() {
        return Err(AppError::forbidden("A person sends a dead letter again."));
    }
    let workspace = by.workspace();
    let mut tx = db.begin().await?;
    let message = find(&mut tx, workspace, id, None).await?;
    if !tx.delivery_again(workspace, id, input.agent_id).await? {
        return Err(AppError::refused("This agent's copy of the message is not among the dead letters."));
    }
    let mut entry = about(by, "message.redelivered", "Sent again a message", &message);
    entry.agent_id = Some(input.agent_id);
    tx.emit(workspace, Topic::Message, input.agent_id.0);
    note(&mut tx, Topic::Message, message.thread_id.0, entry);
    let after = shown(&mut tx, workspace, id, None).await?;
    tx.commit().await?;
    Ok(after)
}

/// The audit trail names a message and not what it says: the trail has readers who may not see it.
fn about(by: &Allowed<WriteMessages>, event: &'static str, verb: &str, message: &Message) -> AuditEntry {
    let from = text::reveal_text(&message.from.name);
    let to = message.to_name.as_deref().map_or_else(|| "people".to_owned(), text::reveal_text);
    let mut entry = entry(by, event, format!("{verb} of {from} to {to}"));
    entry.agent_id = by.principal().agent_id();
    entry.team_id = message.to_team_id;
    entry.result = Some(json!({"messageId": message.id, "threadId": message.thread_id}));
    entry
}

const GIVE_UP: &str = "messages.give_up";

/// Moves what nobody dealt with in time to the dead letters.
pub struct GiveUp;

#[async_trait]
impl Handler for GiveUp {
    fn kind(&self) -> &'static str {
        GIVE_UP
    }

    async fn run(&self, _: Job, cx: &JobCx) -> Result<Done, JobError> {
        give_up(cx.db()).await?;
        Ok(Done::Finish)
    }
}

/// All that is overdue, a batch to a transaction.
pub async fn give_up(db: &Db) -> Result<(), StorageError> {
    loop {
        let mut tx = db.begin().await?;
        let before = tx.now() - LASTS;
        let given_up = tx.deliveries_give_up(before, BATCH).await?;
        for one in &given_up {
            let text = "Gave up a message that nobody dealt with for seven days";
            let mut entry = entry_of(one.workspace, system_actor(), "message.given_up", text);
            entry.agent_id = Some(one.agent);
            entry.result = Some(json!({"messageId": one.message, "threadId": one.thread}));
            note(&mut tx, Topic::Message, one.thread.0, entry);
        }
        tx.commit().await?;
        if (given_up.len() as i64) < BATCH {
            return Ok(());
        }
    }
}

/// Once an hour.
pub fn give_up_cron() -> Result<CronEntry, ScheduleError> {
    CronEntry::for_all_workspaces(GIVE_UP, "23 * * * *", QUEUE_DEFAULT, GIVE_UP, json!({}))
}
