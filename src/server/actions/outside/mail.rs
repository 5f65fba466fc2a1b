//! Sending one e-mail, for one approval or to tell a member something: over SMTP, or into a maildir folder on this
//! machine.

mod maildir;
mod message;
mod notice;
mod smtp;

use super::{Delivery, SetupError};
use crate::domain::ids::ApprovalId;
use crate::server::clock::Clock;
use lettre::message::Mailbox;
use maildir::Maildir;
use serde::Deserialize;
use smtp::Relay;
use std::fmt;
use std::path::PathBuf;
use std::time::Duration;
use uuid::Uuid;

/// One sending may take this long.
pub const TIME_LIMIT: Duration = Duration::from_secs(30);

#[derive(Clone, Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case", deny_unknown_fields)]
pub enum MailSettings {
    Smtp {
        host: String,
        port: u16,
        #[serde(default)]
        user: Option<String>,
        #[serde(default)]
        password: Option<String>,
        #[serde(default)]
        tls: TlsMode,
        /// `Countersign <countersign@example.com>`, or the address alone.
        from: String,
    },
    /// A folder in maildir form, read by a mail program on this machine or by nobody.
    Maildir { path: PathBuf, from: String },
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum TlsMode {
    /// No encryption: a relay on this machine.
    None,
    /// Required: a server without STARTTLS is refused.
    #[default]
    #[serde(alias = "starttls")]
    StartTls,
    /// From the first byte (port 465).
    Tls,
}

impl fmt::Debug for MailSettings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Smtp { host, port, user, password, tls, from } => f
                .debug_struct("Smtp")
                .field("host", host)
                .field("port", port)
                .field("user", user)
                .field("password", &password.as_ref().map(|_| "…"))
                .field("tls", tls)
                .field("from", from)
                .finish(),
            Self::Maildir { path, from } => {
                f.debug_struct("Maildir").field("path", path).field("from", from).finish()
            }
        }
    }
}

/// An e-mail as it was approved. Addresses are bare (`ada@example.com`).
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct OutgoingMail {
    pub to: Vec<String>,
    pub cc: Vec<String>,
    /// Recipients whom nobody sees.
    pub bcc: Vec<String>,
    pub reply_to: Option<String>,
    pub subject: String,
    pub body: String,
}

/// An e-mail of Countersign's own to one member.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Letter {
    pub to: String,
    pub subject: String,
    pub text: String,
    pub html: String,
    /// Where the member chooses which of these they get.
    pub settings: String,
}

/// Sends e-mail one way. What was approved is sent as it is, to all recipients or to none, or refused; nothing is
/// repaired on the way.
#[derive(Clone)]
pub struct Mailer {
    way: Way,
    from: Mailbox,
    clock: Clock,
    limit: Duration,
}

#[derive(Clone)]
enum Way {
    Smtp(Relay),
    Maildir(Maildir),
}

impl Mailer {
    /// Fails where the sender's address, the TLS set-up or the credentials make no sense. Connects to nothing.
    pub fn new(settings: &MailSettings, clock: Clock) -> Result<Self, SetupError> {
        let (way, from) = match settings {
            MailSettings::Smtp { host, port, user, password, tls, from } => {
                let credentials = match (user, password) {
                    (Some(user), Some(password)) => Some((user.clone(), password.clone())),
                    (None, None) => None,
                    _ => {
                        return Err(SetupError(
                            "mail: set both the user and the password, or neither".to_owned(),
                        ));
                    }
                };
                (Way::Smtp(Relay::new(host, *port, credentials, *tls)?), from)
            }
            MailSettings::Maildir { path, from } => (Way::Maildir(Maildir::new(path.clone())), from),
        };
        let from = message::sender(from).map_err(|why| SetupError(format!("mail: the sender {why}")))?;
        Ok(Self { way, from, clock, limit: TIME_LIMIT })
    }

    /// Another limit than [`TIME_LIMIT`], for tests.
    pub fn with_time_limit(mut self, limit: Duration) -> Self {
        self.limit = limit;
        self
    }

    /// Sends `mail` once, for the approval `id`. Into a maildir a second call changes nothing; over SMTP it would
    /// send again, under the same Message-ID.
    pub async fn send(&self, id: ApprovalId, mail: &OutgoingMail) -> Delivery {
        let show_bcc = matches!(self.way, Way::Maildir(_));
        let message = match message::compose(&self.from, id, mail, self.clock.now(), show_bcc) {
            Ok(message) => message,
            Err(why) => return Delivery::Refused(format!("The e-mail was not sent: {why}.")),
        };
        match &self.way {
            Way::Smtp(relay) => relay.send(message, self.limit).await,
            Way::Maildir(folder) => folder.send(id.0, message, self.limit).await,
        }
    }

    /// Sends `letter` once, under the id `id`. As [`Mailer::send`] for a second time.
    pub async fn notify(&self, id: Uuid, letter: &Letter) -> Delivery {
        let message = match notice::compose(&self.from, id, letter, self.clock.now()) {
            Ok(message) => message,
            Err(why) => return Delivery::Refused(format!("The e-mail was not sent: {why}.")),
        };
        match &self.way {
            Way::Smtp(relay) => relay.send(message, self.limit).await,
            Way::Maildir(folder) => folder.send(id, message, self.limit).await,
        }
    }

    /// Whether the e-mail of `id` was delivered; `None` where the transport cannot tell. A file that is not in the
    /// folder is `Unknown`, because a reader may have removed it.
    pub async fn ask(&self, id: ApprovalId) -> Option<Delivery> {
        match &self.way {
            Way::Smtp(_) => None,
            Way::Maildir(folder) => Some(folder.ask(id.0, self.limit).await),
        }
    }
}
