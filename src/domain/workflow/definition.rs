//! What a workflow does: steps, and which follows which.

use super::condition::Condition;
use crate::domain::action::action_type_name;
use crate::domain::canonical::Data;
use crate::domain::text;
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;
use validator::{Validate, ValidationError};

/// Most steps in one definition.
pub const MAX_STEPS: usize = 500;
/// Longest time-out, wait or pause between attempts, in seconds: a year.
pub const MAX_SECONDS: i64 = 366 * 24 * 60 * 60;

/// A graph of steps. Text in `{{ … }}` is a template over `input`, `steps.<key>.output` and `execution`.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Definition {
    /// The key of the step that is first.
    pub start: String,
    pub steps: Vec<StepDef>,
    /// What the execution gives back, as a template; absent: the output of the step that ended it.
    #[schema(value_type = Option<Object>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
}

impl Definition {
    /// The place of a step in [`Definition::steps`].
    pub fn place(&self, key: &str) -> Option<usize> {
        self.steps.iter().position(|step| step.key == key)
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct StepDef {
    /// How other steps and templates name it: lower-case letters, digits and `_`, starting with a letter.
    #[validate(custom(function = "step_key"))]
    pub key: String,
    /// What people read.
    #[validate(custom(function = "text::name"))]
    pub name: String,
    pub run: StepRun,
    /// The step that follows; absent: this path ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_success: Option<String>,
    /// The step that follows a failure; absent: the execution fails (inside `parallel`: the parallel step does).
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_failure: Option<String>,
    /// How long one attempt may take.
    #[validate(range(min = 1, max = MAX_SECONDS, message = "must be between 1 second and a year"))]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub timeout_seconds: Option<i64>,
    #[validate(nested)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry: Option<Retry>,
}

/// More attempts after a failure or a time-out. What people refused is not tried again.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, ToSchema, Validate)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Retry {
    /// All attempts together.
    #[validate(range(min = 2, max = 20, message = "must be between 2 and 20"))]
    pub max_attempts: i64,
    /// The pause before the second attempt; it doubles each time, up to an hour, and varies by a fifth.
    #[validate(range(min = 1, max = 3600, message = "must be between 1 and 3600 seconds"))]
    #[serde(default = "five")]
    pub backoff_seconds: i64,
}

fn five() -> i64 {
    5
}

/// What a step does.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "snake_case")]
pub enum StepRun {
    /// An action of an agent, through the gate.
    Action(ActionStep),
    /// An agent works on an objective, by its playbook or its model.
    Agent(AgentStep),
    /// Goes one of two ways.
    Condition(ConditionStep),
    /// Several paths at once, until all of them have reached the join or ended.
    Parallel(ParallelStep),
    /// Where the paths of a `parallel` step meet.
    Join(JoinStep),
    /// Asks people whether to go on.
    Approval(ApprovalStep),
    /// Waits for a time or an event.
    Wait(WaitStep),
    /// Another workflow, as a child.
    Workflow(ChildStep),
    /// Works out values for later steps.
    Set(SetStep),
    /// The agent's model says what comes next. Only the engine makes such steps.
    Model(ModelStep),
    /// An external agent gets the task as a message and answers with its result. Only the engine makes such steps.
    Message(MessageStep),
}

impl StepRun {
    /// The word in `run`.
    pub const fn kind(&self) -> StepKind {
        match self {
            Self::Action(_) => StepKind::Action,
            Self::Agent(_) => StepKind::Agent,
            Self::Condition(_) => StepKind::Condition,
            Self::Parallel(_) => StepKind::Parallel,
            Self::Join(_) => StepKind::Join,
            Self::Approval(_) => StepKind::Approval,
            Self::Wait(_) => StepKind::Wait,
            Self::Workflow(_) => StepKind::Workflow,
            Self::Set(_) => StepKind::Set,
            Self::Model(_) => StepKind::Model,
            Self::Message(_) => StepKind::Message,
        }
    }
}

crate::wire_enum! {
    pub enum StepKind {
        Action = "action",
        Agent = "agent",
        Condition = "condition",
        Parallel = "parallel",
        Join = "join",
        Approval = "approval",
        Wait = "wait",
        Workflow = "workflow",
        Set = "set",
        Model = "model",
        Message = "message",
    }
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ActionStep {
    /// The name of the agent whose action it is.
    pub agent: String,
    pub action_type: String,
    pub action_data: Data,
    /// A model asks for it: nothing in it is a template.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_model: bool,
    /// Why, for reviewers.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub description: Option<String>,
    /// How long an approval may wait.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<i64>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct AgentStep {
    /// The agent's name.
    pub agent: String,
    pub objective: String,
    /// What the agent is given beside the objective.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Data>,
    /// A model asks for it: nothing in it is a template, and the agent is another member of the team.
    #[serde(default, skip_serializing_if = "std::ops::Not::not")]
    pub by_model: bool,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ModelStep {
    /// The agent's name.
    pub agent: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct MessageStep {
    /// The name of the external agent.
    pub agent: String,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ConditionStep {
    pub when: Condition,
    /// Absent: this path ends here.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_true: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub on_false: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ParallelStep {
    /// The first step of each path.
    pub branches: Vec<String>,
    /// A step of the kind `join`: what comes after it runs once.
    pub join: String,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct JoinStep {}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ApprovalStep {
    /// The name of the agent that asks; its owner cannot answer.
    pub agent: String,
    pub question: String,
    /// What reviewers should see with the question.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub details: Option<Data>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub expires_in_seconds: Option<i64>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub required_approvals: Option<i64>,
}

/// Exactly one of the three.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct WaitStep {
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub seconds: Option<i64>,
    /// A template that gives an RFC 3339 time.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub until: Option<String>,
    /// The event of an audit row, such as `record.created`.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub event: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct ChildStep {
    /// The workflow's name.
    pub workflow: String,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub input: Option<Data>,
}

#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct SetStep {
    pub values: Data,
}

fn step_key(key: &str) -> Result<(), ValidationError> {
    let plain = key.bytes().all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'_');
    let starts = key.bytes().next().is_some_and(|b| b.is_ascii_lowercase());
    if plain && starts && key.len() <= 64 {
        return Ok(());
    }
    Err(ValidationError::new("key")
        .with_message("must be 1 to 64 lower-case letters, digits or \"_\", starting with a letter".into()))
}

/// Whether a text can name an action type.
pub(super) fn is_action_type(name: &str) -> bool {
    action_type_name(name).is_ok()
}

/// What an ordered list of steps means: where a step does not say what follows, it is the next one in the list.
pub fn in_order(mut steps: Vec<StepDef>, output: Option<Value>) -> Definition {
    let keys: Vec<String> = steps.iter().map(|step| step.key.clone()).collect();
    for (step, next) in steps.iter_mut().zip(keys.iter().skip(1)) {
        match &mut step.run {
            StepRun::Condition(condition) => {
                condition.on_true.get_or_insert_with(|| next.clone());
            }
            StepRun::Parallel(_) => {}
            _ => {
                step.on_success.get_or_insert_with(|| next.clone());
            }
        }
    }
    Definition { start: keys.first().cloned().unwrap_or_default(), steps, output }
}
