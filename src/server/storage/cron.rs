//! Which slots of which schedules have fired. The primary key makes each fire happen once, whatever the nodes do.

use super::{Conn, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};

/// Records a fire. `false`: another node had it.
pub async fn cron_fire(tx: &mut Tx, name: &str, slot: DateTime<Utc>) -> Result<bool, StorageError> {
    let fired = tx
        .execute(
            sql!("INSERT INTO cron_fires (name, slot) VALUES ($1, $2) ON CONFLICT DO NOTHING"),
            args![name, slot],
        )
        .await?;
    Ok(fired == 1)
}

/// The latest slot that fired.
pub async fn cron_last_fire(conn: &mut Conn, name: &str) -> Result<Option<DateTime<Utc>>, StorageError> {
    let (last,): (Option<Ts>,) =
        conn.fetch_one(sql!("SELECT max(slot) AS last FROM cron_fires WHERE name = $1"), args![name]).await?;
    Ok(last.map(|last| last.0))
}

/// Deletes the fires from before a time, but for each schedule's last: it tells what was missed.
pub async fn cron_fires_delete_before(tx: &mut Tx, before: DateTime<Utc>) -> Result<u64, StorageError> {
    tx.execute(
        sql!(
            "DELETE FROM cron_fires WHERE slot < $1 AND slot < (",
            "SELECT max(latest.slot) FROM cron_fires AS latest WHERE latest.name = cron_fires.name)"
        ),
        args![before],
    )
    .await
}
