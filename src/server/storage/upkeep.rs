//! Looking after the database itself: does it answer, which schema it has, a copy of it.

use super::migrate::newest_known;
use super::{Db, StorageError};
use crate::{args, sql};
use std::path::Path;

/// The schema in the database against the one this program was built with.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Schema {
    Current,
    /// Migrations are missing; the start applies them.
    Behind,
    /// A newer program was here.
    Newer(i64),
}

impl Db {
    /// Asks for an answer and nothing else.
    pub async fn ping(&self) -> Result<(), StorageError> {
        let mut conn = self.read().await?;
        let _: (i64,) = conn.fetch_one(sql!("SELECT CAST(1 AS BIGINT)"), args![]).await?;
        Ok(())
    }

    pub async fn schema(&self) -> Result<Schema, StorageError> {
        let mut conn = self.read().await?;
        let tables = conn.dialect(
            sql!("SELECT COUNT(*) FROM sqlite_master WHERE name = '_sqlx_migrations'"),
            sql!("SELECT COUNT(*) FROM pg_tables WHERE tablename = '_sqlx_migrations'"),
        );
        let (found,): (i64,) = conn.fetch_one(tables, args![]).await?;
        if found == 0 {
            return Ok(Schema::Behind);
        }
        let (version,): (i64,) =
            conn.fetch_one(sql!("SELECT COALESCE(MAX(version), 0) FROM _sqlx_migrations"), args![]).await?;
        let known = newest_known(conn.engine());
        Ok(match version.cmp(&known) {
            std::cmp::Ordering::Less => Schema::Behind,
            std::cmp::Ordering::Equal => Schema::Current,
            std::cmp::Ordering::Greater => Schema::Newer(version),
        })
    }

    /// Whether migrations of ours were ever applied.
    pub async fn is_ours(&self) -> Result<bool, StorageError> {
        let mut conn = self.read().await?;
        let (found,): (i64,) = conn
            .fetch_one(
                conn.dialect(
                    sql!("SELECT COUNT(*) FROM sqlite_master WHERE name = 'agent_pending_actions'"),
                    sql!("SELECT COUNT(*) FROM pg_tables WHERE tablename = 'agent_pending_actions'"),
                ),
                args![],
            )
            .await?;
        Ok(found > 0)
    }

    /// Writes a consistent copy of an embedded database to a file that does not exist yet, while others use it.
    pub async fn copy_into(&self, file: &Path) -> Result<(), StorageError> {
        let Some(pool) = self.sqlite_writer() else {
            return Err(StorageError::Settings("Only SQLite can be copied into a file.".to_owned()));
        };
        // One statement for one engine, outside any transaction: VACUUM refuses to run in one.
        sqlx::query("VACUUM INTO $1").bind(file.display().to_string()).execute(pool).await?;
        Ok(())
    }

    /// Whether SQLite finds its file whole; what it says otherwise.
    pub async fn integrity(&self) -> Result<Option<String>, StorageError> {
        let Some(pool) = self.sqlite_writer() else { return Ok(None) };
        let (verdict,): (String,) = sqlx::query_as("PRAGMA integrity_check(1)").fetch_one(pool).await?;
        Ok((verdict != "ok").then_some(verdict))
    }
}
