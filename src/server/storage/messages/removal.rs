//! Taking away threads in which nothing happened for long: all of a thread, or nothing of it.
//!
//! On PostgreSQL whoever takes a thread away holds its deliveries and then its first message: the order of who
//! acknowledges, and what an answer holds, too. What is read here stays so until the end.

use crate::domain::ids::{MessageId, WorkspaceId};
use crate::server::storage::db::Engine;
use crate::server::storage::{Arg, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

/// A thread that was added to long ago for the last time.
#[derive(Clone, Debug)]
pub struct OldThread {
    /// Its first message.
    pub id: MessageId,
    pub thread_at: DateTime<Utc>,
    /// How many messages it has. 0: it is needed still.
    pub messages: i64,
}

#[derive(FromRow)]
struct ThreadRow {
    id: Uuid,
    messages: i64,
    needed: bool,
}

impl Tx {
    /// Holds a thread until the end of the transaction, so that it is there for an answer. `false`: it is not.
    pub async fn thread_hold(
        &mut self,
        workspace: WorkspaceId,
        thread: MessageId,
    ) -> Result<bool, StorageError> {
        let sql = self.dialect(
            sql!("SELECT id FROM agent_messages WHERE workspace_id = $1 AND id = $2"),
            sql!("SELECT id FROM agent_messages WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE"),
        );
        let row: Option<(Uuid,)> = self.fetch_optional(sql, args![workspace, thread]).await?;
        Ok(row.is_some())
    }

    /// The threads of a workspace that were last added to before `before`, the first to fall silent first, after
    /// `after`: when one did, and its id. Those that can go are held until the end.
    ///
    /// A thread is needed as long as an agent has something of it in its inbox, dealt with it or gave it up at
    /// `before` or later, or owes its result to an execution that waits for it.
    pub async fn threads_old(
        &mut self,
        workspace: WorkspaceId,
        before: DateTime<Utc>,
        after: (DateTime<Utc>, Uuid),
        limit: i64,
    ) -> Result<Vec<OldThread>, StorageError> {
        let (at, id) = after;
        let silent: Vec<(Uuid, Ts)> = self
            .fetch_all(
                sql!(
                    "SELECT id, thread_at FROM agent_messages WHERE workspace_id = $1 AND thread_at IS NOT NULL ",
                    "AND thread_at < $2 AND (thread_at, id) > ($3, $4) ORDER BY thread_at, id LIMIT $5"
                ),
                args![workspace, before, at, id, limit],
            )
            .await?;
        if silent.is_empty() {
            return Ok(Vec::new());
        }
        let mut ids: Vec<Uuid> = silent.iter().map(|(id, _)| *id).collect();
        if self.engine() == Engine::Postgres {
            ids = self.threads_lock(workspace, before, &ids).await?;
        }
        // What a step waits for that sent a task is called `message:` and the message's id.
        let look = self.dialect(
            sql!(
                "SELECT unhex(k.value, '-') AS id, (SELECT COUNT(*) FROM agent_messages m WHERE m.workspace_id = $1 ",
                "AND m.thread_id = unhex(k.value, '-')) AS messages, (EXISTS (SELECT 1 FROM agent_messages m ",
                "CROSS JOIN agent_message_deliveries d ON d.message_id = m.id WHERE m.workspace_id = $1 ",
                "AND m.thread_id = unhex(k.value, '-') AND (d.status IN ('pending', 'delivered', 'read') ",
                "OR d.updated_at >= $3)) OR EXISTS (SELECT 1 FROM agent_workflow_steps s WHERE s.workspace_id = $1 ",
                "AND s.event IS NOT NULL AND s.event = 'message:' || k.value AND s.status = 'waiting')) AS needed ",
                "FROM json_each($2) k"
            ),
            sql!(
                "SELECT CAST(k.value AS UUID) AS id, (SELECT COUNT(*) FROM agent_messages m WHERE m.workspace_id = $1 ",
                "AND m.thread_id = CAST(k.value AS UUID)) AS messages, (EXISTS (SELECT 1 FROM agent_messages m ",
                "JOIN agent_message_deliveries d ON d.message_id = m.id WHERE m.workspace_id = $1 ",
                "AND m.thread_id = CAST(k.value AS UUID) AND (d.status IN ('pending', 'delivered', 'read') ",
                "OR d.updated_at >= $3)) OR EXISTS (SELECT 1 FROM agent_workflow_steps s WHERE s.workspace_id = $1 ",
                "AND s.event = 'message:' || k.value AND s.status = 'waiting')) AS needed ",
                "FROM json_array_elements_text(CAST($2 AS JSON)) AS k(value)"
            ),
        );
        let named: Vec<String> = ids.iter().map(Uuid::to_string).collect();
        let rows: Vec<ThreadRow> = self.fetch_all(look, args![workspace, Arg::json(&named), before]).await?;
        let counts: HashMap<Uuid, i64> =
            rows.into_iter().filter(|row| !row.needed).map(|row| (row.id, row.messages)).collect();
        let old = silent.into_iter().map(|(id, at)| OldThread {
            id: MessageId(id),
            thread_at: at.into(),
            messages: counts.get(&id).copied().unwrap_or_default(),
        });
        Ok(old.collect())
    }

    /// Which of these threads nobody adds to now, nor has since; held until the end.
    async fn threads_lock(
        &mut self,
        workspace: WorkspaceId,
        before: DateTime<Utc>,
        ids: &[Uuid],
    ) -> Result<Vec<Uuid>, StorageError> {
        let deliveries = sql!(
            /* postgres */
            "SELECT d.message_id FROM agent_message_deliveries d WHERE d.message_id IN ",
            "(SELECT m.id FROM agent_messages m WHERE m.workspace_id = $1 AND m.thread_id IN ",
            "(SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON)))) ",
            "ORDER BY d.message_id, d.agent_id FOR UPDATE"
        );
        let these = Arg::ids(ids.iter().copied());
        let _: Vec<(Uuid,)> = self.fetch_all(deliveries, args![workspace, these.clone()]).await?;
        let threads = sql!(
            /* postgres */
            "SELECT id FROM agent_messages WHERE workspace_id = $1 AND thread_at < $3 AND id IN ",
            "(SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON))) ",
            "ORDER BY id FOR UPDATE SKIP LOCKED"
        );
        let held: Vec<(Uuid,)> = self.fetch_all(threads, args![workspace, these, before]).await?;
        Ok(held.into_iter().map(|(id,)| id).collect())
    }

    /// Takes these threads away, with their deliveries. The caller has [`Tx::threads_old`] hold them. Returns how many
    /// messages went.
    pub async fn threads_remove(
        &mut self,
        workspace: WorkspaceId,
        threads: &[MessageId],
    ) -> Result<u64, StorageError> {
        // SQLite keeps the order of a CROSS JOIN: from the threads to their messages.
        let sql = self.dialect(
            sql!(
                "DELETE FROM agent_messages WHERE id IN (SELECT m.id FROM json_each($2) k ",
                "CROSS JOIN agent_messages m ON m.workspace_id = $1 AND m.thread_id = unhex(k.value))"
            ),
            sql!(
                "DELETE FROM agent_messages WHERE workspace_id = $1 AND thread_id IN ",
                "(SELECT CAST(value AS UUID) FROM json_array_elements_text(CAST($2 AS JSON)))"
            ),
        );
        self.execute(sql, args![workspace, Arg::ids(threads.iter().copied())]).await
    }
}
