//! `countersign backup`: a consistent copy of the SQLite database, made while the server runs.

use super::{CliError, migrate};
use crate::server::config::Config;
use clap::Args;
use std::fs::File;
use std::os::unix::fs::OpenOptionsExt;
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Args)]
pub struct Backup {
    /// File to write; it must not exist.
    pub file: PathBuf,
}

pub async fn run(config: &Config, args: &Backup) -> Result<ExitCode, CliError> {
    let Some(database) = config.sqlite_file() else {
        return Err(CliError::Plain(format!(
            "No backup was made: PostgreSQL is backed up with its own tools, for example: \
             pg_dump --format=custom --file='{}' \"$DATABASE_URL\"",
            args.file.display()
        )));
    };
    if !database.exists() {
        return Err(CliError::Plain(format!("There is no database at {}.", database.display())));
    }
    if args.file.exists() {
        return Err(CliError::Plain(format!("{} exists; a backup overwrites nothing.", args.file.display())));
    }
    let db = migrate::open(config).await?;
    let mut partial = args.file.clone().into_os_string();
    partial.push(".partial");
    let partial = PathBuf::from(partial);
    let made = async {
        let io = |fault: std::io::Error| {
            CliError::Plain(format!("{} cannot be written: {fault}", args.file.display()))
        };
        // SQLite fills an empty file: made by us, for this user's eyes only.
        File::options().write(true).create(true).truncate(true).mode(0o600).open(&partial).map_err(io)?;
        db.copy_into(&partial).await?;
        // On the disk before it has its name: a file with that name is whole.
        File::open(&partial).and_then(|file| file.sync_all()).map_err(io)?;
        std::fs::rename(&partial, &args.file).map_err(io)?;
        Ok::<_, CliError>(())
    };
    let made = made.await;
    db.close().await;
    if made.is_err() {
        let _ = std::fs::remove_file(&partial);
    }
    made?;
    println!("Backed up to {}.", args.file.display());
    Ok(ExitCode::SUCCESS)
}
