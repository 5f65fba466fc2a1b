//! One server on one SQLite database: its jobs, its writer and its events belong to one process.

use super::CliError;
use crate::server::config::Config;
use crate::server::storage::lock::{DataLock, hold};
use std::os::unix::fs::DirBuilderExt;
use std::path::Path;

/// Takes the lock beside the SQLite file; PostgreSQL takes several servers and needs none.
pub fn take(config: &Config) -> Result<Option<DataLock>, CliError> {
    let Some(database) = config.sqlite_file() else { return Ok(None) };
    private_folder(database.parent())?;
    Ok(Some(hold(&database)?))
}

/// Makes the folder of the database if needed, for this user's eyes only: sessions and mail lie in it.
pub fn private_folder(folder: Option<&Path>) -> Result<(), CliError> {
    let Some(folder) = folder.filter(|folder| !folder.as_os_str().is_empty()) else { return Ok(()) };
    std::fs::DirBuilder::new().recursive(true).mode(0o700).create(folder).map_err(|fault| {
        CliError::Plain(format!(
            "The folder {} cannot be made: {fault}. Choose another with --data-dir.",
            folder.display()
        ))
    })
}
