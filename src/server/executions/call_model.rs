//! The job that asks a model.

use super::AboutExecution;
use super::conversation::{Question, question};
use super::think::Said;
use crate::domain::ids::{ExecutionId, StepId};
use crate::domain::model::ModelUse;
use crate::server::engine::{Done, Handler, JobCx, JobError};
use crate::server::models::{ModelClients, ModelError};
use crate::server::services::executions::{MODEL, advance_job, change};
use crate::server::storage::Tx;
use crate::server::storage::jobs::Job;
use crate::server::storage::models::NewModelCall;
use async_trait::async_trait;
use serde::Deserialize;
use std::time::Instant;

/// Asks the model of a `model` step and leaves what it says with the step.
pub struct CallModel {
    pub models: ModelClients,
}

#[derive(Deserialize)]
#[serde(rename_all = "camelCase")]
struct Asked {
    execution_id: ExecutionId,
    step_id: StepId,
    attempt: i64,
}

#[async_trait]
impl Handler for CallModel {
    fn kind(&self) -> &'static str {
        MODEL
    }

    async fn run(&self, job: Job, cx: &JobCx) -> Result<Done, JobError> {
        let asked: Asked = job.payload()?;
        let found =
            question(cx.db(), job.workspace_id, asked.execution_id, asked.step_id, asked.attempt).await?;
        let Some(question) = found else { return Ok(Done::Finish) };
        let (said, call) = self.ask(&question).await;
        self.keep(&job, cx, &asked, said, call).await
    }

    async fn given_up(&self, tx: &mut Tx, job: &Job, cause: &str) -> Result<(), JobError> {
        Ok(change::break_off(tx, job.workspace_id, AboutExecution::of(job)?, cause).await?)
    }
}

impl CallModel {
    /// What came of it, and the call where there was one.
    async fn ask(&self, question: &Question) -> (Said, Option<NewModelCall>) {
        let lasting = |cause: String| (Said::Failed { cause, again: false }, None);
        if let Some(cause) = &question.refused {
            return lasting(cause.clone());
        }
        let Some(name) = &question.profile.model else {
            return lasting(format!("{} has no model any more.", question.agent.name));
        };
        let Some(configured) = self.models.get(name) else {
            return lasting(format!("The model {name} is not in this server's settings."));
        };
        let began = Instant::now();
        let reply = configured.client.reply(&question.conversation).await;
        let mut call = NewModelCall {
            agent_id: question.agent.id,
            execution_id: question.execution.id,
            model: name.clone(),
            usage: ModelUse {
                calls: 1,
                milliseconds: i64::try_from(began.elapsed().as_millis()).unwrap_or(i64::MAX),
                ..ModelUse::default()
            },
            error: None,
        };
        match reply {
            Ok(reply) => {
                call.usage.input_tokens = reply.input_tokens;
                call.usage.output_tokens = reply.output_tokens;
                call.usage.cost_micros = configured.cost_micros(reply.input_tokens, reply.output_tokens);
                let calls = i64::try_from(reply.answer.calls.len()).unwrap_or(i64::MAX);
                let said = match calls > question.tool_calls_left {
                    true => Said::Failed {
                        cause: format!(
                            "The model called {calls} tools where it may still call {} in this execution.",
                            question.tool_calls_left
                        ),
                        again: false,
                    },
                    false => Said::Answer(reply.answer),
                };
                (said, Some(call))
            }
            Err(fault) => {
                call.error = Some(fault.to_string());
                let again = matches!(fault, ModelError::Failed(_));
                (Said::Failed { cause: fault.to_string(), again }, Some(call))
            }
        }
    }

    /// Records the call, also where nobody waits for its answer any more.
    async fn keep(
        &self,
        job: &Job,
        cx: &JobCx,
        asked: &Asked,
        said: Said,
        call: Option<NewModelCall>,
    ) -> Result<Done, JobError> {
        let (mut tx, running) = cx.db().begin_advancing(job.workspace_id, asked.execution_id).await?;
        if let Some(call) = &call {
            tx.model_call_insert(job.workspace_id, call).await?;
        }
        if running.is_some_and(|running| running.execution.status.is_open()) {
            let open = tx.steps_open(job.workspace_id, asked.execution_id).await?;
            let waits = open.into_iter().find(|kept| {
                kept.step.id == asked.step_id
                    && kept.step.attempt == asked.attempt
                    && kept.step.waits_for.is_some()
            });
            if let Some(mut kept) = waits {
                kept.step.input = call.map(|call| serde_json::json!({ "model": call.model }));
                kept.step.output = serde_json::to_value(&said).ok();
                tx.step_update(&kept);
                let now = tx.now();
                tx.enqueue(advance_job(job.workspace_id, asked.execution_id, now));
            }
        }
        cx.finish(&mut tx).await?;
        tx.commit().await?;
        Ok(Done::Finished)
    }
}
