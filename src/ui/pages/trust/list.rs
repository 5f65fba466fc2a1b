//! Everything that is suggested and granted, and on request what is over.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::event::Topic;
use crate::domain::page::Page;
use crate::domain::trust::{TrustFilter, TrustGrant};
use crate::server_fns::trust::trust_list;
use crate::ui::components::{Card, EmptyState, Icon, LinkButton, PageHeader, Pagination, SkeletonRows};
use crate::ui::hooks::use_events;
use crate::ui::pages::PageError;

use super::PATH;
use super::panel::rows;

const ALL: &str = "/trust?show=all";

/// What is suggested and granted.
#[component]
pub fn TrustPage() -> impl IntoView {
    let query = use_query_map();
    let all = Memo::new(move |_| query.with(|query| query.get("show").as_deref() == Some("all")));
    let cursor = Memo::new(move |_| query.with(|query| query.get("cursor")).filter(|text| !text.is_empty()));
    let version = use_events().version(Topic::Trust);
    let loaded = Resource::new(
        move || (all.get(), cursor.get(), version.get()),
        |(all, cursor, _)| async move {
            let status = all.then(|| "all".to_owned());
            let filter = TrustFilter { status, cursor: cursor.clone(), ..TrustFilter::default() };
            (all, cursor, trust_list(filter).await)
        },
    );
    let retry = Callback::new(move |()| loaded.refetch());
    view! {
        <Title text="Learned trust" />
        <PageHeader
            title="Learned trust"
            subtitle="What people approved again and again on a semi-autonomous team, and what may run there by itself. Critical actions never do."
        />
        <Transition fallback=|| view! { <SkeletonRows label="Loading learned trust" /> }>
            {move || Suspend::new(async move {
                let (all, cursor, answer) = loaded.await;
                match answer {
                    Ok(page) => view! { <Found page=page cursor=cursor all=all /> }.into_any(),
                    Err(error) => {
                        view! { <PageError title="Learned trust could not be loaded" error=error retry=retry /> }
                            .into_any()
                    }
                }
            })}
        </Transition>
    }
}

#[component]
fn Found(
    /// One page of them.
    page: Page<TrustGrant>,
    /// Where it begins.
    cursor: Option<String>,
    /// What is over is among them.
    all: bool,
) -> impl IntoView {
    let (here, other, word) =
        if all { (ALL, PATH, "Hide what is over") } else { (PATH, ALL, "Show what is over") };
    let joint = if all { '&' } else { '?' };
    // A cursor is base64url: nothing in it needs escaping.
    let next = page.next_cursor.map(|cursor| format!("{here}{joint}cursor={cursor}"));
    let first = cursor.is_some().then_some(here);
    let list = if page.items.is_empty() {
        view! {
            <EmptyState
                icon=Icon::Check
                title="Nothing is suggested"
                body="After five approvals in a row of one type of action, with no change, rejection or failure, a suggestion appears here for an owner or admin to accept."
            >
                <LinkButton href="/settings/teams">"Look at the teams"</LinkButton>
            </EmptyState>
        }
        .into_any()
    } else {
        let rows = rows(page.items);
        view! { <Card flush=true>{rows}</Card> }.into_any()
    };
    view! {
        {list}
        <Pagination label="Pages of learned trust" previous=first next=next />
        <p class="mt-4">
            <a class="link inline-flex min-h-11 items-center text-sm md:min-h-6" href=other>{word}</a>
        </p>
    }
}
