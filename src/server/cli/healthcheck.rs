//! `countersign healthcheck`: asks `/readyz` of the server on this machine. No HTTP library: one request, one line.

use super::CliError;
use crate::server::config::Config;
use clap::Args;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr, SocketAddr};
use std::process::ExitCode;
use std::time::Duration;
use tokio::io::{AsyncReadExt, AsyncWriteExt};
use tokio::net::TcpStream;

const PATIENCE: Duration = Duration::from_secs(5);

#[derive(Args)]
pub struct Healthcheck {
    /// Address of the server (default: the setting `listen`).
    #[arg(long, value_name = "ADDR")]
    pub listen: Option<SocketAddr>,
}

pub async fn run(config: &Config, args: &Healthcheck) -> Result<ExitCode, CliError> {
    let address = reachable(args.listen.unwrap_or(config.listen));
    match tokio::time::timeout(PATIENCE, ask(address)).await {
        Ok(Ok(200)) => {
            println!("ready");
            Ok(ExitCode::SUCCESS)
        }
        Ok(Ok(status)) => Err(CliError::Plain(format!("{address} answers {status}: not ready"))),
        Ok(Err(fault)) => Err(CliError::Plain(format!("{address} does not answer: {fault}"))),
        Err(_) => Err(CliError::Plain(format!("{address} does not answer within {} s", PATIENCE.as_secs()))),
    }
}

/// "All addresses" is not one to connect to.
fn reachable(address: SocketAddr) -> SocketAddr {
    let ip = match address.ip() {
        IpAddr::V4(ip) if ip.is_unspecified() => Ipv4Addr::LOCALHOST.into(),
        IpAddr::V6(ip) if ip.is_unspecified() => Ipv6Addr::LOCALHOST.into(),
        ip => ip,
    };
    SocketAddr::new(ip, address.port())
}

async fn ask(address: SocketAddr) -> std::io::Result<u16> {
    let mut stream = TcpStream::connect(address).await?;
    let request = format!("GET /readyz HTTP/1.1\r\nHost: {address}\r\nConnection: close\r\n\r\n");
    stream.write_all(request.as_bytes()).await?;
    let mut answer = Vec::new();
    stream.take(4_096).read_to_end(&mut answer).await?;
    let line = String::from_utf8_lossy(&answer);
    let status = line.split_whitespace().nth(1).and_then(|word| word.parse().ok());
    status.ok_or_else(|| std::io::Error::other("the answer is not HTTP"))
}
