//! `countersign check`: every setting that can be wrong, and the fix.

use super::{CliError, lock};
use crate::server::actions::outside::webhook::WebhookClient;
use crate::server::clock::Clock;
use crate::server::config::{Config, SecureCookies, SmtpTls, unknown_variables};
use crate::server::storage::Db;
use crate::server::storage::upkeep::Schema;
use std::path::Path;
use std::process::ExitCode;
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};

/// What was found about one setting: how it stands, or what to do.
type Finding = (&'static str, Result<String, String>);

pub async fn run(config: &Config) -> Result<ExitCode, CliError> {
    let findings = examine(config).await;
    for (name, finding) in &findings {
        match finding {
            Ok(state) => println!("ok   {name}: {state}"),
            Err(fix) => println!("FIX  {name}: {fix}"),
        }
    }
    let broken = findings.iter().filter(|(_, finding)| finding.is_err()).count();
    match broken {
        0 => println!("Everything is in order."),
        count => println!("{count} to fix."),
    }
    Ok(if broken == 0 { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

async fn examine(config: &Config) -> Vec<Finding> {
    let mut findings = vec![
        ("data_dir", folder(&config.data_dir)),
        ("database_url", database(config).await),
        ("listen", listen(config).await),
        ("public_url", public_url(config)),
        ("secure_cookies", cookies(config)),
        (
            "trusted_proxies",
            Ok(listed(config.trusted_proxies.len(), "network is", "networks are", "believed")),
        ),
        (
            "metrics_open",
            Ok(if config.metrics_open { "open to all" } else { "this machine only" }.to_owned()),
        ),
        ("smtp", smtp(config).await),
        ("webhooks", webhooks(config)),
        ("log.level", log_level(config)),
        ("limits", limits(config)),
    ];
    for name in unknown_variables(std::env::vars().map(|(name, _)| name)) {
        findings.push(("environment", Err(format!("{name} is no setting; correct its name or remove it"))));
    }
    findings
}

fn listed(count: usize, one: &str, many: &str, what: &str) -> String {
    match count {
        0 => format!("no {one} {what}"),
        1 => format!("1 {one} {what}"),
        count => format!("{count} {many} {what}"),
    }
}

/// The folder takes files; or it can be made, which is left to the start and its user.
fn folder(path: &Path) -> Result<String, String> {
    let shown = path.display();
    let Some(existing) = path.ancestors().map(or_here).find(|folder| folder.exists()) else {
        return Err(format!("{shown} has no parent folder; choose another"));
    };
    let probe = existing.join(".countersign-check");
    std::fs::write(&probe, b"").and_then(|()| std::fs::remove_file(&probe)).map_err(|fault| {
        format!("{} takes no files ({fault}); give this user write access", existing.display())
    })?;
    let made = if path.exists() { "" } else { " (made when needed)" };
    Ok(format!("{shown}{made}"))
}

fn or_here(path: &Path) -> &Path {
    if path.as_os_str().is_empty() { Path::new(".") } else { path }
}

async fn database(config: &Config) -> Result<String, String> {
    if let Some(file) = config.sqlite_file() {
        if !file.exists() {
            return Ok(format!("SQLite at {} (made at the start)", file.display()));
        }
        folder(or_here(file.parent().unwrap_or(Path::new("."))))?;
    }
    let opened = Db::open(&config.database_url(), Clock::new()).await;
    let db = opened
        .map_err(|fault| format!("the database does not open ({fault}); check the address and rights"))?;
    let schema = db.schema().await;
    db.close().await;
    let name = if config.sqlite_file().is_some() { "SQLite" } else { "PostgreSQL" };
    match schema {
        Ok(Schema::Current) => Ok(format!("{name}, schema up to date")),
        Ok(Schema::Behind) => Ok(format!("{name}, migrations will run at the start")),
        Ok(Schema::Newer(version)) => Err(format!(
            "schema version {version} is newer than this program; start the newer program or restore an older backup"
        )),
        Err(fault) => Err(format!("the database does not answer ({fault})")),
    }
}

async fn listen(config: &Config) -> Result<String, String> {
    match TcpListener::bind(config.listen).await {
        Ok(_) => Ok(config.listen.to_string()),
        Err(_) if config.sqlite_file().is_some_and(|file| file.exists()) && lock::take(config).is_err() => {
            Ok(format!("{} (a server of this database is running)", config.listen))
        }
        Err(fault) => {
            Err(format!("{} cannot be used ({fault}); choose another with --listen", config.listen))
        }
    }
}

fn public_url(config: &Config) -> Result<String, String> {
    let Some(url) = &config.public_url else {
        return Ok(format!("not set; links lead to {}", config.public_url()));
    };
    let rest = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
    match rest.map(|rest| rest.trim_end_matches('/')) {
        Some(host) if !host.is_empty() && !host.contains(['/', '?', '#', ' ']) => Ok(url.clone()),
        _ => Err(format!("\"{url}\" must be https://host or http://host:port, with nothing after it")),
    }
}

fn cookies(config: &Config) -> Result<String, String> {
    let https = config.public_url.as_ref().is_some_and(|url| url.starts_with("https://"));
    let secure = config.cookies_are_secure();
    match (secure, https) {
        (true, false) if config.secure_cookies == SecureCookies::Auto => Err(
            "listening beyond this machine without https: browsers will not keep the session; put a TLS proxy in \
             front and set public_url = \"https://…\""
                .to_owned(),
        ),
        (false, true) => Err("sessions would travel without Secure; remove secure_cookies = \"never\"".to_owned()),
        (true, _) => Ok("Secure".to_owned()),
        (false, false) => Ok("plain, for this machine only".to_owned()),
    }
}

async fn smtp(config: &Config) -> Result<String, String> {
    let Some(host) = &config.smtp.host else {
        let outbox = folder(&config.outbox_dir()).map_err(|fix| format!("outbox: {fix}"))?;
        return Ok(format!("no smtp.host; mail is laid down in {outbox}"));
    };
    if config.smtp.from.is_none() {
        return Err("set smtp.from, such as \"Countersign <countersign@example.com>\"".to_owned());
    }
    if config.smtp.user.is_some() != config.smtp.password.is_some() {
        return Err("set both smtp.user and smtp.password, or neither".to_owned());
    }
    let local = matches!(host.as_str(), "localhost" | "127.0.0.1" | "::1");
    if config.smtp.tls == SmtpTls::None && config.smtp.user.is_some() && !local {
        return Err("the password would travel in the clear; set smtp.tls to implicit or starttls".to_owned());
    }
    let port = config.smtp.port();
    match tokio::time::timeout(Duration::from_secs(5), TcpStream::connect((host.as_str(), port))).await {
        Ok(Ok(_)) => Ok(format!("{host}:{port} answers")),
        Ok(Err(fault)) => {
            Err(format!("{host}:{port} does not answer ({fault}); check smtp.host and smtp.port"))
        }
        Err(_) => Err(format!("{host}:{port} does not answer within 5 s; check smtp.host and the firewall")),
    }
}

fn webhooks(config: &Config) -> Result<String, String> {
    WebhookClient::new(config.webhooks.guard())
        .map_err(|fault| format!("{fault}; install the system's certificates (ca-certificates)"))?;
    let scheme = if config.webhooks.allow_http { "http and https" } else { "https only" };
    let private =
        listed(config.webhooks.allow_private.len(), "private network", "private networks", "allowed");
    Ok(format!("{scheme}, {private}"))
}

fn log_level(config: &Config) -> Result<String, String> {
    match tracing_subscriber::EnvFilter::try_new(&config.log.level) {
        Ok(_) => Ok(config.log.level.clone()),
        Err(fault) => Err(format!("\"{}\" is no filter ({fault}); try info", config.log.level)),
    }
}

fn limits(config: &Config) -> Result<String, String> {
    let limits = &config.limits;
    if limits.max_connections == 0 {
        return Err("limits.max_connections must be at least 1".to_owned());
    }
    Ok(format!(
        "{} requests a minute each, {} without a credential, {} connections",
        limits.requests_per_minute, limits.anonymous_per_minute, limits.max_connections
    ))
}
