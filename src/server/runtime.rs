//! What runs beside the HTTP server: waking, the event bus, the job engine with its handlers and executors.
//!
//! Built by `serve`, by the demo and by the tests alike, so that all of them run the same program.

use super::actions::outside::mail::{MailSettings, Mailer, TlsMode};
use super::actions::outside::webhook::WebhookClient;
use super::actions::perform::{Executors, Perform};
use super::config::{Config, SmtpTls};
use super::engine::{
    AtBoot, DEFAULT_QUEUE, Engine, EngineHandle, EngineSettings, HOUSEKEEPING_QUEUE, Handler, Housekeeping,
    housekeeping_cron,
};
use super::events::EventBus;
use super::folder::Folder;
use super::services::approvals::{QUEUE_ACTIONS, expiry, snooze};
use super::storage::{Db, StorageError};
use super::wake::Wake;
use std::sync::Arc;

/// Actions that are performed at once on this node.
const ACTION_SLOTS: usize = 16;

pub struct Runtime {
    pub events: EventBus,
    wake: Wake,
    engine: EngineHandle,
    folder: Folder,
}

impl Runtime {
    /// Starts everything. The schema must be up to date, and no other living process may have the name `node`: what
    /// ran under it is taken back at once, so that a restart does not wait for leases.
    pub async fn start(db: &Db, executors: Executors, node: &str) -> Result<Self, StorageError> {
        Self::start_with(db, executors, Self::settings(db, node)).await
    }

    /// The engine's settings of [`Runtime::start`].
    pub fn settings(db: &Db, node: &str) -> EngineSettings {
        let mut settings = EngineSettings::new(db, node);
        if settings.at_boot == AtBoot::Wait {
            settings.at_boot = AtBoot::TakeBackNode;
        }
        settings
    }

    /// As [`Runtime::start`], with the engine's settings given.
    pub async fn start_with(
        db: &Db,
        executors: Executors,
        mut settings: EngineSettings,
    ) -> Result<Self, StorageError> {
        let wake = Wake::start(db);
        let events = EventBus::start(db.clone(), wake.clone()).await?;
        settings.queues = vec![(QUEUE_ACTIONS, ACTION_SLOTS), (DEFAULT_QUEUE, 8), (HOUSEKEEPING_QUEUE, 1)];
        let handlers = handlers(executors);
        let cron = housekeeping_cron().map_err(|fault| StorageError::Settings(fault.to_string()))?;
        let engine = Engine::start(db.clone(), wake.clone(), handlers, cron, settings).await?;
        let folder = Folder::start(db.clone());
        Ok(Self { events, wake, engine, folder })
    }

    /// Followers' streams end first, because the HTTP server's own shutdown waits for them.
    pub async fn shutdown(self) {
        self.events.shutdown().await;
        self.engine.shutdown().await;
        self.folder.shutdown().await;
        self.wake.shutdown().await;
    }
}

/// What performs each kind of job.
pub fn handlers(executors: Executors) -> Vec<Arc<dyn Handler>> {
    vec![
        Arc::new(Perform { executors }),
        Arc::new(expiry::Expire),
        Arc::new(expiry::ClaimTimeout),
        Arc::new(expiry::Thaw),
        Arc::new(snooze::Wake),
        Arc::new(Housekeeping),
    ]
}

impl Executors {
    /// The executors that the settings describe: SMTP where a host is set, else a maildir.
    pub fn from_config(config: &Config, db: &Db) -> Result<Self, StorageError> {
        let from = config
            .smtp
            .from
            .clone()
            .unwrap_or_else(|| "Countersign <countersign@localhost.localdomain>".to_owned());
        let mail = match &config.smtp.host {
            Some(host) => MailSettings::Smtp {
                host: host.clone(),
                port: config.smtp.port(),
                user: config.smtp.user.clone(),
                password: config.smtp.password.as_ref().map(|secret| secret.reveal().to_owned()),
                tls: match config.smtp.tls {
                    SmtpTls::None => TlsMode::None,
                    SmtpTls::Starttls => TlsMode::StartTls,
                    SmtpTls::Implicit => TlsMode::Tls,
                },
                from,
            },
            None => MailSettings::Maildir { path: config.outbox_dir(), from },
        };
        let failed = |fault: super::actions::outside::SetupError| StorageError::Settings(fault.to_string());
        Ok(Self {
            mailer: Arc::new(Mailer::new(&mail, db.clock.clone()).map_err(failed)?),
            webhooks: Arc::new(WebhookClient::new(config.webhooks.guard()).map_err(failed)?),
        })
    }
}
