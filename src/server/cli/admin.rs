//! `countersign admin create` and `countersign token create`: the way in for whoever runs the program.

use super::{CliError, migrate};
use crate::domain::member::Role;
use crate::domain::token::parse_scopes;
use crate::server::config::Config;
use crate::server::services::provisioning::{AdminCreate, TokenHolder, admin_create, token_create};
use clap::{Args, Subcommand};
use std::io::Read;
use std::process::ExitCode;

#[derive(Subcommand)]
pub enum Admin {
    /// Let a person sign in to a workspace; makes both where they are new. Prints JSON.
    Create(CreateAdmin),
}

#[derive(Args)]
pub struct CreateAdmin {
    #[arg(long)]
    email: String,
    /// Shown name of a new person (the part before the @ when absent).
    #[arg(long)]
    name: Option<String>,
    /// Name of the workspace.
    #[arg(long)]
    workspace: String,
    /// owner, admin, operator, reviewer or viewer.
    #[arg(long, default_value = "owner")]
    role: String,
    /// Read the password from standard input; there is no other way, so that it is in no shell history.
    #[arg(long, required = true)]
    password_stdin: bool,
}

#[derive(Subcommand)]
pub enum Token {
    /// Make a token for an agent or a person. Prints JSON; the token is shown this once.
    Create(CreateToken),
}

#[derive(Args)]
pub struct CreateToken {
    /// Name of the workspace.
    #[arg(long)]
    workspace: String,
    /// The agent's name; made where it is new.
    #[arg(long, required_unless_present = "email", conflicts_with = "email")]
    agent: Option<String>,
    /// The person's e-mail address.
    #[arg(long)]
    email: Option<String>,
    /// Such as actions:submit,approvals:read,outcomes:report
    #[arg(long)]
    scopes: String,
    /// Days until it lapses (365).
    #[arg(long, value_name = "DAYS")]
    expires_in: Option<i64>,
}

pub async fn admin(config: &Config, Admin::Create(args): Admin) -> Result<ExitCode, CliError> {
    let mut password = String::new();
    std::io::stdin()
        .take(4096)
        .read_to_string(&mut password)
        .map_err(|fault| CliError::Plain(format!("The password could not be read: {fault}")))?;
    let role: Role = args.role.parse().map_err(|fault| CliError::Plain(format!("--role: {fault}")))?;
    let db = migrate::ready(config).await?;
    let created = admin_create(
        &db,
        AdminCreate {
            email: args.email,
            name: args.name,
            workspace: args.workspace,
            password: password.trim_end_matches(['\r', '\n']).to_owned(),
            role,
        },
    )
    .await;
    db.close().await;
    print(&created?)
}

pub async fn token(config: &Config, Token::Create(args): Token) -> Result<ExitCode, CliError> {
    let scopes = parse_scopes(&args.scopes).map_err(|fault| CliError::Plain(format!("--scopes: {fault}")))?;
    let holder = match (args.agent, args.email) {
        (Some(name), _) => TokenHolder::Agent(name),
        (None, Some(email)) => TokenHolder::Person(email),
        (None, None) => return Err(CliError::Plain("Name an --agent or an --email.".to_owned())),
    };
    let db = migrate::ready(config).await?;
    let created = token_create(&db, &args.workspace, holder, &scopes, args.expires_in).await;
    db.close().await;
    print(&created?)
}

fn print(answer: &impl serde::Serialize) -> Result<ExitCode, CliError> {
    let text = serde_json::to_string(answer).map_err(|fault| CliError::Plain(fault.to_string()))?;
    println!("{text}");
    Ok(ExitCode::SUCCESS)
}
