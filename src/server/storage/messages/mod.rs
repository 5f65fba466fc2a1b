//! Messages, and how each fares with the agents that it is for.

mod deliveries;
pub mod removal;

use super::conditions::Conditions;
use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::approval::{ActorKind, ActorRef};
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, MessageId, TeamId, UserId, WorkspaceId};
use crate::domain::message::{Addressee, Message, MessageDelivery, MessageStatus, MessageType, Priority};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

const COLUMNS: &str = "SELECT m.id, m.thread_id, m.reply_to_id, m.from_agent_id, m.from_user_id, \
    fa.name AS from_agent_name, fu.name AS from_user_name, m.to_agent_id, ta.name AS to_agent_name, m.team_id, \
    tt.name AS to_team_name, m.message_type, m.priority, m.status, m.subject, m.content, m.created_at, m.replies, \
    m.thread_at FROM agent_messages m LEFT JOIN agents fa ON fa.id = m.from_agent_id \
    LEFT JOIN users fu ON fu.id = m.from_user_id LEFT JOIN agents ta ON ta.id = m.to_agent_id \
    LEFT JOIN agent_teams tt ON tt.id = m.team_id";

const OF_AGENT: &str = "(m.from_agent_id = ? OR EXISTS (SELECT 1 FROM agent_message_deliveries d \
    WHERE d.workspace_id = $1 AND d.message_id = m.id AND d.agent_id = ?))";

#[derive(FromRow)]
struct MessageRow {
    id: Uuid,
    thread_id: Option<Uuid>,
    reply_to_id: Option<Uuid>,
    from_agent_id: Option<Uuid>,
    from_user_id: Option<Uuid>,
    from_agent_name: Option<String>,
    from_user_name: Option<String>,
    to_agent_id: Option<Uuid>,
    to_agent_name: Option<String>,
    team_id: Option<Uuid>,
    to_team_name: Option<String>,
    message_type: String,
    priority: String,
    status: String,
    subject: String,
    content: String,
    created_at: Ts,
    replies: i64,
    thread_at: Option<Ts>,
}

impl TryFrom<MessageRow> for Message {
    type Error = CorruptRow;

    fn try_from(row: MessageRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_messages", row: row.id };
        let (kind, id, name) = match (row.from_agent_id, row.from_user_id) {
            (Some(agent), _) => (ActorKind::Agent, agent, row.from_agent_name),
            (None, Some(user)) => (ActorKind::User, user, row.from_user_name),
            (None, None) => (ActorKind::System, Uuid::nil(), Some("Countersign".to_owned())),
        };
        Ok(Self {
            id: MessageId(row.id),
            thread_id: MessageId(row.thread_id.unwrap_or(row.id)),
            reply_to_id: row.reply_to_id.map(MessageId),
            from: ActorRef { kind, id, name: name.unwrap_or_default() },
            to_agent_id: row.to_agent_id.map(AgentId),
            to_team_id: row.team_id.map(TeamId),
            to_name: row.to_agent_name.or(row.to_team_name),
            message_type: at.word("message_type", &row.message_type)?,
            priority: at.word("priority", &row.priority)?,
            status: at.word("status", &row.status)?,
            subject: row.subject,
            content: row.content,
            created_at: row.created_at.into(),
            replies: row.replies,
            thread_at: row.thread_at.map(Into::into),
            deliveries: Vec::new(),
        })
    }
}

#[derive(FromRow)]
struct DeliveryRow {
    message_id: Uuid,
    agent_id: Uuid,
    agent_name: String,
    status: String,
    attempts: i64,
    due_at: Ts,
    error: Option<String>,
    updated_at: Ts,
}

/// With the message that it is of.
struct Delivery(Uuid, MessageDelivery);

impl TryFrom<DeliveryRow> for Delivery {
    type Error = CorruptRow;

    fn try_from(row: DeliveryRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_message_deliveries", row: row.message_id };
        let delivery = MessageDelivery {
            agent_id: AgentId(row.agent_id),
            status: at.word("status", &row.status)?,
            agent_name: row.agent_name,
            attempts: row.attempts,
            due_at: row.due_at.into(),
            error: row.error,
            updated_at: row.updated_at.into(),
        };
        Ok(Self(row.message_id, delivery))
    }
}

/// In which state messages are listed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum InState {
    Status(MessageStatus),
    /// Dead with at least one agent.
    Dead,
}

/// What a page of messages shows, and from where.
#[derive(Clone, Debug)]
pub struct MessageQuery {
    pub list: MessageList,
    pub agent: Option<AgentId>,
    pub team: Option<TeamId>,
    pub message_type: Option<MessageType>,
    pub priority: Option<Priority>,
    pub state: Option<InState>,
    /// Only what this agent sent or was sent.
    pub visible_to: Option<AgentId>,
    pub after: Option<(DateTime<Utc>, Uuid)>,
    pub limit: u32,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MessageList {
    /// Newest first.
    All,
    /// The first of each thread, the last added to first.
    Threads,
    /// One thread, oldest first.
    Of(MessageId),
}

/// A message before it is written. It starts a thread where it is in none.
#[derive(Clone, Copy, Debug)]
pub struct OutgoingMessage<'a> {
    pub from_agent: Option<AgentId>,
    pub from_user: Option<UserId>,
    pub to: Addressee,
    pub reply_to: Option<&'a Message>,
    pub message_type: MessageType,
    pub priority: Priority,
    pub subject: &'a str,
    pub content: &'a str,
}

impl Conn {
    /// Up to `limit` messages without their deliveries; see [`Conn::message_deliveries`].
    pub async fn message_list(
        &mut self,
        workspace: WorkspaceId,
        query: &MessageQuery,
    ) -> Result<Vec<Message>, StorageError> {
        let mut all_of = Conditions::new("m.workspace_id = $1", args![workspace]);
        let (time, order) = match query.list {
            MessageList::All => ("m.created_at", "DESC"),
            MessageList::Threads => {
                all_of.and("m.thread_at IS NOT NULL", args![]);
                ("m.thread_at", "DESC")
            }
            MessageList::Of(thread) => {
                all_of.and("m.thread_id = ?", args![thread]);
                ("m.created_at", "ASC")
            }
        };
        for agent in [query.agent, query.visible_to].into_iter().flatten() {
            all_of.and(OF_AGENT, args![agent, agent]);
        }
        if let Some(team) = query.team {
            all_of.and("m.team_id = ?", args![team]);
        }
        if let Some(message_type) = query.message_type {
            all_of.and("m.message_type = ?", args![message_type.as_str()]);
        }
        if let Some(priority) = query.priority {
            all_of.and("m.priority = ?", args![priority.as_str()]);
        }
        match query.state {
            Some(InState::Status(status)) => all_of.and("m.status = ?", args![status.as_str()]),
            Some(InState::Dead) => all_of.and(
                "EXISTS (SELECT 1 FROM agent_message_deliveries x WHERE x.message_id = m.id AND x.status = 'dead')",
                args![],
            ),
            None => {}
        }
        if let Some((at, id)) = query.after {
            let behind = if order == "DESC" { "<" } else { ">" };
            all_of.and(&format!("({time}, m.id) {behind} (?, ?)"), args![at, id]);
        }
        let Conditions { sql, args } = all_of;
        let limit = query.limit;
        let sql = format!("{COLUMNS} WHERE {sql} ORDER BY {time} {order}, m.id {order} LIMIT {limit}");
        let rows: Vec<MessageRow> = self.fetch_all(sql, args).await?;
        Ok(all(rows)?)
    }

    pub async fn message_get(
        &mut self,
        workspace: WorkspaceId,
        message: MessageId,
    ) -> Result<Option<Message>, StorageError> {
        Ok(self.messages_by_ids(workspace, &[message.0]).await?.pop())
    }

    /// Those that the workspace has, in no order, without their deliveries.
    pub async fn messages_by_ids(
        &mut self,
        workspace: WorkspaceId,
        ids: &[Uuid],
    ) -> Result<Vec<Message>, StorageError> {
        let among = self.dialect(
            "m.id IN (SELECT unhex(value) FROM json_each($2))",
            "m.id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON)))",
        );
        let sql = format!("{COLUMNS} WHERE m.workspace_id = $1 AND {among}");
        let rows: Vec<MessageRow> =
            self.fetch_all(sql, args![workspace, Arg::ids(ids.iter().copied())]).await?;
        Ok(all(rows)?)
    }

    /// Adds their deliveries to messages; of those that `only` did not send, its own alone.
    pub async fn message_deliveries(
        &mut self,
        workspace: WorkspaceId,
        messages: &mut [Message],
        only: Option<AgentId>,
    ) -> Result<(), StorageError> {
        let ids: Vec<Uuid> = messages.iter().map(|message| message.id.0).collect();
        let sql = self.dialect(
            sql!(
                "SELECT d.message_id, d.agent_id, g.name AS agent_name, d.status, d.attempts, d.due_at, d.error, ",
                "d.updated_at FROM agent_message_deliveries d JOIN agents g ON g.id = d.agent_id ",
                "WHERE d.workspace_id = $1 AND d.message_id IN (SELECT unhex(value) FROM json_each($2)) ",
                "ORDER BY g.name"
            ),
            sql!(
                "SELECT d.message_id, d.agent_id, g.name AS agent_name, d.status, d.attempts, d.due_at, d.error, ",
                "d.updated_at FROM agent_message_deliveries d JOIN agents g ON g.id = d.agent_id ",
                "WHERE d.workspace_id = $1 AND d.message_id IN ",
                "(SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON))) ORDER BY g.name"
            ),
        );
        let rows: Vec<DeliveryRow> = self.fetch_all(sql, args![workspace, Arg::ids(ids)]).await?;
        let mut found: HashMap<Uuid, Vec<MessageDelivery>> = HashMap::new();
        for Delivery(message, delivery) in all(rows)? {
            found.entry(message).or_default().push(delivery);
        }
        for message in messages {
            let mut deliveries = found.remove(&message.id.0).unwrap_or_default();
            if let Some(agent) = only.filter(|agent| message.from.id != agent.0) {
                deliveries.retain(|delivery| delivery.agent_id == agent);
            }
            message.deliveries = deliveries;
        }
        Ok(())
    }

    /// The agents of a team that can be sent something, without the sender.
    pub async fn message_recipients(
        &mut self,
        workspace: WorkspaceId,
        team: TeamId,
        sender: Option<AgentId>,
    ) -> Result<Vec<AgentId>, StorageError> {
        let rows: Vec<(Uuid,)> = self
            .fetch_all(
                sql!(
                    "SELECT t.agent_id FROM agent_team_members t JOIN agents g ON g.id = t.agent_id ",
                    "WHERE t.workspace_id = $1 AND t.team_id = $2 AND g.status <> 'archived' ORDER BY t.agent_id"
                ),
                args![workspace, team],
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| AgentId(id)).filter(|agent| Some(*agent) != sender).collect())
    }
}

impl Tx {
    /// Writes a message and a delivery for each of these agents, and tells their inboxes and the readers of the thread.
    pub async fn message_send(
        &mut self,
        workspace: WorkspaceId,
        message: &OutgoingMessage<'_>,
        recipients: &[AgentId],
    ) -> Result<MessageId, StorageError> {
        let (id, now) = (MessageId(self.id()), self.now());
        let thread = message.reply_to.map_or(id, |answered| answered.thread_id);
        // Who is answered by nobody's delivery reads the thread: it has arrived.
        let status = if recipients.is_empty() { MessageStatus::Delivered } else { MessageStatus::Pending };
        self.execute(
            sql!(
                "INSERT INTO agent_messages (id, workspace_id, team_id, from_agent_id, from_user_id, to_agent_id, ",
                "thread_id, reply_to_id, message_type, priority, status, subject, content, created_at, thread_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)"
            ),
            args![
                id,
                workspace,
                message.to.team(),
                message.from_agent,
                message.from_user,
                message.to.agent(),
                thread,
                message.reply_to.map(|answered| answered.id),
                message.message_type.as_str(),
                message.priority.as_str(),
                status.as_str(),
                message.subject,
                message.content,
                now,
                (thread == id).then_some(now)
            ],
        )
        .await?;
        if thread != id {
            self.execute(
                sql!(
                    "UPDATE agent_messages SET thread_at = $3, replies = replies + 1 ",
                    "WHERE workspace_id = $1 AND id = $2"
                ),
                args![workspace, thread, now],
            )
            .await?;
        }
        let deliver = self.dialect(
            sql!(
                "INSERT INTO agent_message_deliveries (workspace_id, message_id, agent_id, status, urgency, due_at, ",
                "created_at, updated_at) SELECT $1, $2, unhex(value), 'pending', $4, $5, $5, $5 FROM json_each($3)"
            ),
            sql!(
                "INSERT INTO agent_message_deliveries (workspace_id, message_id, agent_id, status, urgency, due_at, ",
                "created_at, updated_at) SELECT $1, $2, CAST(value AS UUID), 'pending', $4, $5, $5, $5 ",
                "FROM json_array_elements_text(CAST($3 AS JSON))"
            ),
        );
        let to = Arg::ids(recipients.iter().copied());
        self.execute(deliver, args![workspace, id, to, message.priority as i64, now]).await?;
        for agent in recipients {
            self.emit(workspace, Topic::Message, agent.0);
        }
        self.emit(workspace, Topic::Message, thread.0);
        Ok(id)
    }
}
