//! Settings: flag > environment > `countersign.toml`. Every setting has one entry in [`table::SETTINGS`], from which
//! the environment's names come; a key the file should not have is refused.

pub mod load;
pub mod parts;
pub mod table;

pub use load::{Flags, SettingsError, load, unknown_variables};
pub use parts::{
    Cidr, EngineParts, LeaseSeconds, Limits, Log, LogFormat, ModelSettings, Secret, SecureCookies, Smtp,
    SmtpTls, Webhooks,
};

use serde::Deserialize;
use std::collections::BTreeMap;
use std::net::SocketAddr;
use std::path::PathBuf;

/// What the program was told. Defaults serve one machine with nothing configured.
#[derive(Clone, Debug, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Config {
    /// Folder of the SQLite database, the outbox and the instance lock.
    pub data_dir: PathBuf,
    /// `sqlite:<file>` or `postgres://…`; absent: SQLite in the data folder.
    pub database_url: Option<Secret>,
    /// Address and port to listen on.
    pub listen: SocketAddr,
    /// How browsers reach this server, such as `https://countersign.example.com`: links in mail, the trusted
    /// origin of forms, and whether cookies are `Secure`.
    pub public_url: Option<String>,
    /// Networks whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<Cidr>,
    /// Whether the session cookie is `Secure`.
    pub secure_cookies: SecureCookies,
    /// Whether `/metrics` answers peers that are not on this machine.
    pub metrics_open: bool,
    /// Maildir that mail goes to when no SMTP host is set; absent: `outbox` in the data folder.
    pub outbox: Option<PathBuf>,
    pub smtp: Smtp,
    pub webhooks: Webhooks,
    pub engine: EngineParts,
    pub log: Log,
    pub limits: Limits,
    /// Language models by the names under which agents choose them: the file's `[models.<name>]`.
    pub models: BTreeMap<String, ModelSettings>,
}

impl Default for Config {
    fn default() -> Self {
        Self {
            data_dir: PathBuf::from("data"),
            database_url: None,
            listen: SocketAddr::from(([127, 0, 0, 1], 3000)),
            public_url: None,
            trusted_proxies: Vec::new(),
            secure_cookies: SecureCookies::Auto,
            metrics_open: false,
            outbox: None,
            smtp: Smtp::default(),
            webhooks: Webhooks::default(),
            engine: EngineParts::default(),
            log: Log::default(),
            limits: Limits::default(),
            models: BTreeMap::new(),
        }
    }
}

impl Config {
    /// The database's address: what was set, or the SQLite file in the data folder.
    pub fn database_url(&self) -> String {
        match &self.database_url {
            Some(url) => url.reveal().to_owned(),
            None => format!("sqlite:{}", self.data_dir.join("countersign.db").display()),
        }
    }

    /// The SQLite file, when SQLite is used.
    pub fn sqlite_file(&self) -> Option<PathBuf> {
        let url = self.database_url();
        let path = url.strip_prefix("sqlite://").or_else(|| url.strip_prefix("sqlite:"))?;
        Some(PathBuf::from(path))
    }

    /// Where mail is laid down when no SMTP host is set.
    pub fn outbox_dir(&self) -> PathBuf {
        self.outbox.clone().unwrap_or_else(|| self.data_dir.join("outbox"))
    }

    /// Without a trailing slash: what was set, or the listening address.
    pub fn public_url(&self) -> String {
        match &self.public_url {
            Some(url) => url.trim_end_matches('/').to_owned(),
            None => format!("http://{}", self.listen),
        }
    }

    /// `Secure` off loopback: a browser would not send a `Secure` cookie back over plain HTTP elsewhere, so that
    /// sign-in fails visibly instead of sending sessions in the clear.
    pub fn cookies_are_secure(&self) -> bool {
        match self.secure_cookies {
            SecureCookies::Always => true,
            SecureCookies::Never => false,
            SecureCookies::Auto => match &self.public_url {
                Some(url) => url.starts_with("https://"),
                None => !self.listen.ip().is_loopback(),
            },
        }
    }
}
