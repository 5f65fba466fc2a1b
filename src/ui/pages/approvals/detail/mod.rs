//! One approval: what will happen, why it waits, the exact data, the decision, what came of it.

mod attending;
mod comments;
mod data;
mod data_views;
mod decide;
mod detail_state;
mod edit;
mod edit_fields;
mod facts;
mod follow_up;
mod history;
mod outcome;
mod sheet_view;
mod similar;
mod snooze;
mod view;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_params_map;

use crate::domain::AppError;
use crate::domain::approval::ApprovalDetail;
use crate::domain::ids::ApprovalId;
use crate::domain::member::Me;
use crate::server_fns::approvals::approval_open;
use crate::server_fns::page::respond_with;
use crate::ui::components::{PageHeader, Skeleton};
use crate::ui::forms::ReturnedError;
use crate::ui::pages::{PageError, use_session};

use super::filter::href;
use super::late_detail::Panel;
use super::panel::CloseLink;
use super::sheet::Sheet;
use sheet_view::SheetView;
use view::{Beside, DetailView};

/// One approval, by the id in the address.
#[component]
pub fn ApprovalPage() -> impl IntoView {
    let me = use_session();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| id.parse::<ApprovalId>().ok()))
    });
    read_and_show(
        move || id.get(),
        move |detail| view! { <DetailView detail=detail me=me.clone() /> }.into_any(),
        || {
            view! {
                <Title text="Approval" />
                <PageHeader title="Approval" back="/approvals" back_label="Approvals" />
                <ReturnedError />
            }
            .into_any()
        },
    )
}

/// The one that is opened beside the list.
#[component]
pub fn ApprovalPanel(
    /// Who looks.
    me: Me,
    /// The panel.
    panel: Panel,
) -> impl IntoView {
    let Panel { opened, filter, gone } = panel;
    let show = move |detail| {
        opened.was_noted();
        let beside = Beside { close: filter.with_untracked(href), focus: opened.takes_focus(), gone };
        view! { <DetailView detail=detail me=me.clone() beside=beside /> }.into_any()
    };
    let head = move || view! { <CloseLink href=filter.with_untracked(href) /> }.into_any();
    view! {
        <aside aria-label="Approval" class="queue-panel">
            {read_and_show(move || opened.id.get(), show, head)}
        </aside>
    }
}

/// The one that is to be decided over the list.
#[component]
pub fn ApprovalSheet(
    /// Who decides.
    me: Me,
    /// The sheet.
    sheet: Sheet,
) -> impl IntoView {
    let show = move |detail| view! { <SheetView detail=detail me=me.clone() sheet=sheet /> }.into_any();
    read_and_show(move || Some(sheet.about), show, || ().into_any())
}

/// Reads an approval and shows it; what went wrong otherwise, under `head`.
fn read_and_show(
    id: impl Fn() -> Option<ApprovalId> + Send + Sync + 'static,
    show: impl Fn(ApprovalDetail) -> AnyView + Clone + Send + Sync + 'static,
    head: impl Fn() -> AnyView + Clone + Send + Sync + 'static,
) -> impl IntoView {
    let loaded = Resource::new(id, |id| async move {
        match id {
            Some(id) => approval_open(id).await,
            None => Err(AppError::not_found("approval")),
        }
    });
    view! {
        <Transition fallback=|| view! { <div class="pt-6"><Skeleton lines=8 label="Loading the approval" /></div> }>
            {move || {
                let (show, head) = (show.clone(), head.clone());
                Suspend::new(async move {
                    match loaded.await {
                        Ok(detail) => show(detail),
                        Err(error) => {
                            respond_with(error.status());
                            view! {
                                {head()}
                                <PageError
                                    title="This approval could not be loaded"
                                    error=error
                                    retry=Callback::new(move |()| loaded.refetch())
                                />
                            }
                                .into_any()
                        }
                    }
                })
            }}
        </Transition>
    }
}
