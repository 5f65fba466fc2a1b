//! The way to the code that shows one approval: a WASM file of its own, so that the list does not wait for it. The
//! list fetches it once it is at rest, and whoever opens an approval finds it there.

use leptos::prelude::*;
use leptos::tachys::reactive_graph::OwnedView;
use leptos::task::spawn_local;
use leptos::wasm_split::{SplitLoaderError, wasm_split};
use leptos_router::hooks::use_url;

use crate::domain::approval::ApprovalDetail;
use crate::domain::member::Me;
use crate::ui::hooks::load_page;

use super::detail::{DetailView, SheetView};
use super::sheet::Sheet;

/// Where an approval is shown.
#[derive(Clone)]
pub enum Place {
    /// On a page of its own.
    Page,
    /// Beside the list.
    Panel(Panel),
    /// Over the list, to decide at once.
    Sheet(Box<Sheet>),
}

/// How the panel beside the list is used.
#[derive(Clone)]
pub struct Panel {
    /// The list without the panel.
    pub close: String,
    /// Whether focus goes into it: somebody opened it.
    pub focus: bool,
    /// What follows when it leaves the list.
    pub gone: Callback<()>,
}

/// An approval in its place. Where its code cannot be had, the page is loaded anew.
pub async fn draw_detail(detail: ApprovalDetail, me: Me, place: Place) -> AnyView {
    let address = use_url().with_untracked(|url| format!("{}?{}", url.path(), url.search()));
    match draw(detail, me, place).await {
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
fn draw(detail: ApprovalDetail, me: Me, place: Place) -> Result<AnyView, SplitLoaderError> {
    Ok(match place {
        Place::Sheet(sheet) => view! { <SheetView detail=detail me=me sheet=*sheet /> }.into_any(),
        Place::Page => view! { <DetailView detail=detail me=me /> }.into_any(),
        Place::Panel(panel) => view! { <DetailView detail=detail me=me panel=panel /> }.into_any(),
    })
}
