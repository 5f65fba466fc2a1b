//! What an agent does, to change: what it is told, is good at and may use, and whether it works by a model or
//! by a playbook.

use leptos::prelude::*;

use crate::domain::agent_profile::AgentProfile;
use crate::domain::model::ModelLimits;
use crate::domain::text::reveal_text;
use crate::server_fns::agent_profiles::AgentProfileSave;
use crate::ui::components::{ButtonVariant, Card, Choice, Icon, IconMark, SelectField, TextareaField};
use crate::ui::forms::{ActionForm, Clearable, FormState, Hidden, SubmitButton, Then, Version};
use crate::ui::pages::settings::model_limits::{LimitFields, with_limits};
use crate::ui::pages::settings::models;
use crate::ui::pages::settings::type_ticks::TypeTicks;

use super::found::Found;
use super::not_configured;

const INSTRUCTIONS: &str = "agent-instructions";
const CAPABILITIES: &str = "agent-capabilities";
const TOOLS: &str = "agent-tools";
const MODEL: &str = "agent-model";
const PLAYBOOK: &str = "agent-playbook";
/// What the ids of the limits begin with.
const LIMITS: &str = "agent";

fn form_state() -> FormState {
    let form = FormState::new("agent-profile")
        .faults_only()
        .placed(place)
        .field("/instructions", INSTRUCTIONS)
        .field("/capabilities", CAPABILITIES)
        .field("/tools", TOOLS)
        .field("/model", MODEL)
        .field("/playbook", PLAYBOOK);
    with_limits(form, "/limits", LIMITS)
}

/// Where in a playbook a fault is: "Step 2, run / action / agent".
fn place(pointer: &str) -> String {
    let words = |path: &str| reveal_text(&path.trim_start_matches('/').replace('/', " / "));
    let Some(rest) = pointer.strip_prefix("/steps/") else { return words(pointer) };
    let (number, below) = rest.split_once('/').unwrap_or((rest, ""));
    match number.parse::<usize>() {
        Ok(at) if below.is_empty() => format!("Step {}", at + 1),
        Ok(at) => format!("Step {}, {}", at + 1, words(below)),
        Err(_) => words(pointer),
    }
}

/// The form of the profile. An agent that calls in by itself has capabilities only.
#[component]
pub fn EditProfile(
    /// The agent and what belongs to it.
    found: Found,
    /// The version that the member sees.
    version: Signal<i64>,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = form_state();
    let saved = Then::new(move |_: AgentProfile| {
        let _ = changed.try_run("The changes are saved.");
    });
    let (id, internal) = (found.agent.id, found.is_internal());
    let about = match internal {
        true => "With a model it goes by its instructions; without one it follows its playbook.",
        false => "It calls in by itself: what it does is decided where it runs, and passes the gate.",
    };
    let (capabilities, instructions) =
        (found.profile.capabilities.join("\n"), found.profile.instructions.clone());
    let told = internal.then(|| view! { <Told form=form.clone() instructions=instructions /> });
    let works = internal.then(|| view! { <Works form=form.clone() found=found /> });
    view! {
        <Card title="What it does" description=about>
            <ActionForm<AgentProfileSave> form=form.clone() class="grid max-w-3xl gap-4" on_done=saved>
                <Hidden name="id" value=id.to_string() />
                <Version of=version />
                {told}
                <Clearable name="input[capabilities]" />
                <TextareaField
                    id=CAPABILITIES
                    name="input[capabilities]"
                    label="Capabilities"
                    value=form.typed("input[capabilities]").unwrap_or(capabilities)
                    hint="Which work it suits, such as lead_qualification: one on each line, in lower-case letters, digits and underscores. Who looks for an agent goes by them."
                    error=form.error_at("/capabilities")
                    rows=3
                    mono=true
                />
                {works}
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save what it does".to_owned() />
                </div>
            </ActionForm<AgentProfileSave>>
        </Card>
    }
}

/// What a model is told.
#[component]
fn Told(
    /// The form's state.
    form: FormState,
    /// The instructions to begin with.
    instructions: String,
) -> impl IntoView {
    view! {
        <Clearable name="input[instructions]" />
        <TextareaField
            id=INSTRUCTIONS
            name="input[instructions]"
            label="Instructions"
            value=form.typed("input[instructions]").unwrap_or(instructions)
            hint="What a model is told before its objective: who it is, what to look at, when to stop. At most 20,000 characters."
            error=form.error_at("/instructions")
            rows=8
            maxlength=20_000
        />
    }
}

/// What it works by.
#[component]
fn Works(
    /// The form's state.
    form: FormState,
    /// The agent and what belongs to it.
    found: Found,
) -> impl IntoView {
    let choices = model_choices(&found);
    let Found { profile, playbook, models, tools, .. } = found;
    let hint = match models.is_empty() {
        true => "The settings of this server name no model yet.",
        false => "One that the settings of this server name.",
    };
    let model = form.typed("input[model]").or(profile.model).unwrap_or_default();
    let came_back = form.typed("_form").is_some();
    let open = came_back || profile.limits != ModelLimits::default();
    let every_fault = faults_of(&form, PLAYBOOK);
    view! {
        <TypeTicks
            form=form.clone()
            id=TOOLS
            field="tools"
            about="Tools"
            nothing="whatever the gate lets it use"
            legend="What it may use in executions. With nothing ticked, whatever the gate lets it."
            types=tools
            ticked=profile.tools
        />
        <div class="grid gap-1">
            <Clearable name="input[model]" />
            <SelectField
                id=MODEL
                name="input[model]"
                label="Model"
                options=choices
                selected=model
                hint=hint
                error=form.error_at("/model")
            />
            <p class="text-sm">
                <a class="link inline-flex min-h-11 items-center md:min-h-6" href=models::PATH>
                    "Models and their use"
                </a>
            </p>
        </div>
        <details open=open class="group rounded-control border border-line px-3">
            <summary class="flex min-h-11 cursor-pointer items-center gap-1 font-medium">
                <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                "Limits"
            </summary>
            <div class="grid gap-4 pb-3">
                // One of them says that they were there, even with nothing in any.
                <Clearable name="input[limits][callsPerDay]" />
                <LimitFields form=form.clone() at="/limits" name="input[limits]" id=LIMITS limits=profile.limits />
            </div>
        </details>
        <Clearable name="input[playbook]" />
        <TextareaField
            id=PLAYBOOK
            name="input[playbook]"
            label="Playbook"
            value=form.typed("input[playbook]").unwrap_or(playbook)
            hint="Steps as in a workflow, and an output, as YAML, or JSON, which is a part of it. Leave empty for none. Comments are not kept."
            error=every_fault
            rows=16
            mono=true
        />
    }
}

/// The models that there are; one that is gone stays with who has it.
fn model_choices(found: &Found) -> Vec<Choice> {
    let mut choices = vec![Choice::new("", "None: it follows its playbook")];
    choices.extend(found.models.iter().map(|name| Choice::new(name.clone(), name.clone())));
    choices.extend(found.gone_model().map(|name| Choice::new(name, not_configured(name))));
    choices
}

/// All that is wrong with one control, in one text.
fn faults_of(form: &FormState, control: &'static str) -> Signal<Option<String>> {
    let faults = form.faults();
    Signal::derive(move || {
        let of: Vec<String> = faults.with(|faults| {
            faults.iter().filter(|(id, _)| id == control).map(|(_, fault)| fault.clone()).collect()
        });
        (!of.is_empty()).then(|| of.join("; "))
    })
}

#[cfg(test)]
mod tests {
    use super::place;

    #[test]
    fn a_place_in_a_playbook_is_said_in_words() {
        for (pointer, words) in [
            ("/steps/0/run/action/agent", "Step 1, run / action / agent"),
            ("/steps/11", "Step 12"),
            ("/steps", "steps"),
            ("/steps/x/key", "steps / x / key"),
            ("/output", "output"),
        ] {
            assert_eq!(place(pointer), words);
        }
    }
}
