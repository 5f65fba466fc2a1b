//! What a team's forms ask for.

use leptos::prelude::*;

use crate::domain::action_type::ActionType;
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::team::Team;
use crate::domain::workspace::Department;
use crate::ui::components::{Choice, RadioGroup, SelectField, TextField, TextareaField};
use crate::ui::forms::{Clearable, FormState};
use crate::ui::pages::settings::lists::words;
use crate::ui::pages::settings::type_ticks::{TypeChoice, TypeTicks};
use crate::ui::words::human;

/// The id of the action types that always need approval.
const TYPES: &str = "team-types";

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
        .field("/approvalRequired", TYPES)
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
    let listed = team.map(|team| team.approval_required).unwrap_or_default();
    let choices: Vec<_> = types.into_iter().map(TypeChoice::from).collect();
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
        <TypeTicks
            form=form.clone()
            id=TYPES
            field="approvalRequired"
            about="Always ask before"
            nothing="nothing beyond the rule"
            legend="Whatever the autonomy, these need approval."
            types=choices
            ticked=listed
        />
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
