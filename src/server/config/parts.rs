//! The sections of the settings and the small types they are made of.

use crate::domain::model::Provider;
use crate::server::actions::outside::guard::GuardSettings;
use ipnet::IpNet;
use serde::Deserialize;
use std::fmt;
use std::net::IpAddr;
use std::path::PathBuf;
use std::time::Duration;

/// Text that is never printed.
#[derive(Clone, PartialEq, Eq, Deserialize)]
#[serde(transparent)]
pub struct Secret(String);

impl Secret {
    pub fn new(text: impl Into<String>) -> Self {
        Self(text.into())
    }

    pub fn reveal(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("[secret]")
    }
}

/// A network such as `10.0.0.0/8`, or one address.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "String")]
pub struct Cidr(pub IpNet);

impl Cidr {
    pub fn contains(&self, ip: IpAddr) -> bool {
        self.0.contains(&ip)
    }
}

impl TryFrom<String> for Cidr {
    type Error = String;

    fn try_from(text: String) -> Result<Self, Self::Error> {
        let trimmed = text.trim();
        if let Ok(net) = trimmed.parse::<IpNet>() {
            return Ok(Self(net));
        }
        match trimmed.parse::<IpAddr>() {
            Ok(ip) => Ok(Self(IpNet::from(ip))),
            Err(_) => Err(format!("\"{trimmed}\" is not a network such as 10.0.0.0/8 or 192.0.2.7")),
        }
    }
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SecureCookies {
    /// By the scheme of `public_url`; without one, by whether the listening address is loopback.
    #[default]
    Auto,
    Always,
    Never,
}

/// How mail leaves. Without a host it goes to the outbox folder.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Smtp {
    pub host: Option<String>,
    /// Absent: 465 for `implicit`, 587 for `starttls`, 25 for `none`.
    pub port: Option<u16>,
    pub user: Option<String>,
    pub password: Option<Secret>,
    /// The sender, such as `Countersign <countersign@example.com>`.
    pub from: Option<String>,
    pub tls: SmtpTls,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum SmtpTls {
    /// TLS from the first byte (RFC 8314).
    #[default]
    Implicit,
    /// Plain, then upgraded; refused when the server cannot.
    Starttls,
    /// Plain text: only to a relay on this machine.
    None,
}

impl Smtp {
    pub fn port(&self) -> u16 {
        self.port.unwrap_or(match self.tls {
            SmtpTls::Implicit => 465,
            SmtpTls::Starttls => 587,
            SmtpTls::None => 25,
        })
    }
}

#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Webhooks {
    /// Whether a webhook may have an `http://` address.
    pub allow_http: bool,
    /// Private networks that webhooks may reach all the same.
    pub allow_private: Vec<Cidr>,
}

impl Webhooks {
    /// The rules for where a webhook may go.
    pub fn guard(&self) -> GuardSettings {
        GuardSettings {
            allow_http: self.allow_http,
            allow: self.allow_private.iter().map(|cidr| cidr.0).collect(),
        }
    }
}

/// A language model at an endpoint.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct ModelSettings {
    /// The protocol of the endpoint: `openai` is spoken by many beside OpenAI.
    pub provider: Provider,
    /// How the provider calls it.
    pub model: String,
    /// Where it is; absent: where the provider itself has it.
    pub endpoint: Option<String>,
    pub key: Option<Secret>,
    /// A file that holds the key.
    pub key_file: Option<PathBuf>,
    /// A variable of the environment that holds the key.
    pub key_env: Option<String>,
    /// US dollars for a million tokens that it reads, and that it writes.
    pub input_price: Option<f64>,
    pub output_price: Option<f64>,
    /// How long one call may take, from 1 to 3600.
    #[serde(default = "two_minutes")]
    pub timeout_seconds: u64,
    /// The longest answer, in tokens; absent: what the provider takes for that.
    pub max_output_tokens: Option<u32>,
}

const fn two_minutes() -> u64 {
    120
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Log {
    pub format: LogFormat,
    /// A `tracing` filter such as `info` or `countersign=debug,info`.
    pub level: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum LogFormat {
    #[default]
    Text,
    Json,
}

impl Default for Log {
    fn default() -> Self {
        Self { format: LogFormat::Text, level: "info".to_owned() }
    }
}

/// The dispatch of jobs.
#[derive(Clone, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct EngineParts {
    pub lease_seconds: LeaseSeconds,
}

/// How long a node may be silent before its running jobs are another's: 5 to 300 seconds, 30 when absent. Shorter
/// than a database's hiccup, it makes outcomes unknown that are not.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(try_from = "u64")]
pub struct LeaseSeconds(u64);

impl LeaseSeconds {
    pub fn duration(self) -> Duration {
        Duration::from_secs(self.0)
    }
}

impl Default for LeaseSeconds {
    fn default() -> Self {
        Self(30)
    }
}

impl TryFrom<u64> for LeaseSeconds {
    type Error = String;

    fn try_from(seconds: u64) -> Result<Self, Self::Error> {
        match seconds {
            5..=300 => Ok(Self(seconds)),
            _ => Err(format!("{seconds} is not between 5 and 300 seconds")),
        }
    }
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Requests a minute of one principal; 0: no limit.
    pub requests_per_minute: u32,
    /// Requests a minute of one address without a valid credential; 0: no limit.
    pub anonymous_per_minute: u32,
    /// Connections open at once; more wait in the system's queue.
    pub max_connections: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self { requests_per_minute: 6_000, anonymous_per_minute: 600, max_connections: 2_048 }
    }
}
