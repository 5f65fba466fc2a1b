//! Language models: one trait, and the clients of the endpoints that the settings name.
//!
//! A model only says what it would do. Whatever it asks for is an action of its agent and passes the gate, as if a
//! playbook had asked; nothing that it says, or that is said to it, changes anybody's rights.

mod client;
mod conversation;

pub use conversation::{Answer, Conversation, Tool, ToolCall, ToolResult, Turn};

use crate::domain::model::{Model, Provider, model_name};
use crate::server::config::{Config, ModelSettings, SettingsError};
use async_trait::async_trait;
use client::Endpoint;
use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

/// What an agent thinks with.
#[async_trait]
pub trait LanguageModel: Send + Sync + 'static {
    /// What the model says next.
    async fn reply(&self, conversation: &Conversation) -> Result<Reply, ModelError>;
}

/// What a model said, and what it used for that.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    pub answer: Answer,
    pub input_tokens: i64,
    pub output_tokens: i64,
}

/// Why a model gave no answer, in words for people.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// The endpoint wants another key, another model or another request: the next call would meet the same.
    #[error("{0}")]
    Refused(String),
    /// Over quota, slow, out of reach or talking nonsense: another call may fare better.
    #[error("{0}")]
    Failed(String),
}

/// A model of the settings.
pub struct Configured {
    pub model: Model,
    pub client: Box<dyn LanguageModel>,
}

impl Configured {
    /// What so many tokens cost, in millionths of a dollar: a price is for a million of them.
    pub fn cost_micros(&self, input_tokens: i64, output_tokens: i64) -> i64 {
        let cost = |tokens: i64, price: Option<f64>| tokens as f64 * price.unwrap_or_default();
        let all = cost(input_tokens, self.model.input_price) + cost(output_tokens, self.model.output_price);
        // A saturating cast: no price makes a negative or a wrapped cost.
        all.ceil() as i64
    }
}

/// The models of the settings, by name. Cheap to clone.
#[derive(Clone, Default)]
pub struct ModelClients(Arc<BTreeMap<String, Configured>>);

impl ModelClients {
    /// Fails where a name, a price or a key of the settings cannot be used.
    pub fn from_config(config: &Config) -> Result<Self, SettingsError> {
        let mut models = BTreeMap::new();
        for (name, settings) in &config.models {
            let wrong = |detail: String| SettingsError(format!("models.{name}: {detail}"));
            if model_name(name).is_err() {
                return Err(wrong(
                    "a name is 1 to 64 lower-case letters, digits, \"-\", \"_\" or \".\"".to_owned(),
                ));
            }
            let key = settings.key().map_err(wrong)?;
            for price in [settings.input_price, settings.output_price].into_iter().flatten() {
                if !(0.0..=1_000_000.0).contains(&price) {
                    return Err(wrong(
                        "a price is dollars for a million tokens, from 0 to 1000000".to_owned(),
                    ));
                }
            }
            let model = described(name, settings);
            let client = Endpoint::new(name, settings, key).map_err(wrong)?;
            models.insert(name.clone(), Configured { model, client: Box::new(client) });
        }
        Ok(Self(Arc::new(models)))
    }

    pub fn get(&self, name: &str) -> Option<&Configured> {
        self.0.get(name)
    }
}

/// What the settings say of models, in the order of their names.
pub fn known(config: &Config) -> Vec<Model> {
    config.models.iter().map(|(name, settings)| described(name, settings)).collect()
}

fn described(name: &str, settings: &ModelSettings) -> Model {
    Model {
        name: name.to_owned(),
        provider: settings.provider,
        model: settings.model.clone(),
        input_price: settings.input_price,
        output_price: settings.output_price,
    }
}

impl ModelSettings {
    /// How long one call may take.
    fn limit(&self) -> Duration {
        Duration::from_secs(self.timeout_seconds.clamp(1, 3600))
    }

    /// The key itself, from wherever the settings say that it is.
    fn key(&self) -> Result<Option<String>, String> {
        match (&self.key, &self.key_file, &self.key_env) {
            (Some(key), None, None) => Ok(Some(key.reveal().to_owned())),
            (None, Some(path), None) => match std::fs::read_to_string(path) {
                Ok(text) => Ok(Some(text.trim().to_owned())),
                Err(fault) => Err(format!("key_file: {} cannot be read: {fault}", path.display())),
            },
            (None, None, Some(name)) => match std::env::var(name) {
                Ok(key) if !key.trim().is_empty() => Ok(Some(key.trim().to_owned())),
                _ => Err(format!("key_env: the variable {name} is not set")),
            },
            (None, None, None) => match self.provider {
                Provider::Ollama => Ok(None),
                // Endpoints of one's own often want none.
                Provider::OpenAi if self.endpoint.is_some() => Ok(None),
                _ => Err("a key is missing: key_file, key_env or key".to_owned()),
            },
            _ => Err("give one of key, key_file and key_env".to_owned()),
        }
    }
}
