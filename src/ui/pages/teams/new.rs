//! `/teams/new`: a team in four steps. Where somebody is, and what was answered, stands in the address.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_location;

use crate::domain::member::Permission;
use crate::ui::components::{EmptyState, Icon, LinkButton, PageHeader, Skeleton};
use crate::ui::hooks::{focus_soon, focus_within};
use crate::ui::pages::{PageError, use_session};

use super::address;
use super::answers::{Asked, PATH, Step};
use super::choices::Choices;
use super::members_step::{BlankMembers, TemplateMembers};
use super::review::{BlankReview, TemplateReview};
use super::steps::{AutonomyStep, TemplateStep};

/// The steps, for those who may make teams.
#[component]
pub fn NewTeamPage() -> impl IntoView {
    if use_session().may(Permission::WriteTeams) {
        return view! { <NewTeam /> }.into_any();
    }
    view! {
        <Title text="New team" />
        <PageHeader title="New team" back=address::PATH back_label="Teams" />
        <EmptyState
            icon=Icon::Users
            title="Your role reads teams"
            body="Owners, admins and operators make them. Ask one of them, or an admin for another role."
        >
            <LinkButton href=address::PATH>"Go to teams"</LinkButton>
        </EmptyState>
    }
    .into_any()
}

#[component]
fn NewTeam() -> impl IntoView {
    let location = use_location();
    let asked = Memo::new(move |before: Option<&Asked>| match before {
        // On the way to another page its address is no answer.
        Some(before) if location.pathname.with(|path| path != PATH) => before.clone(),
        _ => location.search.with(|search| Asked::of(search)),
    });
    let step = Memo::new(move |_| asked.with(Asked::shown));
    let blank = Memo::new(move |_| asked.with(|asked| asked.answers.is_blank()));
    let led_here = location.search.with_untracked(|search| !search.is_empty());
    focus_on_heading(step, led_here);
    let loaded = Resource::new(move || blank.get(), Choices::load);
    let retry = Callback::new(move |()| loaded.refetch());
    let head = move || {
        let step = step.get();
        view! {
            <Title text=format!("New team, {}", step.heading().to_lowercase()) />
            <PageHeader title=step.heading() subtitle=says(step) back=address::PATH back_label="Teams" />
        }
    };
    view! {
        {head}
        <Transition fallback=|| view! { <Skeleton lines=10 label="Loading templates and agents" /> }>
            {move || {
                let asked = asked.get();
                Suspend::new(async move {
                    match loaded.await {
                        Ok(choices) => view! { <StepView asked=asked choices=choices /> }.into_any(),
                        Err(error) => {
                            view! { <PageError title="The templates could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    }
                })
            }}
        </Transition>
    }
}

/// The form that sends a step loads the next one as a page of its own; going back may only change the address. Either
/// way focus begins at the heading, unless somebody has it in the page already. `led_here`: the address has answers.
fn focus_on_heading(step: Memo<Step>, led_here: bool) {
    Effect::new(move |before: Option<Step>| {
        let now = step.get();
        let moved = match before {
            Some(before) => before != now,
            None => led_here && !focus_within("main"),
        };
        if moved {
            focus_soon("page-title");
        }
        now
    });
}

fn says(step: Step) -> &'static str {
    match step {
        Step::Template => {
            "A new team. A template brings agents that know what to do; a blank team begins with nothing."
        }
        Step::Members => "A new team: who is in it.",
        Step::Autonomy => "A new team: what it is called, and what it may do by itself.",
        Step::Review => "A new team: look once more. Nothing is made before you say so.",
    }
}

#[component]
fn StepView(
    /// The step and the answers so far.
    asked: Asked,
    /// What there is to choose from.
    choices: Choices,
) -> impl IntoView {
    let (step, faults) = (asked.shown(), asked.faults());
    let answers = asked.answers;
    if step == Step::Template {
        return view! { <TemplateStep answers=answers faults=faults choices=choices /> }.into_any();
    }
    let template = choices.template(answers.template.as_deref()).cloned();
    match (step, template) {
        (Step::Members, Some(template)) => {
            view! { <TemplateMembers answers=answers faults=faults template=template /> }.into_any()
        }
        (Step::Autonomy, Some(template)) => {
            view! { <AutonomyStep answers=answers faults=faults template=Some(template) /> }.into_any()
        }
        (_, Some(template)) => view! { <TemplateReview answers=answers template=template /> }.into_any(),
        (_, None) if !answers.is_blank() => {
            view! { <NoTemplate href=answers.href(Step::Template) /> }.into_any()
        }
        (Step::Members, None) => {
            view! { <BlankMembers answers=answers faults=faults choices=choices /> }.into_any()
        }
        (Step::Autonomy, None) => {
            view! { <AutonomyStep answers=answers faults=faults template=None /> }.into_any()
        }
        (_, None) => view! { <BlankReview answers=answers choices=choices /> }.into_any(),
    }
}

/// An address may name a template that is not there.
#[component]
fn NoTemplate(
    /// Where another one is chosen.
    href: String,
) -> impl IntoView {
    view! {
        <EmptyState icon=Icon::Search title="There is no such template here" body="Choose another one, or begin with a blank team.">
            <LinkButton href=href>"Choose another"</LinkButton>
        </EmptyState>
    }
}
