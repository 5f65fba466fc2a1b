//! `countersign demo`: the application in a throw-away folder, with an example workspace and an example agent.

use super::{CliError, migrate, serve};
use crate::server::actions::perform::Executors;
use crate::server::clock::Clock;
use crate::server::config::{Config, Smtp};
use crate::server::demo::agent::ExampleAgent;
use crate::server::demo::{self, DemoAccess};
use clap::Args;
use std::fs::DirBuilder;
use std::os::unix::fs::DirBuilderExt;
use std::path::{Path, PathBuf};
use std::process::ExitCode;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[derive(Args, Default)]
pub struct Demo {
    /// Address and port to listen on (127.0.0.1:3000).
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// How browsers reach this server.
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
    /// Leave the example agent out: nothing happens but what you do.
    #[arg(long)]
    pub no_agent: bool,
}

pub async fn run(mut config: Config, args: &Demo) -> Result<ExitCode, CliError> {
    // First, so that a taken port is known before there is anything to clean up.
    let listener = serve::bind(&config).await?;
    let folder = Folder::make()?;
    config.data_dir = folder.0.clone();
    config.database_url = None;
    // No invented letter leaves this machine: mail is laid down in the folder.
    config.outbox = None;
    config.smtp = Smtp::default();
    let ended = in_folder(config, listener, args).await;
    drop(folder);
    ended
}

async fn in_folder(config: Config, listener: TcpListener, args: &Demo) -> Result<ExitCode, CliError> {
    let db = migrate::ready(&config).await?;
    println!("Making the example workspace …");
    let access = demo::fill(&db, Executors::from_config(&config, &db)?).await?;
    let address = listener.local_addr().unwrap_or(config.listen);
    introduce(&access, &config.data_dir);
    let stop = CancellationToken::new();
    let agent = if args.no_agent {
        None
    } else {
        let agent = ExampleAgent::new(format!("http://{address}"), access.agent_token, db.clock.clone())
            .map_err(|fault| CliError::Plain(format!("The example agent could not start: {fault}")))?;
        Some(tokio::spawn(agent.run(stop.clone())))
    };
    let ended = serve::serve_on(listener, config, db, stop.clone()).await;
    stop.cancel();
    if let Some(agent) = agent {
        let _ = agent.await;
    }
    ended
}

fn introduce(access: &DemoAccess, folder: &Path) {
    println!();
    println!(
        "DEMO: {}. Everything in it is invented and is deleted when this program stops.",
        access.workspace
    );
    println!("Data: {}", folder.display());
    println!("Sign in as one of these; the password of all of them is {}", access.password);
    for member in &access.members {
        println!("  {:<46} {:<9} {}", member.email, member.role.as_str(), member.name);
    }
    println!();
}

/// A folder of our own that goes with this value.
struct Folder(PathBuf);

impl Folder {
    fn make() -> Result<Self, CliError> {
        let path = std::env::temp_dir().join(format!("countersign-demo-{}", Clock::new().id().simple()));
        DirBuilder::new()
            .mode(0o700)
            .create(&path)
            .map_err(|fault| CliError::Plain(format!("{} cannot be made: {fault}", path.display())))?;
        Ok(Self(path))
    }
}

impl Drop for Folder {
    fn drop(&mut self) {
        if let Err(fault) = std::fs::remove_dir_all(&self.0) {
            eprintln!("{} could not be removed: {fault}", self.0.display());
        }
    }
}
