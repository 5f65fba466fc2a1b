//! `/approvals`: reads the address, loads, and shows.

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::AppError;
use crate::domain::approval::{Approval, ApprovalFilter};
use crate::domain::ids::ApprovalId;
use crate::domain::page::Page;
use crate::server_fns::approvals::approval_list;
use crate::server_fns::saved_views::saved_view_list;
use crate::ui::components::{PageHeader, SkeletonRows};
use crate::ui::forms::ReturnedError;
use crate::ui::pages::{PageError, use_session};

use super::filter::from_query;
use super::filter_bar::FilterBar;
use super::panel::{DetailPanel, Opened};
use super::queue::QueueView;
use super::views_bar::{SaveView, ViewsBar};

/// The queue of approvals.
#[component]
pub fn ApprovalsPage() -> impl IntoView {
    let me = use_session();
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(from_query));
    let reads = RwSignal::new(0_u32);
    let loaded = Resource::new(move || (filter.get(), reads.get()), |(filter, _)| load(filter));
    let reload = Callback::new(move |()| reads.update(|reads| *reads += 1));
    let views = Resource::new(|| (), |()| saved_view_list());
    let views_saved = Callback::new(move |()| views.refetch());
    let opened = Opened::new(Memo::new(move |_| {
        query.with(|query| query.get("open").and_then(|id| id.parse::<ApprovalId>().ok()))
    }));
    let panel_me = me.clone();
    view! {
        <Title text="Approvals" />
        <div class=("queue-open", move || opened.id.with(Option::is_some))>
            <div class="queue">
                <PageHeader title="Approvals" />
                <ReturnedError />
                <Transition fallback=|| view! { <SkeletonRows rows=8 label="Loading approvals" /> }>
                    {move || {
                        let me = me.clone();
                        Suspend::new(async move {
                            let (filter, answer, held) = loaded.await;
                            // Without them the list is as useful.
                            let views = views.await.map(|page| page.items).unwrap_or_default();
                            let (team, agent) = names(&filter, &answer);
                            let list = match answer {
                                Ok(page) => {
                                    let filter = filter.clone();
                                    view! { <QueueView page=page held=held filter=filter me=me opened=opened reload=reload /> }.into_any()
                                }
                                Err(error) => {
                                    view! { <PageError title="The approvals could not be loaded" error=error retry=reload /> }
                                        .into_any()
                                }
                            };
                            view! {
                                <ViewsBar views=views.clone() filter=filter.clone() />
                                <FilterBar filter=filter.clone() team=team agent=agent />
                                <SaveView views=views filter=filter saved=views_saved />
                                {list}
                            }
                        })
                    }}
                </Transition>
            </div>
            <DetailPanel opened=opened filter=filter me=panel_me reload=reload />
        </div>
    }
}

type Loaded = (ApprovalFilter, Result<Page<Approval>, AppError>, Vec<Approval>);

/// The page of the list, and what was approved and has not started: some of it can still be undone.
async fn load(filter: ApprovalFilter) -> Loaded {
    let answer = approval_list(filter.clone()).await;
    let queued = ApprovalFilter {
        status: Some("approved".to_owned()),
        outcome: Some("queued".to_owned()),
        sort: Some("created_at".to_owned()),
        limit: Some("100".to_owned()),
        ..ApprovalFilter::default()
    };
    let held = match answer {
        Ok(_) => approval_list(queued).await.map(|page| page.items).unwrap_or_default(),
        Err(_) => Vec::new(),
    };
    (filter, answer, held)
}

/// What the team and the agent of the filter are called, where a row says it.
fn names(
    filter: &ApprovalFilter,
    answer: &Result<Page<Approval>, AppError>,
) -> (Option<String>, Option<String>) {
    let rows = answer.as_ref().map(|page| page.items.as_slice()).unwrap_or_default();
    let named = |by: &dyn Fn(&Approval) -> Option<String>| rows.first().and_then(by);
    (
        filter.team_id.as_ref().and_then(|_| named(&|row| row.team_name.clone())),
        filter.agent_id.as_ref().and_then(|_| named(&|row| row.agent_name.clone())),
    )
}
