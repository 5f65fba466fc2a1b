//! The outbox: events are written with their change, and read by number. SQLite numbers them as they are written;
//! on PostgreSQL, where many write at once, they are numbered after the commit.

use super::{Conn, StorageError, Tx};
use crate::domain::event::Topic;
use crate::domain::ids::WorkspaceId;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

/// An event that has its place in the order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublishedEvent {
    pub seq: i64,
    pub workspace_id: WorkspaceId,
    pub topic: Topic,
    pub subject_id: Uuid,
}

/// One reading of the log. `read_to` may be past the last event: topics this program does not know are left out.
#[derive(Debug)]
pub struct EventPage {
    pub events: Vec<PublishedEvent>,
    pub read_to: i64,
    /// There may be more behind `read_to`.
    pub full: bool,
}

/// Where the log begins and ends.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct EventBounds {
    /// The highest number given so far.
    pub head: i64,
    /// The highest number deleted so far: whoever read less far has missed something.
    pub floor: i64,
}

#[derive(sqlx::FromRow)]
struct EventRow {
    seq: i64,
    workspace_id: Uuid,
    topic: String,
    subject_id: Uuid,
}

/// How many events one transaction numbers, and one reading takes.
pub const BATCH: i64 = 500;
/// Any number that nothing else in this database uses as an advisory lock.
const PUBLISHER_LOCK: i64 = 0x636f_756e_7465_7273;

/// Whether unnumbered events wait.
pub async fn events_waiting(conn: &mut Conn) -> Result<bool, StorageError> {
    let (waiting,): (bool,) = conn
        .fetch_one(sql!("SELECT EXISTS (SELECT 1 FROM events WHERE seq IS NULL) AS waiting"), args![])
        .await?;
    Ok(waiting)
}

/// Makes this transaction the one publisher. `false`: another node is at it.
pub async fn events_publisher_lock(tx: &mut Tx) -> Result<bool, StorageError> {
    let (locked,): (bool,) = tx
        .fetch_one(
            sql!(/* postgres */ "SELECT pg_try_advisory_xact_lock($1) AS locked"),
            args![PUBLISHER_LOCK],
        )
        .await?;
    Ok(locked)
}

/// Numbers up to [`BATCH`] committed events in the order of their ids; only under the publisher's lock.
/// A number becomes visible after all lower ones, because the lock is held until the commit.
pub async fn events_number(tx: &mut Tx) -> Result<u64, StorageError> {
    let numbered = tx
        .execute(
            sql!(
                /* postgres */
                "UPDATE events SET seq = (SELECT value FROM counters WHERE name = 'event_seq') + batch.n ",
                "FROM (SELECT id, row_number() OVER (ORDER BY id) AS n FROM (",
                "SELECT id FROM events WHERE seq IS NULL ORDER BY id LIMIT $1) AS waiting) AS batch ",
                "WHERE events.id = batch.id"
            ),
            args![BATCH],
        )
        .await?;
    if numbered > 0 {
        tx.execute(
            sql!("UPDATE counters SET value = value + $1 WHERE name = 'event_seq'"),
            args![i64::try_from(numbered).unwrap_or(i64::MAX)],
        )
        .await?;
    }
    Ok(numbered)
}

/// All workspaces' events after `seq`.
pub async fn events_after(conn: &mut Conn, seq: i64) -> Result<EventPage, StorageError> {
    let rows = conn
        .fetch_all(
            sql!(
                "SELECT seq, workspace_id, topic, subject_id FROM events WHERE seq > $1 ORDER BY seq LIMIT $2"
            ),
            args![seq, BATCH],
        )
        .await?;
    Ok(page(seq, rows))
}

/// One workspace's events after `seq`.
pub async fn events_of_workspace_after(
    conn: &mut Conn,
    workspace: WorkspaceId,
    seq: i64,
) -> Result<EventPage, StorageError> {
    let rows = conn
        .fetch_all(
            sql!(
                "SELECT seq, workspace_id, topic, subject_id FROM events ",
                "WHERE workspace_id = $1 AND seq > $2 ORDER BY seq LIMIT $3"
            ),
            args![workspace, seq, BATCH],
        )
        .await?;
    Ok(page(seq, rows))
}

fn page(after: i64, rows: Vec<EventRow>) -> EventPage {
    let full = rows.len() as i64 == BATCH;
    let read_to = rows.last().map_or(after, |row| row.seq);
    let events = rows
        .into_iter()
        .filter_map(|row| match row.topic.parse() {
            Ok(topic) => Some(PublishedEvent {
                seq: row.seq,
                workspace_id: WorkspaceId(row.workspace_id),
                topic,
                subject_id: row.subject_id,
            }),
            Err(_) => {
                // A newer node's topic, during an upgrade: nobody here could have asked for it.
                tracing::warn!(seq = row.seq, topic = row.topic, "an event of an unknown topic was left out");
                None
            }
        })
        .collect();
    EventPage { events, read_to, full }
}

pub async fn events_bounds(conn: &mut Conn) -> Result<EventBounds, StorageError> {
    let rows: Vec<(String, i64)> = conn
        .fetch_all(
            sql!("SELECT name, value FROM counters WHERE name IN ('event_seq', 'event_floor')"),
            args![],
        )
        .await?;
    let value = |wanted: &str| rows.iter().find(|(name, _)| name == wanted).map_or(0, |(_, value)| *value);
    Ok(EventBounds { head: value("event_seq"), floor: value("event_floor") })
}

/// Deletes up to `limit` numbered events from before a time, and raises the floor over them.
pub async fn events_delete_before(
    tx: &mut Tx,
    before: DateTime<Utc>,
    limit: i64,
) -> Result<u64, StorageError> {
    let gone: Vec<(i64,)> = tx
        .fetch_all(
            sql!(
                "DELETE FROM events WHERE id IN (SELECT id FROM events WHERE created_at < $1 AND seq IS NOT NULL ",
                "ORDER BY created_at LIMIT $2) RETURNING seq"
            ),
            args![before, limit],
        )
        .await?;
    if let Some(floor) = gone.iter().map(|(seq,)| *seq).max() {
        tx.execute(
            sql!(
                "INSERT INTO counters (name, value) VALUES ('event_floor', $1) ",
                "ON CONFLICT (name) DO UPDATE SET value = excluded.value WHERE counters.value < excluded.value"
            ),
            args![floor],
        )
        .await?;
    }
    Ok(gone.len() as u64)
}
