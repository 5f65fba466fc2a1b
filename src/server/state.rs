//! What every handler can reach. Cheap to clone.

use super::clock::Clock;
use super::config::Config;
use super::events::EventBus;
use super::http::identity::Authenticate;
use super::http::metrics::Metrics;
use super::http::rate::Rates;
use super::storage::Db;
use crate::domain::{AppError, AppResult};
use axum::extract::FromRef;
use leptos::config::LeptosOptions;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, OnceLock};
use tokio_util::sync::CancellationToken;

#[derive(Clone, FromRef)]
pub struct AppState {
    pub db: Db,
    pub config: Arc<Config>,
    pub clock: Clock,
    /// Cancelled when the program is asked to stop: streams end, `/readyz` answers 503.
    pub shutdown: CancellationToken,
    pub auth: Arc<dyn Authenticate>,
    pub events: Events,
    pub rates: Arc<Rates>,
    pub metrics: Metrics,
    pub ready: Ready,
    pub leptos: LeptosOptions,
}

impl AppState {
    pub fn new(
        db: Db,
        config: Arc<Config>,
        auth: Arc<dyn Authenticate>,
        shutdown: CancellationToken,
        leptos: LeptosOptions,
    ) -> Self {
        Self {
            clock: db.clock.clone(),
            rates: Arc::new(Rates::new(&config.limits)),
            metrics: Metrics::install(),
            ready: Ready::default(),
            db,
            config,
            shutdown,
            auth,
            events: Events::default(),
            leptos,
        }
    }
}

/// The event bus. It reads the schema, so it is there once that is up to date.
#[derive(Clone, Default)]
pub struct Events(Arc<OnceLock<EventBus>>);

impl Events {
    pub fn set(&self, bus: EventBus) {
        // A second start of one state would be a second program; the first bus stays.
        let _ = self.0.set(bus);
    }

    pub fn get(&self) -> AppResult<&EventBus> {
        self.0.get().ok_or_else(|| AppError::Unavailable { detail: "Countersign is starting.".to_owned() })
    }
}

/// Whether the schema is up to date, so that requests make sense.
#[derive(Clone, Debug, Default)]
pub struct Ready(Arc<AtomicBool>);

impl Ready {
    pub fn set(&self) {
        self.0.store(true, Ordering::Release);
    }

    pub fn is_set(&self) -> bool {
        self.0.load(Ordering::Acquire)
    }
}
