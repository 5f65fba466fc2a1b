//! How many requests one principal, or one address without a credential, may send.
//!
//! Answers carry `RateLimit-Policy` and `RateLimit` (draft-ietf-httpapi-ratelimit-headers-10).

use super::client_ip::ClientIp;
use super::identity::Identity;
use crate::domain::AppError;
use crate::server::config::Limits;
use crate::server::state::AppState;
use axum::extract::{Request, State};
use axum::http::{HeaderMap, HeaderName, HeaderValue};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use governor::clock::{Clock, DefaultClock};
use governor::middleware::StateInformationMiddleware;
use governor::state::keyed::DefaultKeyedStateStore;
use governor::{Quota, RateLimiter};
use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::atomic::{AtomicU64, Ordering};
use uuid::Uuid;

const POLICY: HeaderName = HeaderName::from_static("ratelimit-policy");
const LIMIT: HeaderName = HeaderName::from_static("ratelimit");
/// Forget the idle after this many checks.
const SWEEP_EVERY: u64 = 10_000;

#[derive(Clone, Debug, PartialEq, Eq, Hash)]
enum Key {
    Principal(Uuid, Uuid),
    Address(Option<IpAddr>),
}

type Limiter = RateLimiter<Key, DefaultKeyedStateStore<Key>, DefaultClock, StateInformationMiddleware>;

/// The two limits of this node. Each node counts for itself.
pub struct Rates {
    principal: Option<Rate>,
    anonymous: Option<Rate>,
    checks: AtomicU64,
}

struct Rate {
    name: &'static str,
    per_minute: NonZeroU32,
    limiter: Limiter,
}

struct Verdict {
    allowed: Result<u32, u64>,
    name: &'static str,
    per_minute: u32,
}

impl Rates {
    pub fn new(limits: &Limits) -> Self {
        Self {
            principal: Rate::new("principal", limits.requests_per_minute),
            anonymous: Rate::new("address", limits.anonymous_per_minute),
            checks: AtomicU64::new(0),
        }
    }

    fn check(&self, identity: Option<&Identity>, ip: Option<IpAddr>) -> Option<Verdict> {
        if self.checks.fetch_add(1, Ordering::Relaxed) % SWEEP_EVERY == SWEEP_EVERY - 1 {
            for rate in self.principal.iter().chain(&self.anonymous) {
                rate.limiter.retain_recent();
            }
        }
        match identity {
            Some(Identity::Known(principal)) => self
                .principal
                .as_ref()
                .map(|rate| rate.check(&Key::Principal(principal.workspace_id.0, principal.actor().id))),
            _ => self.anonymous.as_ref().map(|rate| rate.check(&Key::Address(ip.map(network)))),
        }
    }
}

impl Rate {
    fn new(name: &'static str, per_minute: u32) -> Option<Self> {
        let per_minute = NonZeroU32::new(per_minute)?;
        let limiter = RateLimiter::keyed(Quota::per_minute(per_minute));
        Some(Self { name, per_minute, limiter: limiter.with_middleware() })
    }

    fn check(&self, key: &Key) -> Verdict {
        let allowed = match self.limiter.check_key(key) {
            Ok(state) => Ok(state.remaining_burst_capacity()),
            Err(until) => {
                let wait = until.wait_time_from(DefaultClock::default().now());
                Err(wait.as_secs() + 1)
            }
        };
        Verdict { allowed, name: self.name, per_minute: self.per_minute.get() }
    }
}

/// A household's IPv6 network is one sender.
fn network(ip: IpAddr) -> IpAddr {
    match ip {
        IpAddr::V4(_) => ip,
        IpAddr::V6(v6) => {
            let [a, b, c, d, ..] = v6.segments();
            IpAddr::from([a, b, c, d, 0, 0, 0, 0])
        }
    }
}

impl Verdict {
    fn headers(&self, headers: &mut HeaderMap) {
        let (name, quota) = (self.name, self.per_minute);
        let (remaining, reset) = match self.allowed {
            Ok(remaining) => (remaining, u64::from(quota - remaining.min(quota)) * 60 / u64::from(quota)),
            Err(wait) => (0, wait),
        };
        if let Ok(value) = HeaderValue::from_str(&format!("\"{name}\";q={quota};w=60")) {
            headers.insert(POLICY, value);
        }
        if let Ok(value) = HeaderValue::from_str(&format!("\"{name}\";r={remaining};t={reset}")) {
            headers.insert(LIMIT, value);
        }
    }
}

pub async fn limit(State(state): State<AppState>, request: Request, next: Next) -> Response {
    let extensions = request.extensions();
    let ip = extensions.get::<ClientIp>().and_then(|client| client.ip);
    let Some(verdict) = state.rates.check(extensions.get::<Identity>(), ip) else {
        return next.run(request).await;
    };
    let mut response = match verdict.allowed {
        Ok(_) => next.run(request).await,
        Err(retry_after) => AppError::RateLimited { retry_after }.into_response(),
    };
    verdict.headers(response.headers_mut());
    response
}
