//! Steps in which an agent's model says what comes next.

use super::Failure;
use super::Stop;
use super::work::Work;
use crate::domain::AppResult;
use crate::domain::action::action_type_name;
use crate::domain::agent::Agent;
use crate::domain::canonical::Data;
use crate::domain::execution::WaitsFor;
use crate::domain::ids::StepId;
use crate::domain::workflow::definition::{ActionStep, AgentStep};
use crate::domain::workflow::tool_loop::{self, CALLS_AT_ONCE};
use crate::domain::workflow::{StepDef, StepRun};
use crate::server::models::{Answer, ToolCall};
use crate::server::services::executions::model_job;
use crate::server::storage::Tx;
use crate::server::storage::workflows::steps::KeptStep;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;

/// The tool with which a model gives a part of its task to a colleague.
pub(super) const HAND_OVER: &str = "hand_over";
/// The longest that a model's words beside a call are kept as the reason for it, in characters.
const WHY_MAX: usize = 500;

/// What the job that asked a model leaves with the step.
#[derive(Debug, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum Said {
    Answer(Answer),
    Failed { cause: String, again: bool },
}

#[derive(Deserialize)]
struct HandOver {
    agent: String,
    objective: String,
    #[serde(default)]
    input: Option<Data>,
}

impl Work {
    /// Asks by a job, which leaves the answer with the step.
    pub(super) fn ask_model(&mut self, tx: &mut Tx, id: StepId) {
        let (workspace, execution) = (self.running.execution.workspace_id, self.running.execution.id);
        self.wait(tx, id, WaitsFor::Outcome, None);
        let Some(kept) = self.step(id) else { return };
        kept.step.output = None;
        let (attempt, now) = (kept.step.attempt, tx.now());
        tx.enqueue(model_job(workspace, execution, id, attempt, now));
    }

    /// Takes over what the model said, once it has: what it calls become the next steps.
    pub(super) async fn answered(&mut self, tx: &mut Tx, kept: &KeptStep) -> AppResult<()> {
        let Some(output) = kept.step.output.clone() else { return Ok(()) };
        let id = kept.step.id;
        if let Some(kept) = self.step(id) {
            kept.step.output = None;
        }
        let said = serde_json::from_value(output)
            .unwrap_or_else(|fault| Said::Failed { cause: format!("Not an answer: {fault}"), again: true });
        let answer = match said {
            Said::Answer(answer) => answer,
            Said::Failed { cause, again } => return self.failed(tx, id, Failure { cause, again }).await,
        };
        let Some(StepRun::Model(asked)) = self.def(id).map(|step: &StepDef| &step.run) else { return Ok(()) };
        match calls(&asked.agent, &answer) {
            Ok(calls) => {
                if !calls.is_empty() {
                    let mut definition = (*self.definition).clone();
                    tool_loop::grow(&mut definition, &kept.step.key, calls);
                    self.definition = Arc::new(definition);
                    self.grown = true;
                }
                let output = match answer.calls.is_empty() {
                    true => result(&answer.text),
                    false => serde_json::to_value(&answer).unwrap_or(Value::Null),
                };
                self.completed(tx, id, output).await
            }
            Err(cause) => self.failed(tx, id, Failure::passing(cause)).await,
        }
    }

    /// Whether a model may hand over to this agent.
    pub(super) async fn is_colleague(&self, tx: &mut Tx, agent: &Agent) -> Result<(), Stop> {
        let execution = &self.running.execution;
        let member = match execution.team_id {
            Some(team) => tx.team_has_member(execution.workspace_id, team, agent.id).await?,
            None => false,
        };
        if member && execution.agent_id != Some(agent.id) {
            return Ok(());
        }
        Err(format!("{} is not another member of the team.", agent.name).into())
    }
}

/// What an answer calls, each as a step of the agent. Whether it may is decided when the step begins, so that the model
/// hears of a refusal; an error is what no step could be made of.
fn calls(agent: &str, answer: &Answer) -> Result<Vec<(String, StepRun)>, String> {
    if answer.calls.len() > CALLS_AT_ONCE {
        return Err(format!("The model called {} tools at once.", answer.calls.len()));
    }
    answer.calls.iter().map(|call| step(agent, call, &answer.text)).collect()
}

fn step(agent: &str, call: &ToolCall, text: &str) -> Result<(String, StepRun), String> {
    if call.name == HAND_OVER {
        let wanted: HandOver = serde_json::from_value(json!(call.arguments))
            .map_err(|fault| format!("The model handed over to nobody, or nothing: {fault}"))?;
        let step = AgentStep {
            agent: wanted.agent,
            objective: wanted.objective,
            input: wanted.input,
            by_model: true,
        };
        return Ok((format!("Hand over to {}", name(&step.agent)), StepRun::Agent(step)));
    }
    let action_type = action_type_of(&call.name);
    if action_type_name(&action_type).is_err() {
        return Err(format!("The model called \"{}\", which is no tool.", name(&call.name)));
    }
    let data = Data::from_value(Value::Object(call.arguments.clone()))
        .map_err(|fault| format!("The model called {} with data that cannot be kept: {fault}", call.name))?;
    let why = text.trim();
    let step = ActionStep {
        agent: agent.to_owned(),
        action_type: action_type.clone(),
        action_data: data,
        by_model: true,
        description: (!why.is_empty()).then(|| why.chars().take(WHY_MAX).collect()),
        expires_in_seconds: None,
    };
    Ok((action_type, StepRun::Action(step)))
}

/// The tool of an action type: endpoints take no dots in names, and action types have no dashes.
pub(super) fn tool_name(action_type: &str) -> String {
    action_type.replace('.', "-")
}

fn action_type_of(tool: &str) -> String {
    tool.replace('-', ".")
}

/// What a model that is done gives back: the values of a JSON object, or its text as the summary.
fn result(text: &str) -> Value {
    let bare = text.trim().trim_start_matches("```json").trim_matches('`').trim();
    match serde_json::from_str(bare) {
        Ok(Value::Object(values)) => Value::Object(values),
        _ => json!({ "summary": text.trim() }),
    }
}

/// At most as much as a step's name may be.
fn name(text: &str) -> String {
    text.chars().filter(|c| !c.is_control()).take(80).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_result_is_an_object_or_a_summary() {
        assert_eq!(result(" Done. "), json!({ "summary": "Done." }));
        assert_eq!(result("[1]"), json!({ "summary": "[1]" }));
        for text in ["{\"score\": 7}", "```json\n{\"score\": 7}\n```", " {\"score\": 7} "] {
            assert_eq!(result(text), json!({ "score": 7 }), "{text}");
        }
    }
}
