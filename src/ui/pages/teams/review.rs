//! The last step: everything that will be made, and the button that makes it.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::autonomy::AutonomyLevel;
use crate::domain::team::{Team, TeamRole};
use crate::domain::workspace::Department;
use crate::server_fns::orchestration::TeamFromTemplate;
use crate::server_fns::team_wizard::TeamCreateBlank;
use crate::ui::components::{
    Badge, ButtonVariant, Card, DescriptionList, FieldError, Icon, KeyValue, LinkButton, RevealedText,
    TextField, Tone,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, ReturnedError, SubmitButton, Then};
use crate::ui::pages::settings::autonomy_words;
use crate::ui::words::{human, segments};

use super::address;
use super::answers::{Answers, Step};
use super::choices::{Choices, Template};

/// The name, which is the one answer that another team can take meanwhile.
const NAME: &str = "review-name";
/// The agents.
const MEMBERS: &str = "review-members";

/// A team of a template, with its agents.
#[component]
pub fn TemplateReview(
    /// The answers.
    answers: Answers,
    /// The template.
    template: Template,
) -> impl IntoView {
    let form =
        FormState::new("team-from-template").faults_only().field("/name", NAME).field("/members", MEMBERS);
    let name = form.typed("input[name]").unwrap_or_else(|| answers.team_name(Some(&template)));
    let level = answers.level(Some(&template));
    let chosen = answers.chosen(|| template.members.iter().map(|seat| seat.name.clone()).collect());
    let fields: Vec<_> = chosen
        .iter()
        .map(|member| view! { <Hidden name="input[members][]" value=member.clone() /> })
        .collect();
    let agents: Vec<_> = template
        .members
        .into_iter()
        .filter(|seat| chosen.contains(&seat.name))
        .map(|seat| Agent { name: seat.name, role: seat.role, about: seat.description, tools: seat.tools })
        .collect();
    let back = answers.href(Step::Autonomy);
    let wrong = form.error_at("/members");
    view! {
        <ReturnedError />
        <div class="grid gap-4">
            <TeamCard
                made_of=format!("The template {}", template.name)
                department=template.department
                description=template.description
                level=level
                asks=template.approval_required
            />
            <Agents
                agents=agents
                made=true
                note="They are new agents, run by Countersign. One whose name is taken gets a number. You become their owner: others decide what they ask for."
                wrong=wrong
            />
            <Card title="Make it">
                <ActionForm<TeamFromTemplate> form=form.clone() class="grid gap-3" on_done=to_team()>
                    <Hidden name="input[template]" value=template.key />
                    <Hidden name="input[autonomyLevel]" value=level.to_string() />
                    {fields}
                    <Name form=form.clone() name=name />
                    <Buttons form=form back=back />
                </ActionForm<TeamFromTemplate>>
            </Card>
        </div>
    }
}

/// A blank team, with agents that there are.
#[component]
pub fn BlankReview(
    /// The answers.
    answers: Answers,
    /// What there was to choose from.
    choices: Choices,
) -> impl IntoView {
    let form = FormState::new("team-blank")
        .faults_only()
        .field("/name", NAME)
        .field("/agents", MEMBERS)
        .field("/coordinator", MEMBERS);
    let name = form.typed("input[name]").unwrap_or_else(|| answers.team_name(None));
    let (level, department) = (answers.level(None), answers.of_department());
    let description = answers.description.clone().unwrap_or_default();
    let (back, coordinator) = (answers.href(Step::Autonomy), answers.coordinator.clone());
    let chosen = answers.chosen(Vec::new);
    let agent = |id: &String, role: TeamRole| {
        let about = choices.agents.iter().find(|agent| agent.id == *id).map(|agent| agent.about.clone());
        Agent { name: choices.agent_name(id), role, about: about.unwrap_or_default(), tools: Vec::new() }
    };
    let first = coordinator.iter().map(|id| agent(id, TeamRole::Coordinator));
    let others = chosen.iter().filter(|id| Some(*id) != coordinator.as_ref());
    let agents: Vec<_> = first.chain(others.map(|id| agent(id, TeamRole::Specialist))).collect();
    let fields: Vec<_> =
        chosen.iter().map(|id| view! { <Hidden name="input[agents][]" value=id.clone() /> }).collect();
    let (of_agents, of_coordinator) = (form.error_at("/agents"), form.error_at("/coordinator"));
    let wrong = Signal::derive(move || of_agents.get().or_else(|| of_coordinator.get()));
    view! {
        <ReturnedError />
        <div class="grid gap-4">
            <TeamCard
                made_of="No template".to_owned()
                department=department
                description=description.clone()
                level=level
                asks=Vec::new()
            />
            <Agents
                agents=agents
                made=false
                note="Agents are added and removed on the team's page afterwards, under Settings."
                wrong=wrong
            />
            <Card title="Make it">
                <ActionForm<TeamCreateBlank> form=form.clone() class="grid gap-3" on_done=to_team()>
                    <Hidden name="input[department]" value=department.to_string() />
                    <Hidden name="input[description]" value=description />
                    <Hidden name="input[autonomyLevel]" value=level.to_string() />
                    <Hidden name="input[coordinator]" value=coordinator.unwrap_or_default() />
                    {fields}
                    <Name form=form.clone() name=name />
                    <Buttons form=form back=back />
                </ActionForm<TeamCreateBlank>>
            </Card>
        </div>
    }
}

/// What follows: the team's page.
fn to_team() -> Then<Team> {
    let navigate = use_navigate();
    Then::new(move |team: Team| {
        navigate(&format!("{}/{}?done=created", address::PATH, team.id), NavigateOptions::default());
    })
}

#[component]
fn Name(
    /// The form's state.
    form: FormState,
    /// The name so far.
    name: String,
) -> impl IntoView {
    view! {
        <TextField
            id=NAME
            name="input[name]"
            label="Name"
            value=name
            hint="No two teams have the same one."
            error=form.error_at("/name")
            autocomplete="off"
            required=true
            maxlength=200
        />
    }
}

#[component]
fn Buttons(
    /// The form's state.
    form: FormState,
    /// The address of the step before.
    back: String,
) -> impl IntoView {
    view! {
        <div class="flex flex-wrap gap-2">
            <SubmitButton form=form variant=ButtonVariant::Primary icon=Icon::Check label="Make the team".to_owned() />
            <LinkButton href=back>"Back"</LinkButton>
            <LinkButton href=address::PATH variant=ButtonVariant::Ghost>
                "Cancel"
            </LinkButton>
        </div>
    }
}

#[component]
fn TeamCard(
    /// What it is made of.
    made_of: String,
    /// The department.
    department: Department,
    /// What it is for.
    description: String,
    /// What it may do by itself.
    level: AutonomyLevel,
    /// The action types that always need approval.
    asks: Vec<String>,
) -> impl IntoView {
    let about = (!description.is_empty()).then(|| {
        let text = segments(&description);
        view! { <KeyValue label="About"><RevealedText segments=text /></KeyValue> }
    });
    let asks = if asks.is_empty() { "Nothing beyond the rule".to_owned() } else { asks.join(", ") };
    let autonomy = format!("{}. {}", human(level.as_str()), autonomy_words(level));
    view! {
        <Card title="The team">
            <DescriptionList>
                <KeyValue label="Made of">{made_of}</KeyValue>
                <KeyValue label="Department">{human(department.as_str())}</KeyValue>
                {about}
                <KeyValue label="Autonomy">{autonomy}</KeyValue>
                <KeyValue label="Always asks before">{asks}</KeyValue>
                <KeyValue label="Approvals needed">"1"</KeyValue>
            </DescriptionList>
        </Card>
    }
}

/// An agent of the team to be.
struct Agent {
    name: String,
    role: TeamRole,
    about: String,
    tools: Vec<String>,
}

#[component]
fn Agents(
    /// The agents.
    agents: Vec<Agent>,
    /// Whether they are made with the team.
    made: bool,
    /// What is to be known about them.
    note: &'static str,
    /// What is wrong with them.
    wrong: Signal<Option<String>>,
) -> impl IntoView {
    let title = match (agents.len(), made) {
        (0, _) => "No agents yet".to_owned(),
        (1, true) => "1 new agent".to_owned(),
        (count, true) => format!("{count} new agents"),
        (1, false) => "1 agent".to_owned(),
        (count, false) => format!("{count} agents"),
    };
    let rows: Vec<_> = agents.into_iter().map(|agent| view! { <AgentRow agent=agent /> }).collect();
    let list = (!rows.is_empty()).then(|| {
        view! { <ul aria-label="Agents of the new team" class="divide-y divide-line">{rows}</ul> }
    });
    view! {
        <Card id=MEMBERS title=title description=note flush=true>
            {list}
            <div class="px-4 py-2 empty:hidden"><FieldError id="review-members-error" message=wrong /></div>
        </Card>
    }
}

#[component]
fn AgentRow(
    /// The agent.
    agent: Agent,
) -> impl IntoView {
    let (name, about) = (segments(&agent.name), segments(&agent.about));
    let about = (!agent.about.is_empty()).then(|| view! { <p><RevealedText segments=about /></p> });
    let tools = (!agent.tools.is_empty()).then(|| {
        let tools = agent.tools.join(", ");
        view! { <p class="text-sm text-muted [overflow-wrap:anywhere]">"May use: " {tools}</p> }
    });
    view! {
        <li class="grid min-w-0 gap-1 px-4 py-3">
            <div class="flex flex-wrap items-baseline gap-x-3 gap-y-1">
                <h3 class="min-w-0 text-sm"><RevealedText segments=name /></h3>
                <Badge tone=Tone::Neutral>{human(agent.role.as_str())}</Badge>
            </div>
            {about} {tools}
        </li>
    }
}
