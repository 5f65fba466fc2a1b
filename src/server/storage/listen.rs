//! Words between nodes on PostgreSQL: `pg_notify` and one `LISTEN` connection. SQLite has one process: no words.

use super::db::Engine;
use super::{Conn, Db, StorageError};
use crate::{args, sql};
use sqlx::postgres::PgListener;

/// What another node may tell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Channel {
    /// Jobs were enqueued.
    Jobs,
    /// Events were numbered.
    Events,
}

impl Channel {
    const ALL: [Self; 2] = [Self::Jobs, Self::Events];

    const fn name(self) -> &'static str {
        match self {
            Self::Jobs => "countersign_jobs",
            Self::Events => "countersign_events",
        }
    }
}

/// Something that the listener heard.
#[derive(Debug)]
pub enum Heard {
    /// A word, and who said it.
    Word { channel: Channel, from: String },
    /// The connection was lost and is back: anything may have been said.
    Reconnected,
}

pub struct Listener(PgListener);

impl Db {
    /// Starts listening to all channels. `None` on SQLite.
    pub async fn listen(&self) -> Result<Option<Listener>, StorageError> {
        let Some(pool) = self.postgres() else { return Ok(None) };
        let mut listener = PgListener::connect_with(pool).await?;
        listener.listen_all(Channel::ALL.map(Channel::name)).await?;
        Ok(Some(Listener(listener)))
    }
}

impl Listener {
    /// The next word. After an error, listen anew.
    pub async fn hear(&mut self) -> Result<Heard, StorageError> {
        loop {
            let Some(word) = self.0.try_recv().await? else { return Ok(Heard::Reconnected) };
            if let Some(channel) = Channel::ALL.into_iter().find(|channel| channel.name() == word.channel()) {
                return Ok(Heard::Word { channel, from: word.payload().to_owned() });
            }
        }
    }
}

/// Tells the other nodes, when this connection's transaction commits. Nothing on SQLite.
pub async fn tell(conn: &mut Conn, channel: Channel, from: &str) -> Result<(), StorageError> {
    if conn.engine() == Engine::Postgres {
        conn.execute(sql!(/* postgres */ "SELECT pg_notify($1, $2)"), args![channel.name(), from]).await?;
    }
    Ok(())
}
