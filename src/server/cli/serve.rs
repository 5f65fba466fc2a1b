//! `countersign serve`: the composition of the program. It listens first and answers `/readyz` with 503 until the
//! schema is up to date.

use super::{CliError, lock, migrate};
use crate::server::actions::perform::Executors;
use crate::server::config::Config;
use crate::server::http::{self, guard_io::Patience, identity::Credentials, serve};
use crate::server::runtime::Runtime;
use crate::server::services::setup;
use crate::server::state::AppState;
use crate::server::storage::Db;
use clap::Args;
use leptos::config::LeptosOptions;
use std::net::SocketAddr;
use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio_util::sync::CancellationToken;

#[derive(Args, Default)]
pub struct Serve {
    /// Address and port to listen on (127.0.0.1:3000).
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<String>,
    /// How browsers reach this server, such as https://countersign.example.com
    #[arg(long, value_name = "URL")]
    pub public_url: Option<String>,
}

pub async fn run(config: Config) -> Result<ExitCode, CliError> {
    let _lock = lock::take(&config)?;
    let db = migrate::open(&config).await?;
    let listener = bind(&config).await?;
    serve_on(listener, config, db, CancellationToken::new()).await
}

pub async fn bind(config: &Config) -> Result<TcpListener, CliError> {
    TcpListener::bind(config.listen).await.map_err(|fault| {
        CliError::Plain(format!("Cannot listen on {}: {fault}. Choose another with --listen.", config.listen))
    })
}

/// Serves an opened database until the program is asked to stop, which cancels `shutdown`, or somebody else does.
pub async fn serve_on(
    listener: TcpListener,
    config: Config,
    db: Db,
    shutdown: CancellationToken,
) -> Result<ExitCode, CliError> {
    let address = listener.local_addr().unwrap_or(config.listen);
    stop_on_signal(shutdown.clone());

    let settings = serve::Settings {
        patience: Patience::default(),
        max_connections: usize::try_from(config.limits.max_connections).unwrap_or(2_048),
        grace: Duration::from_secs(20),
    };
    let leptos = LeptosOptions::builder().output_name("countersign").site_addr(address).build();
    let config = Arc::new(config);
    let state = AppState::new(
        db.clone(),
        config.clone(),
        Arc::new(Credentials::new(db.clone())),
        shutdown.clone(),
        leptos,
    );
    let app = http::router(state.clone());
    let server = tokio::spawn(serve::serve(listener, app, settings, shutdown.clone()));

    let runtime = match prepare(&state, address).await {
        Ok(runtime) => runtime,
        Err(fault) => {
            shutdown.cancel();
            return Err(fault);
        }
    };
    state.ready.set();
    tracing::info!(%address, url = config.public_url(), "Countersign is ready");
    offer_setup(&db, &config, address).await;

    // Streams end with the token; the engine goes on until the last answer is out.
    if let Err(fault) = server.await {
        tracing::error!(%fault, "the server ended unexpectedly");
    }
    runtime.shutdown().await;
    db.close().await;
    tracing::info!("Countersign has stopped");
    Ok(ExitCode::SUCCESS)
}

/// What has to be true before the first request is let in.
async fn prepare(state: &AppState, address: SocketAddr) -> Result<Runtime, CliError> {
    state.db.migrate().await?;
    if state.config.sqlite_file().is_some() {
        // The lock makes us the only process: a claimed key belongs to one that died.
        state.db.idempotency_free_all().await?;
    }
    let executors = Executors::from_config(&state.config, &state.db)?;
    let mut engine = Runtime::settings(&state.db, &node_name(address));
    engine.lease = state.config.engine.lease_seconds.duration();
    let runtime = Runtime::start_with(&state.db, executors, engine).await?;
    state.events.set(runtime.events.clone());
    Ok(runtime)
}

/// No other living process has this name: the port is ours, on this host.
fn node_name(address: SocketAddr) -> String {
    let host = std::fs::read_to_string("/proc/sys/kernel/hostname").unwrap_or_else(|_| "node".to_owned());
    format!("{}:{}", host.trim(), address.port())
}

/// Where nobody can sign in yet, the person who started the program is shown the way in.
async fn offer_setup(db: &Db, config: &Config, address: SocketAddr) {
    let base =
        config.public_url.as_deref().map_or_else(|| format!("http://{address}"), |_| config.public_url());
    match setup::create_setup_link(db).await {
        Ok(Some(token)) => {
            println!("Nobody can sign in yet. Open this link within 15 minutes; it works once:");
            println!("  {base}/setup?token={token}");
        }
        Ok(None) => println!("Countersign is ready at {base}"),
        Err(fault) => tracing::error!(%fault, "no set-up link could be made"),
    }
}

/// SIGTERM and Ctrl-C stop gently; the second one stops at once.
fn stop_on_signal(shutdown: CancellationToken) {
    tokio::spawn(async move {
        signal().await;
        tracing::info!("stopping: answers that have begun are finished");
        shutdown.cancel();
        signal().await;
        std::process::exit(130);
    });
}

async fn signal() {
    use tokio::signal::unix::{SignalKind, signal};
    match signal(SignalKind::terminate()) {
        Ok(mut terminate) => {
            tokio::select! {
                _ = terminate.recv() => {}
                _ = tokio::signal::ctrl_c() => {}
            }
        }
        Err(fault) => {
            tracing::warn!(%fault, "SIGTERM cannot be caught");
            let _ = tokio::signal::ctrl_c().await;
        }
    }
}
