//! The two engines behind one type: open, read, write, commit.

use super::later::{Later, TOGETHER, joined};
use super::wakes::{Bells, Wakes};
use super::wal_sync::WalSync;
use super::{Arg, StorageError, Ts};
use crate::domain::ids::{ExecutionId, WorkspaceId};
use crate::server::clock::{Clock, to_micros};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::postgres::{PgConnectOptions, PgConnection, PgPool, PgPoolOptions, PgRow};
use sqlx::sqlite::{
    SqliteConnectOptions, SqliteJournalMode, SqlitePool, SqlitePoolOptions, SqliteRow, SqliteSynchronous,
};
use sqlx::{AssertSqlSafe, Connection, FromRow, Postgres, Sqlite, Transaction, pool::PoolConnection};
use std::path::Path;
use std::str::FromStr;
use std::time::Duration;

/// A row type that both engines can fill.
pub trait Row: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin {}
impl<T: for<'r> FromRow<'r, SqliteRow> + for<'r> FromRow<'r, PgRow> + Send + Unpin> Row for T {}

#[derive(Clone)]
pub struct Db {
    pools: Pools,
    pub clock: Clock,
    /// Rung after each commit that enqueued a job, emitted an event or wrote an audit row.
    pub wakes: Wakes,
}

#[derive(Clone)]
enum Pools {
    /// One writer, because SQLite has one; readers beside it (WAL).
    Sqlite {
        writer: SqlitePool,
        reader: SqlitePool,
        wal: WalSync,
    },
    Postgres(PgPool),
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Engine {
    Sqlite,
    Postgres,
}

const READERS: u32 = 4;
const PG_CONNECTIONS: u32 = 16;
/// PostgreSQL ends a transaction that does nothing for this long. Ours never wait for anything but the database, so
/// its process is stopped or gone, and other nodes wait for its locks: the publisher's, or an action's.
const IDLE_IN_TRANSACTION: &str = "SET idle_in_transaction_session_timeout = '5s'";

impl Db {
    /// Opens SQLite at a file (made when absent), or PostgreSQL at a `postgres://` address.
    pub async fn open(url: &str, clock: Clock) -> Result<Self, StorageError> {
        let pools = if url.starts_with("postgres://") || url.starts_with("postgresql://") {
            let options = PgConnectOptions::from_str(url)?.application_name("countersign");
            let pool = PgPoolOptions::new()
                .max_connections(PG_CONNECTIONS)
                .acquire_timeout(Duration::from_secs(10))
                .after_connect(|conn, _| {
                    Box::pin(async move { sqlx::raw_sql(IDLE_IN_TRANSACTION).execute(conn).await.map(drop) })
                })
                .connect_with(options.clone())
                .await;
            match pool {
                Ok(pool) => Pools::Postgres(pool),
                // The pool tried until its time was over; one connection says why.
                Err(sqlx::Error::PoolTimedOut) => {
                    let cause = PgConnection::connect_with(&options).await.err();
                    return Err(cause.unwrap_or(sqlx::Error::PoolTimedOut).into());
                }
                Err(cause) => return Err(cause.into()),
            }
        } else if let Some(path) = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:")) {
            Self::open_sqlite(Path::new(path)).await?
        } else {
            return Err(StorageError::Settings(
                "DATABASE_URL must start with sqlite: or postgres://".to_owned(),
            ));
        };
        Ok(Self { pools, clock, wakes: Wakes::default() })
    }

    async fn open_sqlite(path: &Path) -> Result<Pools, StorageError> {
        let options = SqliteConnectOptions::new()
            .filename(path)
            .create_if_missing(true)
            .foreign_keys(true)
            .journal_mode(SqliteJournalMode::Wal)
            // WalSync makes it as safe as FULL before a commit is answered.
            .synchronous(SqliteSynchronous::Normal)
            .busy_timeout(Duration::from_secs(10))
            .statement_cache_capacity(300)
            .pragma("temp_store", "memory")
            .pragma("cache_size", "-8000")
            .optimize_on_close(true, Some(400));
        let writer = SqlitePoolOptions::new()
            .max_connections(1)
            .acquire_timeout(Duration::from_secs(30))
            .connect_with(options.clone())
            .await?;
        let reader = SqlitePoolOptions::new()
            .max_connections(READERS)
            .acquire_timeout(Duration::from_secs(10))
            .connect_with(options.read_only(true))
            .await?;
        Ok(Pools::Sqlite { writer, reader, wal: WalSync::of(path) })
    }

    /// The log that commits wait for.
    #[cfg(test)]
    pub(super) fn wal(&self) -> Option<&WalSync> {
        match &self.pools {
            Pools::Sqlite { wal, .. } => Some(wal),
            Pools::Postgres(_) => None,
        }
    }

    pub fn engine(&self) -> Engine {
        match self.pools {
            Pools::Sqlite { .. } => Engine::Sqlite,
            Pools::Postgres(_) => Engine::Postgres,
        }
    }

    /// The PostgreSQL pool, for `LISTEN` and for migrations.
    pub(super) fn postgres(&self) -> Option<&PgPool> {
        match &self.pools {
            Pools::Postgres(pool) => Some(pool),
            Pools::Sqlite { .. } => None,
        }
    }

    pub(super) fn sqlite_writer(&self) -> Option<&SqlitePool> {
        match &self.pools {
            Pools::Sqlite { writer, .. } => Some(writer),
            Pools::Postgres(_) => None,
        }
    }

    /// A connection for reading.
    pub async fn read(&self) -> Result<Conn, StorageError> {
        Ok(match &self.pools {
            Pools::Sqlite { reader, .. } => Conn::Sqlite(reader.acquire().await?),
            Pools::Postgres(pool) => Conn::Postgres(pool.acquire().await?),
        })
    }

    /// A transaction for writing, with the database's time.
    pub async fn begin(&self) -> Result<Tx, StorageError> {
        self.begin_with(sql!(/* postgres */ "SELECT clock_timestamp()"), args![]).await
    }

    /// The same, and until its end nobody freezes or thaws the workspace or one of its teams: what is read of that
    /// stays true.
    pub async fn begin_unfreezable(&self, workspace: WorkspaceId) -> Result<Tx, StorageError> {
        let clock = sql!(
            /* postgres */
            "WITH held AS MATERIALIZED (SELECT id FROM workspaces WHERE id = $1 FOR SHARE) ",
            "SELECT clock_timestamp() FROM (SELECT COUNT(*) FROM held) AS had"
        );
        self.begin_with(clock, args![workspace]).await
    }

    /// A transaction whose first statement on PostgreSQL, `clock`, tells the time and may wait for locks. SQLite has
    /// one writer at a time, so there everything is locked.
    pub(super) async fn begin_with(&self, clock: &'static str, args: Vec<Arg>) -> Result<Tx, StorageError> {
        let mut tx = match &self.pools {
            Pools::Sqlite { writer, .. } => {
                let conn = Conn::SqliteTx(writer.begin_with("BEGIN IMMEDIATE").await?);
                let now = self.clock.now();
                let bells = Bells::default();
                return Ok(Tx { conn, now, db: self.clone(), later: Vec::new(), bells, advancing: None });
            }
            Pools::Postgres(pool) => {
                let conn = Conn::PostgresTx(pool.begin().await?);
                let (now, bells) = (DateTime::UNIX_EPOCH, Bells::default());
                Tx { conn, now, db: self.clone(), later: Vec::new(), bells, advancing: None }
            }
        };
        let (time,): (Ts,) = tx.fetch_one(clock, args).await?;
        tx.time_is(time.0);
        Ok(tx)
    }

    /// The database's time: for PostgreSQL the server's clock, so that several nodes agree.
    pub async fn now(&self) -> Result<DateTime<Utc>, StorageError> {
        match &self.pools {
            Pools::Sqlite { .. } => Ok(self.clock.now()),
            Pools::Postgres(pool) => {
                let (now,): (DateTime<Utc>,) =
                    sqlx::query_as("SELECT clock_timestamp()").fetch_one(pool).await?;
                Ok(to_micros(now) + self.clock.offset())
            }
        }
    }

    pub async fn close(&self) {
        match &self.pools {
            Pools::Sqlite { writer, reader, .. } => {
                reader.close().await;
                writer.close().await;
            }
            Pools::Postgres(pool) => pool.close().await,
        }
    }
}

/// A connection of either engine, alone or inside a transaction.
pub enum Conn {
    Sqlite(PoolConnection<Sqlite>),
    Postgres(PoolConnection<Postgres>),
    SqliteTx(Transaction<'static, Sqlite>),
    PostgresTx(Transaction<'static, Postgres>),
}

/// Runs one body on whichever engine the connection is of.
macro_rules! on_engine {
    ($conn:expr, $sql:expr, $args:expr, |$query:ident, $on:ident| $body:expr) => {{
        let sql = AssertSqlSafe($sql);
        match $conn {
            Conn::Sqlite(conn) => {
                let $query = $args.into_iter().fold(sqlx::query::<Sqlite>(sql), |q, arg| arg.bind(q));
                let $on = &mut **conn;
                $body
            }
            Conn::SqliteTx(tx) => {
                let $query = $args.into_iter().fold(sqlx::query::<Sqlite>(sql), |q, arg| arg.bind(q));
                let $on = &mut **tx;
                $body
            }
            Conn::Postgres(conn) => {
                let $query = $args.into_iter().fold(sqlx::query::<Postgres>(sql), |q, arg| arg.bind(q));
                let $on = &mut **conn;
                $body
            }
            Conn::PostgresTx(tx) => {
                let $query = $args.into_iter().fold(sqlx::query::<Postgres>(sql), |q, arg| arg.bind(q));
                let $on = &mut **tx;
                $body
            }
        }
    }};
}

impl Conn {
    pub fn engine(&self) -> Engine {
        match self {
            Self::Sqlite(_) | Self::SqliteTx(_) => Engine::Sqlite,
            Self::Postgres(_) | Self::PostgresTx(_) => Engine::Postgres,
        }
    }

    /// Chooses between the two texts of a statement that cannot be one.
    pub fn dialect(&self, sqlite: &'static str, postgres: &'static str) -> &'static str {
        match self.engine() {
            Engine::Sqlite => sqlite,
            Engine::Postgres => postgres,
        }
    }

    /// Runs a statement; returns how many rows it changed. `sql` is made of fixed fragments, never of data.
    pub async fn execute(&mut self, sql: impl Into<String>, args: Vec<Arg>) -> Result<u64, StorageError> {
        on_engine!(self, sql.into(), args, |query, conn| Ok(query.execute(conn).await?.rows_affected()))
    }

    pub async fn fetch_all<R: Row>(
        &mut self,
        sql: impl Into<String>,
        args: Vec<Arg>,
    ) -> Result<Vec<R>, StorageError> {
        on_engine!(self, sql.into(), args, |query, conn| {
            let rows = query.fetch_all(conn).await?;
            Ok(rows.iter().map(R::from_row).collect::<Result<_, _>>()?)
        })
    }

    pub async fn fetch_optional<R: Row>(
        &mut self,
        sql: impl Into<String>,
        args: Vec<Arg>,
    ) -> Result<Option<R>, StorageError> {
        on_engine!(self, sql.into(), args, |query, conn| {
            Ok(query.fetch_optional(conn).await?.as_ref().map(R::from_row).transpose()?)
        })
    }

    pub async fn fetch_one<R: Row>(
        &mut self,
        sql: impl Into<String>,
        args: Vec<Arg>,
    ) -> Result<R, StorageError> {
        on_engine!(self, sql.into(), args, |query, conn| Ok(R::from_row(&query.fetch_one(conn).await?)?))
    }

    /// Asks the engine to compile a statement without running it.
    pub async fn prepare(&mut self, sql: String) -> Result<(), StorageError> {
        use sqlx::{Executor, SqlSafeStr};
        let sql = AssertSqlSafe(sql).into_sql_str();
        match self {
            Self::Sqlite(conn) => (&mut **conn).prepare(sql).await.map(drop)?,
            Self::SqliteTx(tx) => (&mut **tx).prepare(sql).await.map(drop)?,
            Self::Postgres(conn) => (&mut **conn).prepare(sql).await.map(drop)?,
            Self::PostgresTx(tx) => (&mut **tx).prepare(sql).await.map(drop)?,
        }
        Ok(())
    }
}

/// A write transaction: the change, its audit row, its event and its jobs commit together or not at all.
pub struct Tx {
    conn: Conn,
    now: DateTime<Utc>,
    db: Db,
    later: Vec<Later>,
    bells: Bells,
    /// The execution that this transaction has locked and takes further.
    advancing: Option<ExecutionId>,
}

impl Tx {
    /// The database's time when the transaction began, or when it got the lock that it waited for.
    pub fn now(&self) -> DateTime<Utc> {
        self.now
    }

    /// Takes the time that PostgreSQL's clock shows now, after a lock was waited for.
    pub(super) fn time_is(&mut self, server: DateTime<Utc>) {
        self.now = to_micros(server) + self.db.clock.offset();
    }

    pub fn id(&self) -> uuid::Uuid {
        self.db.clock.id()
    }

    /// The execution that this transaction takes further: what it brings about need not wake it again.
    pub fn advancing(&self) -> Option<ExecutionId> {
        self.advancing
    }

    pub(super) fn set_advancing(&mut self, execution: ExecutionId) {
        self.advancing = Some(execution);
    }

    /// Wakes the dispatcher after the commit.
    pub fn wake_jobs(&mut self) {
        self.bells.jobs = true;
    }

    /// Wakes the publisher after the commit.
    pub fn wake_events(&mut self) {
        self.bells.events = true;
    }

    /// Wakes the sealer after the commit.
    pub fn wake_sealer(&mut self) {
        self.bells.audit = true;
    }

    /// Wakes the folder of figures after the commit.
    pub(super) fn wake_folder(&mut self) {
        self.bells.metrics = true;
    }

    /// Adds a write that is made with the commit: after all others, in the order of these calls.
    pub(super) fn at_commit(&mut self, sql: &'static str, args: Vec<Arg>) {
        self.later.push(Later { sql, args });
    }

    async fn write_the_rest(&mut self) -> Result<(), StorageError> {
        let mut rest = std::mem::take(&mut self.later);
        match self.engine() {
            Engine::Sqlite => {
                while !rest.is_empty() {
                    let after = rest.split_off(rest.len().min(TOGETHER));
                    let (sql, args) = joined(rest);
                    self.execute(sql, args).await?;
                    rest = after;
                }
            }
            Engine::Postgres => {
                for Later { sql, args } in rest {
                    self.execute(sql, args).await?;
                }
            }
        }
        Ok(())
    }

    /// Returns once the change is on the disk.
    pub async fn commit(mut self) -> Result<(), StorageError> {
        self.write_the_rest().await?;
        match self.conn {
            Conn::SqliteTx(tx) => tx.commit().await?,
            Conn::PostgresTx(tx) => tx.commit().await?,
            Conn::Sqlite(_) | Conn::Postgres(_) => {}
        }
        self.db.wakes.ring(self.bells);
        if let Pools::Sqlite { wal, .. } = &self.db.pools {
            wal.durable().await.map_err(sqlx::Error::Io)?;
        }
        Ok(())
    }
}

impl std::ops::Deref for Tx {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        &self.conn
    }
}

impl std::ops::DerefMut for Tx {
    fn deref_mut(&mut self) -> &mut Conn {
        &mut self.conn
    }
}
