//! What is suggested and granted, for pages that are about something else: a team, the dashboard.

use leptos::prelude::*;

use crate::domain::event::Topic;
use crate::domain::ids::TeamId;
use crate::domain::trust::{TrustFilter, TrustGrant, TrustStatus};
use crate::server_fns::trust::trust_list;
use crate::ui::components::{
    ButtonSize, Card, LinkButton, Moment, RevealedText, RiskBadge, Skeleton, StatusBadge,
};
use crate::ui::hooks::use_events;
use crate::ui::pages::PageError;
use crate::ui::words::{moment, risk_tone, segments, stamp};

use super::{PATH, in_a_row, status_words, title};

/// As many as a panel shows; the page at `/trust` has the rest.
const SHOWN: &str = "10";

/// What is suggested and granted for one team. Loads it itself.
#[component]
pub fn TrustPanel(
    /// The team.
    team: TeamId,
    /// Whether it learns at all: only a semi-autonomous one does.
    learns: bool,
) -> impl IntoView {
    let filter = TrustFilter { team_id: Some(team.to_string()), ..TrustFilter::default() };
    let about = "After five approvals in a row, Countersign suggests to let a type of action run by itself.";
    let none = match learns {
        true => "Nothing is suggested and nothing is granted.",
        false => "Only semi-autonomous teams learn trust. What is granted has no effect at another level.",
    };
    view! {
        <Card
            title="Learned trust"
            description=about
            actions=|| view! { <LinkButton href=PATH size=ButtonSize::Small>"All learned trust"</LinkButton> }
            flush=true
        >
            <Rows filter=filter none=Some(none) />
        </Card>
    }
}

/// What waits for an owner or an admin in the whole workspace; nothing is drawn where nothing does. Loads it itself.
#[component]
pub fn TrustSuggestions() -> impl IntoView {
    let status = Some(TrustStatus::Suggested.to_string());
    let filter = TrustFilter { status, limit: Some(SHOWN.to_owned()), ..TrustFilter::default() };
    view! { <Rows filter=filter none=None /> }
}

#[component]
fn Rows(
    /// Which ones.
    filter: TrustFilter,
    /// What is said where there is none. Without it nothing is said, and what is found is a card of its own.
    none: Option<&'static str>,
) -> impl IntoView {
    let version = use_events().version(Topic::Trust);
    let loaded = Resource::new(
        move || version.get(),
        move |_| {
            let filter = filter.clone();
            async move { trust_list(filter).await }
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <Transition fallback=|| view! { <div class="p-4"><Skeleton lines=2 label="Loading learned trust" /></div> }>
            {move || Suspend::new(async move {
                match (loaded.await, none) {
                    (Ok(page), Some(none)) if page.items.is_empty() => {
                        view! { <p class="px-4 py-3 text-muted">{none}</p> }.into_any()
                    }
                    (Ok(page), None) if page.items.is_empty() => ().into_any(),
                    (Ok(page), Some(_)) => rows(page.items),
                    (Ok(page), None) => {
                        let rows = rows(page.items);
                        view! {
                            <Card
                                title="Suggested trust"
                                description="People approved these again and again. An owner or admin may let them run by themselves."
                                flush=true
                            >
                                {rows}
                            </Card>
                        }
                            .into_any()
                    }
                    (Err(error), _) => {
                        view! {
                            <div class="p-4">
                                <PageError title="Learned trust could not be loaded" error=error retry=retry />
                            </div>
                        }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

/// A list of them, each a link.
pub(super) fn rows(grants: Vec<TrustGrant>) -> AnyView {
    let rows: Vec<_> = grants.into_iter().map(row).collect();
    view! { <ul aria-label="Learned trust" class="divide-y divide-line">{rows}</ul> }.into_any()
}

fn row(grant: TrustGrant) -> AnyView {
    let (tone, word) = status_words(grant.status);
    let when = match (grant.status, grant.ended_at) {
        (TrustStatus::Suggested, _) => ("open until ", grant.expires_at),
        (_, Some(ended)) => ("ended ", ended),
        (_, None) => ("lapses ", grant.expires_at),
    };
    view! {
        <li class="flex flex-wrap items-baseline gap-x-4 gap-y-1 px-4 py-3">
            <a class="link min-w-0 flex-[1_1_16rem]" href=format!("{PATH}/{}", grant.id)>
                <RevealedText segments=segments(&title(&grant)) />
            </a>
            <StatusBadge tone=tone label=word />
            <span class="inline-flex items-baseline gap-1.5">
                "up to "<RiskBadge level=risk_tone(grant.risk_level) />
            </span>
            <span class="text-sm text-muted">{in_a_row(&grant)}</span>
            <span class="text-sm text-muted">
                {when.0}<Moment datetime=stamp(when.1) text=moment(when.1) />
            </span>
        </li>
    }
    .into_any()
}
