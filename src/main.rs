//! The program: one binary, its subcommands in `server::cli`.

use std::process::ExitCode;

#[tokio::main]
async fn main() -> ExitCode {
    // The one TLS implementation, for mail, webhooks and PostgreSQL alike.
    if rustls::crypto::ring::default_provider().install_default().is_err() {
        eprintln!("countersign: TLS could not be set up twice");
        return ExitCode::FAILURE;
    }
    countersign::server::cli::run().await
}
