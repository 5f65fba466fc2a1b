//! The action types that an agent may use, to tick.

use leptos::prelude::*;

use crate::domain::risk::RiskLevel;
use crate::ui::components::{CheckboxField, FieldError, Icon, IconMark, RiskBadge};
use crate::ui::forms::{Clearable, FormState, Hidden};
use crate::ui::words::risk_tone;

use super::found::Tool;

/// The list's id.
pub const ID: &str = "agent-tools";
const ERROR: &str = "agent-tools-error";
const NAME: &str = "input[tools][]";

/// The action types by risk.
#[component]
pub fn Tools(
    /// The form's state.
    form: FormState,
    /// The action types of the workspace.
    tools: Vec<Tool>,
    /// The names to begin with.
    kept: Vec<String>,
) -> impl IntoView {
    let mut named = form.typed_all(NAME).unwrap_or(kept);
    named.retain(|name| !name.is_empty());
    let error = form.error_at("/tools");
    let groups: Vec<_> = RiskLevel::ALL
        .iter()
        .filter_map(|level| {
            let boxes: Vec<_> = tools
                .iter()
                .filter(|tool| tool.risk == *level)
                .map(|tool| tool_box(&tool.name, &tool.title, named.contains(&tool.name)))
                .collect();
            (!boxes.is_empty()).then(|| {
                view! {
                    <div>
                        <p class="mt-2"><RiskBadge level=risk_tone(*level) /></p>
                        <div class="grid sm:grid-cols-2">{boxes}</div>
                    </div>
                }
            })
        })
        .collect();
    // An agent may name a type that nobody has registered yet; it stays on the list.
    let unknown: Vec<_> = named
        .iter()
        .filter(|name| !tools.iter().any(|tool| tool.name == **name))
        .map(|name| tool_box(name, name, true))
        .collect();
    view! {
        <div class="grid min-w-0 gap-1">
            <details id=ID tabindex="-1" class="group rounded-control border border-line px-3">
                <summary class="flex min-h-11 cursor-pointer items-center gap-1 font-medium">
                    <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                    {summary(named.len())}
                </summary>
                <fieldset class="field pb-3" aria-describedby=move || error.get().map(|_| ERROR)>
                    <legend class="text-sm text-muted">
                        "What it may use in executions. With nothing ticked, whatever the gate lets it."
                    </legend>
                    // One empty name says that the list was there, even with nothing ticked.
                    <Clearable name=NAME />
                    <Hidden name=NAME value="" />
                    {groups}
                    {unknown}
                </fieldset>
            </details>
            <FieldError id=ERROR message=error />
        </div>
    }
}

fn summary(count: usize) -> String {
    match count {
        0 => "Tools: whatever the gate lets it use".to_owned(),
        1 => "Tools: 1 action type".to_owned(),
        count => format!("Tools: {count} action types"),
    }
}

fn tool_box(name: &str, title: &str, checked: bool) -> AnyView {
    view! {
        <CheckboxField
            id=format!("agent-tool-{}", name.replace('.', "-"))
            name=NAME
            label=title.to_owned()
            value=name.to_owned()
            checked=checked
        />
    }
    .into_any()
}
