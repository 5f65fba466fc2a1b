//! Bringing the schema up to date, and refusing one that is newer than this program.

use super::db::Engine;
use super::{Db, StorageError};
use sqlx::migrate::{MigrateError, Migrator};

static SQLITE: Migrator = sqlx::migrate!("migrations/sqlite");
static POSTGRES: Migrator = sqlx::migrate!("migrations/postgres");

/// The version of the newest migration that this program carries.
pub(super) fn newest_known(engine: Engine) -> i64 {
    let migrator = match engine {
        Engine::Sqlite => &SQLITE,
        Engine::Postgres => &POSTGRES,
    };
    migrator.iter().map(|migration| migration.version).max().unwrap_or(0)
}

impl Db {
    /// Applies what is missing. Several nodes may start at once: PostgreSQL's advisory lock lets one work.
    pub async fn migrate(&self) -> Result<(), StorageError> {
        let done = match (self.sqlite_writer(), self.postgres()) {
            (Some(pool), _) => SQLITE.run(pool).await,
            (None, Some(pool)) => POSTGRES.run(pool).await,
            (None, None) => Ok(()),
        };
        match done {
            Err(MigrateError::VersionMissing(version) | MigrateError::VersionTooNew(version, _)) => {
                Err(StorageError::Settings(format!(
                    "The database has schema version {version}, which is newer than this program knows. \
                     Start the newer program, or restore the backup made before it."
                )))
            }
            other => Ok(other?),
        }
    }
}
