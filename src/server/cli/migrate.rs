//! `countersign migrate`.

use super::{CliError, lock};
use crate::server::clock::Clock;
use crate::server::config::Config;
use crate::server::storage::Db;
use std::process::ExitCode;

pub async fn run(config: &Config) -> Result<ExitCode, CliError> {
    ready(config).await?.close().await;
    println!("The schema is up to date.");
    Ok(ExitCode::SUCCESS)
}

/// Opens the configured database and brings its schema up to date.
pub async fn ready(config: &Config) -> Result<Db, CliError> {
    let db = open(config).await?;
    db.migrate().await?;
    Ok(db)
}

/// Opens the configured database, with the folder of a SQLite file made if needed.
pub async fn open(config: &Config) -> Result<Db, CliError> {
    if let Some(file) = config.sqlite_file() {
        lock::private_folder(file.parent())?;
    }
    Ok(Db::open(&config.database_url(), Clock::new()).await?)
}
