//! Every error has one shape.

use super::support::*;
use axum::body::Body;
use axum::http::Request;

#[tokio::test]
async fn what_the_router_refuses_by_itself_is_a_problem() {
    let app = app().await;
    app.get("/api/orchestration/nothing").await.problem(404, "not_found");
    app.get("/api/elsewhere").await.problem(404, "not_found");
    let wrong = app.send(request("PUT", "/api/orchestration/orders").body(Body::empty()).unwrap()).await;
    wrong.problem(405, "method_not_allowed");
    assert!(wrong.header("allow").contains("POST"));
    app.get("/api/orchestration/panic").await.problem(500, "internal");
    let text = app.get("/api/orchestration/panic").await.text;
    assert!(!text.contains("as told"), "{text}");
}

#[tokio::test]
async fn garbage_for_an_id_names_nothing() {
    let app = app().await;
    for id in ["nonsense", "%ff", "1", "00000000-0000-0000-0000-00000000000g", "%F0%9F%92%A9"] {
        app.get(&format!("/api/orchestration/orders/{id}")).await.problem(404, "not_found");
    }
}

#[tokio::test]
async fn who_may_not_is_told_so() {
    let app = app().await;
    let path = "/api/orchestration/orders";
    let anonymous = app.send(request("GET", path).body(Body::empty()).unwrap()).await;
    anonymous.problem(401, "unauthenticated");
    assert_eq!(anonymous.header("www-authenticate"), "Bearer");
    for value in ["Bearer wrong", "Basic YTpi", "Bearer", ""] {
        let asked =
            request("GET", path).header("authorization", value).header("cookie", "cs_session=operator");
        app.send(asked.body(Body::empty()).unwrap()).await.problem(401, "unauthenticated");
    }
    let viewer = post_viewer(path);
    app.send(viewer).await.problem(403, "forbidden");
    let operator = request("GET", path).header("cookie", "theme=dark; cs_session=operator");
    assert_eq!(app.send(operator.body(Body::empty()).unwrap()).await.status, 200);
}

fn post_viewer(path: &str) -> Request<Body> {
    request("POST", path)
        .header("cookie", "cs_session=viewer")
        .header("content-type", "application/json")
        .body(Body::from("{}"))
        .unwrap()
}

#[tokio::test]
async fn people_get_a_page_and_programs_a_document() {
    let app = app().await;
    let asked =
        |path: &str| request("GET", path).header("accept", "text/html,*/*").body(Body::empty()).unwrap();
    let page = app.send(asked("/nothing")).await;
    assert_eq!(page.status, 404);
    assert_eq!(page.header("content-type"), "text/html; charset=utf-8");
    assert!(
        page.text.contains("<title>Page not found") && page.text.contains("href=\"/approvals\""),
        "{}",
        page.text
    );
    assert!(page.header("content-security-policy").contains("'nonce-"), "{:?}", page.headers);
    let page = app.send(asked("/broken")).await;
    assert!(page.text.contains("<h1") && page.text.contains(page.header("x-request-id")));
    assert!(page.text.contains("&lt;b&gt;thing") && !page.text.contains("<b>thing"), "{}", page.text);
    app.send(asked("/api/nothing")).await.problem(404, "not_found");
    app.send(request("GET", "/nothing").body(Body::empty()).unwrap()).await.problem(404, "not_found");
}

#[tokio::test]
async fn a_request_id_is_given_or_kept() {
    let app = app().await;
    let given = |id: &str| request("GET", "/healthz").header("x-request-id", id).body(Body::empty()).unwrap();
    assert_eq!(app.send(given("proxy-id-1")).await.header("x-request-id"), "proxy-id-1");
    let answer = app.send(given("<script>alert</script>")).await;
    assert_eq!(answer.header("x-request-id").len(), 32);
}
