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
use crate::domain::ids::ApprovalId;
use crate::server_fns::approvals::approval_open;
use crate::server_fns::page::respond_with;
use crate::ui::components::{PageHeader, Skeleton};
use crate::ui::forms::ReturnedError;
use crate::ui::pages::{PageError, use_session};

pub use sheet_view::SheetView;
pub use view::DetailView;

use super::late_detail::{Place, draw_detail};

/// One approval, by the id in the address.
#[component]
pub fn ApprovalPage() -> impl IntoView {
    let me = use_session();
    let params = use_params_map();
    let id = Memo::new(move |_| {
        params.with(|params| params.get("id").and_then(|id| id.parse::<ApprovalId>().ok()))
    });
    let loaded = Resource::new(
        move || id.get(),
        |id| async move {
            match id {
                Some(id) => approval_open(id).await,
                None => Err(AppError::not_found("approval")),
            }
        },
    );
    view! {
        <Transition fallback=|| view! { <div class="pt-6"><Skeleton lines=8 label="Loading the approval" /></div> }>
            {move || {
                let me = me.clone();
                Suspend::new(async move {
                    match loaded.await {
                        Ok(detail) => draw_detail(detail, me, Place::Page).await,
                        Err(error) => {
                            respond_with(error.status());
                            view! {
                                <Title text="Approval" />
                                <PageHeader title="Approval" back="/approvals" back_label="Approvals" />
                                <ReturnedError />
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
