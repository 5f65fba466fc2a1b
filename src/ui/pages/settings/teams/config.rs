//! How a team works: the form that changes it, and the facts.

use leptos::prelude::*;

use crate::domain::ids::TeamId;
use crate::domain::team_config::{EscalateTo, Escalation, TeamConfig, Weekday, WorkingHours};
use crate::server_fns::team_config::{Open, TeamConfigSave};
use crate::ui::components::{
    ButtonVariant, Card, CheckboxField, Choice, FieldError, KeyValue, RadioGroup, SelectField, TextField,
    TextareaField,
};
use crate::ui::forms::{ActionForm, FormState, Hidden, SubmitButton, Then, Version};

const ZONES: &str = "team-zones";
const DAYS: &str = "input[days][]";

/// All of it in one form.
#[component]
pub fn EditConfig(
    /// The team.
    team: TeamId,
    /// Its version.
    version: i64,
    /// How it works now.
    config: TeamConfig,
    /// The time zones to offer.
    zones: Vec<String>,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = FormState::new("team-config")
        .faults_only()
        .field("/workingHours/zone", "team-zone")
        .field("/workingHours/days", "team-days")
        .field("/workingHours/from", "team-from")
        .field("/workingHours/to", "team-to")
        .field("/concurrentTasks", "team-tasks")
        .field("/escalation/afterPercent", "team-escalate-after")
        .field("/escalation/to", "team-escalate-to")
        .field("/capabilities", "team-capabilities");
    let done = Then::new(move |_: TeamConfig| {
        let _ = changed.try_run("How the team works is saved.");
    });
    let zones: Vec<_> = zones.into_iter().map(|zone| view! { <option value=zone></option> }).collect();
    view! {
        <Card
            title="How it works"
            description="Work that it is given begins in its hours and when there is room. Until then it waits in line."
        >
            <ActionForm<TeamConfigSave> form=form.clone() class="grid max-w-xl gap-4" on_done=done>
                <Hidden name="id" value=team.to_string() />
                <Version of=Signal::stored(version) />
                <Hours form=form.clone() kept=config.working_hours.clone() />
                <datalist id=ZONES>{zones}</datalist>
                <Rest form=form.clone() kept=config />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save how it works".to_owned() />
                </div>
            </ActionForm<TeamConfigSave>>
        </Card>
    }
}

/// What a plain post brought back for a field, or what was kept.
fn shown(form: &FormState, name: &str, kept: Option<String>) -> String {
    let found = if form.typed("_form").is_some() { form.typed(name) } else { kept };
    found.unwrap_or_default()
}

/// When the team works.
#[component]
fn Hours(
    /// The form's state.
    form: FormState,
    /// The hours as they are; absent: always.
    kept: Option<WorkingHours>,
) -> impl IntoView {
    let open = if kept.is_some() { Open::Hours } else { Open::Always };
    let open = shown(&form, "input[open]", Some(open.to_string()));
    let choices = vec![
        Choice::new(Open::Always.as_str(), "At all hours"),
        Choice::new(Open::Hours.as_str(), "In these hours"),
    ];
    let hours = kept.unwrap_or_else(|| WorkingHours {
        zone: "UTC".to_owned(),
        days: Weekday::ALL[..5].to_vec(),
        from: "09:00".to_owned(),
        to: "17:00".to_owned(),
    });
    let typed = form.typed_all(DAYS);
    let days: Vec<_> = Weekday::ALL
        .iter()
        .map(|day| {
            let checked = match &typed {
                Some(typed) => typed.iter().any(|typed| typed == day.as_str()),
                None => hours.days.contains(day),
            };
            view! {
                <CheckboxField
                    id=format!("team-day-{day}")
                    name=DAYS
                    label=day.short().to_owned()
                    value=day.to_string()
                    checked=checked
                />
            }
        })
        .collect();
    let zone = shown(&form, "input[zone]", Some(hours.zone));
    let from = shown(&form, "input[from]", Some(hours.from));
    let to = shown(&form, "input[to]", Some(hours.to));
    let no_days = form.error_at("/workingHours/days");
    view! {
        <div class="group/open grid gap-4">
            <RadioGroup
                id="team-open"
                name="input[open]"
                legend="Working hours"
                options=choices
                selected=open
                required=true
            />
            // Where a team works always, its hours say nothing.
            <div class="grid gap-4 group-has-[#team-open-0:checked]/open:hidden">
                <fieldset
                    id="team-days"
                    tabindex="-1"
                    class="field"
                    aria-describedby=move || no_days.with(Option::is_some).then_some("team-days-error")
                >
                    <legend class="field-label">"Days"</legend>
                    <div class="flex flex-wrap gap-x-4">{days}</div>
                    <FieldError id="team-days-error" message=no_days />
                </fieldset>
                <div class="grid gap-4 sm:grid-cols-3">
                    <TextField
                        id="team-from"
                        name="input[from]"
                        label="From"
                        value=from
                        hint="Such as 09:00."
                        error=form.error_at("/workingHours/from")
                        autocomplete="off"
                        filter=true
                        maxlength=5
                    />
                    <TextField
                        id="team-to"
                        name="input[to]"
                        label="To"
                        value=to
                        hint="24:00 is the end of the day."
                        error=form.error_at("/workingHours/to")
                        autocomplete="off"
                        filter=true
                        maxlength=5
                    />
                    <TextField
                        id="team-zone"
                        name="input[zone]"
                        label="Time zone"
                        value=zone
                        hint="Such as Europe/Vienna."
                        error=form.error_at("/workingHours/zone")
                        autocomplete="off"
                        list=ZONES
                        filter=true
                        maxlength=64
                    />
                </div>
            </div>
        </div>
    }
}

/// Everything but the hours.
#[component]
fn Rest(
    /// The form's state.
    form: FormState,
    /// How the team works now.
    kept: TeamConfig,
) -> impl IntoView {
    let number = |kept: Option<i64>| kept.map(|number| number.to_string());
    let escalation = kept.escalation;
    let tasks = shown(&form, "input[tasksAtOnce]", number(kept.concurrent_tasks));
    let after = number(escalation.map(|escalation| escalation.after_percent));
    let after = shown(&form, "input[escalateAfter]", after);
    let to = shown(&form, "input[escalateTo]", escalation.map(|escalation| escalation.to.to_string()));
    let capabilities = shown(&form, "input[capabilities]", Some(kept.capabilities.join("\n")));
    let whom = vec![
        Choice::new("", "As usual: reviewers at half of its time, then admins"),
        Choice::new(EscalateTo::Reviewers.as_str(), "Reviewers, then admins"),
        Choice::new(EscalateTo::Admins.as_str(), "Admins at once"),
    ];
    view! {
        <TextField
            id="team-tasks"
            name="input[tasksAtOnce]"
            label="Tasks at once"
            kind="number"
            value=tasks
            hint="1 to 100; blank for any number. The next one waits until one of them ends."
            error=form.error_at("/concurrentTasks")
            inputmode="numeric"
            min="1"
            max="100"
        />
        <SelectField
            id="team-escalate-to"
            name="input[escalateTo]"
            label="Who is told of an approval that waits"
            options=whom
            selected=to
            error=form.error_at("/escalation/to")
            filter=true
        />
        <TextField
            id="team-escalate-after"
            name="input[escalateAfter]"
            label="After so much of its time, in percent"
            kind="number"
            value=after
            hint="10 to 90; blank as usual."
            error=form.error_at("/escalation/afterPercent")
            inputmode="numeric"
            min="10"
            max="90"
        />
        <TextareaField
            id="team-capabilities"
            name="input[capabilities]"
            label="Capabilities"
            value=capabilities
            hint="What work its agents suit together: words such as lead_qualification, one on a line."
            error=form.error_at("/capabilities")
            rows=3
            maxlength=10_000
            mono=true
        />
    }
}

/// How a team works, as facts of a list.
#[component]
pub fn ConfigFacts(
    /// How it works.
    config: TeamConfig,
) -> impl IntoView {
    let hours = config.working_hours.as_ref().map_or("Always".to_owned(), WorkingHours::words);
    let tasks = config.concurrent_tasks.map_or("Any number".to_owned(), |most| most.to_string());
    let told = told(config.escalation.unwrap_or_default());
    let capabilities = match config.capabilities.is_empty() {
        true => "Those of its agents".to_owned(),
        false => config.capabilities.join(", "),
    };
    view! {
        <KeyValue label="Working hours">{hours}</KeyValue>
        <KeyValue label="Tasks at once">{tasks}</KeyValue>
        <KeyValue label="Told of what waits">{told}</KeyValue>
        <KeyValue label="Capabilities">{capabilities}</KeyValue>
    }
}

/// Who is told of an approval that waits, and when.
fn told(escalation: Escalation) -> String {
    let percent = escalation.after_percent;
    match escalation.to {
        EscalateTo::Reviewers => format!("Reviewers after {percent} % of its time, then admins"),
        EscalateTo::Admins => format!("Admins after {percent} % of its time"),
    }
}
