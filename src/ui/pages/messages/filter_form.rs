//! The list's filters as a GET form.

use leptos::prelude::*;

use crate::domain::message::{MessageFilter, MessageStatus, MessageType, Priority};
use crate::ui::components::{
    Button, ButtonKind, ButtonVariant, Choice, Icon, IconMark, LinkButton, SelectField,
};
use crate::ui::pages::whose::Whose;
use crate::ui::words::human;

use super::address::{PATH, narrows};

/// A plain form: the browser loads the page that it names. Open where a filter is in force.
#[component]
pub fn FilterForm(
    /// The filter in force.
    filter: MessageFilter,
    /// Teams and agents to choose from.
    whose: Whose,
) -> impl IntoView {
    let narrowed = narrows(&filter);
    let named = |none: &str, names: Vec<&'static str>| {
        let first = std::iter::once(Choice::new("", none));
        first.chain(names.into_iter().map(|name| Choice::new(name, human(name)))).collect::<Vec<_>>()
    };
    let types = named("Any type", MessageType::ALL.iter().map(|one| one.as_str()).collect());
    let priorities = named("Any priority", Priority::ALL.iter().map(|one| one.as_str()).collect());
    let states = MessageStatus::ALL.iter().map(|one| one.as_str()).chain(["dead"]).collect();
    let states = named("Any status", states);
    view! {
        <form aria-label="Filter messages" method="get" action=PATH class="mb-4">
            <details class="group" open=narrowed>
                <summary class="inline-flex min-h-11 items-center gap-1 rounded-control text-sm text-muted hover:text-fg md:min-h-8">
                    <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                    "Filters"
                </summary>
                <div class="grid items-end gap-3 pt-1 pb-3 sm:grid-cols-3 xl:grid-cols-5">
                    <SelectField filter=true id="messages-agent" name="agentId" label="Agent" options=whose.agent_choices("Any agent") selected=filter.agent_id />
                    <SelectField filter=true id="messages-team" name="teamId" label="Team" options=whose.team_choices("Any team") selected=filter.team_id />
                    <SelectField filter=true id="messages-type" name="type" label="Type" options=types selected=filter.message_type />
                    <SelectField filter=true id="messages-priority" name="priority" label="Priority" options=priorities selected=filter.priority />
                    <SelectField filter=true id="messages-status" name="status" label="Status" options=states selected=filter.status />
                </div>
                <div class="flex flex-wrap gap-2">
                    <Button kind=ButtonKind::Submit>"Apply"</Button>
                    {narrowed.then(|| view! { <LinkButton href=PATH variant=ButtonVariant::Ghost>"Clear"</LinkButton> })}
                </div>
            </details>
        </form>
    }
}
