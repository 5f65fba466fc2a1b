//! The way to the code that reads and shows one approval: a WASM file of its own, so that the list does not wait for
//! it. The list fetches it once it is at rest, and whoever opens an approval finds it there.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::ChooseView;
use leptos_router::hooks::use_url;

use crate::domain::approval::ApprovalFilter;
use crate::domain::member::Me;
use crate::ui::hooks::load_page;

use super::detail::{ApprovalPage, ApprovalPanel, ApprovalSheet};
use super::panel::Opened;
use super::sheet::Sheet;

/// Where an approval is shown.
#[derive(Clone)]
pub enum Place {
    /// On the page of its address.
    Page,
    /// Beside the list.
    Panel(Me, Panel),
    /// Over the list, to decide at once.
    Sheet(Me, Sheet),
}

/// How the panel beside the list is used.
#[derive(Clone, Copy)]
pub struct Panel {
    /// What is opened.
    pub opened: Opened,
    /// The list's filter.
    pub filter: Memo<ApprovalFilter>,
    /// What follows when it leaves the list.
    pub gone: Callback<()>,
}

/// The page of one approval. Give it to its route as its view.
#[derive(Clone, Copy, Debug)]
pub struct LateApproval;

impl ChooseView for LateApproval {
    async fn choose(self) -> AnyView {
        draw_detail(Place::Page).await
    }

    /// Nothing, as in `LatePage`.
    async fn preload(&self) {}
}

/// An approval in its place. Where its code cannot be had, the page is loaded anew.
pub async fn draw_detail(place: Place) -> AnyView {
    let address = use_url().with_untracked(|url| match url.search() {
        "" => url.path().to_owned(),
        query => format!("{}?{query}", url.path()),
    });
    match draw(place).await {
        // Rendering goes on after the future is done, and needs this owner again.
        Ok(view) => OwnedView::new(view).into_any(),
        // The server may have been replaced by a newer one since this page was loaded.
        Err(_) => {
            load_page(&address);
            ().into_any()
        }
    }
}

/// Fetches the code. Whether it is there.
pub async fn preload_detail() -> bool {
    preload_draw().await.is_ok()
}

/// Fetches the code once the page is at rest.
///
/// On the server: nothing.
pub fn use_detail_soon() {
    Effect::new(|_| {
        request_idle_callback(|| {
            spawn_local(async {
                // Whoever needs it asks again, and is told.
                let _ = preload_detail().await;
            });
        });
    });
}

#[wasm_split(detail, wasm_split_path = ::leptos::wasm_split, preload(preload_draw), fallible)]
fn draw(place: Place) -> Result<AnyView, SplitLoaderError> {
    Ok(match place {
        Place::Page => view! { <ApprovalPage /> }.into_any(),
        Place::Panel(me, panel) => view! { <ApprovalPanel me=me panel=panel /> }.into_any(),
        Place::Sheet(me, sheet) => view! { <ApprovalSheet me=me sheet=sheet /> }.into_any(),
    })
}
