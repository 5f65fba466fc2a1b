//! The list of teams, and a new one.

use leptos::prelude::*;
use leptos_router::NavigateOptions;
use leptos_router::hooks::{use_navigate, use_query_map};

use crate::domain::action_type::ActionType;
use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::domain::team::{Team, TeamFilter};
use crate::server_fns::action_types::action_type_list;
use crate::server_fns::teams::{TeamCreate, team_list};
use crate::ui::components::{
    ButtonVariant, Card, Cell, Column, EmptyState, Icon, LinkButton, RevealedText, Row, RowHeader,
    SkeletonRows, StatusBadge, Table,
};
use crate::ui::forms::{ActionForm, Disclose, Notice, SubmitButton, Then};
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::settings::lists::{Pages, use_cursor};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, segments};

use super::fields::{TeamFields, team_form_state};
use super::{PATH, state};

/// The teams.
#[component]
pub fn TeamsPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteTeams);
    let cursor = use_cursor();
    let query = use_query_map();
    let all = Memo::new(move |_| query.with(|query| query.get("show").as_deref() == Some("all")));
    let loaded = Resource::new(
        move || (cursor.get(), all.get()),
        |(cursor, all)| async move {
            let status = all.then(|| "all".to_owned());
            let filter = TeamFilter { status, cursor: cursor.clone(), ..TeamFilter::default() };
            (cursor, all, team_list(filter).await)
        },
    );
    let types = Resource::new(
        move || may_write,
        |wanted| async move { if wanted { action_type_list().await.unwrap_or_default() } else { Vec::new() } },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| {
        (done == "deleted").then_some(
            "The team is gone. If it ever acted, it is archived instead, because the log names it.",
        )
    });
    view! {
        <SettingsFrame
            tab=PATH
            title="Teams"
            subtitle="A team's autonomy says which of its actions run by themselves."
            actions=|| view! { <LinkButton href="/trust">"Learned trust"</LinkButton> }
            notice=notice
        >
            {(!may_write).then(|| view! { <ReadOnly text="Owners, admins and operators add and change teams." /> })}
            <Transition fallback=|| view! { <SkeletonRows label="Loading teams" /> }>
                {move || Suspend::new(async move {
                    let types = types.await;
                    let (cursor, all, answer) = loaded.await;
                    let list = match answer {
                        Ok(page) => view! { <TeamTable page=page cursor=cursor all=all /> }.into_any(),
                        Err(error) => {
                            view! { <PageError title="The teams could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    };
                    view! {
                        {may_write.then(|| view! { <AddTeam types=types /> })}
                        {list}
                    }
                })}
            </Transition>
        </SettingsFrame>
    }
}

#[component]
fn TeamTable(
    /// One page of the teams.
    page: Page<Team>,
    /// Where it begins.
    cursor: Option<String>,
    /// Archived ones are among them.
    all: bool,
) -> impl IntoView {
    const ALL: &str = "/settings/teams?show=all";
    let (here, href, word) =
        if all { (ALL, PATH, "Hide archived teams") } else { (PATH, ALL, "Show archived teams") };
    let next = page.next_cursor;
    let list = if page.items.is_empty() {
        let body =
            "Add one and put agents in it. Until then low risk runs by itself and the rest needs approval.";
        view! { <EmptyState icon=Icon::Users title="No teams yet" body=body /> }.into_any()
    } else {
        let rows: Vec<_> = page.items.into_iter().map(|team| view! { <TeamRow team=team /> }).collect();
        let columns = vec![
            Column::new("Name"),
            Column::new("Department"),
            Column::new("Autonomy"),
            Column::new("Agents").number(),
            Column::new("State"),
        ];
        view! {
            <Card flush=true>
                <Table caption="Teams, by name" columns=columns>
                    {rows}
                </Table>
            </Card>
        }
        .into_any()
    };
    view! {
        {list}
        <Pages path=here label="Pages of teams" cursor=cursor next=next />
        <p class="mt-4">
            <a class="link inline-flex min-h-11 items-center text-sm md:min-h-6" href=href>{word}</a>
        </p>
    }
}

#[component]
fn TeamRow(
    /// The team.
    team: Team,
) -> impl IntoView {
    let (tone, label) = state(&team);
    view! {
        <Row>
            <RowHeader>
                <a class="link" href=format!("{PATH}/{}", team.id)>
                    <RevealedText segments=segments(&team.name) />
                </a>
            </RowHeader>
            <Cell label="Department">{human(team.department.as_str())}</Cell>
            <Cell label="Autonomy">{human(team.autonomy_level.as_str())}</Cell>
            <Cell label="Agents" number=true>{team.member_count.to_string()}</Cell>
            <Cell label="State">
                <StatusBadge tone=tone label=label />
            </Cell>
        </Row>
    }
}

#[component]
fn AddTeam(
    /// The action types of the workspace.
    types: Vec<ActionType>,
) -> impl IntoView {
    let form = team_form_state("team-add");
    let open = form.typed("_form").is_some();
    let navigate = use_navigate();
    let done = Then::new(move |team: Team| {
        navigate(&format!("{PATH}/{}?done=created", team.id), NavigateOptions::default());
    });
    view! {
        <div class="mb-4">
            <Disclose label="Add a team" icon=Icon::Plus open=open>
                <ActionForm<TeamCreate> form=form.clone() class="grid gap-3" on_done=done>
                    <TeamFields form=form.clone() team=None types=types />
                    <div>
                        <SubmitButton form=form variant=ButtonVariant::Primary label="Add the team".to_owned() />
                    </div>
                </ActionForm<TeamCreate>>
            </Disclose>
        </div>
    }
}
