//! The step that asks who is in the team.

use leptos::prelude::*;

use crate::domain::team::TeamRole;
use crate::domain::text::reveal_text;
use crate::ui::components::{CheckboxField, Choice, FieldError, SelectField};
use crate::ui::forms::Hidden;
use crate::ui::words::human;

use super::answers::{Answers, Fault, MEMBERS_FIELD, Step};
use super::choices::{Choices, Template};
use super::steps::{StepForm, fault_of};

/// The fields of the answers that this step asks for.
const ASKS: [&str; 2] = ["members", "coordinator"];

/// Which agents of a template are made.
#[component]
pub fn TemplateMembers(
    /// The answers so far.
    answers: Answers,
    /// What is wrong with them.
    faults: Vec<Fault>,
    /// The template.
    template: Template,
) -> impl IntoView {
    let kept = answers.but(&ASKS);
    let chosen = answers.chosen(|| template.members.iter().map(|seat| seat.name.clone()).collect());
    let ticks: Vec<_> = template
        .members
        .into_iter()
        .map(|seat| {
            let checked = chosen.contains(&seat.name);
            let role = match seat.role {
                TeamRole::Coordinator => "Coordinator: plans the team's work, which needs one.".to_owned(),
                role => format!("{}.", human(role.as_str())),
            };
            Tick {
                value: seat.name.clone(),
                label: seat.name,
                hint: format!("{role} {}", seat.description),
                checked,
            }
        })
        .collect();
    let error = fault_of(&faults, MEMBERS_FIELD);
    view! {
        <StepForm step=Step::Members faults=faults kept=kept>
            <Boxes legend="Agents to make" ticks=ticks error=error />
            <p class="text-sm text-muted">
                "They are new agents, run by Countersign. One whose name is taken gets a number. You become their owner: others decide what they ask for."
            </p>
        </StepForm>
    }
}

/// Which of the agents that there are go into a blank team.
#[component]
pub fn BlankMembers(
    /// The answers so far.
    answers: Answers,
    /// What is wrong with them.
    faults: Vec<Fault>,
    /// The agents that there are.
    choices: Choices,
) -> impl IntoView {
    let kept = answers.but(&ASKS);
    let chosen = answers.chosen(Vec::new);
    let error = fault_of(&faults, MEMBERS_FIELD);
    let fields = if choices.agents.is_empty() {
        view! {
            <p>"There are no agents yet to choose from."</p>
            <Hidden name="members" value="" />
        }
        .into_any()
    } else {
        let coordinators: Vec<_> = std::iter::once(Choice::new("", "No coordinator"))
            .chain(choices.agents.iter().map(|agent| Choice::new(agent.id.clone(), reveal_text(&agent.name))))
            .collect();
        let ticks: Vec<_> = choices
            .agents
            .into_iter()
            .map(|agent| {
                let checked = chosen.contains(&agent.id);
                let (label, hint) = (reveal_text(&agent.name), reveal_text(&agent.about));
                Tick { value: agent.id, label, hint, checked }
            })
            .collect();
        view! {
            <Boxes legend="Agents in the team" ticks=ticks error=error />
            <SelectField
                id="new-coordinator"
                name="coordinator"
                label="Coordinator"
                options=coordinators
                selected=answers.coordinator.clone()
                hint="Plans the team's work, which needs one. It is in the team, chosen above or not."
                required=false
            />
        }
        .into_any()
    };
    let more = choices.more_agents.then_some("These are the first 200 agents by name. ");
    view! {
        <StepForm step=Step::Members faults=faults kept=kept>
            {fields}
            <p class="text-sm text-muted">
                {more} "You can leave this open: agents are added on the team's page afterwards, under Settings."
            </p>
        </StepForm>
    }
}

/// One agent to tick.
struct Tick {
    value: String,
    label: String,
    hint: String,
    checked: bool,
}

#[component]
fn Boxes(
    /// What they are.
    legend: &'static str,
    /// The agents.
    ticks: Vec<Tick>,
    /// What is wrong with the choice.
    error: Signal<Option<String>>,
) -> impl IntoView {
    const ERROR: &str = "new-members-error";
    let boxes: Vec<_> = ticks
        .into_iter()
        .enumerate()
        .map(|(at, each)| {
            let hint = (!each.hint.is_empty()).then_some(each.hint);
            view! {
                <CheckboxField
                    id=format!("new-member-{at}")
                    name="members"
                    label=each.label
                    value=each.value
                    checked=each.checked
                    hint=hint
                />
            }
        })
        .collect();
    view! {
        <fieldset class="field [overflow-wrap:anywhere]" aria-describedby=move || error.get().map(|_| ERROR)>
            <legend class="field-label">{legend}</legend>
            // Says that they were asked for, even where none is ticked.
            <Hidden name="members" value="" />
            <div class="grid gap-x-4 lg:grid-cols-2">{boxes}</div>
            <FieldError id=ERROR message=error />
        </fieldset>
    }
}
