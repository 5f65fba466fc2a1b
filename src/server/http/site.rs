//! Pages and server functions: Leptos behind our guards.

use super::assets;
use super::form_echo;
use super::headers::page_csp;
use crate::app::{App, PageFiles, shell};
use crate::server::state::AppState;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::{HeaderValue, header};
use axum::middleware::from_fn;
use axum::response::IntoResponse;
use axum::routing::post;
use leptos::nonce::use_nonce;
use leptos::prelude::{provide_context, use_context};
use leptos_axum::{LeptosRoutes, ResponseOptions, generate_route_list};

/// Every page of the app, and every server function under its fixed address.
pub fn routes(state: &AppState) -> Router<AppState> {
    let context = {
        let state = state.clone();
        move || provide_context(state.clone())
    };
    let watch = std::env::var_os("LEPTOS_WATCH").is_some();
    let options = state.leptos.clone();
    let document = move || {
        set_policy(watch);
        let files = assets::bundle();
        shell(
            options.clone(),
            PageFiles {
                css: files.css.clone(),
                js: files.js.clone(),
                wasm: files.wasm.clone(),
                script: files.hydration_script(),
            },
        )
    };
    let functions = Router::new().route("/api/fn/{*name}", post(call));
    Router::new()
        .leptos_routes_with_context(state, generate_route_list(App), context, document)
        .merge(functions)
        // Around all of them: Leptos routes each function by its own address, beside the pages.
        .layer(from_fn(form_echo::echo))
}

async fn call(State(state): State<AppState>, request: Request) -> impl IntoResponse {
    leptos_axum::handle_server_fns_with_context(move || provide_context(state.clone()), request).await
}

/// The page's policy names the nonce that its scripts carry.
fn set_policy(watch: bool) {
    if let (Some(nonce), Some(options)) = (use_nonce(), use_context::<ResponseOptions>())
        && let Ok(value) = HeaderValue::from_str(&page_csp(&nonce, watch))
    {
        options.insert_header(header::CONTENT_SECURITY_POLICY, value);
    }
}
