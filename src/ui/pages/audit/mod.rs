//! `/audit`: everything that happened, newest first.

mod chain;
mod filter;
mod filter_form;
mod table;

use leptos::prelude::*;
use leptos_meta::Title;
use leptos_router::hooks::use_query_map;

use crate::domain::audit::AuditFilter;
use crate::domain::chain::{ChainFrom, Checkpoint};
use crate::domain::member::Permission;
use crate::server_fns::audit::{audit_chain, audit_list, audit_verify};
use crate::ui::components::{
    ButtonSize, EmptyState, FilterChips, Icon, IconMark, LinkButton, PageHeader, SkeletonRows, button_class,
};
use crate::ui::forms::{Notice, NoticeBar};
use crate::ui::pages::{PageError, use_session};

use chain::ChainPanel;
use filter::{PATH, chips, export_href, from_query, href};
use filter_form::FilterForm;
use table::AuditTable;

/// The audit trail.
#[component]
pub fn AuditPage() -> impl IntoView {
    let administers = use_session().may(Permission::Administer);
    let query = use_query_map();
    let filter = Memo::new(move |_| query.with(from_query));
    let loaded = Resource::new(
        move || filter.get(),
        |filter| async move {
            let answer = audit_list(filter.clone()).await;
            (filter, answer)
        },
    );
    let verify = Memo::new(move |_| query.with(|query| query.get("verify")));
    let chain = Resource::new(
        move || verify.get(),
        |verify| async move {
            let state = audit_chain().await;
            let check = match verify {
                Some(from) => Some(audit_verify(ChainFrom { from: Some(from) }).await),
                None => None,
            };
            (state, check)
        },
    );
    let notice = Notice::new(|done| (done == "checkpoint").then_some("The checkpoint is signed."));
    let signed = Callback::new(move |_: Checkpoint| {
        notice.say("The checkpoint is signed.");
        chain.refetch();
    });
    let exports = move || {
        let filter = filter.get_untracked();
        let class = button_class(Default::default(), ButtonSize::Small, "");
        view! {
            <a class=class.clone() href=export_href(&filter, "csv") rel="external" download="audit.csv">
                "CSV"
            </a>
            <a class=class href=export_href(&filter, "ndjson") rel="external" download="audit.ndjson">
                "NDJSON"
            </a>
        }
    };
    view! {
        <Title text="Audit" />
        <Transition fallback=|| view! { <PageHeader title="Audit" /> <SkeletonRows rows=10 label="Loading the audit trail" /> }>
            {move || Suspend::new(async move {
                let (filter, answer) = loaded.await;
                let list = match answer {
                    Ok(page) if page.items.is_empty() => view! { <Nothing filter=filter.clone() /> }.into_any(),
                    Ok(page) => {
                        let next = page
                            .next_cursor
                            .map(|cursor| href(&AuditFilter { cursor: Some(cursor), ..filter.clone() }));
                        view! {
                            <AuditTable rows=page.items />
                            <Pages next=next first=filter.cursor.is_some().then(|| href(&AuditFilter { cursor: None, ..filter.clone() })) />
                        }
                            .into_any()
                    }
                    Err(error) => {
                        let retry = Callback::new(move |()| loaded.refetch());
                        view! { <PageError title="The audit trail could not be loaded" error=error retry=retry /> }.into_any()
                    }
                };
                let (state, check) = chain.await;
                let of_filter = AuditFilter { cursor: None, ..filter.clone() };
                // Without it the trail still reads.
                let panel = state
                    .ok()
                    .map(|state| view! { <ChainPanel state=state check=check filter=of_filter administers=administers signed=signed /> });
                view! {
                    <PageHeader
                        title="Audit"
                        subtitle="Every change of state, who made it, and with which data. Times are in UTC."
                        actions=exports
                    />
                    <NoticeBar notice=notice />
                    {panel}
                    <FilterForm filter=filter.clone() />
                    <FilterChips chips=chips(&filter) clear_href=PATH />
                    {list}
                }
            })}
        </Transition>
    }
}

#[component]
fn Pages(
    /// The address of the next page.
    next: Option<String>,
    /// The address of the first page, when this is another one.
    first: Option<String>,
) -> impl IntoView {
    (first.is_some() || next.is_some()).then(|| {
        view! {
            <nav aria-label="Pages of the audit trail" class="mt-4 flex flex-wrap justify-end gap-2">
                {first.map(|href| view! { <LinkButton href=href size=ButtonSize::Small>"First page"</LinkButton> })}
                {next
                    .map(|href| {
                        view! {
                            <LinkButton href=href size=ButtonSize::Small>
                                "Next page" <IconMark icon=Icon::ChevronRight />
                            </LinkButton>
                        }
                    })}
            </nav>
        }
    })
}

#[component]
fn Nothing(
    /// The filter in force.
    filter: AuditFilter,
) -> impl IntoView {
    let (title, body) = if chips(&filter).is_empty() {
        (
            "Nothing has happened yet",
            "Each action of an agent and each decision of a person leaves a row here.",
        )
    } else {
        ("No row matches", "Nothing in this workspace fits these filters. Remove one, or look at everything.")
    };
    view! {
        <div class="card">
            <EmptyState icon=Icon::Scroll title=title body=body>
                <LinkButton href=PATH>"Show everything"</LinkButton>
            </EmptyState>
        </div>
    }
}
