//! Deletion, in batches, of rows whose time is over. What belongs to a noun with a file of its own is there.

use super::{StorageError, Tx};
use crate::{args, sql};
use chrono::{DateTime, TimeDelta, Utc};

/// Sessions that expired before now.
pub async fn sessions_delete_expired(tx: &mut Tx, limit: i64) -> Result<u64, StorageError> {
    let now = tx.now();
    tx.execute(
        sql!(
            "DELETE FROM sessions WHERE id IN (",
            "SELECT id FROM sessions WHERE expires_at <= $1 ORDER BY expires_at LIMIT $2)"
        ),
        args![now, limit],
    )
    .await
}

pub async fn idempotency_keys_delete_before(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StorageError> {
    tx.execute(
        sql!(
            "DELETE FROM idempotency_keys WHERE (workspace_id, holder_id, idempotency_key) IN (",
            "SELECT workspace_id, holder_id, idempotency_key FROM idempotency_keys ",
            "WHERE created_at < $1 ORDER BY created_at LIMIT $2)"
        ),
        args![before, limit],
    )
    .await
}

pub async fn sign_in_attempts_delete_before(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StorageError> {
    tx.execute(
        sql!(
            "DELETE FROM sign_in_attempts WHERE subject IN (",
            "SELECT subject FROM sign_in_attempts WHERE window_start < $1 LIMIT $2)"
        ),
        args![before, limit],
    )
    .await
}

/// The named starts of executions that were removed before then.
pub async fn execution_starts_delete_before(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StorageError> {
    tx.execute(
        sql!(
            "DELETE FROM agent_workflow_starts WHERE (workspace_id, start_key) IN (",
            "SELECT workspace_id, start_key FROM agent_workflow_starts ",
            "WHERE removed_at < $1 ORDER BY removed_at LIMIT $2)"
        ),
        args![before, limit],
    )
    .await
}

/// Notifications after 180 days, with how they went out; links a month after their end; what went to webhooks after 30
/// days. Answers how many of the most.
pub async fn notifications_delete_old(tx: &mut Tx, limit: i64) -> Result<u64, StorageError> {
    let now = tx.now();
    let notifications = tx
        .execute(
            sql!(
                "DELETE FROM notifications WHERE id IN (",
                "SELECT id FROM notifications WHERE created_at < $1 ORDER BY created_at LIMIT $2)"
            ),
            args![now - TimeDelta::days(180), limit],
        )
        .await?;
    let links = tx
        .execute(
            sql!(
                "DELETE FROM notification_links WHERE token_hash IN (",
                "SELECT token_hash FROM notification_links WHERE expires_at < $1 ORDER BY expires_at LIMIT $2)"
            ),
            args![now - TimeDelta::days(30), limit],
        )
        .await?;
    let sent = tx
        .execute(
            sql!(
                "DELETE FROM webhook_deliveries WHERE id IN (SELECT id FROM webhook_deliveries ",
                "WHERE created_at < $1 AND state IN ('delivered', 'failed') ORDER BY created_at LIMIT $2)"
            ),
            args![now - TimeDelta::days(30), limit],
        )
        .await?;
    Ok(notifications.max(links).max(sent))
}
