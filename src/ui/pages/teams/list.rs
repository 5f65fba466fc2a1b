//! `/teams`: each team as a card.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::event::Topic;
use crate::domain::member::Permission;
use crate::domain::page::Page;
use crate::domain::team::{Team, TeamFilter};
use crate::server_fns::teams::team_list;
use crate::ui::components::{
    ButtonVariant, DescriptionList, EmptyState, Icon, IconMark, KeyValue, LinkButton, PageHeader, Pagination,
    RevealedText, SkeletonRows, StatusBadge,
};
use crate::ui::forms::ReturnedError;
use crate::ui::pages::newer::{Newer, newer_than};
use crate::ui::pages::settings::team_standing;
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{human, segments};

use super::address::{PATH, from_query, href, narrows};
use super::answers;
use super::filter_form::FilterForm;

/// The list of teams.
#[component]
pub fn TeamsPage() -> impl IntoView {
    let may_write = use_session().may(Permission::WriteTeams);
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(from_query));
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move {
            let answer = team_list(filter.clone()).await;
            (filter, answer)
        },
    );
    let shown = StoredValue::new(None);
    let newer = newer_than(
        shown,
        |changes| changes.concern(Topic::Team),
        move || {
            let filter = filter.get_untracked();
            async move { team_list(filter.clone()).await.ok().map(|page| (filter, page)) }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <Title text="Teams" />
        <PageHeader
            title="Teams"
            subtitle="Agents of one department, and what they may do by themselves. Give a team an objective, and follow what it does."
            actions=move || may_write.then(|| view! { <NewLink /> })
        />
        <ReturnedError />
        <Newer newer=newer what="Something changed here." show=retry />
        <Transition fallback=|| view! { <SkeletonRows rows=6 label="Loading teams" /> }>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                shown.set_value(answer.as_ref().ok().map(|page| (filter.clone(), page.clone())));
                let list = match answer {
                    Ok(page) => {
                        view! { <List page=page filter=filter.clone() may_write=may_write /> }.into_any()
                    }
                    Err(error) => {
                        view! { <PageError title="The teams could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                };
                view! {
                    <FilterForm filter=filter />
                    {list}
                }
            })}
        </Transition>
    }
}

#[component]
fn NewLink() -> impl IntoView {
    view! {
        <LinkButton href=answers::PATH variant=ButtonVariant::Primary icon=Icon::Plus>
            "New team"
        </LinkButton>
    }
}

#[component]
fn List(
    /// One page of the list.
    page: Page<Team>,
    /// The filter in force.
    filter: TeamFilter,
    /// Whether the member may make teams.
    may_write: bool,
) -> impl IntoView {
    if page.items.is_empty() {
        return view! { <Nothing narrowed=narrows(&filter) may_write=may_write /> }.into_any();
    }
    let first = filter.cursor.is_some().then(|| href(&TeamFilter { cursor: None, ..filter.clone() }));
    let next = page.next_cursor.map(|cursor| href(&TeamFilter { cursor: Some(cursor), ..filter.clone() }));
    let cards: Vec<_> = page.items.into_iter().map(|team| view! { <TeamCard team=team /> }).collect();
    view! {
        <ul aria-label="Teams, by name" class="grid gap-4 md:grid-cols-2 xl:grid-cols-3">{cards}</ul>
        <Pagination label="Pages of teams" previous=first next=next />
    }
    .into_any()
}

#[component]
fn TeamCard(
    /// The team.
    team: Team,
) -> impl IntoView {
    let frozen = team.frozen_at.is_some();
    let (tone, label) = team_standing(team.status, frozen);
    let (href, name) = (format!("{PATH}/{}", team.id), segments(&team.name));
    // The first line is enough to know it by.
    let about = team.description.lines().next().filter(|line| !line.trim().is_empty()).map(|line| {
        let line = segments(line);
        view! { <p class="line-clamp-2 text-sm text-muted"><RevealedText segments=line /></p> }
    });
    let department = human(team.department.as_str());
    let autonomy = human(team.autonomy_level.as_str());
    let agents = team.member_count.to_string();
    view! {
        <li class="card flex min-w-0 flex-col gap-3 p-4">
            <div class="flex flex-wrap items-baseline justify-between gap-x-3 gap-y-1">
                <h2 class="min-w-0 text-base">
                    <a class="link inline-flex min-h-11 items-center md:min-h-6" href=href>
                        <RevealedText segments=name />
                    </a>
                </h2>
                <StatusBadge tone=tone label=label />
            </div>
            {about}
            {frozen.then(|| view! { <FrozenNotice /> })}
            <DescriptionList>
                <KeyValue label="Department">{department}</KeyValue>
                <KeyValue label="Autonomy">{autonomy}</KeyValue>
                <KeyValue label="Agents">{agents}</KeyValue>
            </DescriptionList>
        </li>
    }
}

/// What a freeze means.
#[component]
pub fn FrozenNotice() -> impl IntoView {
    view! {
        <p class="flex items-start gap-2 text-sm">
            <IconMark icon=Icon::Snowflake class="mt-0.5 text-info" />
            <span>"Frozen: nothing runs by itself, and nothing approved is started."</span>
        </p>
    }
}

#[component]
fn Nothing(
    /// Whether a filter leaves something out.
    narrowed: bool,
    /// Whether the member may make teams.
    may_write: bool,
) -> impl IntoView {
    if narrowed {
        return view! {
            <EmptyState icon=Icon::Search title="No teams match" body="Choose less, or something else.">
                <LinkButton href=PATH>"Show what is in use"</LinkButton>
            </EmptyState>
        }
        .into_any();
    }
    let body = match may_write {
        true => {
            "A team is made of a template, with agents that know what to do, or of agents that there are."
        }
        false => "Owners, admins and operators make teams. They appear here with what they do.",
    };
    view! {
        <EmptyState icon=Icon::Users title="No teams yet" body=body>
            {may_write.then(|| view! { <NewLink /> })}
        </EmptyState>
    }
    .into_any()
}
