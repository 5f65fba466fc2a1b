//! Language models: what the settings say of them, what they may be used for, and what their use was.

use super::ids::{AgentId, ExecutionId};
use super::text;
use crate::wire_enum;
use chrono::{DateTime, Utc};
use serde::{Deserialize, Serialize};
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

wire_enum! {
    /// The protocol that a model's endpoint speaks.
    pub enum Provider {
        OpenAi = "openai",
        Anthropic = "anthropic",
        Gemini = "gemini",
        Ollama = "ollama",
    }
}

/// A model that the settings name. Its key is never told.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Model {
    /// By which agents choose it.
    pub name: String,
    pub provider: Provider,
    /// How the provider calls it.
    pub model: String,
    /// US dollars for a million tokens that it reads; absent: it costs nothing.
    pub input_price: Option<f64>,
    /// And that it writes.
    pub output_price: Option<f64>,
}

/// How far models may be used; what is absent has no limit. A day is the last 24 hours.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields, default)]
pub struct ModelLimits {
    #[validate(range(min = 1, max = MOST, message = "must be between 1 and 1,000,000,000"))]
    /// Calls of models; in a workspace without a limit they are 5,000.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_per_day: Option<i64>,
    /// Read and written together.
    #[validate(range(min = 1, max = MOST, message = "must be between 1 and 1,000,000,000"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_day: Option<i64>,
    /// US cents, by the prices in the settings.
    #[validate(range(min = 1, max = MOST, message = "must be between 1 and 1,000,000,000"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub cents_per_day: Option<i64>,
    /// Calls of a model in one execution, which without a limit are 50.
    #[validate(range(min = 1, max = MOST_IN_RUN, message = "must be between 1 and 200"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calls_per_run: Option<i64>,
    /// Tools that a model calls in one execution, which without a limit are 100.
    #[validate(range(min = 1, max = MOST_IN_RUN, message = "must be between 1 and 200"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tool_calls_per_run: Option<i64>,
    #[validate(range(min = 1, max = MOST, message = "must be between 1 and 1,000,000,000"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tokens_per_run: Option<i64>,
    /// Seconds in which a model works on one execution. What people take to decide does not count.
    #[validate(range(min = 1, max = MOST, message = "must be between 1 and 1,000,000,000"))]
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seconds_per_run: Option<i64>,
}

const MOST: i64 = 1_000_000_000;
const MOST_IN_RUN: i64 = 200;
/// Where nobody says otherwise.
const CALLS_PER_RUN: i64 = 50;
const TOOL_CALLS_PER_RUN: i64 = 100;
/// Agents that hand over to each other in circles end here, at the latest.
const CALLS_PER_DAY: i64 = 5_000;

/// What models were used for, in a day or in an execution.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelUse {
    pub calls: i64,
    pub input_tokens: i64,
    pub output_tokens: i64,
    /// Millionths of a US dollar.
    pub cost_micros: i64,
    pub milliseconds: i64,
}

impl ModelUse {
    const fn tokens(&self) -> i64 {
        self.input_tokens.saturating_add(self.output_tokens)
    }
}

/// Whose limit was met, as people read it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LimitOf {
    Agent,
    Workspace,
}

impl ModelLimits {
    /// Why a model may not be called once more after a day like this.
    pub fn refuses_day(&self, of: LimitOf, day: &ModelUse) -> Option<String> {
        let (whose, calls) = match of {
            LimitOf::Agent => ("The agent", self.calls_per_day),
            LimitOf::Workspace => ("The workspace", self.calls_per_day.or(Some(CALLS_PER_DAY))),
        };
        let met = |used: i64, limit: Option<i64>| limit.filter(|limit| used >= *limit);
        if let Some(limit) = met(day.calls, calls) {
            return Some(format!("{whose} may call models {limit} times a day, and has."));
        }
        if let Some(limit) = met(day.tokens(), self.tokens_per_day) {
            return Some(format!("{whose} may use {limit} tokens a day, and has."));
        }
        if let Some(limit) =
            met(day.cost_micros, self.cents_per_day.map(|cents| cents.saturating_mul(10_000)))
        {
            let (dollars, cents) = (limit / 1_000_000, limit % 1_000_000 / 10_000);
            return Some(format!("{whose} may spend ${dollars}.{cents:02} a day on models, and has."));
        }
        None
    }

    /// Why a model may not be called once more in an execution in which it was used like this.
    pub fn refuses_run(&self, run: &ModelUse, tool_calls: i64) -> Option<String> {
        let calls = self.calls_per_run.unwrap_or(CALLS_PER_RUN);
        if run.calls >= calls {
            return Some(format!("The model was called {calls} times, which is the limit of one execution."));
        }
        let tools = self.tool_calls_per_run.unwrap_or(TOOL_CALLS_PER_RUN);
        if tool_calls >= tools {
            return Some(format!("The model called {tools} tools, which is the limit of one execution."));
        }
        if let Some(limit) = self.tokens_per_run.filter(|limit| run.tokens() >= *limit) {
            return Some(format!("The model used {limit} tokens, which is the limit of one execution."));
        }
        if let Some(limit) =
            self.seconds_per_run.filter(|limit| run.milliseconds >= limit.saturating_mul(1000))
        {
            return Some(format!(
                "The model worked for {limit} seconds, which is the limit of one execution."
            ));
        }
        None
    }

    /// Tools that it may still call in an execution.
    pub fn tool_calls_left(&self, tool_calls: i64) -> i64 {
        (self.tool_calls_per_run.unwrap_or(TOOL_CALLS_PER_RUN) - tool_calls).max(0)
    }

    /// The tighter of both, limit by limit.
    #[must_use]
    pub fn and(&self, other: &Self) -> Self {
        let tighter = |a: Option<i64>, b: Option<i64>| match (a, b) {
            (Some(a), Some(b)) => Some(a.min(b)),
            (a, b) => a.or(b),
        };
        Self {
            calls_per_day: tighter(self.calls_per_day, other.calls_per_day),
            tokens_per_day: tighter(self.tokens_per_day, other.tokens_per_day),
            cents_per_day: tighter(self.cents_per_day, other.cents_per_day),
            calls_per_run: tighter(self.calls_per_run, other.calls_per_run),
            tool_calls_per_run: tighter(self.tool_calls_per_run, other.tool_calls_per_run),
            tokens_per_run: tighter(self.tokens_per_run, other.tokens_per_run),
            seconds_per_run: tighter(self.seconds_per_run, other.seconds_per_run),
        }
    }
}

/// One call of a model, as it was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct ModelCall {
    pub id: uuid::Uuid,
    pub agent_id: AgentId,
    pub agent_name: String,
    pub execution_id: ExecutionId,
    /// The model's name in the settings at that time.
    pub model: String,
    #[serde(rename = "use")]
    pub usage: ModelUse,
    /// Why it failed; absent: it answered.
    pub error: Option<String>,
    pub created_at: DateTime<Utc>,
}

/// What the workspace's models are, how far they may be used, and what the last day's use was.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase")]
pub struct Models {
    pub models: Vec<Model>,
    pub limits: ModelLimits,
    pub day: ModelUse,
    /// The last calls, newest first, at most 50.
    pub calls: Vec<ModelCall>,
}

/// The name of a model in the settings: lower-case letters, digits, `-`, `_` and `.`.
pub fn model_name(name: &str) -> Result<(), ValidationError> {
    text::no_nul(name)?;
    let plain =
        name.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || matches!(b, b'-' | b'_' | b'.'));
    if plain && (1..=64).contains(&name.len()) {
        return Ok(());
    }
    Err(ValidationError::new("name")
        .with_message("must be 1 to 64 lower-case letters, digits, \"-\", \"_\" or \".\"".into()))
}
