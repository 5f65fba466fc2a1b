//! The catalogue as this workspace has it, and the workspace's own types.

use leptos::prelude::*;

use crate::domain::action_type::ActionType;
use crate::domain::member::Permission;
use crate::server_fns::action_types::action_type_list;
use crate::ui::components::{
    ButtonVariant, Card, Cell, Column, EmptyState, Icon, LinkButton, RevealedText, RiskBadge, Row, RowHeader,
    SkeletonRows, Table, risk_edge,
};
use crate::ui::forms::Notice;
use crate::ui::pages::settings::frame::{ReadOnly, SettingsFrame};
use crate::ui::pages::{PageError, use_session};
use crate::ui::words::{reversibility_words, risk_tone, segments};

use super::{PATH, executor_words};

/// Every action type.
#[component]
pub fn ActionTypesPage() -> impl IntoView {
    let administers = use_session().may(Permission::Administer);
    let loaded = Resource::new(|| (), |()| action_type_list());
    let retry = Callback::new(move |()| loaded.refetch());
    let notice = Notice::new(|done| {
        (done == "deleted").then_some("The type is as it came, or gone if it was your own.")
    });
    let new = move || administers.then(|| view! { <NewLink /> });
    view! {
        <SettingsFrame
            tab=PATH
            title="Action types"
            subtitle="What agents can ask for, and how risky it is before the data raises it."
            actions=move || new
            notice=notice
        >
            {(!administers).then(|| view! { <ReadOnly text="Owners and admins re-class types and register new ones." /> })}
            <Transition fallback=|| view! { <SkeletonRows rows=10 label="Loading action types" /> }>
                {move || Suspend::new(async move {
                    match loaded.await {
                        Ok(types) => view! { <Lists types=types administers=administers /> }.into_any(),
                        Err(error) => {
                            view! { <PageError title="The action types could not be loaded" error=error retry=retry /> }
                                .into_any()
                        }
                    }
                })}
            </Transition>
        </SettingsFrame>
    }
}

#[component]
fn NewLink() -> impl IntoView {
    view! {
        <LinkButton href="/settings/action-types/new" variant=ButtonVariant::Primary icon=Icon::Plus>
            "New type"
        </LinkButton>
    }
}

#[component]
fn Lists(
    /// Every type.
    types: Vec<ActionType>,
    /// Whether the member may register one.
    administers: bool,
) -> impl IntoView {
    let (own, built_in): (Vec<_>, Vec<_>) = types.into_iter().partition(|of| of.custom);
    let own = if own.is_empty() {
        let body = "Register what your own agents or webhooks can do. Until then such an action counts as high risk.";
        view! {
            <EmptyState icon=Icon::Settings title="No types of your own" body=body>
                {administers.then(|| view! { <NewLink /> })}
            </EmptyState>
        }
        .into_any()
    } else {
        view! { <TypeTable caption="Your own types" types=own /> }.into_any()
    };
    view! {
        <div class="grid gap-4">
            <Card title="Your own" flush=true>
                {own}
            </Card>
            <Card title="Built in" flush=true>
                <TypeTable caption="Built-in types, from low to critical" types=built_in />
            </Card>
        </div>
    }
}

#[component]
fn TypeTable(
    /// What the table lists.
    caption: &'static str,
    /// The types.
    types: Vec<ActionType>,
) -> impl IntoView {
    let rows: Vec<_> = types.into_iter().map(|of| view! { <TypeRow of=of /> }).collect();
    let columns = vec![
        Column::new("Type"),
        Column::new("Risk"),
        Column::new("Approvals").number(),
        Column::new("Performed by"),
        Column::new("Undo"),
    ];
    view! {
        <Table caption=caption columns=columns>
            {rows}
        </Table>
    }
}

#[component]
fn TypeRow(
    /// The type.
    of: ActionType,
) -> impl IntoView {
    let tone = risk_tone(of.risk_level);
    let changed = of.default_risk_level.filter(|default| *default != of.risk_level);
    let was =
        changed.map(|default| view! { <span class="text-sm text-muted">{format!(" was {default}")}</span> });
    view! {
        <Row class=risk_edge(tone)>
            <RowHeader>
                <a class="link" href=format!("{PATH}/{}", of.name)>
                    <RevealedText segments=segments(&of.title) />
                </a>
                <p class="font-mono text-xs font-normal text-muted">{of.name}</p>
            </RowHeader>
            <Cell label="Risk">
                <RiskBadge level=tone />
                {was}
            </Cell>
            <Cell label="Approvals" number=true>{of.required_approvals.to_string()}</Cell>
            <Cell label="Performed by">{executor_words(of.executor)}</Cell>
            <Cell label="Undo">{reversibility_words(of.reversibility)}</Cell>
        </Row>
    }
}
