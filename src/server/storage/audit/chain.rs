//! The chain over the audit trail: rows that wait for their seal, the heads, the sealed rows in their order.
//!
//! Whoever seals reads first and locks last: the head is moved from what was read to what follows, and a head that
//! somebody else moved meanwhile means that nothing was done. So one sealer at a time succeeds for each workspace,
//! and no other write waits for any of it.

use super::{COLUMNS, Row};
use crate::domain::chain::{ChainRow, Mark};
use crate::domain::ids::WorkspaceId;
use crate::server::storage::approvals::search_words;
use crate::server::storage::{Arg, Conn, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};
use uuid::Uuid;

/// A chain's head, and when it moved last.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Head {
    pub mark: Mark,
    pub sealed_at: DateTime<Utc>,
}

impl Conn {
    /// The first workspace after this id that has rows without a seal.
    pub async fn chain_waiting_after(&mut self, after: Uuid) -> Result<Option<WorkspaceId>, StorageError> {
        let row: Option<(Uuid,)> = self
            .fetch_optional(
                sql!(
                    "SELECT workspace_id FROM agent_action_audit_log WHERE seq IS NULL AND workspace_id > $1 ",
                    "ORDER BY workspace_id LIMIT 1"
                ),
                args![after],
            )
            .await?;
        Ok(row.map(|(id,)| WorkspaceId(id)))
    }

    /// Rows without a seal, the oldest first.
    pub async fn chain_unsealed(
        &mut self,
        workspace: WorkspaceId,
        limit: i64,
    ) -> Result<Vec<ChainRow>, StorageError> {
        let sql =
            format!("{COLUMNS} WHERE workspace_id = $1 AND seq IS NULL ORDER BY executed_at, id LIMIT $2");
        self.chain_rows(sql, args![workspace, limit]).await
    }

    /// How many rows wait for their seal, counted to at most `bound`.
    pub async fn chain_unsealed_count(
        &mut self,
        workspace: WorkspaceId,
        bound: i64,
    ) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                sql!(
                    "SELECT COUNT(*) FROM (SELECT 1 AS one FROM agent_action_audit_log ",
                    "WHERE workspace_id = $1 AND seq IS NULL LIMIT $2) AS bounded"
                ),
                args![workspace, bound],
            )
            .await?;
        Ok(count)
    }

    pub async fn chain_head(&mut self, workspace: WorkspaceId) -> Result<Option<Head>, StorageError> {
        let row: Option<(i64, String, Ts)> = self
            .fetch_optional(
                sql!("SELECT seq, hash, sealed_at FROM audit_chain WHERE workspace_id = $1"),
                args![workspace],
            )
            .await?;
        Ok(row.map(|(seq, hash, at)| Head { mark: Mark { seq, hash }, sealed_at: at.into() }))
    }

    /// Sealed rows behind a place, in the chain's order. The id is part of the place, because two rows with one
    /// number are what a verifier looks for.
    pub async fn chain_after(
        &mut self,
        workspace: WorkspaceId,
        (seq, id): (i64, Uuid),
        limit: i64,
    ) -> Result<Vec<ChainRow>, StorageError> {
        let sql = format!(
            "{COLUMNS} WHERE workspace_id = $1 AND seq >= $2 AND (seq, id) > ($2, $3) ORDER BY seq, id LIMIT $4"
        );
        self.chain_rows(sql, args![workspace, seq, id, limit]).await
    }

    /// The row with this number.
    pub async fn chain_row(
        &mut self,
        workspace: WorkspaceId,
        seq: i64,
    ) -> Result<Option<ChainRow>, StorageError> {
        let sql = format!("{COLUMNS} WHERE workspace_id = $1 AND seq = $2 LIMIT 1");
        Ok(self.chain_rows(sql, args![workspace, seq]).await?.pop())
    }

    pub(super) async fn chain_rows(
        &mut self,
        sql: String,
        args: Vec<Arg>,
    ) -> Result<Vec<ChainRow>, StorageError> {
        Ok(self.fetch_all::<Row>(sql, args).await?.into_iter().map(ChainRow::from).collect())
    }
}

impl Tx {
    /// Moves the head of a workspace's chain. `false`: it is not where it was seen; nothing was done.
    pub async fn chain_advance(
        &mut self,
        workspace: WorkspaceId,
        seen: &Mark,
        head: &Mark,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        if seen.seq == 0 {
            self.execute(
                sql!(
                    "INSERT INTO audit_chain (workspace_id, seq, hash, sealed_at) VALUES ($1, $2, $3, $4) ",
                    "ON CONFLICT DO NOTHING"
                ),
                args![workspace, seen.seq, &seen.hash, now],
            )
            .await?;
        }
        let moved = self
            .execute(
                sql!(
                    "UPDATE audit_chain SET seq = $4, hash = $5, sealed_at = $6 ",
                    "WHERE workspace_id = $1 AND seq = $2 AND hash = $3"
                ),
                args![workspace, seen.seq, &seen.hash, head.seq, &head.hash, now],
            )
            .await?;
        Ok(moved == 1)
    }

    /// Writes the seals of rows that have none, and the words that they are found by. Returns how many it wrote.
    pub async fn chain_seal(
        &mut self,
        workspace: WorkspaceId,
        rows: &[ChainRow],
    ) -> Result<u64, StorageError> {
        let seals: Vec<Value> = rows
            .iter()
            .map(|row| {
                let id = row.id.simple().to_string();
                json!({"id": id, "seq": row.seq, "prev": row.prev_hash, "hash": row.hash, "words": words(row)})
            })
            .collect();
        // The plus signs keep SQLite from going through all unsealed rows with the whole batch for each.
        let sql = self.dialect(
            sql!(
                "UPDATE agent_action_audit_log SET seq = seal.value ->> 'seq', prev_hash = seal.value ->> 'prev', ",
                "hash = seal.value ->> 'hash', search = seal.value ->> 'words' FROM json_each($2) AS seal ",
                "WHERE agent_action_audit_log.id = unhex(seal.value ->> 'id') ",
                "AND +agent_action_audit_log.workspace_id = $1 AND +agent_action_audit_log.seq IS NULL"
            ),
            sql!(
                "UPDATE agent_action_audit_log SET seq = seal.seq, prev_hash = seal.prev, hash = seal.hash, ",
                "search_words = to_tsvector('simple', seal.words) FROM json_to_recordset(CAST($2 AS json)) ",
                "AS seal (id UUID, seq BIGINT, prev TEXT, hash TEXT, words TEXT) ",
                "WHERE agent_action_audit_log.id = seal.id AND agent_action_audit_log.workspace_id = $1 ",
                "AND agent_action_audit_log.seq IS NULL"
            ),
        );
        self.execute(sql, args![workspace, Arg::json(&seals)]).await
    }
}

impl Tx {
    /// Deletes some of the rows up to a number, the oldest first. Returns how many.
    pub async fn chain_remove_to(
        &mut self,
        workspace: WorkspaceId,
        seq: i64,
        limit: i64,
    ) -> Result<u64, StorageError> {
        self.execute(
            sql!(
                "DELETE FROM agent_action_audit_log WHERE workspace_id = $1 AND seq IN (",
                "SELECT seq FROM agent_action_audit_log WHERE workspace_id = $1 AND seq <= $2 ",
                "ORDER BY seq LIMIT $3)"
            ),
            args![workspace, seq, limit],
        )
        .await
    }
}

/// What a row is found by.
fn words(row: &ChainRow) -> String {
    search_words(&[
        &row.description,
        &row.actor_name,
        &row.event,
        row.action_type.as_deref().unwrap_or_default(),
        row.error.as_deref().unwrap_or_default(),
        row.action_data.as_deref().unwrap_or_default(),
    ])
}
