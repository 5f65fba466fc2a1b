//! Countersign: teams of AI agents, with a human signature on every action that needs one.
#![recursion_limit = "256"]

pub mod app;
pub mod domain;
#[cfg(feature = "ssr")]
pub mod server;
pub mod server_fns;
pub mod ui;

/// Called by the page's script: takes over what the server rendered. Without the code of the page it stays as the
/// server made it, which works too.
#[cfg(feature = "hydrate")]
#[wasm_bindgen::prelude::wasm_bindgen]
pub async fn hydrate() {
    console_error_panic_hook::set_once();
    let address = leptos::prelude::location();
    let (path, query) = (address.pathname().unwrap_or_default(), address.search().unwrap_or_default());
    if ui::pages::ready_for(&path, &query).await {
        leptos::mount::hydrate_body(app::App);
    }
}
