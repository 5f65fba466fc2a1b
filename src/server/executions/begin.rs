//! How each kind of step begins.

use super::work::Work;
use super::{Failure, Stop};
use crate::domain::AppResult;
use crate::domain::action::{SubmitAction, SubmitVerdict, Submitted};
use crate::domain::agent::Agent;
use crate::domain::canonical::Data;
use crate::domain::catalogue::{self, CONTINUE_WORKFLOW};
use crate::domain::execution::{Execution, ExecutionKind, WaitsFor};
use crate::domain::ids::StepId;
use crate::domain::workflow::StepRun;
use crate::domain::workflow::definition::{ActionStep, AgentStep, ApprovalStep, ChildStep, WaitStep};
use crate::server::services::approvals::submit::{Attempt, submit_in};
use crate::server::services::ctx::Allowed;
use crate::server::services::executions::start::{DEPTH_MAX, Line, Task, start_task, start_workflow};
use crate::server::services::executions::{events_job, timer_job};
use crate::server::services::workflows::template::{self, Known};
use crate::server::storage::Tx;
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::{Map, Value, json};

impl Work {
    /// Begins an attempt: its number, its time and its time-out.
    fn attempt(&mut self, tx: &mut Tx, id: StepId) {
        let now = tx.now();
        let (workspace, execution) = (self.running.execution.workspace_id, self.running.execution.id);
        let limit = self.def(id).and_then(|step| step.timeout_seconds);
        let Some(kept) = self.step(id) else { return };
        kept.step.attempt += 1;
        kept.step.started_at = Some(now);
        kept.step.input = None;
        kept.step.error = None;
        kept.timeout_at = limit.map(|seconds| now + TimeDelta::seconds(seconds));
        if let Some(at) = kept.timeout_at {
            tx.enqueue(timer_job(workspace, execution, id, at));
        }
    }

    /// Keeps what the attempt was given, for people to see.
    pub(super) fn given(&mut self, id: StepId, input: Value) {
        if let Some(kept) = self.step(id) {
            kept.step.input = Some(input);
        }
    }

    fn run_of(&self, id: StepId) -> Result<StepRun, Stop> {
        let step = self.def(id).ok_or_else(|| "The definition has no such step.".to_owned())?;
        Ok(step.run.clone())
    }

    async fn stopped(&mut self, tx: &mut Tx, id: StepId, stop: Stop) -> AppResult<()> {
        match stop {
            Stop::Failed(failure) => self.failed(tx, id, failure).await,
            Stop::Fault(error) => Err(error),
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
        self.attempt(tx, id);
        match self.ask(tx, id, refused).await {
            Ok(Attempt::EffectRefused(cause)) => Ok(Some(cause)),
            Ok(Attempt::Done(submitted)) => self.submitted(tx, id, *submitted).await.map(|()| None),
            Err(stop) => self.stopped(tx, id, stop).await.map(|()| None),
        }
    }

    async fn ask(&mut self, tx: &mut Tx, id: StepId, refused: Option<String>) -> Result<Attempt, Stop> {
        let run = self.run_of(id)?;
        let known = self.known(tx, &template::read_by_step(&run)).await?;
        let (name, action, asks_people) = match &run {
            StepRun::Action(step) => (&step.agent, self.action(&known, step)?, false),
            StepRun::Approval(step) => (&step.agent, self.question(&known, step)?, true),
            _ => return Err("A step of this kind asks for nothing.".to_owned().into()),
        };
        self.given(id, json!({ "actionType": action.action_type, "actionData": action.action_data }));
        let agent = self.agent(tx, name).await?;
        let tools = tx.agent_tools(agent.id).await?;
        if !asks_people && !tools.is_empty() && !tools.contains(&action.action_type) {
            return Err(format!("{} may not use {}.", agent.name, action.action_type).into());
        }
        let execution = &self.running.execution;
        // People are not asked about what a model makes up.
        let made_up = matches!(&run, StepRun::Action(step) if step.by_model)
            && catalogue::find(&action.action_type).is_none()
            && tx.action_type_get(execution.workspace_id, &action.action_type).await?.is_none();
        if made_up {
            return Err(format!("There is no action type {}.", action.action_type).into());
        }
        let request = format!("execution {}", execution.id);
        let by = Allowed::of_engine(execution.workspace_id, &agent, request)?;
        Ok(submit_in(tx, &by, &action, asks_people, refused).await?)
    }

    pub(super) async fn agent(&self, tx: &mut Tx, name: &str) -> Result<Agent, Stop> {
        let found = tx.agent_by_name(self.running.execution.workspace_id, name).await?;
        Ok(found.ok_or_else(|| format!("There is no agent \"{name}\"."))?)
    }

    fn action(&self, known: &Known, step: &ActionStep) -> Result<SubmitAction, Stop> {
        if step.by_model {
            let (data, why) = (step.action_data.clone(), step.description.clone());
            return Ok(self.asks(step.action_type.clone(), data, why, step.expires_in_seconds, None));
        }
        let data = Data::from_value(known.render(&step.action_data.to_value())?)?;
        let description = step.description.as_deref().map(|text| known.render_text(text)).transpose()?;
        Ok(self.asks(step.action_type.clone(), data, description, step.expires_in_seconds, None))
    }

    fn question(&self, known: &Known, step: &ApprovalStep) -> Result<SubmitAction, Stop> {
        let mut data = Map::new();
        data.insert("question".to_owned(), json!(known.render_text(&step.question)?));
        if let Some(details) = &step.details {
            data.insert("details".to_owned(), known.render(&details.to_value())?);
        }
        let data = Data::from_value(Value::Object(data))?;
        Ok(self.asks(
            CONTINUE_WORKFLOW.to_owned(),
            data,
            None,
            step.expires_in_seconds,
            step.required_approvals,
        ))
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
        self.attempt(tx, id);
        match self.inside(tx, id).await {
            Ok(()) => Ok(()),
            Err(stop) => self.stopped(tx, id, stop).await,
        }
    }

    async fn inside(&mut self, tx: &mut Tx, id: StepId) -> Result<(), Stop> {
        let run = self.run_of(id)?;
        let known = self.known(tx, &template::read_by_step(&run)).await?;
        match &run {
            StepRun::Set(step) => {
                let values = known.render(&step.values.to_value())?;
                self.completed(tx, id, values).await?;
            }
            StepRun::Condition(step) => {
                let holds = known.holds(&step.when)?;
                self.went(tx, id, holds).await?;
            }
            StepRun::Join(_) => self.completed(tx, id, Value::Null).await?,
            StepRun::Parallel(_) => self.fork(tx, id).await?,
            StepRun::Wait(step) => self.wait_for(tx, id, &known, step).await?,
            StepRun::Agent(step) => self.hand_over(tx, id, &known, step).await?,
            StepRun::Workflow(step) => self.child(tx, id, &known, step).await?,
            StepRun::Model(_) => self.ask_model(tx, id),
            StepRun::Message(step) => self.send_task(tx, id, &step.agent).await?,
            StepRun::Action(_) | StepRun::Approval(_) => {}
        }
        Ok(())
    }

    async fn wait_for(
        &mut self,
        tx: &mut Tx,
        id: StepId,
        known: &Known,
        step: &WaitStep,
    ) -> Result<(), Stop> {
        if let Some(event) = &step.event {
            self.wait(tx, id, WaitsFor::Event, None);
            if let Some(kept) = self.step(id) {
                kept.event = Some(event.clone());
            }
            // What is sealed meanwhile is looked through, whoever else follows.
            let now = tx.now();
            tx.enqueue(events_job(self.running.execution.workspace_id, now));
            return Ok(());
        }
        let until = match (&step.until, step.seconds) {
            (Some(until), _) => time(&known.render_text(until)?)?,
            (None, seconds) => tx.now() + TimeDelta::seconds(seconds.unwrap_or_default()),
        };
        if until <= tx.now() {
            self.completed(tx, id, json!({ "until": until })).await?;
        } else {
            self.wait(tx, id, WaitsFor::Timer, Some(until));
        }
        Ok(())
    }

    /// An agent works on an objective, as an execution of its own.
    async fn hand_over(
        &mut self,
        tx: &mut Tx,
        id: StepId,
        known: &Known,
        step: &AgentStep,
    ) -> Result<(), Stop> {
        let (objective, input) = if step.by_model {
            (step.objective.clone(), step.input.as_ref().map_or_else(|| json!({}), Data::to_value))
        } else {
            (known.render_text(&step.objective)?, self.input_of(known, step.input.as_ref())?)
        };
        self.given(id, json!({ "objective": objective, "input": input }));
        let agent = self.agent(tx, &step.agent).await?;
        if step.by_model {
            self.is_colleague(tx, &agent).await?;
        }
        let execution = &self.running.execution;
        let task = Task {
            kind: ExecutionKind::Task,
            objective,
            input,
            team_id: execution.team_id,
            started_by: execution.started_by.clone(),
            start_key: None,
            line: self.line(id)?,
        };
        let child = start_task(tx, execution.workspace_id, &agent, task).await?;
        self.wait_for_child(tx, id, child)
    }

    /// Another workflow, as a child.
    async fn child(&mut self, tx: &mut Tx, id: StepId, known: &Known, step: &ChildStep) -> Result<(), Stop> {
        let input = self.input_of(known, step.input.as_ref())?;
        self.given(id, input.clone());
        let execution = &self.running.execution;
        let found = tx.workflow_by_name(execution.workspace_id, &step.workflow).await?;
        let workflow = found.ok_or_else(|| format!("There is no workflow \"{}\".", step.workflow))?;
        let by = execution.started_by.clone();
        let child = start_workflow(tx, &workflow, input, by, None, self.line(id)?).await?;
        self.wait_for_child(tx, id, child)
    }

    fn input_of(&self, known: &Known, input: Option<&Data>) -> Result<Value, Stop> {
        Ok(match input {
            Some(input) => known.render(&input.to_value())?,
            None => json!({}),
        })
    }

    /// Where a child of this step comes from.
    fn line(&self, id: StepId) -> Result<Line, Stop> {
        if self.running.depth >= DEPTH_MAX {
            return Err(format!("More than {DEPTH_MAX} executions started one another.").into());
        }
        Ok(Line { parent: Some((self.running.execution.id, id)), depth: self.running.depth + 1 })
    }

    fn wait_for_child(&mut self, tx: &mut Tx, id: StepId, child: Option<Execution>) -> Result<(), Stop> {
        let child = child.ok_or_else(|| "It could not be started.".to_owned())?;
        self.wait(tx, id, WaitsFor::Child, None);
        if let Some(kept) = self.step(id) {
            kept.step.child_id = Some(child.id);
        }
        Ok(())
    }
}

fn time(text: &str) -> Result<DateTime<Utc>, String> {
    DateTime::parse_from_rfc3339(text.trim())
        .map(|time| time.with_timezone(&Utc))
        .map_err(|_| format!("\"{text}\" is not a time such as 2026-01-31T09:00:00Z"))
}
