//! The exact data, and the hash that a decision signs.

use leptos::prelude::*;

use crate::domain::canonical::Data;
use crate::ui::components::{Card, CopyButton};
use crate::ui::hooks::use_seen;

use super::data_views::data_views;
use super::detail_state::{DATA, Shown};

/// The data as it will run, as it was first asked for if a reviewer changed it, and its hash.
#[component]
pub fn DataPanel(
    /// The approval.
    shown: Shown,
) -> impl IntoView {
    let parts = shown.part(|detail| {
        let approval = &detail.approval;
        (approval.action_data.clone(), approval.original_data.clone(), approval.args_hash.clone())
    });
    view! {
        <Card
            id=shown.name(DATA)
            title="Data"
            description="Exactly what will run. Characters that would not be seen are marked."
        >
            // Drawn anew with other data, so that no part of it stays scrolled to where the data before was read.
            <For each=move || [parts.get()] key=|(_, _, hash)| hash.clone() let((data, original, hash))>
                <Exact shown=shown data=data original=original hash=hash />
            </For>
        </Card>
    }
}

/// Data with its hash.
#[component]
fn Exact(
    /// The approval.
    shown: Shown,
    /// As it will run.
    data: Data,
    /// As it was first asked for.
    original: Option<Data>,
    /// 64 hex digits.
    hash: String,
) -> impl IntoView {
    let read = NodeRef::new();
    use_seen(read, shown.data_seen);
    let original = original.filter(|original| *original != data).map(|original| {
        view! {
            <details class="mt-3">
                <summary class="link inline-flex min-h-11 items-center md:min-h-6">
                    "As the agent asked, before it was edited"
                </summary>
                <div class="mt-2">{data_views("Data before the edit", &original)}</div>
            </details>
        }
    });
    view! {
        <div node_ref=read>
            {data_views("Action data", &data)} <span data-end="" class="data-end"></span>
        </div>
        {original}
        <Hash hash=hash />
    }
}

/// The hash, short until it has focus.
#[component]
fn Hash(
    /// 64 hex digits.
    hash: String,
) -> impl IntoView {
    let short = format!("{}…{}", hash.get(..8).unwrap_or_default(), hash.get(56..).unwrap_or_default());
    view! {
        <div class="mt-3 flex flex-wrap items-center gap-x-2 text-sm text-muted">
            <span>"SHA-256 (RFC 8785)"</span>
            <span class="group min-w-0 rounded-control" tabindex="0" role="group" aria-label=format!("Hash {hash}") title=hash.clone()>
                <code class="group-hover:hidden group-focus:hidden" aria-hidden="true">{short}</code>
                <code class="hidden break-all group-hover:inline group-focus:inline" aria-hidden="true">{hash.clone()}</code>
            </span>
            <CopyButton text=hash label="Copy the hash" />
        </div>
    }
}
