//! Cross-site requests, rate limits, security headers, health.

use super::support::*;
use axum::body::Body;
use axum::extract::ConnectInfo;
use axum::http::Request;
use countersign::server::config::Config;
use std::net::SocketAddr;

fn from_site(site: Option<&str>, origin: Option<&str>) -> Request<Body> {
    let mut asked = request("POST", "/api/fn/echo").header("cookie", "cs_session=operator");
    if let Some(site) = site {
        asked = asked.header("sec-fetch-site", site);
    }
    if let Some(origin) = origin {
        asked = asked.header("origin", origin);
    }
    asked.body(Body::from("a=1")).unwrap()
}

#[tokio::test]
async fn unsafe_requests_from_other_sites_are_refused() {
    let config = Config { public_url: Some("https://cs.example.com".to_owned()), ..Config::default() };
    let app = app_with(config).await;
    for (site, origin, allowed) in [
        (None, None, true),
        (Some("same-origin"), None, true),
        (Some("none"), None, true),
        (None, Some("http://localhost:3000"), true),
        (Some("cross-site"), Some("https://cs.example.com"), true),
        (Some("cross-site"), None, false),
        (Some("same-site"), Some("https://evil.example.com"), false),
        (None, Some("https://evil.example.com"), false),
        (None, Some("null"), false),
        (None, Some("http://localhost:3001"), false),
    ] {
        let answer = app.send(from_site(site, origin)).await;
        if allowed {
            assert_eq!(answer.status, 200, "{site:?} {origin:?}");
        } else {
            answer.problem(403, "cross_site");
        }
    }
    let read = request("GET", "/page").header("sec-fetch-site", "cross-site").body(Body::empty()).unwrap();
    assert_eq!(app.send(read).await.status, 200);
}

#[tokio::test]
async fn each_principal_and_each_address_has_its_own_limit() {
    let mut config = Config::default();
    config.limits.requests_per_minute = 3;
    config.limits.anonymous_per_minute = 2;
    let app = app_with(config).await;
    let path = "/api/orchestration/orders";
    for remaining in [2, 1, 0] {
        let answer = app.get(path).await;
        assert_eq!(answer.status, 200);
        assert_eq!(answer.header("ratelimit-policy"), "\"principal\";q=3;w=60");
        assert!(answer.header("ratelimit").starts_with(&format!("\"principal\";r={remaining};t=")));
    }
    let refused = app.get(path).await;
    refused.problem(429, "rate_limited");
    let wait: u64 = refused.header("retry-after").parse().unwrap();
    assert!((1..=21).contains(&wait), "{wait}");
    let other =
        request("GET", path).header("authorization", bearer(OTHER_AGENT)).body(Body::empty()).unwrap();
    assert_eq!(app.send(other).await.status, 200);
    let from = |ip: [u8; 4]| {
        let mut asked =
            request("GET", path).header("authorization", "Bearer wrong").body(Body::empty()).unwrap();
        asked.extensions_mut().insert(ConnectInfo(SocketAddr::from((ip, 1))));
        asked
    };
    for status in [401, 401, 429] {
        assert_eq!(app.send(from([192, 0, 2, 1])).await.status, status);
    }
    assert_eq!(app.send(from([192, 0, 2, 2])).await.status, 401);
}

#[tokio::test]
async fn every_answer_carries_the_guarding_headers() {
    let app = app().await;
    for path in ["/page", "/api/orchestration/orders", "/api/nothing", "/healthz", "/nothing"] {
        let answer = app.get(path).await;
        assert_eq!(answer.header("x-content-type-options"), "nosniff", "{path}");
        assert_eq!(answer.header("cache-control"), "no-store", "{path}");
        assert_eq!(answer.header("referrer-policy"), "same-origin", "{path}");
        assert_eq!(answer.header("cross-origin-opener-policy"), "same-origin", "{path}");
        assert!(answer.header("content-security-policy").contains("frame-ancestors 'none'"), "{path}");
        assert!(answer.header("permissions-policy").contains("camera=()"), "{path}");
        assert_eq!(answer.header("strict-transport-security"), "", "{path}");
    }
}

#[tokio::test]
async fn large_answers_are_compressed_on_request() {
    let app = app().await;
    let asked = |path: &str| {
        request("GET", path)
            .header("authorization", bearer(AGENT))
            .header("accept-encoding", "br")
            .body(Body::empty())
            .unwrap()
    };
    assert_eq!(app.send(asked("/api/orchestration/large")).await.header("content-encoding"), "br");
    assert_eq!(app.send(asked("/page")).await.header("content-encoding"), "");
}

#[tokio::test]
async fn health_says_whether_work_can_be_done() {
    let app = app().await;
    assert_eq!(app.get("/healthz").await.status, 200);
    assert_eq!(app.get("/readyz").await.status, 200);
    app.state.shutdown.cancel();
    assert_eq!(app.get("/healthz").await.status, 200);
    let stopping = app.get("/readyz").await;
    stopping.problem(503, "unavailable");
    assert_eq!(stopping.header("retry-after"), "1");
}

#[tokio::test]
async fn metrics_are_for_this_machine_unless_opened() {
    let asked = |ip: [u8; 4], forwarded: bool| {
        let mut asked = request("GET", "/metrics");
        if forwarded {
            asked = asked.header("x-forwarded-for", "192.0.2.9");
        }
        let mut asked = asked.body(Body::empty()).unwrap();
        asked.extensions_mut().insert(ConnectInfo(SocketAddr::from((ip, 1))));
        asked
    };
    let app = app().await;
    app.get("/api/orchestration/orders/00000000-0000-0000-0000-000000000007").await;
    let local = app.send(asked([127, 0, 0, 1], false)).await;
    assert_eq!(local.status, 200);
    assert!(local.text.contains("route=\"/api/orchestration/orders/{id}\""), "{}", local.text);
    app.send(asked([127, 0, 0, 1], true)).await.problem(403, "forbidden");
    app.send(asked([192, 0, 2, 1], false)).await.problem(403, "forbidden");
    let open = app_with(Config { metrics_open: true, ..Config::default() }).await;
    assert_eq!(open.send(asked([192, 0, 2, 1], false)).await.status, 200);
}
