//! What a team's forms ask for.

use leptos::prelude::*;

use crate::domain::action_type::ActionType;
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::risk::RiskLevel;
use crate::domain::team::Team;
use crate::domain::workspace::Department;
use crate::ui::components::{
    CheckboxField, Choice, FieldError, Icon, IconMark, RadioGroup, RiskBadge, SelectField, TextField,
    TextareaField,
};
use crate::ui::forms::{Clearable, FormState, Hidden};
use crate::ui::pages::settings::lists::words;
use crate::ui::words::{human, risk_tone};

/// What each level of autonomy means.
pub fn autonomy_words(level: AutonomyLevel) -> &'static str {
    match level {
        AutonomyLevel::Supervised => "Everything needs approval.",
        AutonomyLevel::SemiAutonomous => "Low risk runs by itself, the rest needs approval.",
        AutonomyLevel::Autonomous => "Only critical risk needs approval.",
    }
}

/// The state of a team's form.
pub fn team_form_state(id: &'static str) -> FormState {
    FormState::new(id)
        .faults_only()
        .field("/name", "team-name")
        .field("/description", "team-description")
        .field("/department", "team-department")
        .field("/autonomyLevel", "team-autonomy-0")
        .field("/approvalRequired", "team-types")
        .field("/requiredApprovals", "team-approvals")
}

/// Every field of a team but its status and its freeze.
#[component]
pub fn TeamFields(
    /// The form's state.
    form: FormState,
    /// The team as it is; absent: a new one.
    team: Option<Team>,
    /// The action types of the workspace.
    types: Vec<ActionType>,
) -> impl IntoView {
    let autonomy: Vec<_> = AutonomyLevel::ALL
        .iter()
        .map(|level| Choice::new(level.as_str(), human(level.as_str())).hint(autonomy_words(*level)))
        .collect();
    let typed = |name: &str, found: Option<String>| form.typed(name).or(found).unwrap_or_default();
    let name = typed("input[name]", team.as_ref().map(|team| team.name.clone()));
    let description = typed("input[description]", team.as_ref().map(|team| team.description.clone()));
    let department = typed("input[department]", team.as_ref().map(|team| team.department.to_string()));
    let level = team.as_ref().map_or(AutonomyLevel::Supervised, |team| team.autonomy_level);
    let level = typed("input[autonomyLevel]", Some(level.to_string()));
    let needed = team.as_ref().map_or(1, |team| team.required_approvals);
    let needed = typed("input[requiredApprovals]", Some(needed.to_string()));
    let listed = match form.typed_all("input[approvalRequired][]") {
        Some(listed) => listed,
        None => team.map(|team| team.approval_required).unwrap_or_default(),
    };
    let departments = words(Department::ALL.iter().map(|department| department.as_str()));
    view! {
        <TextField
            id="team-name"
            name="input[name]"
            label="Name"
            value=name
            error=form.error_at("/name")
            autocomplete="off"
            required=true
            maxlength=200
        />
        <Clearable name="input[description]" />
        <TextareaField
            id="team-description"
            name="input[description]"
            label="About"
            value=description
            error=form.error_at("/description")
            rows=2
            maxlength=10_000
        />
        <SelectField
            id="team-department"
            name="input[department]"
            label="Department"
            options=departments
            selected=department
            error=form.error_at("/department")
        />
        <RadioGroup
            id="team-autonomy"
            name="input[autonomyLevel]"
            legend="Autonomy"
            options=autonomy
            selected=level
            error=form.error_at("/autonomyLevel")
            required=true
        />
        <AlwaysAsk form=form.clone() types=types listed=listed />
        <TextField
            id="team-approvals"
            name="input[requiredApprovals]"
            label="Approvals needed"
            kind="number"
            value=needed
            hint="How many people must approve, 1 to 10. One rejection rejects."
            error=form.error_at("/requiredApprovals")
            inputmode="numeric"
            min="1"
            max="10"
            required=true
        />
    }
}

/// The action types that always need approval, by risk.
#[component]
fn AlwaysAsk(
    /// The form's state.
    form: FormState,
    /// The action types of the workspace.
    types: Vec<ActionType>,
    /// The names that are on the list.
    listed: Vec<String>,
) -> impl IntoView {
    let error = form.error_at("/approvalRequired");
    let groups: Vec<_> = RiskLevel::ALL
        .iter()
        .filter_map(|level| {
            let boxes: Vec<_> = types
                .iter()
                .filter(|of| of.risk_level == *level)
                .map(|of| type_box(&of.name, &of.title, listed.contains(&of.name)))
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
    // A team may name a type that nobody has registered yet; it stays on the list.
    let unknown: Vec<_> = listed
        .iter()
        .filter(|name| !name.is_empty() && !types.iter().any(|of| of.name == **name))
        .map(|name| type_box(name, name, true))
        .collect();
    let count = listed.iter().filter(|name| !name.is_empty()).count();
    let summary = match count {
        0 => "Always ask before: nothing beyond the rule".to_owned(),
        1 => "Always ask before: 1 action type".to_owned(),
        count => format!("Always ask before: {count} action types"),
    };
    view! {
        <details id="team-types" tabindex="-1" class="group rounded-control border border-line px-3">
            <summary class="flex min-h-11 cursor-pointer items-center gap-1 font-medium">
                <IconMark icon=Icon::ChevronRight size=14 class="group-open:rotate-90" />
                {summary}
            </summary>
            <fieldset class="field pb-3">
                <legend class="text-sm text-muted">"Whatever the autonomy, these need approval."</legend>
                // One empty name says that the list was there, even with nothing ticked.
                <Clearable name="input[approvalRequired][]" />
                <Hidden name="input[approvalRequired][]" value="" />
                {groups}
                {unknown}
            </fieldset>
        </details>
        <FieldError id="team-types-error" message=error />
    }
}

fn type_box(name: &str, title: &str, checked: bool) -> AnyView {
    view! {
        <CheckboxField
            id=format!("team-type-{}", name.replace('.', "-"))
            name="input[approvalRequired][]"
            label=title.to_owned()
            value=name.to_owned()
            checked=checked
        />
    }
    .into_any()
}
