//! Pages and server functions: Leptos behind our guards.

use super::assets;
use super::form_echo;
use super::headers::page_csp;
use super::problem;
use crate::app::{App, PageFiles, shell};
use crate::domain::AppError;
use crate::server::state::AppState;
use crate::ui::pages::LateFile;
use axum::Router;
use axum::extract::{Request, State};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, header};
use axum::middleware::from_fn;
use axum::response::{IntoResponse, Response};
use axum::routing::post;
use leptos::nonce::use_nonce;
use leptos::prelude::{AnyView, IntoAny, provide_context, use_context};
use leptos_axum::{
    AxumRouteListing, LeptosRoutes, ResponseOptions, generate_route_list, render_app_async_with_context,
};
use std::sync::LazyLock;

/// Every page of the app, and every server function under its fixed address.
pub fn routes(state: &AppState) -> Router<AppState> {
    let functions = Router::new().route("/api/fn/{*name}", post(call));
    Router::new()
        .leptos_routes_with_context(state, page_routes(), context(state), document(state))
        .merge(functions)
        // Around all of them: Leptos routes each function by its own address, beside the pages.
        .layer(from_fn(form_echo::echo))
}

/// The addresses of the pages, listed once in the life of the process: while Leptos lists them, no resource loads in
/// any thread (leptos_server's `IS_SUPPRESSING_RESOURCE_LOAD`), and a page drawn meanwhile would wait for ever.
pub fn page_routes() -> Vec<AxumRouteListing> {
    static ROUTES: LazyLock<Vec<AxumRouteListing>> = LazyLock::new(|| generate_route_list(App));
    ROUTES.clone()
}

/// The last resort of the router: a file of the site, or 404, which a browser gets as a page of the app.
pub async fn otherwise(State(state): State<AppState>, request: Request) -> Response {
    let path = request.uri().path();
    if !matches!(*request.method(), Method::GET | Method::HEAD) || super::is_api(path) {
        return AppError::not_found("page").into_response();
    }
    if let Some(file) = assets::serve(path.trim_start_matches('/'), request.headers()) {
        return file;
    }
    if problem::accepts_html(request.headers()) {
        return render_app_async_with_context(context(&state), document(&state))(request).await;
    }
    AppError::not_found("page").into_response()
}

fn context(state: &AppState) -> impl Fn() + Clone + Send + Sync + use<> {
    let state = state.clone();
    move || provide_context(state.clone())
}

fn document(state: &AppState) -> impl Fn() -> AnyView + Clone + Send + Sync + use<> {
    let watch = std::env::var_os("LEPTOS_WATCH").is_some();
    let options = state.leptos.clone();
    move || {
        set_policy(watch);
        let files = assets::bundle();
        let files = PageFiles {
            css: files.css.clone(),
            js: files.js.clone(),
            loader: files.loader.clone(),
            wasm: files.wasm.clone(),
            late: late_file().map(|file| files.late(file)),
            script: files.hydration_script(),
        };
        shell(options.clone(), files).into_any()
    }
}

/// The late file that the page which is asked for needs.
fn late_file() -> Option<LateFile> {
    let parts = use_context::<Parts>()?;
    LateFile::of(parts.uri.path(), parts.uri.query().unwrap_or_default())
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
