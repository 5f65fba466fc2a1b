//! Action types to tick, by risk, in a part that opens.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::domain::action_type::ActionType;
use crate::domain::risk::RiskLevel;
use crate::ui::components::{CheckboxField, FieldError, Icon, IconMark, RiskBadge};
use crate::ui::forms::{Clearable, FormState, Hidden};
use crate::ui::words::risk_tone;

/// An action type to tick.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct TypeChoice {
    pub name: String,
    pub title: String,
    pub risk: RiskLevel,
}

impl From<ActionType> for TypeChoice {
    fn from(of: ActionType) -> Self {
        Self { name: of.name, title: of.title, risk: of.risk_level }
    }
}

/// The action types by risk.
#[component]
pub fn TypeTicks(
    /// The form's state.
    form: FormState,
    /// The part's id.
    id: &'static str,
    /// The field's name in the form, without `input[…][]`; the place of its faults.
    field: &'static str,
    /// What the part is about: "Tools".
    about: &'static str,
    /// What holds with nothing ticked, after `about`.
    nothing: &'static str,
    /// What ticking means.
    legend: &'static str,
    /// The action types of the workspace.
    types: Vec<TypeChoice>,
    /// The names to begin with.
    ticked: Vec<String>,
) -> impl IntoView {
    let name = format!("input[{field}][]");
    let mut ticked = form.typed_all(&name).unwrap_or(ticked);
    ticked.retain(|name| !name.is_empty());
    let error_id = format!("{id}-error");
    let error = form.error_at(format!("/{field}"));
    let tick = |of: &str, title: &str, checked: bool| {
        view! {
            <CheckboxField
                id=format!("{id}-{}", of.replace('.', "-"))
                name=name.clone()
                label=title.to_owned()
                value=of.to_owned()
                checked=checked
            />
        }
        .into_any()
    };
    let groups: Vec<_> = RiskLevel::ALL
        .iter()
        .filter_map(|level| {
            let boxes: Vec<_> = types
                .iter()
                .filter(|of| of.risk == *level)
                .map(|of| tick(&of.name, &of.title, ticked.contains(&of.name)))
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
    // The list may name a type that nobody has registered yet; it stays there.
    let unknown: Vec<_> = ticked
        .iter()
        .filter(|name| !types.iter().any(|of| of.name == **name))
        .map(|name| tick(name, name, true))
        .collect();
    let summary = match ticked.len() {
        0 => format!("{about}: {nothing}"),
        1 => format!("{about}: 1 action type"),
        count => format!("{about}: {count} action types"),
    };
    let describedby = {
        let error_id = error_id.clone();
        move || error.get().map(|_| error_id.clone())
    };
    view! {
        <div class="grid min-w-0 gap-1">
            <details id=id tabindex="-1" class="group rounded-control border border-line px-3">
                <summary class="flex min-h-11 cursor-pointer items-center gap-1 font-medium">
                    <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                    {summary}
                </summary>
                <fieldset class="field pb-3" aria-describedby=describedby>
                    <legend class="text-sm text-muted">{legend}</legend>
                    // One empty name says that the list was there, even with nothing ticked.
                    <Clearable name=name.clone() />
                    <Hidden name=name.clone() value="" />
                    {groups}
                    {unknown}
                </fieldset>
            </details>
            <FieldError id=error_id message=error />
        </div>
    }
}
