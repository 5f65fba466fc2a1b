//! Playbooks: what an agent does without a model.

use super::error::FieldError;
use super::workflow::check;
use super::workflow::{Definition, StepDef, StepKind, definition::in_order};
use serde::{Deserialize, Serialize};
use serde_json::Value;
use utoipa::ToSchema;

/// An ordered list of steps: where one does not say what follows, the next one does. The input is `input.objective`
/// and whatever else the one who hands over gives.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Playbook {
    pub steps: Vec<StepDef>,
    /// What the agent gives back, as a template; absent: the output of the last step.
    #[schema(value_type = Option<Object>)]
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub output: Option<Value>,
}

impl Playbook {
    /// The same as a graph.
    pub fn definition(&self) -> Definition {
        in_order(self.steps.clone(), self.output.clone())
    }

    /// What is wrong with it, each fault at its place below `/playbook`.
    pub fn faults(&self) -> Vec<FieldError> {
        let allowed = [StepKind::Action, StepKind::Agent, StepKind::Condition, StepKind::Set, StepKind::Wait];
        let mut found: Vec<FieldError> = self
            .steps
            .iter()
            .enumerate()
            .filter(|(_, step)| !allowed.contains(&step.run.kind()))
            .map(|(i, step)| {
                let detail = format!("a playbook has no {} steps", step.run.kind());
                FieldError::new(format!("/playbook/steps/{i}/run"), detail)
            })
            .collect();
        let faults = check::faults(&self.definition()).into_iter();
        found
            .extend(faults.map(|fault| FieldError::new(format!("/playbook{}", fault.pointer), fault.detail)));
        found
    }
}
