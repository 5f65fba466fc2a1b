//! One e-mail over SMTP (RFC 5321), phase by phase, because only the phase tells whether it can have been sent.

use super::TlsMode;
use super::message::Composed;
use crate::server::actions::outside::{Delivery, SetupError, quoted, with_causes};
use lettre::transport::smtp::Error;
use lettre::transport::smtp::authentication::{Credentials, Mechanism};
use lettre::transport::smtp::client::{AsyncSmtpConnection, TlsParameters};
use lettre::transport::smtp::commands::{Data, Mail, Rcpt};
use lettre::transport::smtp::extension::ClientId;
use lettre::transport::smtp::response::{Response, Severity};
use serde_json::json;
use std::time::Duration;
use tokio::time::{Instant, timeout, timeout_at};

/// One of several addresses of the server may take this long to connect.
const CONNECT_LIMIT: Duration = Duration::from_secs(10);
/// The parting word may take this long; the e-mail is accepted by then.
const QUIT_LIMIT: Duration = Duration::from_secs(5);

/// The server that mail is handed to. Its host is the operator's choice, so that it may be private.
#[derive(Clone)]
pub struct Relay {
    host: String,
    port: u16,
    credentials: Option<Credentials>,
    tls: Option<(TlsMode, TlsParameters)>,
}

impl Relay {
    pub fn new(
        host: &str,
        port: u16,
        credentials: Option<(String, String)>,
        tls: TlsMode,
    ) -> Result<Self, SetupError> {
        let tls = match tls {
            TlsMode::None => None,
            mode => {
                let parameters = TlsParameters::new(host.to_owned())
                    .map_err(|cause| SetupError(format!("mail: TLS for {host}: {}", with_causes(&cause))))?;
                Some((mode, parameters))
            }
        };
        let credentials = credentials.map(|(user, password)| Credentials::new(user, password));
        Ok(Self { host: host.to_owned(), port, credentials, tls })
    }

    pub async fn send(&self, message: Composed, limit: Duration) -> Delivery {
        let deadline = Instant::now() + limit;
        let seconds = limit.as_secs_f32();
        // Until the server asks for the message, not one byte of it has been sent: whatever goes wrong until then,
        // nothing happened.
        let mut connection = match timeout_at(deadline, self.open(&message)).await {
            Ok(Ok(connection)) => connection,
            Ok(Err(why)) => return Delivery::Refused(format!("The e-mail was not sent: {why}.")),
            Err(_) => {
                return Delivery::Refused(format!(
                    "The e-mail was not sent: the mail server was not ready for it within {seconds} s."
                ));
            }
        };
        let answer = timeout_at(deadline, connection.message(&message.bytes)).await;
        let delivery = match answer {
            Err(_) => Delivery::Unknown(format!(
                "The e-mail was handed over and the mail server did not answer within {seconds} s."
            )),
            Ok(answer) => after_the_message(answer, &message.message_id),
        };
        if !matches!(delivery, Delivery::Unknown(_)) {
            tokio::spawn(async move { timeout(QUIT_LIMIT, connection.quit()).await });
        }
        delivery
    }

    /// Everything before the message itself. A server that refuses one recipient gets no message for the others.
    async fn open(&self, message: &Composed) -> Result<AsyncSmtpConnection, String> {
        let hello = ClientId::default();
        let from_start = match &self.tls {
            Some((TlsMode::Tls, parameters)) => Some(parameters.clone()),
            _ => None,
        };
        let mut connection = AsyncSmtpConnection::connect_tokio1(
            (self.host.as_str(), self.port),
            Some(CONNECT_LIMIT),
            &hello,
            from_start,
            None,
        )
        .await
        .map_err(|error| said("the mail server could not be reached", &error))?;
        if let Some((TlsMode::StartTls, parameters)) = &self.tls {
            connection
                .starttls(parameters.clone(), &hello)
                .await
                .map_err(|error| said("the connection could not be encrypted", &error))?;
        }
        if let Some(credentials) = &self.credentials {
            connection
                .auth(&[Mechanism::Plain, Mechanism::Login], credentials)
                .await
                .map_err(|error| said("the mail server did not accept the sign-in", &error))?;
        }
        let answer = connection.command(Mail::new(Some(message.from.clone()), Vec::new())).await;
        expect(answer, Severity::PositiveCompletion, "the mail server refused the sender")?;
        for recipient in &message.recipients {
            let answer = connection.command(Rcpt::new(recipient.clone(), Vec::new())).await;
            let what = format!("the mail server refused {recipient}");
            expect(answer, Severity::PositiveCompletion, &what)?;
        }
        let answer = connection.command(Data).await;
        expect(answer, Severity::PositiveIntermediate, "the mail server refused the message")?;
        Ok(connection)
    }
}

/// What the answer to the message says. A reply code is definite, 4yz too: "the requested action did not occur"
/// (RFC 5321, section 4.2.1). 421 is not, because a relay in between says it when it loses the server behind it.
fn after_the_message(answer: Result<Response, Error>, message_id: &str) -> Delivery {
    match answer {
        Ok(response) if response.code().severity == Severity::PositiveCompletion => Delivery::Done(json!({
            "transport": "smtp",
            "messageId": message_id,
            "answer": quoted(&response.message().collect::<Vec<_>>().join(" "), 300),
        })),
        Ok(response) => {
            Delivery::Unknown(format!("The mail server answered the e-mail with {}.", response.code()))
        }
        Err(error) => match error.status().map(u16::from) {
            Some(code) if code != 421 => Delivery::Refused(format!(
                "The e-mail was not sent: {}.",
                said("the mail server refused it", &error)
            )),
            _ => Delivery::Unknown(format!(
                "The e-mail was handed over and {}.",
                said("the mail server's answer was lost", &error)
            )),
        },
    }
}

fn expect(answer: Result<Response, Error>, severity: Severity, what: &str) -> Result<(), String> {
    match answer {
        Ok(response) if response.code().severity == severity => Ok(()),
        Ok(response) => Err(format!("{what}: it answered {}", response.code())),
        Err(error) => Err(said(what, &error)),
    }
}

fn said(what: &str, error: &Error) -> String {
    format!("{what} ({})", quoted(&with_causes(error), 300))
}
