//! The subcommands, one file each. They compose what the other modules offer; no rules live here.

mod admin;
mod backup;
mod check;
mod demo;
mod healthcheck;
mod lock;
mod logging;
mod migrate;
mod restore;
mod serve;
mod verify_audit;

use super::config::{self, Config, Flags, SettingsError};
use super::storage::StorageError;
use crate::domain::AppError;
use clap::{Args, Parser, Subcommand};
use std::path::PathBuf;
use std::process::ExitCode;

#[derive(Parser)]
#[command(
    name = "countersign",
    version,
    about = "Teams of AI agents, with a human signature on every action that needs one"
)]
struct Cli {
    #[command(flatten)]
    settings: Settings,
    #[command(subcommand)]
    command: Option<Command>,
}

/// Settings that every subcommand takes. All others are in the environment or the file.
#[derive(Args)]
struct Settings {
    /// Folder of the SQLite database, the outbox and the lock.
    #[arg(long, global = true, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    /// sqlite:<file> or postgres://…
    #[arg(long, global = true, value_name = "URL")]
    database_url: Option<String>,
    /// File with settings (default: countersign.toml, if it exists).
    #[arg(long, global = true, value_name = "FILE")]
    config: Option<PathBuf>,
}

#[derive(Subcommand)]
enum Command {
    /// Serve the application (the default).
    Serve(serve::Serve),
    /// Serve an example workspace from a throw-away folder, with an example agent at work.
    Demo(demo::Demo),
    /// Bring the database's schema up to date, and stop.
    Migrate,
    /// Let a person in.
    #[command(subcommand)]
    Admin(admin::Admin),
    /// Make a token for an agent or a person.
    #[command(subcommand)]
    Token(admin::Token),
    /// Look at every setting and say what to fix.
    Check,
    /// Copy the database into a file, while it is in use (SQLite).
    Backup(backup::Backup),
    /// Put such a file in place of the database (SQLite; the server must be stopped).
    Restore(restore::Restore),
    /// Tell whether the audit trail is what was sealed: of the database, or of an export.
    VerifyAudit(verify_audit::VerifyAudit),
    /// Ask the running server whether it is ready; for container health checks.
    Healthcheck(healthcheck::Healthcheck),
}

/// One line that says what went wrong and what to do.
#[derive(Debug, thiserror::Error)]
pub(crate) enum CliError {
    #[error(transparent)]
    Settings(#[from] SettingsError),
    #[error(transparent)]
    Storage(#[from] StorageError),
    #[error(transparent)]
    Refused(#[from] AppError),
    #[error("{0}")]
    Plain(String),
}

/// Reads the command line and does what it says.
pub async fn run() -> ExitCode {
    let cli = Cli::parse();
    let mut flags = Flags {
        config: cli.settings.config,
        data_dir: cli.settings.data_dir,
        database_url: cli.settings.database_url,
        ..Flags::default()
    };
    let command = cli.command.unwrap_or(Command::Serve(serve::Serve::default()));
    if let Command::Serve(serve) = &command {
        flags.listen = serve.listen.clone();
        flags.public_url = serve.public_url.clone();
    }
    if let Command::Demo(demo) = &command {
        flags.listen = demo.listen.clone();
        flags.public_url = demo.public_url.clone();
    }
    let done = async {
        let config = config::load(&flags, |name| std::env::var(name).ok())?;
        logging::start(&config.log)?;
        dispatch(command, config).await
    };
    match done.await {
        Ok(code) => code,
        Err(fault) => {
            eprintln!("countersign: {fault}");
            ExitCode::FAILURE
        }
    }
}

async fn dispatch(command: Command, config: Config) -> Result<ExitCode, CliError> {
    match command {
        Command::Serve(_) => serve::run(config).await,
        Command::Demo(args) => demo::run(config, &args).await,
        Command::Migrate => migrate::run(&config).await,
        Command::Admin(command) => admin::admin(&config, command).await,
        Command::Token(command) => admin::token(&config, command).await,
        Command::Check => check::run(&config).await,
        Command::Backup(args) => backup::run(&config, &args).await,
        Command::Restore(args) => restore::run(&config, &args).await,
        Command::VerifyAudit(args) => verify_audit::run(&config, &args).await,
        Command::Healthcheck(args) => healthcheck::run(&config, &args).await,
    }
}
