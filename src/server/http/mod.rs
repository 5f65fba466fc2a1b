//! The HTTP door: one router, one stack of layers, one file per noun. No rules and no SQL here: handlers read the
//! request, call a service and write what it says.

pub mod actions;
pub mod agents;
pub mod approvals;
pub mod assets;
pub mod audit;
pub mod audit_chain;
pub mod body;
pub mod client_ip;
pub mod cookie;
pub mod error_page;
pub mod events;
pub mod evidence;
pub mod executions;
pub mod extract;
pub mod figures;
pub mod form_echo;
pub mod guard_io;
pub mod headers;
pub mod health;
pub mod hooks;
pub mod idempotency;
pub mod identity;
pub mod memory;
pub mod messages;
pub mod metrics;
pub mod models;
pub mod notifications;
pub mod observe;
pub mod openapi;
pub mod orchestration;
pub mod problem;
pub mod push;
pub mod rate;
pub mod records;
pub mod saved_views;
pub mod serve;
pub mod site;
pub mod sse;
pub mod stack;
pub mod strict_body;
pub mod teams;
pub mod time_limit;
pub mod trust;
mod wait;
pub mod workflows;

use super::state::AppState;
use axum::Router;
use axum::routing::get;
use utoipa_axum::router::OpenApiRouter;

pub const API_BASE: &str = "/api/orchestration";

/// The whole program as one router.
pub fn router(state: AppState) -> Router {
    let pages = site::routes(&state);
    compose(state, nouns(), pages)
}

/// The REST API: each noun's file has `pub fn routes() -> OpenApiRouter<AppState>`.
fn nouns() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(actions::routes())
        .merge(approvals::routes())
        .merge(evidence::routes())
        .merge(audit::routes())
        .merge(audit_chain::routes())
        .merge(figures::routes())
        .merge(agents::routes())
        .merge(teams::routes())
        .merge(messages::routes())
        .merge(records::routes())
        .merge(memory::routes())
        .merge(workflows::routes())
        .merge(executions::routes())
        .merge(orchestration::routes())
        .merge(saved_views::routes())
        .merge(notifications::routes())
        .merge(push::routes())
        .merge(models::routes())
        .merge(trust::routes())
        .merge(events::routes())
}

/// Puts nouns and pages behind the guards, and everything into the stack.
pub fn compose(state: AppState, nouns: OpenApiRouter<AppState>, pages: Router<AppState>) -> Router {
    let (api, document) = OpenApiRouter::new().nest(API_BASE, nouns).merge(hooks::routes()).split_for_parts();
    let guarded = stack::guard(api.merge(pages), &state);
    let open = Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(metrics::metrics))
        .merge(openapi::routes(document));
    stack::surround(open.merge(guarded).fallback(site::otherwise), &state).with_state(state)
}

fn is_api(path: &str) -> bool {
    path == "/api" || path.starts_with("/api/")
}
