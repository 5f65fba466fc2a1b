//! The event stream's form.

use super::support::*;
use axum::body::Body;
use http_body_util::BodyExt;
use tower::ServiceExt;

#[tokio::test]
async fn events_have_an_id_a_name_and_data() {
    let app = app().await;
    let asked = request("GET", "/events").header("accept-encoding", "gzip, br").body(Body::empty()).unwrap();
    let response = app.router.clone().oneshot(asked).await.unwrap();
    assert_eq!(response.headers()["content-type"], "text/event-stream");
    assert_eq!(response.headers()["cache-control"], "no-cache");
    assert_eq!(response.headers()["x-accel-buffering"], "no");
    assert!(response.headers().get("content-encoding").is_none());
    let mut body = response.into_body();
    let mut text = String::new();
    while !text.contains("resync") {
        let frame = body.frame().await.unwrap().unwrap();
        text.push_str(&String::from_utf8_lossy(&frame.into_data().unwrap()));
    }
    assert!(text.contains("retry: 2000\n") || text.contains("retry:2000\n"), "{text}");
    let id = uuid::Uuid::nil();
    let event = format!("id: 7\nevent: approval\ndata: {{\"topic\":\"approval\",\"id\":\"{id}\"}}\n\n");
    assert!(text.contains(&event), "{text}");
    assert!(text.contains("id: 9\nevent: resync\ndata: {}\n\n"), "{text}");
    app.state.shutdown.cancel();
    assert!(body.frame().await.is_none());
}
