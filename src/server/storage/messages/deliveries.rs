//! What agents take, what they say of it, and what is given up.

use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, MessageId, WorkspaceId};
use crate::domain::message::{ATTEMPTS, Acknowledged, DeliveryStatus, LEASE, Message};
use crate::server::storage::db::Engine;
use crate::server::storage::read::At;
use crate::server::storage::{Arg, StorageError, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use std::collections::{BTreeMap, HashMap};
use uuid::Uuid;

/// What an agent never dealt with.
#[derive(Clone, Copy, Debug)]
pub struct GivenUpDelivery {
    pub workspace: WorkspaceId,
    pub message: MessageId,
    pub thread: MessageId,
    pub agent: AgentId,
}

impl Tx {
    /// Hands out what waits for an agent, the most urgent first. What was handed out too often is given up instead.
    pub async fn messages_take(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
        max: i64,
    ) -> Result<Vec<Message>, StorageError> {
        let now = self.now();
        let sql = self.dialect(
            sql!(
                "SELECT message_id, attempts FROM agent_message_deliveries WHERE workspace_id = $1 AND agent_id = $2 ",
                "AND status IN ('pending', 'delivered', 'read') AND due_at <= $3 ",
                "ORDER BY urgency DESC, created_at, message_id LIMIT $4"
            ),
            sql!(
                "SELECT message_id, attempts FROM agent_message_deliveries WHERE workspace_id = $1 AND agent_id = $2 ",
                "AND status IN ('pending', 'delivered', 'read') AND due_at <= $3 ",
                "ORDER BY urgency DESC, created_at, message_id LIMIT $4 FOR UPDATE SKIP LOCKED"
            ),
        );
        let due: Vec<(Uuid, i64)> = self.fetch_all(sql, args![workspace, agent, now, max]).await?;
        if due.is_empty() {
            return Ok(Vec::new());
        }
        let (spent, fresh): (Vec<_>, Vec<_>) =
            due.into_iter().partition(|(_, attempts)| *attempts >= ATTEMPTS);
        let spent: Vec<Uuid> = spent.into_iter().map(|(id, _)| id).collect();
        let fresh: Vec<Uuid> = fresh.into_iter().map(|(id, _)| id).collect();
        for id in &spent {
            let why = "It was handed out again and again and never processed.";
            self.delivery_set(workspace, MessageId(*id), agent, DeliveryStatus::Dead, now, Some(why)).await?;
        }
        let hand_out = self.dialect(
            sql!(
                "UPDATE agent_message_deliveries SET status = CASE status WHEN 'read' THEN 'read' ELSE 'delivered' END, ",
                "attempts = attempts + 1, due_at = $4, updated_at = $5 WHERE workspace_id = $1 AND agent_id = $2 ",
                "AND message_id IN (SELECT unhex(value) FROM json_each($3))"
            ),
            sql!(
                "UPDATE agent_message_deliveries SET status = CASE status WHEN 'read' THEN 'read' ELSE 'delivered' END, ",
                "attempts = attempts + 1, due_at = $4, updated_at = $5 WHERE workspace_id = $1 AND agent_id = $2 ",
                "AND message_id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($3 AS JSON)))"
            ),
        );
        self.execute(hand_out, args![workspace, agent, Arg::ids(fresh.iter().copied()), now + LEASE, now])
            .await?;
        let touched: Vec<Uuid> = spent.iter().chain(&fresh).copied().collect();
        self.messages_settle(workspace, &touched).await?;
        let mut found: HashMap<Uuid, Message> =
            self.messages_by_ids(workspace, &fresh).await?.into_iter().map(|one| (one.id.0, one)).collect();
        let mut messages: Vec<Message> = fresh.iter().filter_map(|id| found.remove(id)).collect();
        self.message_deliveries(workspace, &mut messages, Some(agent)).await?;
        for message in &messages {
            self.emit(workspace, Topic::Message, message.thread_id.0);
        }
        Ok(messages)
    }

    /// One agent's delivery, locked until the end of the transaction: its status, and how often it was handed out.
    pub async fn delivery_held(
        &mut self,
        workspace: WorkspaceId,
        message: MessageId,
        agent: AgentId,
    ) -> Result<Option<(DeliveryStatus, i64)>, StorageError> {
        let sql = self.dialect(
            sql!(
                "SELECT status, attempts FROM agent_message_deliveries ",
                "WHERE workspace_id = $1 AND message_id = $2 AND agent_id = $3"
            ),
            sql!(
                "SELECT status, attempts FROM agent_message_deliveries ",
                "WHERE workspace_id = $1 AND message_id = $2 AND agent_id = $3 FOR UPDATE"
            ),
        );
        let row: Option<(String, i64)> = self.fetch_optional(sql, args![workspace, message, agent]).await?;
        let at = At { table: "agent_message_deliveries", row: message.0 };
        Ok(row.map(|(status, attempts)| at.word("status", &status).map(|s| (s, attempts))).transpose()?)
    }

    /// Writes what an acknowledgement made of a delivery.
    pub async fn delivery_acknowledged(
        &mut self,
        workspace: WorkspaceId,
        message: MessageId,
        agent: AgentId,
        next: Acknowledged,
        error: Option<&str>,
    ) -> Result<(), StorageError> {
        let due = self.now() + next.again_in;
        self.delivery_set(workspace, message, agent, next.status, due, error).await?;
        self.messages_settle(workspace, &[message.0]).await
    }

    /// From among the dead letters back into the agent's inbox. `false`: it is not among them.
    pub async fn delivery_again(
        &mut self,
        workspace: WorkspaceId,
        message: MessageId,
        agent: AgentId,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_message_deliveries SET status = 'pending', attempts = 0, error = NULL, due_at = $4, ",
                    "created_at = $4, updated_at = $4 ",
                    "WHERE workspace_id = $1 AND message_id = $2 AND agent_id = $3 AND status = 'dead'"
                ),
                args![workspace, message, agent, now],
            )
            .await?;
        self.messages_settle(workspace, &[message.0]).await?;
        Ok(changed == 1)
    }

    /// Gives up, in all workspaces, up to `limit` deliveries that are older than `before`.
    pub async fn deliveries_give_up(
        &mut self,
        before: DateTime<Utc>,
        limit: i64,
    ) -> Result<Vec<GivenUpDelivery>, StorageError> {
        let now = self.now();
        let sql = self.dialect(
            sql!(
                "UPDATE agent_message_deliveries SET status = 'dead', error = $3, due_at = $4, updated_at = $4 ",
                "WHERE (message_id, agent_id) IN (SELECT message_id, agent_id FROM agent_message_deliveries ",
                "WHERE status IN ('pending', 'delivered', 'read') AND created_at < $1 ORDER BY created_at LIMIT $2) ",
                "RETURNING workspace_id, message_id, agent_id"
            ),
            sql!(
                "UPDATE agent_message_deliveries SET status = 'dead', error = $3, due_at = $4, updated_at = $4 ",
                "WHERE (message_id, agent_id) IN (SELECT message_id, agent_id FROM agent_message_deliveries ",
                "WHERE status IN ('pending', 'delivered', 'read') AND created_at < $1 ORDER BY created_at LIMIT $2 ",
                "FOR UPDATE SKIP LOCKED) RETURNING workspace_id, message_id, agent_id"
            ),
        );
        let why = "Nobody dealt with it for seven days.";
        let old: Vec<(Uuid, Uuid, Uuid)> = self.fetch_all(sql, args![before, limit, why, now]).await?;
        let mut by_workspace: BTreeMap<Uuid, Vec<Uuid>> = BTreeMap::new();
        for (workspace, message, _) in &old {
            by_workspace.entry(*workspace).or_default().push(*message);
        }
        let mut threads: HashMap<Uuid, MessageId> = HashMap::new();
        for (workspace, messages) in by_workspace {
            let workspace = WorkspaceId(workspace);
            self.messages_settle(workspace, &messages).await?;
            let found = self.messages_by_ids(workspace, &messages).await?;
            threads.extend(found.into_iter().map(|message| (message.id.0, message.thread_id)));
        }
        let given_up = old.into_iter().filter_map(|(workspace, message, agent)| {
            let thread = *threads.get(&message)?;
            Some(GivenUpDelivery {
                workspace: WorkspaceId(workspace),
                message: MessageId(message),
                thread,
                agent: AgentId(agent),
            })
        });
        Ok(given_up.collect())
    }

    async fn delivery_set(
        &mut self,
        workspace: WorkspaceId,
        message: MessageId,
        agent: AgentId,
        status: DeliveryStatus,
        due: DateTime<Utc>,
        error: Option<&str>,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE agent_message_deliveries SET status = $4, due_at = $5, error = $6, updated_at = $7 ",
                "WHERE workspace_id = $1 AND message_id = $2 AND agent_id = $3"
            ),
            args![workspace, message, agent, status.as_str(), due, error, now],
        )
        .await?;
        Ok(())
    }

    /// A message is as far as the last of those it is for; who gave up does not hold it back.
    async fn messages_settle(&mut self, workspace: WorkspaceId, ids: &[Uuid]) -> Result<(), StorageError> {
        let among = match self.engine() {
            Engine::Sqlite => "id IN (SELECT unhex(value) FROM json_each($2))",
            Engine::Postgres => {
                // Locked by a statement of its own, so that the next one sees what whoever held it has written; in
                // order, so that two who settle the same ones wait for each other instead of forever.
                let lock = sql!(
                    /* postgres */
                    "SELECT id FROM agent_messages WHERE workspace_id = $1 ",
                    "AND id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON))) ",
                    "ORDER BY id FOR UPDATE"
                );
                let _: Vec<(Uuid,)> =
                    self.fetch_all(lock, args![workspace, Arg::ids(ids.iter().copied())]).await?;
                "id IN (SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON)))"
            }
        };
        let sql = format!(
            "UPDATE agent_messages SET status = COALESCE((SELECT CASE MIN(CASE d.status WHEN 'pending' THEN 0 \
             WHEN 'delivered' THEN 1 WHEN 'read' THEN 2 ELSE 3 END) WHEN 0 THEN 'pending' WHEN 1 THEN 'delivered' \
             WHEN 2 THEN 'read' WHEN 3 THEN 'processed' END FROM agent_message_deliveries d \
             WHERE d.message_id = agent_messages.id AND d.status <> 'dead'), status) \
             WHERE workspace_id = $1 AND {among}"
        );
        self.execute(sql, args![workspace, Arg::ids(ids.iter().copied())]).await?;
        Ok(())
    }
}
