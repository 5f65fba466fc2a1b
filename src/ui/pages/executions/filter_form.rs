//! The list's filters as a GET form.

use leptos::prelude::*;

use crate::domain::execution::{ExecutionFilter, ExecutionKind, ExecutionStatus};
use crate::ui::components::{
    Button, ButtonKind, ButtonVariant, Choice, Icon, IconMark, LinkButton, SelectField,
};
use crate::ui::words::human;

use super::address::{PATH, narrows};

/// A plain form: the browser loads the page that it names. Open where a filter is in force.
#[component]
pub fn FilterForm(
    /// The filter in force.
    filter: ExecutionFilter,
    /// Id and name of the workflows to choose from.
    workflows: Vec<(String, String)>,
) -> impl IntoView {
    let narrowed = narrows(&filter);
    let named = |none: &str, names: Vec<&'static str>| {
        let first = std::iter::once(Choice::new("", none));
        first.chain(names.into_iter().map(|name| Choice::new(name, human(name)))).collect::<Vec<_>>()
    };
    let states = named("Any status", ExecutionStatus::ALL.iter().map(|one| one.as_str()).collect());
    let kinds = named("Any kind", ExecutionKind::ALL.iter().map(|one| one.as_str()).collect());
    let workflows = std::iter::once(Choice::new("", "Any workflow"))
        .chain(workflows.into_iter().map(|(id, name)| Choice::new(id, name)))
        .collect();
    // A team or an agent of the address stays in force.
    let kept = |name: &'static str, value: Option<String>| {
        value.map(|value| view! { <input type="hidden" name=name value=value /> })
    };
    view! {
        <form aria-label="Filter executions" method="get" action=PATH class="mb-4">
            {kept("teamId", filter.team_id)}
            {kept("agentId", filter.agent_id)}
            <details class="group" open=narrowed>
                <summary class="inline-flex min-h-11 items-center gap-1 rounded-control text-sm text-muted hover:text-fg md:min-h-8">
                    <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                    "Filters"
                </summary>
                <div class="grid items-end gap-3 pt-1 pb-3 sm:grid-cols-3">
                    <SelectField filter=true id="executions-status" name="status" label="Status" options=states selected=filter.status />
                    <SelectField filter=true id="executions-kind" name="kind" label="Kind" options=kinds selected=filter.kind />
                    <SelectField filter=true id="executions-workflow" name="workflowId" label="Workflow" options=workflows selected=filter.workflow_id />
                </div>
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Submit>"Apply"</Button>
                    {narrowed.then(|| view! { <LinkButton href=PATH variant=ButtonVariant::Ghost>"Clear"</LinkButton> })}
                </div>
            </details>
        </form>
    }
}
