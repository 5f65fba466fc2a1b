//! The layers and their order. In a chain of `.layer` calls the last one is the outermost.

use super::body::BodyTimes;
use super::{body, headers, health, idempotency, identity, observe, problem, rate, strict_body, time_limit};
use crate::domain::AppError;
use crate::server::state::AppState;
use axum::Router;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::response::{IntoResponse, Response};
use std::any::Any;
use tower_http::CompressionLevel;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate, SizeAbove};
use tower_http::csrf::{CsrfLayer, ProtectionError};

/// For what speaks to the database: who asks, how often, how long, with what.
pub fn guard(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router
        .layer(from_fn_with_state(state.clone(), idempotency::once))
        .layer(from_fn(strict_body::check))
        .layer(from_fn(|request, next| body::buffer(BodyTimes::default(), request, next)))
        .layer(from_fn(time_limit::bound))
        .layer(from_fn_with_state(state.clone(), rate::limit))
        .layer(from_fn_with_state(state.clone(), identity::identify))
        .layer(from_fn_with_state(state.clone(), health::hold_until_ready))
}

/// For everything, assets and health included.
pub fn surround(router: Router<AppState>, state: &AppState) -> Router<AppState> {
    router
        .layer(csrf(&state.config.public_url()))
        .layer(CatchPanicLayer::custom(panicked))
        .layer(from_fn(problem::finish))
        .layer(compression())
        .layer(from_fn_with_state(state.clone(), headers::protect))
        .layer(from_fn_with_state(state.clone(), observe::observe))
}

type Refusal = fn(ProtectionError) -> Response;

/// Refuses unsafe methods from other sites, by `Sec-Fetch-Site` and `Origin`. A program that sends neither header is
/// no browser and carries no cookie by accident.
fn csrf(public_url: &str) -> CsrfLayer<Refusal> {
    fn refuse(_: ProtectionError) -> Response {
        AppError::CrossSite.into_response()
    }
    let layer = CsrfLayer::new();
    let layer = match layer.clone().add_trusted_origin(public_url) {
        Ok(trusting) => trusting,
        Err(fault) => {
            tracing::warn!(%fault, "public_url is no origin; forms are trusted by their host only");
            layer
        }
    };
    layer.with_rejection_response(refuse as Refusal)
}

/// Not for files, which are compressed when they are built, nor for answers that fit one packet.
fn compression() -> CompressionLayer<impl Predicate> {
    let worth_it = DefaultPredicate::new()
        .and(SizeAbove::new(1_024))
        .and(NotForContentType::const_new("application/wasm"))
        .and(NotForContentType::const_new("font/"));
    CompressionLayer::new().quality(CompressionLevel::Fastest).compress_when(worth_it)
}

fn panicked(panic: Box<dyn Any + Send + 'static>) -> Response {
    let text = match (panic.downcast_ref::<String>(), panic.downcast_ref::<&str>()) {
        (Some(text), _) => text.as_str(),
        (None, Some(text)) => text,
        (None, None) => "no message",
    };
    tracing::error!(panic = text, "a handler panicked");
    AppError::Internal { request_id: String::new() }.into_response()
}
