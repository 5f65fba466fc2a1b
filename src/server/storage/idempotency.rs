//! Idempotency keys: who claimed one, and what was answered.

use super::{Db, StorageError, Ts};
use crate::domain::ids::WorkspaceId;
use crate::{args, sql};
use chrono::TimeDelta;
use uuid::Uuid;

/// A claim that was not refreshed for this long belongs to a process that is gone.
pub const LEASE: TimeDelta = TimeDelta::seconds(9);

/// One use of a key. `hash` is over the method, the path and the body.
#[derive(Clone, Debug)]
pub struct IdempotencyKey {
    pub workspace_id: WorkspaceId,
    pub holder_id: Uuid,
    pub key: String,
    pub hash: String,
}

/// An answer as it was given. No body: it held a secret, or was not text.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Answer {
    pub status: i64,
    pub content_type: Option<String>,
    pub body: Option<String>,
}

/// What a request with a key finds.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Claim {
    /// The key is ours: do the work, then keep or free it.
    New,
    Done(Answer),
    OtherBody,
    Running,
}

#[derive(sqlx::FromRow)]
struct Row {
    request_hash: String,
    status: Option<i64>,
    content_type: Option<String>,
    body: Option<String>,
    created_at: Ts,
}

impl Db {
    pub async fn idempotency_claim(&self, key: &IdempotencyKey) -> Result<Claim, StorageError> {
        let mut tx = self.begin().await?;
        let now = tx.now();
        let inserted = tx
            .execute(
                sql!(
                    "INSERT INTO idempotency_keys (workspace_id, holder_id, idempotency_key, request_hash, created_at) ",
                    "VALUES ($1, $2, $3, $4, $5) ON CONFLICT DO NOTHING"
                ),
                args![key.workspace_id, key.holder_id, &key.key, &key.hash, now],
            )
            .await?;
        if inserted == 1 {
            tx.commit().await?;
            return Ok(Claim::New);
        }
        let found: Option<Row> = tx
            .fetch_optional(
                sql!(
                    "SELECT request_hash, status, content_type, body, created_at FROM idempotency_keys ",
                    "WHERE workspace_id = $1 AND holder_id = $2 AND idempotency_key = $3"
                ),
                args![key.workspace_id, key.holder_id, &key.key],
            )
            .await?;
        let Some(row) = found else {
            // Freed between the two statements: the next attempt gets it.
            return Ok(Claim::Running);
        };
        if row.request_hash != key.hash {
            return Ok(Claim::OtherBody);
        }
        if let Some(status) = row.status {
            return Ok(Claim::Done(Answer { status, content_type: row.content_type, body: row.body }));
        }
        if row.created_at.0 + LEASE > now {
            return Ok(Claim::Running);
        }
        let taken = tx
            .execute(
                sql!(
                    "UPDATE idempotency_keys SET created_at = $5 WHERE workspace_id = $1 AND holder_id = $2 ",
                    "AND idempotency_key = $3 AND created_at = $4 AND status IS NULL"
                ),
                args![key.workspace_id, key.holder_id, &key.key, row.created_at.0, now],
            )
            .await?;
        tx.commit().await?;
        Ok(if taken == 1 { Claim::New } else { Claim::Running })
    }

    /// Says that the work under this claim goes on.
    pub async fn idempotency_refresh(&self, key: &IdempotencyKey) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        let now = tx.now();
        tx.execute(
            sql!(
                "UPDATE idempotency_keys SET created_at = $4 WHERE workspace_id = $1 AND holder_id = $2 ",
                "AND idempotency_key = $3 AND status IS NULL"
            ),
            args![key.workspace_id, key.holder_id, &key.key, now],
        )
        .await?;
        tx.commit().await
    }

    pub async fn idempotency_keep(&self, key: &IdempotencyKey, answer: Answer) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        tx.execute(
            sql!(
                "UPDATE idempotency_keys SET status = $5, content_type = $6, body = $7 WHERE workspace_id = $1 ",
                "AND holder_id = $2 AND idempotency_key = $3 AND request_hash = $4 AND status IS NULL"
            ),
            args![
                key.workspace_id,
                key.holder_id,
                &key.key,
                &key.hash,
                answer.status,
                answer.content_type,
                answer.body
            ],
        )
        .await?;
        tx.commit().await
    }

    /// Forgets a claim whose work came to nothing.
    pub async fn idempotency_free(&self, key: &IdempotencyKey) -> Result<(), StorageError> {
        let mut tx = self.begin().await?;
        tx.execute(
            sql!(
                "DELETE FROM idempotency_keys WHERE workspace_id = $1 AND holder_id = $2 AND idempotency_key = $3 ",
                "AND status IS NULL"
            ),
            args![key.workspace_id, key.holder_id, &key.key],
        )
        .await?;
        tx.commit().await
    }

    /// At the start of the only process on an embedded database: every claim is a dead one's.
    pub async fn idempotency_free_all(&self) -> Result<u64, StorageError> {
        let mut tx = self.begin().await?;
        let freed = tx.execute(sql!("DELETE FROM idempotency_keys WHERE status IS NULL"), args![]).await?;
        tx.commit().await?;
        Ok(freed)
    }
}
