//! The teams: how each stands, what it may do by itself, and how it did.

use leptos::prelude::*;

use crate::domain::autonomy::AutonomyLevel;
use crate::domain::ids::TeamId;
use crate::domain::metrics::{Figures, Metrics, TeamFigures};
use crate::domain::team::Team;
use crate::domain::text::reveal_text;
use crate::server_fns::teams::{TeamFreeze, TeamPatch};
use crate::ui::components::{
    ButtonSize, ButtonVariant, Card, Cell, CheckboxField, Choice, Column, Icon, LevelMeter, LinkButton,
    RadioGroup, RelativeTime, Row, RowHeader, StatusBadge, Table,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, SubmitButton, Then, Version};
use crate::ui::pages::settings::{autonomy_words, team_standing};
use crate::ui::words::{human, moment, stamp};

use super::address::{OUTCOMES, VERDICTS, trail_of_team, waiting_of_team};
use super::words::percent;

/// The table of teams.
#[component]
pub fn Teams(
    /// The figures.
    shown: Memo<Metrics>,
    /// Whether the member may change teams.
    may_write: bool,
    /// What follows a change.
    changed: Callback<String>,
) -> impl IntoView {
    let columns = move || {
        let mut columns = vec![
            Column::new("Team"),
            Column::new("Status"),
            Column::new("Autonomy"),
            Column::new("Waiting").number(),
            Column::new("Actions").number(),
            Column::new("Succeeded").number(),
            Column::new("Last activity"),
        ];
        if may_write {
            columns.push(Column::new("Stop and go").hidden());
        }
        columns
    };
    let none = move || shown.with(|shown| shown.teams.is_empty());
    view! {
        <Card title="Teams" flush=true actions=move || view! { <LinkButton href="/settings/teams" size=ButtonSize::Small>"All teams"</LinkButton> }>
            <Table caption="Teams and their range" columns=columns()>
                <For
                    each=move || shown.with(|shown| shown.teams.clone())
                    // What the forms are made for; numbers follow without them.
                    key=|team| (team.team_id, team.version, team.frozen)
                    children=move |team| view! { <TeamLine team=team shown=shown may_write=may_write changed=changed /> }
                />
            </Table>
            {move || {
                none()
                    .then(|| {
                        view! {
                            <p class="p-4 text-muted">
                                "No team belongs here. Teams say what their agents may do by themselves; make one under All teams."
                            </p>
                        }
                    })
            }}
        </Card>
    }
}

#[component]
fn TeamLine(
    /// The team as it was when its line was drawn.
    team: TeamFigures,
    /// The figures.
    shown: Memo<Metrics>,
    /// Whether the member may change teams.
    may_write: bool,
    /// What follows a change.
    changed: Callback<String>,
) -> impl IntoView {
    let id = team.team_id;
    let name = reveal_text(&team.name);
    let now = Memo::new(move |_| {
        shown.with(|shown| {
            let found = shown.teams.iter().find(|team| team.team_id == id);
            found.map(|team| (team.figures.clone(), team.last_activity)).unwrap_or_default()
        })
    });
    let number = move |of: fn(&Figures) -> String| move || now.with(|(figures, _)| of(figures));
    let of_range = move |events: &'static str| move || shown.with(|shown| trail_of_team(shown, id, events));
    let (tone, standing) = team_standing(team.status, team.frozen);
    let active = move || {
        now.with(|(_, last)| *last).map(|at| view! { <RelativeTime datetime=stamp(at) text=moment(at) /> })
    };
    let level = team.autonomy_level;
    let meter = AutonomyLevel::ALL.iter().position(|of| *of == level).unwrap_or_default() as u8 + 1;
    let about = |what: &str| format!(" {what} of {name}");
    let (department, shown_name) = (human(team.department.as_str()), name.clone());
    let freeze = may_write.then(|| {
        let (frozen, name) = (team.frozen, name.clone());
        view! { <Cell><Freeze id=id frozen=frozen name=name changed=changed /></Cell> }
    });
    let (waiting, actions, succeeded) = (about("waiting"), about("actions"), about("succeeded"));
    let autonomy = may_write.then(move || view! { <Autonomy team=team name=name changed=changed /> });
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=format!("/settings/teams/{id}")>{shown_name}</a>
                <p class="text-sm font-normal text-muted">{department}</p>
            </RowHeader>
            <Cell label="Status"><StatusBadge tone=tone label=standing /></Cell>
            <Cell label="Autonomy">
                <LevelMeter level=meter label=human(level.as_str()) />
                {autonomy}
            </Cell>
            <Cell number=true label="Waiting">
                <a class="link tabular" href=waiting_of_team(id)>
                    {number(|figures| figures.pending.to_string())} <span class="sr-only">{waiting}</span>
                </a>
            </Cell>
            <Cell number=true label="Actions">
                <a class="link tabular" href=of_range(VERDICTS)>
                    {number(|figures| figures.actions.to_string())} <span class="sr-only">{actions}</span>
                </a>
            </Cell>
            <Cell number=true label="Succeeded">
                <a class="link tabular" href=of_range(OUTCOMES)>
                    {number(|figures| percent(figures.success_rate))} <span class="sr-only">{succeeded}</span>
                </a>
            </Cell>
            <Cell label="Last activity">{active}</Cell>
            {freeze}
        </Row>
    }
}

/// The level, and on request another one: chosen, confirmed, sent.
#[component]
fn Autonomy(
    /// The team.
    team: TeamFigures,
    /// Its name, as shown.
    name: String,
    /// What follows.
    changed: Callback<String>,
) -> impl IntoView {
    let form = FormState::new(format!("autonomy-{}", team.team_id));
    // A plain post came back with a fault.
    let open = form.typed("id").is_some();
    let group = format!("autonomy-{}-level", team.team_id);
    let options: Vec<_> = AutonomyLevel::ALL
        .iter()
        .map(|level| Choice::new(level.as_str(), human(level.as_str())).hint(autonomy_words(*level)))
        .collect();
    let done = Then::new(move |team: Team| {
        let level = human(team.autonomy_level.as_str()).to_lowercase();
        let _ = changed.try_run(format!("{} is {level} now.", reveal_text(&team.name)));
    });
    let version = RwSignal::new(team.version);
    view! {
        <Disclose label="Change" subject=format!("autonomy of {name}") variant=ButtonVariant::Ghost size=ButtonSize::Small open=open>
            <ActionForm<TeamPatch> form=form.clone() class="grid gap-3" on_done=done>
                <Hidden name="id" value=team.team_id.to_string() />
                <Version of=version />
                <RadioGroup
                    id=group.clone()
                    name="input[autonomyLevel]"
                    legend=format!("What {name} may do")
                    options=options
                    selected=team.autonomy_level.to_string()
                    error=form.error_at("/autonomyLevel")
                    required=true
                />
                <CheckboxField
                    id=format!("{group}-sure")
                    name="_sure"
                    label="From now on, for everything its agents ask for"
                    required=true
                />
                <SubmitButton form=form variant=ButtonVariant::Primary label="Set the autonomy".to_owned() subject=name />
            </ActionForm<TeamPatch>>
        </Disclose>
    }
}

#[component]
fn Freeze(
    /// The team.
    id: TeamId,
    /// Whether it is frozen.
    frozen: bool,
    /// Its name, as shown.
    name: String,
    /// What follows.
    changed: Callback<String>,
) -> impl IntoView {
    let form = FormState::new(format!("freeze-{id}"));
    let done = Then::new(move |team: Team| {
        let name = reveal_text(&team.name);
        let _ = changed.try_run(match team.frozen_at {
            Some(_) => format!("{name} is frozen: nothing runs by itself."),
            None => format!("{name} goes on."),
        });
    });
    let word = if frozen { "Unfreeze" } else { "Freeze" };
    view! {
        <ActionForm<TeamFreeze> form=form.clone() on_done=done>
            <Hidden name="id" value=id.to_string() />
            <Hidden name="input[frozen]" value=(!frozen).to_string() />
            <SubmitButton form=form size=ButtonSize::Small icon=Icon::Snowflake label=word.to_owned() subject=name />
        </ActionForm<TeamFreeze>>
    }
}
