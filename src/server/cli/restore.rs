//! `countersign restore`: puts a backup in place of the SQLite database. What was there is kept beside it.

use super::{CliError, lock};
use crate::server::clock::Clock;
use crate::server::config::Config;
use crate::server::storage::Db;
use crate::server::storage::upkeep::Schema;
use clap::Args;
use std::ffi::OsString;
use std::path::{Path, PathBuf};
use std::process::ExitCode;

#[derive(Args)]
pub struct Restore {
    /// A file that `countersign backup` made.
    pub file: PathBuf,
}

pub async fn run(config: &Config, args: &Restore) -> Result<ExitCode, CliError> {
    let Some(database) = config.sqlite_file() else {
        return Err(CliError::Plain(format!(
            "Nothing was restored: PostgreSQL is restored with its own tools, for example: \
             pg_restore --clean --if-exists --dbname=\"$DATABASE_URL\" '{}'",
            args.file.display()
        )));
    };
    let _lock = lock::take(config)?;
    let io = |fault: std::io::Error| CliError::Plain(format!("Nothing was restored: {fault}"));
    let incoming = beside(&database, ".incoming");
    std::fs::copy(&args.file, &incoming)
        .map_err(|fault| CliError::Plain(format!("{} cannot be read: {fault}", args.file.display())))?;
    if let Err(fault) = examine(&incoming).await {
        remove(&incoming);
        return Err(fault);
    }
    if database.exists() {
        // The old log belongs to the old file: fold it in first, then move both out of the way.
        let aside = free_name(&database);
        let old = Db::open(&format!("sqlite:{}", database.display()), Clock::new()).await;
        if let Ok(old) = old {
            old.close().await;
        }
        for suffix in ["-wal", "-shm"] {
            let file = beside(&database, suffix);
            if file.exists() {
                std::fs::rename(&file, beside(&aside, suffix)).map_err(io)?;
            }
        }
        std::fs::rename(&database, &aside).map_err(io)?;
        println!("The old database is kept as {}.", aside.display());
    }
    std::fs::File::open(&incoming).and_then(|file| file.sync_all()).map_err(io)?;
    std::fs::rename(&incoming, &database).map_err(io)?;
    println!("Restored {} from {}.", database.display(), args.file.display());
    Ok(ExitCode::SUCCESS)
}

/// A whole database of ours, not newer than this program.
async fn examine(file: &Path) -> Result<(), CliError> {
    let refuse = |why: String| CliError::Plain(format!("Nothing was restored: {why}"));
    let db = Db::open(&format!("sqlite:{}", file.display()), Clock::new())
        .await
        .map_err(|fault| refuse(format!("the file is no SQLite database ({fault})")))?;
    let verdict = async {
        if let Some(fault) = db.integrity().await? {
            return Err(refuse(format!("the file is damaged ({fault})")));
        }
        match db.schema().await? {
            Schema::Current => Ok(()),
            Schema::Behind if db.is_ours().await? => Ok(()),
            Schema::Behind => Err(refuse("the file is no Countersign database".to_owned())),
            Schema::Newer(version) => Err(refuse(format!(
                "the file has schema version {version}, which is newer than this program knows"
            ))),
        }
    };
    let verdict = verdict.await;
    db.close().await;
    for suffix in ["-wal", "-shm"] {
        remove(&beside(file, suffix));
    }
    verdict
}

fn beside(file: &Path, suffix: &str) -> PathBuf {
    let mut name = OsString::from(file.as_os_str());
    name.push(suffix);
    PathBuf::from(name)
}

fn free_name(database: &Path) -> PathBuf {
    let mut number = 1_u32;
    loop {
        let name = beside(database, &format!(".replaced-{number}"));
        if !name.exists() {
            return name;
        }
        number += 1;
    }
}

fn remove(file: &Path) {
    if let Err(fault) = std::fs::remove_file(file)
        && fault.kind() != std::io::ErrorKind::NotFound
    {
        tracing::warn!(%fault, file = %file.display(), "a temporary file could not be removed");
    }
}
