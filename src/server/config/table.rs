//! Every setting once: its key in the file and what it does. The environment's name follows from the key.

/// How a variable's text becomes a value.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    One,
    /// Separated by commas.
    List,
}

#[derive(Clone, Copy, Debug)]
pub struct Setting {
    /// Path in `countersign.toml`, such as `smtp.host`.
    pub key: &'static str,
    pub kind: Kind,
    /// Can also be read from the file that `…_FILE` names.
    pub secret: bool,
    pub help: &'static str,
}

impl Setting {
    /// `smtp.host` is `COUNTERSIGN_SMTP_HOST`.
    pub fn variable(&self) -> String {
        format!("COUNTERSIGN_{}", self.key.replace('.', "_").to_uppercase())
    }
}

const fn one(key: &'static str, help: &'static str) -> Setting {
    Setting { key, kind: Kind::One, secret: false, help }
}

const fn secret(key: &'static str, help: &'static str) -> Setting {
    Setting { key, kind: Kind::One, secret: true, help }
}

const fn list(key: &'static str, help: &'static str) -> Setting {
    Setting { key, kind: Kind::List, secret: false, help }
}

pub const SETTINGS: &[Setting] = &[
    one("data_dir", "folder of the SQLite database, the outbox and the lock (data)"),
    secret("database_url", "sqlite:<file> or postgres://… (SQLite in the data folder); also DATABASE_URL"),
    one("listen", "address and port (127.0.0.1:3000)"),
    one("public_url", "how browsers reach this server, such as https://countersign.example.com"),
    list("trusted_proxies", "networks whose X-Forwarded-For is believed"),
    one("secure_cookies", "auto, always or never (auto: by public_url, else by loopback)"),
    one("metrics_open", "true: /metrics answers other machines too (false)"),
    one("outbox", "maildir for mail when no SMTP host is set (outbox in the data folder)"),
    one("smtp.host", "mail server"),
    one("smtp.port", "its port (465, 587 or 25, by smtp.tls)"),
    one("smtp.user", "user name at the mail server"),
    secret("smtp.password", "password at the mail server"),
    one("smtp.from", "sender, such as Countersign <countersign@example.com>"),
    one("smtp.tls", "implicit, starttls or none (implicit)"),
    one("webhooks.allow_http", "true: webhooks may have http:// addresses (false)"),
    list("webhooks.allow_private", "private networks that webhooks may reach"),
    one("engine.lease_seconds", "seconds until the jobs of a silent node are another's, 5 to 300 (30)"),
    one("log.format", "text or json (text)"),
    one("log.level", "a tracing filter (info)"),
    one("limits.requests_per_minute", "requests a minute of one principal, 0 for no limit (6000)"),
    one("limits.anonymous_per_minute", "requests a minute of one address without a credential (600)"),
    one("limits.max_connections", "connections open at once (2048)"),
];
