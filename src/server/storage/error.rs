//! What can go wrong below the services. Never shown to a caller: services turn it into an `AppError`.

use uuid::Uuid;

#[derive(Debug, thiserror::Error)]
pub enum StorageError {
    #[error("the database failed: {0}")]
    Database(#[from] sqlx::Error),
    #[error("the migration failed: {0}")]
    Migrate(#[from] sqlx::migrate::MigrateError),
    #[error(transparent)]
    Corrupt(#[from] CorruptRow),
    #[error("{0}")]
    Settings(String),
}

/// A row that says something the domain does not know.
#[derive(Debug, thiserror::Error)]
#[error("row {row} of {table} holds an unreadable {column}: {cause}")]
pub struct CorruptRow {
    pub table: &'static str,
    pub column: &'static str,
    pub row: Uuid,
    pub cause: String,
}

impl CorruptRow {
    pub fn new(table: &'static str, column: &'static str, row: Uuid, cause: impl std::fmt::Display) -> Self {
        Self { table, column, row, cause: cause.to_string() }
    }
}

impl StorageError {
    /// A unique index refused the row: somebody else wrote it first.
    pub fn is_unique_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(e)) if e.is_unique_violation())
    }

    /// A row holds what its columns cannot mean.
    pub fn is_unreadable(&self) -> bool {
        matches!(
            self,
            Self::Corrupt(_) | Self::Database(sqlx::Error::ColumnDecode { .. } | sqlx::Error::Decode(_))
        )
    }

    /// A referenced row does not exist, or is still referenced.
    pub fn is_foreign_key_violation(&self) -> bool {
        matches!(self, Self::Database(sqlx::Error::Database(e)) if e.is_foreign_key_violation())
    }
}

/// Too many askers, or a connection that the database ended, rather than a broken database: worth another try.
pub fn is_overload(fault: &sqlx::Error) -> bool {
    match fault {
        sqlx::Error::PoolTimedOut | sqlx::Error::PoolClosed | sqlx::Error::Io(_) => true,
        // PostgreSQL: 57P01 to 57P03, it stops or starts; 25P03, a transaction was idle for too long; 40P01 and 40001, it
        // gave way to another one.
        sqlx::Error::Database(error) => error
            .code()
            .is_some_and(|code| matches!(&*code, "57P01" | "57P02" | "57P03" | "25P03" | "40P01" | "40001")),
        _ => false,
    }
}
