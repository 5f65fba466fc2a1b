//! The steps that ask: plain forms, each of which is the address of the next step.

use leptos::prelude::*;

use crate::domain::autonomy::AutonomyLevel;
use crate::domain::workspace::Department;
use crate::ui::components::{
    Button, ButtonKind, ButtonVariant, Card, Choice, FormError, LinkButton, RadioGroup, SelectField,
    TextField, TextareaField,
};
use crate::ui::forms::Hidden;
use crate::ui::pages::settings::autonomy_words;
use crate::ui::words::human;

use super::address;
use super::answers::{ABOUT_FIELD, Answers, BLANK, Fault, NAME_FIELD, PATH, Step, TEMPLATE_FIELD};
use super::choices::{Choices, Template};

/// The fault of a control, where it has one.
pub fn fault_of(faults: &[Fault], field: &str) -> Signal<Option<String>> {
    let found = faults.iter().find(|fault| fault.field == field);
    Signal::stored(found.map(|fault| fault.detail.clone()))
}

/// The form of a step. Going back sends it, too, so that nothing that was chosen or typed here is lost.
#[component]
pub fn StepForm(
    /// The step.
    step: Step,
    /// What is wrong with its answers.
    faults: Vec<Fault>,
    /// The answers of other steps.
    kept: Vec<(&'static str, String)>,
    /// What it asks.
    children: Children,
) -> impl IntoView {
    let message = (!faults.is_empty()).then(|| "Check this before you go on:".to_owned());
    let fields: Vec<_> = faults.into_iter().map(|fault| (fault.field.to_owned(), fault.detail)).collect();
    let kept: Vec<_> =
        kept.into_iter().map(|(name, value)| view! { <Hidden name=name value=value /> }).collect();
    let next = step.next().map(|next| {
        let label = format!("Next: {}", next.title().to_lowercase());
        view! {
            <Button kind=ButtonKind::Submit variant=ButtonVariant::Primary name="step" value=next.as_str()>
                {label}
            </Button>
        }
    });
    let back = step.before().map(|before| {
        view! {
            <Button
                kind=ButtonKind::Submit
                name="step"
                value=before.as_str()
                // What is still missing here is no hindrance.
                attr:formnovalidate=true
            >
                "Back"
            </Button>
        }
    });
    view! {
        <Card>
            <form aria-label=step.title() method="get" action=PATH class="grid gap-4">
                <FormError message=Signal::stored(message) fields=Signal::stored(fields) />
                {kept}
                {children()}
                // The first button is the one that Enter in a field presses.
                <div class="flex flex-wrap gap-2">
                    {next} {back}
                    <LinkButton href=address::PATH variant=ButtonVariant::Ghost>
                        "Cancel"
                    </LinkButton>
                </div>
            </form>
        </Card>
    }
}

/// What the team is made of.
#[component]
pub fn TemplateStep(
    /// The answers so far.
    answers: Answers,
    /// What is wrong with them.
    faults: Vec<Fault>,
    /// What there is to choose from.
    choices: Choices,
) -> impl IntoView {
    let chosen = answers.template.clone();
    let mut kept = answers.own(choices.template(chosen.as_deref())).but(&["template"]);
    kept.extend(chosen.clone().map(|key| ("of", key)));
    let blank = Choice::new(BLANK, "Blank team").hint(
        "Nothing is made but the team. You choose from the agents that there are, and can add others later.",
    );
    let options: Vec<_> = choices
        .templates
        .into_iter()
        .map(|template| {
            let agents: Vec<_> = template.members.iter().map(|seat| seat.name.as_str()).collect();
            let hint = format!("{} Its agents: {}.", template.description, agents.join(", "));
            Choice::new(template.key, template.name).hint(hint)
        })
        .chain(std::iter::once(blank))
        .collect();
    let error = fault_of(&faults, TEMPLATE_FIELD);
    view! {
        <StepForm step=Step::Template faults=faults kept=kept>
            <RadioGroup
                id="new-template"
                name="template"
                legend="What the team is made of"
                options=options
                selected=chosen
                error=error
                required=true
            />
        </StepForm>
    }
}

/// What the team is called, and what it may do by itself.
#[component]
pub fn AutonomyStep(
    /// The answers so far.
    answers: Answers,
    /// What is wrong with them.
    faults: Vec<Fault>,
    /// The template; absent: a blank team.
    template: Option<Template>,
) -> impl IntoView {
    let level = answers.level(template.as_ref());
    let name = answers.team_name(template.as_ref());
    let options: Vec<_> = AutonomyLevel::ALL
        .iter()
        .map(|level| Choice::new(level.as_str(), human(level.as_str())).hint(autonomy_words(*level)))
        .collect();
    let asks: &[&str] = match template {
        // The two that a template answers by itself stay for a blank team.
        Some(_) => &["name", "autonomy"],
        None => &["name", "autonomy", "department", "description"],
    };
    let kept = answers.but(asks);
    let about = template.is_none().then(|| {
        view! { <About department=answers.of_department() description=answers.description.clone() error=fault_of(&faults, ABOUT_FIELD) /> }
    });
    let hint = template
        .as_ref()
        .filter(|template| !template.approval_required.is_empty())
        .map(|template| format!("It always asks before {}.", template.approval_required.join(", ")));
    let error = fault_of(&faults, NAME_FIELD);
    view! {
        <StepForm step=Step::Autonomy faults=faults kept=kept>
            <TextField
                id=NAME_FIELD
                name="name"
                label="Name"
                value=name
                error=error
                autocomplete="off"
                required=true
                maxlength=200
            />
            {about}
            <RadioGroup
                id="new-autonomy"
                name="autonomy"
                legend="Autonomy"
                options=options
                selected=level.to_string()
                hint=hint
                required=true
            />
        </StepForm>
    }
}

#[component]
fn About(
    /// The department.
    department: Department,
    /// What the team is for.
    description: Option<String>,
    /// What is wrong with it.
    error: Signal<Option<String>>,
) -> impl IntoView {
    let departments: Vec<_> =
        Department::ALL.iter().map(|one| Choice::new(one.as_str(), human(one.as_str()))).collect();
    view! {
        <SelectField
            id="new-department"
            name="department"
            label="Department"
            options=departments
            selected=department.to_string()
        />
        <TextareaField
            id=ABOUT_FIELD
            name="description"
            label="About"
            value=description
            hint="What the team is for. There is room for more in its settings."
            error=error
            rows=2
            // It travels in the address.
            maxlength=500
        />
    }
}
