//! What runs beside the HTTP server: waking, the event bus, the job engine with its handlers and executors.
//!
//! Built by `serve`, by the demo and by the tests alike, so that all of them run the same program.

use super::actions::outside::mail::{MailSettings, Mailer, TlsMode};
use super::actions::outside::push::PushClient;
use super::actions::outside::webhook::WebhookClient;
use super::actions::perform::{Executors, Perform};
use super::chain::Sealer;
use super::chain::checkpoints::{SignCheckpoints, checkpoint_cron};
use super::chain::retention::{RemoveOld, retention_cron};
use super::config::{Config, SmtpTls};
use super::engine::{
    AtBoot, DEFAULT_QUEUE, Engine, EngineHandle, EngineSettings, HOUSEKEEPING_QUEUE, Handler, Housekeeping,
    ScheduleError, housekeeping_cron,
};
use super::events::EventBus;
use super::executions::{
    Advance, CallModel, CancelChild, Events, Schedules, TeamLine, Timer, schedules_cron,
};
use super::folder::Folder;
use super::models::ModelClients;
use super::services::approvals::{QUEUE_ACTIONS, expiry, snooze};
use super::services::executions::QUEUE_MODELS;
use super::services::history::{RemoveHistory, history_cron};
use super::services::memory::upkeep::{self as memory, memory_cron};
use super::services::messages;
use super::services::notifications;
use super::services::trust;
use super::storage::notices::QUEUE_NOTICES;
use super::storage::{Db, StorageError};
use super::wake::Wake;
use std::sync::Arc;

/// Actions that are performed at once on this node.
const ACTION_SLOTS: usize = 16;
/// E-mails and calls that tell people something, at once on this node.
const NOTICE_SLOTS: usize = 4;
/// Models that are asked at once on this node.
const MODEL_SLOTS: usize = 8;

pub struct Runtime {
    pub events: EventBus,
    wake: Wake,
    sealer: Sealer,
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
        let sealer = Sealer::start(db).await?;
        // A browser may ask for it from now on.
        notifications::push_key::push_key_of(db).await?;
        settings.queues = vec![
            (QUEUE_ACTIONS, ACTION_SLOTS),
            (DEFAULT_QUEUE, 8),
            (QUEUE_NOTICES, NOTICE_SLOTS),
            (QUEUE_MODELS, MODEL_SLOTS),
            (HOUSEKEEPING_QUEUE, 1),
        ];
        let handlers = handlers(executors);
        let unreadable = |fault: ScheduleError| StorageError::Settings(fault.to_string());
        let mut cron = housekeeping_cron().map_err(unreadable)?;
        cron.extend(notifications::cron::notices_cron().map_err(unreadable)?);
        cron.extend(memory_cron().map_err(unreadable)?);
        cron.push(schedules_cron().map_err(unreadable)?);
        cron.push(checkpoint_cron().map_err(unreadable)?);
        cron.push(retention_cron().map_err(unreadable)?);
        cron.push(messages::give_up_cron().map_err(unreadable)?);
        cron.push(history_cron().map_err(unreadable)?);
        let engine = Engine::start(db.clone(), wake.clone(), handlers, cron, settings).await?;
        let folder = Folder::start(db.clone());
        Ok(Self { events, wake, sealer, folder, engine })
    }

    /// Followers' streams end first, because the HTTP server's own shutdown waits for them.
    pub async fn shutdown(self) {
        self.events.shutdown().await;
        self.engine.shutdown().await;
        self.sealer.shutdown().await;
        self.folder.shutdown().await;
        self.wake.shutdown().await;
    }
}

/// What performs each kind of job.
pub fn handlers(executors: Executors) -> Vec<Arc<dyn Handler>> {
    vec![
        Arc::new(notifications::collect::Collect { public_url: executors.public_url.clone() }),
        Arc::new(notifications::mail::Mail { executors: executors.clone() }),
        Arc::new(notifications::push::Push { executors: executors.clone() }),
        Arc::new(notifications::push::PushTest { executors: executors.clone() }),
        Arc::new(notifications::webhook::Deliver { executors: executors.clone() }),
        Arc::new(notifications::digest::SendDigest { executors: executors.clone() }),
        Arc::new(CallModel { models: executors.models.clone() }),
        Arc::new(Perform { executors }),
        Arc::new(expiry::Expire),
        Arc::new(expiry::ClaimTimeout),
        Arc::new(expiry::Thaw),
        Arc::new(snooze::Wake),
        Arc::new(Advance),
        Arc::new(Timer),
        Arc::new(CancelChild),
        Arc::new(TeamLine),
        Arc::new(Events),
        Arc::new(Schedules),
        Arc::new(notifications::remind::Remind),
        Arc::new(notifications::cron::Watch),
        Arc::new(trust::Expire),
        Arc::new(memory::Upkeep),
        Arc::new(Housekeeping),
        Arc::new(SignCheckpoints),
        Arc::new(RemoveOld),
        Arc::new(messages::GiveUp),
        Arc::new(RemoveHistory),
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
            push: Arc::new(PushClient::new(config.webhooks.guard(), contact(config)).map_err(failed)?),
            models: ModelClients::from_config(config)
                .map_err(|fault| StorageError::Settings(fault.to_string()))?,
            public_url: config.public_url().trim_end_matches('/').into(),
        })
    }
}

/// Whom the people of a push service write to when something is wrong with what we send: RFC 8292 wants a `https:` or a
/// `mailto:` address, and some services insist.
fn contact(config: &Config) -> String {
    let url = config.public_url();
    if url.starts_with("https://") {
        return url.trim_end_matches('/').to_owned();
    }
    let from = config.smtp.from.as_deref().unwrap_or("countersign@localhost.localdomain");
    let address = from.rsplit_once('<').map_or(from, |(_, address)| address.trim_end_matches('>'));
    format!("mailto:{}", address.trim())
}
