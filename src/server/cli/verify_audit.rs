//! `countersign verify-audit`: is the audit trail what was sealed? Of the database, or of a file taken out of it.

use super::{CliError, migrate};
use crate::domain::chain::{ChainFault, Checkpoint, PublicKey};
use crate::domain::ids::WorkspaceId;
use crate::domain::page::Page;
use crate::server::chain::keys::{Checker, Signer};
use crate::server::chain::verify::Report;
use crate::server::chain::verify::database::verify_workspace;
use crate::server::chain::verify::evidence::verify_evidence;
use crate::server::chain::verify::export::{Beside, verify_export};
use crate::server::config::Config;
use crate::server::storage::Db;
use crate::server::storage::upkeep::Schema;
use clap::Args;
use serde::de::DeserializeOwned;
use std::fs::{self, File};
use std::io::BufReader;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use uuid::Uuid;

#[derive(Args)]
pub struct VerifyAudit {
    /// Name or id of one workspace; all of them when absent.
    #[arg(long, value_name = "NAME", conflicts_with = "file")]
    workspace: Option<String>,
    /// An NDJSON export to verify instead of the database.
    #[arg(long, value_name = "FILE")]
    file: Option<PathBuf>,
    /// An evidence bundle to verify instead of the database.
    #[arg(long, value_name = "FILE", conflicts_with_all = ["file", "workspace", "checkpoints"])]
    evidence: Option<PathBuf>,
    /// The export was made with filters: missing rows are no fault.
    #[arg(long, requires = "file")]
    partial: bool,
    /// Checkpoints that were kept elsewhere: one as JSON, or what GET /audit/checkpoints answers. May be repeated.
    #[arg(long = "checkpoint", value_name = "FILE")]
    checkpoints: Vec<PathBuf>,
    /// The public key that the checkpoints must be signed with: 64 hex digits, or a file that holds them or what
    /// GET /audit/public-key answers. Without it the database's own key is believed.
    #[arg(long, value_name = "KEY")]
    public_key: Option<String>,
}

pub async fn run(config: &Config, args: &VerifyAudit) -> Result<ExitCode, CliError> {
    let checkpoints =
        args.checkpoints.iter().map(|path| read_checkpoints(path)).collect::<Result<Vec<_>, _>>()?;
    let checkpoints = checkpoints.concat();
    let key = args.public_key.as_deref().map(read_key).transpose()?;
    if let Some(file) = &args.evidence {
        return bundle(file, key.as_ref());
    }
    let found = match &args.file {
        Some(file) => {
            let opened = File::open(file).map_err(|fault| unreadable(file, &fault))?;
            let beside = Beside { checkpoints: &checkpoints, checker: key.as_ref(), partial: args.partial };
            let chains =
                verify_export(BufReader::new(opened), &beside).map_err(|fault| unreadable(file, &fault))?;
            if key.is_none() && !checkpoints.is_empty() {
                println!("note  signatures were not checked: no --public-key was given");
            }
            chains.into_iter().map(|(id, found)| (id.to_string(), found)).collect()
        }
        None => verify_database(config, args, key, &checkpoints).await?,
    };
    Ok(report(&found))
}

/// Says of each claim of a bundle whether it is so.
fn bundle(file: &Path, key: Option<&Checker>) -> Result<ExitCode, CliError> {
    let text = fs::read_to_string(file).map_err(|fault| unreadable(file, &fault))?;
    let findings = verify_evidence(&text, key);
    for finding in &findings {
        match finding {
            Ok(found) => println!("ok    {found}"),
            Err(wrong) => println!("BAD   {wrong}"),
        }
    }
    if key.is_none() {
        println!("note  the key is the file's own: compare it with the one that the installation publishes");
    }
    Ok(if findings.iter().all(Result::is_ok) { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

type Found = Vec<(String, Result<Report, ChainFault>)>;

async fn verify_database(
    config: &Config,
    args: &VerifyAudit,
    key: Option<Checker>,
    checkpoints: &[Checkpoint],
) -> Result<Found, CliError> {
    if let Some(file) = config.sqlite_file().filter(|file| !file.exists()) {
        return Err(CliError::Plain(format!("There is no database at {}.", file.display())));
    }
    let db = migrate::open(config).await?;
    if db.schema().await? != Schema::Current {
        return Err(CliError::Plain(
            "The schema is not this program's: run countersign migrate first.".to_owned(),
        ));
    }
    let checker = match key {
        Some(key) => key,
        None => Signer::of(&db).await?.checker(),
    };
    let mut found = Found::new();
    for (id, name) in workspaces(&db, args.workspace.as_deref()).await? {
        let own: Vec<_> =
            checkpoints.iter().filter(|checkpoint| checkpoint.workspace_id == id).cloned().collect();
        found.push((name, verify_workspace(&db, id, &checker, &own).await?));
    }
    db.close().await;
    Ok(found)
}

async fn workspaces(db: &Db, wanted: Option<&str>) -> Result<Vec<(WorkspaceId, String)>, CliError> {
    let mut found = Vec::new();
    let mut after = Uuid::nil();
    loop {
        let page = db.read().await?.workspaces_after(after, 500).await?;
        let Some((last, _)) = page.last() else { break };
        after = last.0;
        found.extend(page);
    }
    match wanted {
        None => Ok(found),
        Some(wanted) => {
            found.retain(|(id, name)| name == wanted || id.to_string() == wanted);
            match found.is_empty() {
                true => Err(CliError::Plain(format!("There is no workspace \"{wanted}\"."))),
                false => Ok(found),
            }
        }
    }
}

/// Says what was found; fails when any chain does not hold.
fn report(found: &[(String, Result<Report, ChainFault>)]) -> ExitCode {
    if found.is_empty() {
        println!("Nothing to verify.");
    }
    for (name, found) in found {
        match found {
            Ok(report) => println!("ok    {name}: {}", words(report)),
            Err(fault) => println!("BAD   {name}: {fault}"),
        }
    }
    match found.iter().filter(|(_, found)| found.is_err()).count() {
        0 => ExitCode::SUCCESS,
        bad => {
            println!("{bad} of {} do not hold.", found.len());
            ExitCode::FAILURE
        }
    }
}

fn words(report: &Report) -> String {
    let Report { walked, unsealed, checkpoints, removed_to } = report;
    let mut text = format!("{} rows, the last is number {}", walked.rows, walked.last.seq);
    if walked.last.seq > 0 {
        text.push_str(&format!(", hash {}", walked.last.hash));
    }
    text.push_str(&format!("; held against {checkpoints} checkpoints"));
    if let Some(removed_to) = removed_to {
        text.push_str(&format!("; removed by the retention up to number {removed_to}"));
    }
    if *unsealed > 0 {
        text.push_str(&format!("; {unsealed} not sealed yet"));
    }
    text
}

fn unreadable(file: &Path, fault: &dyn std::fmt::Display) -> CliError {
    CliError::Plain(format!("{} cannot be read: {fault}", file.display()))
}

fn read_json<T: DeserializeOwned>(text: &str) -> Option<T> {
    serde_json::from_str(text).ok()
}

fn read_checkpoints(file: &Path) -> Result<Vec<Checkpoint>, CliError> {
    let text = fs::read_to_string(file).map_err(|fault| unreadable(file, &fault))?;
    let one = || read_json::<Checkpoint>(&text).map(|one| vec![one]);
    let page = || read_json::<Page<Checkpoint>>(&text).map(|page| page.items);
    one().or_else(page).ok_or_else(|| unreadable(file, &"it holds no checkpoint"))
}

fn read_key(given: &str) -> Result<Checker, CliError> {
    if let Some(key) = Checker::from_hex(given) {
        return Ok(key);
    }
    let file = Path::new(given);
    let text = fs::read_to_string(file).map_err(|fault| unreadable(file, &fault))?;
    let hex = read_json::<PublicKey>(&text).map_or(text, |key| key.public_key);
    Checker::from_hex(&hex).ok_or_else(|| unreadable(file, &"it holds no Ed25519 public key"))
}
