//! `/teams/:id`: one team at work, what it is given to do and what came of it.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::domain::AppError;
use crate::domain::event::Topic;
use crate::domain::ids::TeamId;
use crate::domain::member::Permission;
use crate::domain::team::{Team, TeamMember};
use crate::domain::team_config::TeamConfig;
use crate::domain::text::reveal_text;
use crate::server_fns::team_config::team_config;
use crate::server_fns::teams::{team_get, team_member_list};
use crate::ui::components::{
    ButtonSize, Card, DescriptionList, Icon, KeyValue, LinkButton, LongText, Moment, PageHeader, Skeleton,
    StatusBadge,
};
use crate::ui::forms::{Notice, NoticeBar, ReturnedError};
use crate::ui::hooks::focus_soon;
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::pages::settings::{ConfigFacts, autonomy_words, team_standing};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, moment, segments, stamp};

use super::address::PATH;
use super::list::FrozenNotice;
use super::members::Members;
use super::run::RunTeam;
use super::runs::{RunHistory, RunLine, runs_of};

/// The team, its agents, how it works, and its newest runs.
type Loaded = (Team, Vec<TeamMember>, TeamConfig, Vec<RunLine>);

/// One team.
#[component]
pub fn TeamHomePage() -> impl IntoView {
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(move || id.get(), load);
    let read = StoredValue::new(None);
    // Of its runs the page tells by itself.
    let newer = newer_than(
        read,
        |changes| changes.concern(Topic::Team),
        move || {
            let id = id.get_untracked();
            async move { team_and_members(id).await.ok() }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    // The heading is drawn anew with the rest: it gets the focus once it is there.
    let asked = StoredValue::new(false);
    let show = Callback::new(move |()| {
        asked.set_value(true);
        loaded.refetch();
    });
    let notice = Notice::new(|done| (done == "created").then_some("The team is made."));
    view! {
        <Transition fallback=|| view! { <Skeleton lines=12 label="Loading the team" /> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                read.set_value(answer.as_ref().ok().map(|(team, members, ..)| (team.clone(), members.clone())));
                if asked.try_get_value() == Some(true) {
                    asked.set_value(false);
                    focus_soon("page-title");
                }
                match answer {
                    Ok(found) => view! { <TeamHome found=found notice=notice newer=newer show=show /> }.into_any(),
                    Err(error) => {
                        view! {
                            <Title text="Team" />
                            <PageHeader title="Team" back=PATH back_label="Teams" />
                            <PageError title="The team could not be loaded" error=error retry=retry />
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

async fn load(id: String) -> Result<Loaded, AppError> {
    let (team, members) = team_and_members(id).await?;
    let config = team_config(team.id).await?;
    let runs = runs_of(team.id).await?;
    Ok((team, members, config, runs))
}

async fn team_and_members(id: String) -> Result<(Team, Vec<TeamMember>), AppError> {
    let id: TeamId = id.parse().map_err(|_| AppError::not_found("team"))?;
    Ok((team_get(id).await?, team_member_list(id).await?))
}

#[component]
fn TeamHome(
    /// The team and what belongs to it.
    found: Loaded,
    /// The page's notice.
    notice: Notice,
    /// Whether the team changed since.
    newer: RwSignal<bool>,
    /// Reads it again.
    show: Callback<()>,
) -> impl IntoView {
    let may_run = use_session().may(Permission::RunTeams);
    let (team, members, config, runs) = found;
    let (id, title) = (team.id, reveal_text(&team.name));
    let settings = move || {
        view! { <LinkButton href=format!("/settings/teams/{id}") icon=Icon::Settings>"Settings"</LinkButton> }
    };
    view! {
        <Title text=title.clone() />
        <PageHeader title=title back=PATH back_label="Teams" actions=settings />
        <ReturnedError />
        <NoticeBar notice=notice />
        <Newer newer=newer what="Something changed here." show=show />
        // What was said belongs to the form before.
        <div class="grid gap-4" on:submit=move |_| notice.clear()>
            <div class="grid items-start gap-4 lg:grid-cols-2">
                <RunTeam team=team.clone() members=members.clone() may_run=may_run />
                <Facts team=team config=config />
            </div>
            <RunHistory team=id first=runs />
            <Members members=members />
        </div>
    }
}

/// How the team stands, and the ways to what it asked for.
#[component]
fn Facts(
    /// The team.
    team: Team,
    /// How it works.
    config: TeamConfig,
) -> impl IntoView {
    let id = team.id;
    let (tone, label) = team_standing(team.status, team.frozen_at.is_some());
    let notice = team.frozen_at.is_some().then(|| view! { <div class="mb-3"><FrozenNotice /></div> });
    let frozen = team.frozen_at.map(|at| {
        view! { <KeyValue label="Frozen since"><Moment datetime=stamp(at) text=moment(at) /></KeyValue> }
    });
    let about = (!team.description.is_empty()).then(|| {
        let text = segments(&team.description);
        view! { <KeyValue label="About"><LongText label="About" segments=text /></KeyValue> }
    });
    let autonomy =
        format!("{}. {}", human(team.autonomy_level.as_str()), autonomy_words(team.autonomy_level));
    let asks = match team.approval_required.is_empty() {
        true => "Nothing beyond the rule".to_owned(),
        false => team.approval_required.join(", "),
    };
    let (department, needed) = (human(team.department.as_str()), team.required_approvals.to_string());
    let made = team.created_at;
    view! {
        <Card title="About">
            {notice}
            <DescriptionList>
                <KeyValue label="Status"><StatusBadge tone=tone label=label /></KeyValue>
                {frozen}
                <KeyValue label="Department">{department}</KeyValue>
                {about}
                <KeyValue label="Autonomy">{autonomy}</KeyValue>
                <KeyValue label="Always asks before">{asks}</KeyValue>
                <KeyValue label="Approvals needed">{needed}</KeyValue>
                <ConfigFacts config=config />
                <KeyValue label="Made"><Moment datetime=stamp(made) text=moment(made) /></KeyValue>
            </DescriptionList>
            <div class="mt-4 flex flex-wrap gap-2">
                <LinkButton href=format!("/approvals?teamId={id}") size=ButtonSize::Small icon=Icon::Inbox>
                    "Its approvals"
                </LinkButton>
                <LinkButton href=format!("/audit?teamId={id}") size=ButtonSize::Small icon=Icon::Scroll>
                    "Its audit trail"
                </LinkButton>
            </div>
        </Card>
    }
}
