//! Who sends a request: the credential is checked once, here, and carried in the request's extensions for the rate
//! limit, the idempotency keys, the extractors and the server functions.

use super::observe::RequestId;
use super::{cookie, idempotency};
use crate::domain::{AppError, AppResult};
use crate::server::services::authentication;
use crate::server::services::ctx::{Principal, RequestCtx};
use crate::server::state::AppState;
use crate::server::storage::Db;
use async_trait::async_trait;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, header, request::Parts};
use axum::middleware::Next;
use axum::response::Response;

/// Checks credentials. The identity service is one; tests have their own.
#[async_trait]
pub trait Authenticate: Send + Sync {
    /// The holder of a session cookie.
    async fn session(&self, token: &str) -> AppResult<Principal>;
    /// The holder of a bearer token.
    async fn bearer(&self, token: &str) -> AppResult<Principal>;
}

/// Credentials as the database knows them.
pub struct Credentials {
    db: Db,
}

impl Credentials {
    pub fn new(db: Db) -> Self {
        Self { db }
    }
}

#[async_trait]
impl Authenticate for Credentials {
    async fn session(&self, token: &str) -> AppResult<Principal> {
        authentication::authenticate_session(&self.db, token).await
    }

    async fn bearer(&self, token: &str) -> AppResult<Principal> {
        authentication::authenticate_bearer(&self.db, token).await
    }
}

/// What the credential of a request turned out to be.
#[derive(Clone, Debug)]
pub enum Identity {
    Anonymous,
    Known(Principal),
    /// A credential that was not accepted, and why.
    Refused(AppError),
}

impl Identity {
    pub fn principal(&self) -> AppResult<&Principal> {
        match self {
            Self::Known(principal) => Ok(principal),
            Self::Anonymous => Err(AppError::Unauthenticated),
            Self::Refused(error) => Err(error.clone()),
        }
    }
}

pub async fn identify(State(state): State<AppState>, mut request: Request, next: Next) -> Response {
    let identity = check(&state, request.headers()).await;
    request.extensions_mut().insert(identity);
    next.run(request).await
}

/// A bearer token, when there is one, speaks alone: a request never mixes two identities.
async fn check(state: &AppState, headers: &HeaderMap) -> Identity {
    let found = match headers.get(header::AUTHORIZATION) {
        Some(value) => match value.to_str().ok().and_then(bearer_token) {
            Some(token) => state.auth.bearer(token).await,
            None => Err(AppError::Unauthenticated),
        },
        None => match cookie::session_token(headers) {
            Some(token) => state.auth.session(token).await,
            None => return Identity::Anonymous,
        },
    };
    match found {
        Ok(principal) => Identity::Known(principal),
        Err(error) => Identity::Refused(error),
    }
}

fn bearer_token(value: &str) -> Option<&str> {
    let (scheme, token) = value.split_once(' ')?;
    let token = token.trim();
    (scheme.eq_ignore_ascii_case("bearer") && !token.is_empty()).then_some(token)
}

/// The context of a request whose sender is known. Server functions call it with the request's parts.
pub fn request_ctx(parts: &Parts) -> AppResult<RequestCtx> {
    let Some(identity) = parts.extensions.get::<Identity>() else {
        tracing::error!("a route stands outside the identity layer");
        return Err(AppError::Internal { request_id: String::new() });
    };
    Ok(RequestCtx {
        principal: identity.principal()?.clone(),
        request_id: parts.extensions.get::<RequestId>().map(|id| id.0.clone()).unwrap_or_default(),
        idempotency_key: idempotency::key_of(&parts.headers)?,
    })
}
