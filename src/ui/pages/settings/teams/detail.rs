//! One team: what it may, who is in it, its freeze and its end.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_params_map};
use serde::{Deserialize, Serialize};

use crate::domain::AppError;
use crate::domain::action_type::ActionType;
use crate::domain::agent::{Agent, AgentFilter};
use crate::domain::autonomy::AutonomyLevel;
use crate::domain::ids::TeamId;
use crate::domain::member::Permission;
use crate::domain::team::{Team, TeamMember, TeamStatus};
use crate::domain::team_config::TeamConfig;
use crate::domain::text::reveal_text;
use crate::server_fns::account::time_zones;
use crate::server_fns::action_types::action_type_list;
use crate::server_fns::agents::agent_list;
use crate::server_fns::team_config::team_config;
use crate::server_fns::teams::{TeamDelete, TeamFreeze, TeamPatch, team_get, team_member_list};
use crate::ui::components::{
    ButtonVariant, Card, DescriptionList, Icon, KeyValue, RevealedText, Skeleton, StatusBadge,
};
use crate::ui::forms::{ActionForm, Disclose, FormState, Hidden, Notice, SubmitButton, Then, Version};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::trust::TrustPanel;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, segments};

use super::config::{ConfigFacts, EditConfig};
use super::fields::{TeamFields, autonomy_words, team_form_state};
use super::members::TeamMembers;
use super::{PATH, state};

/// The team and what belongs to it; for who may change it also what there is to choose.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
struct Loaded {
    team: Team,
    config: TeamConfig,
    members: Vec<TeamMember>,
    agents: Vec<Agent>,
    types: Vec<ActionType>,
    zones: Vec<String>,
}

/// One team.
#[component]
pub fn TeamPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteTeams);
    let params = use_params_map();
    let id = Memo::new(move |_| params.with(|params| params.get("id")).unwrap_or_default());
    let loaded = Resource::new(move || id.get(), move |id| load(id, may_write));
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| match done {
        "created" => Some("The team is added. Put agents in it."),
        "saved" => Some("The change is saved."),
        _ => None,
    });
    let changed = Callback::new(move |text: &'static str| {
        notice.say(text);
        loaded.refetch();
    });
    view! {
        <Transition fallback=|| view! { <Skeleton lines=10 label="Loading the team" /> }>
            {move || Suspend::new(async move {
                let answer = loaded.await;
                let title = answer.as_ref().map_or("Team".to_owned(), |found| reveal_text(&found.team.name));
                let body = match answer {
                    Ok(found) => {
                        view! { <TeamView found=found may_write=may_write changed=changed /> }.into_any()
                    }
                    Err(error) => {
                        view! { <PageError title="The team could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! { <SettingsFrame tab=PATH title=title detail=true notice=notice>{body}</SettingsFrame> }
            })}
        </Transition>
    }
}

async fn load(id: String, may_write: bool) -> Result<Loaded, AppError> {
    let id: TeamId = id.parse().map_err(|_| AppError::not_found("team"))?;
    // The version before what it is the version of, so that a change in between is not overwritten.
    let team = team_get(id).await?;
    let config = team_config(id).await?;
    let members = team_member_list(id).await?;
    let (agents, types, zones) = if may_write {
        let all = AgentFilter { limit: Some("200".to_owned()), ..AgentFilter::default() };
        (agent_list(all).await?.items, action_type_list().await?, time_zones().await?)
    } else {
        Default::default()
    };
    Ok(Loaded { team, config, members, agents, types, zones })
}

#[component]
fn TeamView(
    /// The team and what belongs to it.
    found: Loaded,
    /// Whether the member may change it.
    may_write: bool,
    /// What follows a change.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let Loaded { team, config, members, agents, types, zones } = found;
    let (tone, label) = state(&team);
    let (id, version) = (team.id, team.version);
    let learns = team.autonomy_level == AutonomyLevel::SemiAutonomous;
    let terms = if may_write {
        view! {
            <EditTeam team=team.clone() types=types changed=changed />
            <EditConfig team=id version=version config=config zones=zones changed=changed />
        }
        .into_any()
    } else {
        view! { <ReadTeam team=team.clone() config=config /> }.into_any()
    };
    let switches = may_write.then(|| view! { <Switches team=team changed=changed /> });
    view! {
        <p class="mb-4">
            <StatusBadge tone=tone label=label />
        </p>
        <div class="grid gap-4">
            {switches} {terms}
            <TrustPanel team=id learns=learns />
            <TeamMembers team=id members=members agents=agents may_write=may_write changed=changed />
            {may_write.then(|| view! { <DeleteTeam id=id /> })}
        </div>
    }
}

#[component]
fn ReadTeam(
    /// The team.
    team: Team,
    /// How it works.
    config: TeamConfig,
) -> impl IntoView {
    let asks = if team.approval_required.is_empty() {
        "Nothing beyond the rule".to_owned()
    } else {
        team.approval_required.join(", ")
    };
    view! {
        <Card>
            <DescriptionList>
                <KeyValue label="Department">{human(team.department.as_str())}</KeyValue>
                <KeyValue label="Autonomy">
                    {format!("{}. {}", human(team.autonomy_level.as_str()), autonomy_words(team.autonomy_level))}
                </KeyValue>
                <KeyValue label="Always asks before">{asks}</KeyValue>
                <KeyValue label="Approvals needed">{team.required_approvals.to_string()}</KeyValue>
                <ConfigFacts config=config />
                <KeyValue label="About">
                    <RevealedText segments=segments(&team.description) />
                </KeyValue>
            </DescriptionList>
        </Card>
        <ReadOnly text="Owners, admins and operators change teams." />
    }
}

/// Freeze and pause: what takes effect at once.
#[component]
fn Switches(
    /// The team.
    team: Team,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let frozen = team.frozen_at.is_some();
    let freeze = FormState::new("team-freeze").faults_only();
    let pause = FormState::new("team-pause").faults_only();
    let freeze_done = Then::new(move |team: Team| {
        let _ = changed.try_run(match team.frozen_at {
            Some(_) => "The team is frozen.",
            None => "The team goes on.",
        });
    });
    let pause_done = Then::new(move |team: Team| {
        let _ = changed.try_run(match team.status {
            TeamStatus::Active => "The team is active.",
            TeamStatus::Paused => "The team is paused.",
            TeamStatus::Archived => "The team is archived.",
        });
    });
    let freeze_word = if frozen { "Unfreeze" } else { "Freeze" };
    let (next, pause_word) = match team.status {
        TeamStatus::Active => (TeamStatus::Paused, "Pause"),
        TeamStatus::Paused => (TeamStatus::Active, "Resume"),
        TeamStatus::Archived => (TeamStatus::Active, "Bring back"),
    };
    view! {
        <Card
            title="Stop and go"
            description="Frozen: nothing runs by itself and nothing approved is started, and deadlines stand still. Paused: what the team's agents ask for is denied."
        >
            <div class="flex flex-wrap gap-2">
                <ActionForm<TeamFreeze> form=freeze.clone() on_done=freeze_done>
                    <Hidden name="id" value=team.id.to_string() />
                    <Hidden name="input[frozen]" value=(!frozen).to_string() />
                    <SubmitButton form=freeze icon=Icon::Snowflake label=freeze_word.to_owned() subject="team" />
                </ActionForm<TeamFreeze>>
                <ActionForm<TeamPatch> form=pause.clone() on_done=pause_done>
                    <Hidden name="id" value=team.id.to_string() />
                    <Hidden name="input[status]" value=next.to_string() />
                    <SubmitButton form=pause label=pause_word.to_owned() subject="team" />
                </ActionForm<TeamPatch>>
            </div>
        </Card>
    }
}

#[component]
fn EditTeam(
    /// The team.
    team: Team,
    /// The action types of the workspace.
    types: Vec<ActionType>,
    /// What follows.
    changed: Callback<&'static str>,
) -> impl IntoView {
    let form = team_form_state("team-edit");
    let done = Then::new(move |_: Team| {
        let _ = changed.try_run("The changes are saved.");
    });
    let (id, version) = (team.id, RwSignal::new(team.version));
    view! {
        <Card title="Terms">
            <ActionForm<TeamPatch> form=form.clone() class="grid max-w-xl gap-4" on_done=done>
                <Hidden name="id" value=id.to_string() />
                <Version of=version />
                <TeamFields form=form.clone() team=Some(team) types=types />
                <div>
                    <SubmitButton form=form variant=ButtonVariant::Primary label="Save changes".to_owned() />
                </div>
            </ActionForm<TeamPatch>>
        </Card>
    }
}

#[component]
fn DeleteTeam(
    /// The team.
    id: TeamId,
) -> impl IntoView {
    let form = FormState::new("team-delete").faults_only();
    let navigate = use_navigate();
    let done = Then::new(move |()| navigate("/settings/teams?done=deleted", NavigateOptions::default()));
    view! {
        <Disclose label="Delete this team" variant=ButtonVariant::Danger>
            <p>"If it ever acted, it is archived instead, because the log names it. Its agents stay."</p>
            <ActionForm<TeamDelete> form=form.clone() on_done=done>
                <Hidden name="id" value=id.to_string() />
                <SubmitButton form=form variant=ButtonVariant::Danger label="Delete or archive".to_owned() />
            </ActionForm<TeamDelete>>
        </Disclose>
    }
}
