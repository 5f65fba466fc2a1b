//! The templates that a workflow can be made of.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::use_navigate;

use crate::domain::workflow::WorkflowDetail;
use crate::domain::workflow::template::WorkflowTemplate;
use crate::server_fns::workflows::{WorkflowFromTemplate, workflow_templates};
use crate::ui::components::{ButtonSize, Card, Icon, Skeleton};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then};
use crate::ui::words::human;

use super::address::PATH;
use super::trigger_words::starts;
use super::words::step_count;

/// The templates, each with a button that makes a workflow of it. Without them the page reads as well.
#[component]
pub fn Templates() -> impl IntoView {
    let loaded = Resource::new(|| (), |()| async { workflow_templates().await.unwrap_or_default() });
    view! {
        <Transition fallback=|| view! { <Skeleton lines=4 label="Loading templates" /> }>
            {move || Suspend::new(async move {
                let templates = loaded.await;
                (!templates.is_empty()).then(|| view! { <Found templates=templates /> })
            })}
        </Transition>
    }
}

#[component]
fn Found(
    /// The templates; at least one.
    templates: Vec<WorkflowTemplate>,
) -> impl IntoView {
    let items: Vec<_> =
        templates.into_iter().map(|template| view! { <TemplateItem template=template /> }).collect();
    view! {
        <Card
            title="From a template"
            description="A whole workflow, with the agents that it names. Change what you like before you publish it."
        >
            <ul class="grid gap-x-6 gap-y-4 sm:grid-cols-2 xl:grid-cols-3">{items}</ul>
        </Card>
    }
}

#[component]
fn TemplateItem(
    /// The template.
    template: WorkflowTemplate,
) -> impl IntoView {
    let WorkflowTemplate { key, name, description, team, trigger, definition, .. } = template;
    let form = FormState::new(format!("template-{key}")).faults_only();
    let navigate = use_navigate();
    let made = Then::new(move |made: WorkflowDetail| {
        navigate(&format!("{PATH}/{}?done=created", made.workflow.id), NavigateOptions::default());
    });
    let steps = i64::try_from(definition.steps.len()).unwrap_or(i64::MAX);
    let about = format!("{} · {} · {}", human(&team), step_count(steps), starts(&trigger));
    view! {
        <li class="grid content-start gap-2">
            <h3 class="text-sm">{name.clone()}</h3>
            <p class="text-pretty">{description}</p>
            <p class="text-sm text-muted">{about}</p>
            <ActionForm<WorkflowFromTemplate> form=form.clone() on_done=made>
                <Hidden name="input[template]" value=key />
                <SubmitButton
                    form=form
                    size=ButtonSize::Small
                    icon=Icon::Copy
                    label="Use this template".to_owned()
                    subject=name
                />
            </ActionForm<WorkflowFromTemplate>>
        </li>
    }
}
