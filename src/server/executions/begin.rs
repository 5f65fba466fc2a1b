//! How each kind of step begins.

use super::work::Work;
use super::{Failure, of_step};
use crate::domain::action::{SubmitAction, SubmitVerdict, Submitted};
use crate::domain::agent::Agent;
use crate::domain::canonical::Data;
use crate::domain::execution::{ExecutionKind, WaitsFor};
use crate::domain::ids::StepId;
use crate::domain::workflow::StepRun;
use crate::domain::workflow::definition::{ActionStep, AgentStep, ApprovalStep, ChildStep, WaitStep};
use crate::domain::{AppError, AppResult};
use crate::server::services::approvals::submit::{Attempt, submit_in};
use crate::server::services::ctx::{Allowed, SubmitActions};
use crate::server::services::executions::start::{DEPTH_MAX, Line, begin, start_workflow};
use crate::server::services::executions::{events_job, timer_job};
use crate::server::services::workflows::template::{self, Known};
use crate::server::storage::Tx;
use crate::server::storage::workflows::executions::{Does, NewExecution};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

/// The longest title of an execution, in characters.
const TITLE_MAX: usize = 200;
/// What an approval step asks for: an action that does nothing but stand in the trail.
const CONTINUE: &str = "continue_workflow";

impl Work {
    /// Begins an attempt: its number, its time and its time-out.
    fn attempt(&mut self, tx: &mut Tx, id: StepId, input: Value) {
        let now = tx.now();
        let (workspace, execution) = (self.running.execution.workspace_id, self.running.execution.id);
        let limit = self
            .steps
            .iter()
            .find(|kept| kept.step.id == id)
            .and_then(|kept| self.def(&kept.step))
            .and_then(|step| step.timeout_seconds);
        let Some(kept) = self.step(id) else { return };
        kept.step.attempt += 1;
        kept.step.started_at = Some(now);
        kept.step.input = Some(input);
        kept.step.error = None;
        kept.timeout_at = limit.map(|seconds| now + TimeDelta::seconds(seconds));
        if let Some(at) = kept.timeout_at {
            tx.enqueue(timer_job(workspace, execution, id, at));
        }
    }

    /// Begins a step that asks the gate. `refused`: its effect was, in a transaction that was dropped. `Some(cause)`: drop
    /// this one too, and begin it again with that cause.
    pub(super) async fn act(
        &mut self,
        tx: &mut Tx,
        id: StepId,
        refused: Option<String>,
    ) -> AppResult<Option<String>> {
        let Some(run) = self.run_of(id) else {
            self.failed(tx, id, Failure::lasting("The definition has no such step.")).await?;
            return Ok(None);
        };
        let known = self.known(tx, &template::read_by_step(&run)).await?;
        let (agent, asked, ask_anyway) = match &run {
            StepRun::Action(step) => (&step.agent, self.action(&known, step), false),
            StepRun::Approval(step) => (&step.agent, self.question(&known, step), true),
            _ => return Ok(None),
        };
        let action = match asked {
            Ok(action) => action,
            Err(cause) => {
                self.attempt(tx, id, Value::Null);
                self.failed(tx, id, Failure::lasting(cause)).await?;
                return Ok(None);
            }
        };
        self.attempt(tx, id, json!({ "actionType": action.action_type, "actionData": action.action_data }));
        let found = tx.agent_by_name(self.running.execution.workspace_id, agent).await?;
        let Some(agent) = found else {
            self.failed(tx, id, Failure::lasting(format!("There is no agent \"{agent}\"."))).await?;
            return Ok(None);
        };
        let tools = tx.agent_tools(agent.id).await?;
        if !ask_anyway && !tools.is_empty() && !tools.contains(&action.action_type) {
            let cause = format!("{} may not use {}.", agent.name, action.action_type);
            self.failed(tx, id, Failure::lasting(cause)).await?;
            return Ok(None);
        }
        let by = self.as_agent(&agent)?;
        match submit_in(tx, &by, &action, ask_anyway, refused).await {
            Ok(Attempt::EffectRefused(cause)) => return Ok(Some(cause)),
            Ok(Attempt::Done(submitted)) => self.submitted(tx, id, *submitted).await?,
            Err(error) => {
                let failure = of_step(error)?;
                self.failed(tx, id, failure).await?;
            }
        }
        Ok(None)
    }

    /// The right to ask for actions in an agent's name, and for nothing else.
    fn as_agent(&self, agent: &Agent) -> AppResult<Allowed<SubmitActions>> {
        let execution = &self.running.execution;
        Allowed::of_engine(execution.workspace_id, agent, format!("execution {}", execution.id))
    }

    fn action(&self, known: &Known, step: &ActionStep) -> Result<SubmitAction, String> {
        let data = known.render(&step.action_data.to_value())?;
        let data = Data::from_value(data).map_err(|fault| fault.to_string())?;
        let description = step.description.as_deref().map(|text| known.render_text(text)).transpose()?;
        Ok(self.asks(step.action_type.clone(), data, description, step.expires_in_seconds, None))
    }

    fn question(&self, known: &Known, step: &ApprovalStep) -> Result<SubmitAction, String> {
        let mut data = Map::new();
        data.insert("question".to_owned(), json!(known.render_text(&step.question)?));
        if let Some(details) = &step.details {
            data.insert("details".to_owned(), known.render(&details.to_value())?);
        }
        let data = Data::from_value(Value::Object(data)).map_err(|fault| fault.to_string())?;
        Ok(self.asks(CONTINUE.to_owned(), data, None, step.expires_in_seconds, step.required_approvals))
    }

    fn asks(
        &self,
        action_type: String,
        action_data: Data,
        description: Option<String>,
        expires_in_seconds: Option<i64>,
        required_approvals: Option<i64>,
    ) -> SubmitAction {
        SubmitAction {
            action_type,
            action_data,
            team_id: self.running.execution.team_id,
            agent_id: None,
            description,
            expires_in_seconds,
            required_approvals,
            workflow_execution_id: Some(self.running.execution.id),
            external_ref: None,
        }
    }

    async fn submitted(&mut self, tx: &mut Tx, id: StepId, submitted: Submitted) -> AppResult<()> {
        if let Some(kept) = self.step(id) {
            kept.step.approval_id = submitted.approval.as_ref().map(|approval| approval.id);
        }
        match (submitted.verdict, submitted.approval) {
            (SubmitVerdict::Denied, _) | (_, None) => {
                self.failed(tx, id, Failure::lasting(submitted.reasons.join(" "))).await
            }
            (_, Some(approval)) => self.heard(tx, id, &approval).await,
        }
    }

    /// Begins a step that asks nobody.
    pub(super) async fn begin_inside(&mut self, tx: &mut Tx, id: StepId) -> AppResult<()> {
        let Some(run) = self.run_of(id) else {
            return self.failed(tx, id, Failure::lasting("The definition has no such step.")).await;
        };
        let known = self.known(tx, &template::read_by_step(&run)).await?;
        let begun = match &run {
            StepRun::Set(step) => {
                self.attempt(tx, id, Value::Null);
                match known.render(&step.values.to_value()) {
                    Ok(values) => self.completed(tx, id, values).await.map(Ok)?,
                    Err(cause) => Err(cause),
                }
            }
            StepRun::Condition(step) => {
                self.attempt(tx, id, Value::Null);
                match known.holds(&step.when) {
                    Ok(holds) => self.went(tx, id, holds).await.map(Ok)?,
                    Err(cause) => Err(cause),
                }
            }
            StepRun::Join(_) => {
                self.attempt(tx, id, Value::Null);
                Ok(self.completed(tx, id, Value::Null).await?)
            }
            StepRun::Parallel(_) => {
                self.attempt(tx, id, Value::Null);
                Ok(self.fork(tx, id).await?)
            }
            StepRun::Wait(step) => self.wait_for(tx, id, &known, step).await?,
            StepRun::Agent(step) => self.hand_over(tx, id, &known, step).await?,
            StepRun::Workflow(step) => self.child(tx, id, &known, step).await?,
            StepRun::Action(_) | StepRun::Approval(_) => Ok(()),
        };
        match begun {
            Ok(()) => Ok(()),
            Err(cause) => self.failed(tx, id, Failure::lasting(cause)).await,
        }
    }

    async fn wait_for(
        &mut self,
        tx: &mut Tx,
        id: StepId,
        known: &Known,
        step: &WaitStep,
    ) -> AppResult<Result<(), String>> {
        self.attempt(tx, id, Value::Null);
        if let Some(event) = &step.event {
            self.wait(tx, id, WaitsFor::Event, None);
            if let Some(kept) = self.step(id) {
                kept.event = Some(event.clone());
            }
            // What is sealed meanwhile is looked through, whoever else follows.
            let now = tx.now();
            tx.enqueue(events_job(self.running.execution.workspace_id, now));
            return Ok(Ok(()));
        }
        let until = match (&step.until, step.seconds) {
            (Some(until), _) => match known.render_text(until).and_then(|text| time(&text)) {
                Ok(until) => until,
                Err(cause) => return Ok(Err(cause)),
            },
            (None, seconds) => tx.now() + TimeDelta::seconds(seconds.unwrap_or_default()),
        };
        if until <= tx.now() {
            self.completed(tx, id, json!({ "until": until })).await?;
        } else {
            self.wait(tx, id, WaitsFor::Timer, Some(until));
        }
        Ok(Ok(()))
    }

    /// An agent works on an objective, as an execution of its own.
    async fn hand_over(
        &mut self,
        tx: &mut Tx,
        id: StepId,
        known: &Known,
        step: &AgentStep,
    ) -> AppResult<Result<(), String>> {
        let workspace = self.running.execution.workspace_id;
        let input = step.input.as_ref().map(|input| known.render(&input.to_value())).transpose();
        let (objective, input) = match (known.render_text(&step.objective), input) {
            (Ok(objective), Ok(input)) => (objective, input),
            (Err(cause), _) | (_, Err(cause)) => {
                self.attempt(tx, id, Value::Null);
                return Ok(Err(cause));
            }
        };
        let mut given = match input {
            Some(Value::Object(map)) => map,
            _ => Map::new(),
        };
        given.insert("objective".to_owned(), json!(objective));
        let input = Value::Object(given);
        self.attempt(tx, id, input.clone());
        let Some(agent) = tx.agent_by_name(workspace, &step.agent).await? else {
            return Ok(Err(format!("There is no agent \"{}\".", step.agent)));
        };
        if agent.status != crate::domain::agent::AgentStatus::Active {
            return Ok(Err(format!("The agent {} is {}.", agent.name, agent.status)));
        }
        let Some(playbook) = tx.agent_playbook(agent.id).await? else {
            return Ok(Err(format!("The agent {} has neither a model nor a playbook.", agent.name)));
        };
        if self.running.depth >= DEPTH_MAX {
            return Ok(Err(format!("More than {DEPTH_MAX} agents handed over to one another.")));
        }
        let new = NewExecution {
            workspace_id: workspace,
            kind: ExecutionKind::Task,
            title: objective.chars().take(TITLE_MAX).collect(),
            does: Does::Definition(playbook.definition()),
            team_id: self.running.execution.team_id,
            agent_id: Some(agent.id),
            input,
            parent: Some((self.running.execution.id, id)),
            depth: self.running.depth + 1,
            started_by: self.running.execution.started_by.clone(),
            start_key: None,
        };
        let Some(child) = begin(tx, new).await? else {
            return Ok(Err("It could not be started.".to_owned()));
        };
        self.wait(tx, id, WaitsFor::Child, None);
        if let Some(kept) = self.step(id) {
            kept.step.child_id = Some(child.id);
        }
        Ok(Ok(()))
    }

    /// Another workflow, as a child.
    async fn child(
        &mut self,
        tx: &mut Tx,
        id: StepId,
        known: &Known,
        step: &ChildStep,
    ) -> AppResult<Result<(), String>> {
        let input = match step.input.as_ref().map(|input| known.render(&input.to_value())).transpose() {
            Ok(input) => input.unwrap_or_else(|| json!({})),
            Err(cause) => {
                self.attempt(tx, id, Value::Null);
                return Ok(Err(cause));
            }
        };
        self.attempt(tx, id, input.clone());
        let found = tx.workflow_by_name(self.running.execution.workspace_id, &step.workflow).await?;
        let Some(workflow) = found else {
            return Ok(Err(format!("There is no workflow \"{}\".", step.workflow)));
        };
        if self.running.depth >= DEPTH_MAX {
            return Ok(Err(format!("More than {DEPTH_MAX} workflows started one another.")));
        }
        let execution = &self.running.execution;
        let line = Line { parent: Some((execution.id, id)), depth: self.running.depth + 1 };
        let by = execution.started_by.clone();
        match start_workflow(tx, &workflow, input, by, None, line).await {
            Ok(Some(child)) => {
                self.wait(tx, id, WaitsFor::Child, None);
                if let Some(kept) = self.step(id) {
                    kept.step.child_id = Some(child.id);
                }
                Ok(Ok(()))
            }
            Ok(None) => Ok(Err("It could not be started.".to_owned())),
            Err(error @ (AppError::Internal { .. } | AppError::Unavailable { .. })) => Err(error),
            Err(error) => Ok(Err(error.to_string())),
        }
    }
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text.trim())
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| format!("\"{text}\" is not a time such as 2026-01-31T09:00:00Z"))
}
