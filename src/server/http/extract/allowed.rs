//! `Allowed<P>` as an argument: a handler that lacks it cannot call a service.

use crate::server::http::identity;
use crate::server::http::problem::Problem;
use crate::server::services::ctx::{Allowed, Permit};
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

impl<P: Permit, S: Send + Sync> FromRequestParts<S> for Allowed<P> {
    type Rejection = Problem;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Problem> {
        Ok(identity::request_ctx(parts)?.allow::<P>()?)
    }
}
