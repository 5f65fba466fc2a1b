//! Strict input: what is refused, with which status, at which place.

use super::support::*;
use axum::body::Body;

const ORDERS: &str = "/api/orchestration/orders";

#[tokio::test]
async fn bad_json_is_refused_with_its_place() {
    let app = app().await;
    for (body, status, pointer) in [
        // Not JSON as RFC 7493 has it: 400.
        ("", 400, ""),
        ("{", 400, ""),
        ("null x", 400, ""),
        (r#"{"dishName":"a","count":1} {}"#, 400, ""),
        (r#"{"dishName":"a","count":NaN}"#, 400, "/count"),
        (r#"{"dishName":"a","count":1e999}"#, 400, "/count"),
        (r#"{"dishName":"a","count":1,"count":2}"#, 400, ""),
        (r#"{"dishName":"a","count":1,"data":{"x":[{"y":1,"y":2}]}}"#, 400, "/data/x/0"),
        (r#"{"dishName":"\ud800","count":1}"#, 400, "/dishName"),
        ("\u{feff}{}", 400, ""),
        // JSON, but not an order: 422.
        ("null", 422, ""),
        ("[]", 422, ""),
        (r#"{"count":1}"#, 422, "/dishName"),
        (r#"{"dishName":"a","count":"1"}"#, 422, "/count"),
        (r#"{"dishName":"a","count":1.5}"#, 422, "/count"),
        (r#"{"dishName":"a","count":99999999999999999999}"#, 422, "/count"),
        (r#"{"dishName":"a","count":1,"dish_name":"b"}"#, 422, "/dish_name"),
        (r#"{"dishName":"a","count":1,"a/b":0}"#, 422, "/a~1b"),
        (r#"{"dishName":"a","count":1,"extras":[{"grams":1},{"grams":"1"}]}"#, 422, "/extras/1/grams"),
        (r#"{"dishName":"a","count":1,"extras":[{"grams":1,"x":1}]}"#, 422, "/extras/0/x"),
        (r#"{"dishName":"a","count":1,"extras":[{}]}"#, 422, "/extras/0/grams"),
        (r#"{"dishName":"a","count":1,"data":{"b":[0,9007199254740993]}}"#, 422, "/data/b/1"),
        (r#"{"dishName":"a","count":1,"data":[]}"#, 422, "/data"),
        // An order, but not a valid one: 422.
        (r#"{"dishName":"","count":1}"#, 422, "/dishName"),
        (r#"{"dishName":"a","count":1,"extras":[{"grams":0}]}"#, 422, "/extras/0/grams"),
    ] {
        let answer = app.post(ORDERS, body.to_owned()).await;
        let problem = answer.problem(status, if status == 400 { "malformed" } else { "invalid" });
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{body}: {problem}");
        assert!(!problem["errors"][0]["detail"].as_str().unwrap().is_empty(), "{body}: {problem}");
    }
    let deep = format!("{}{}", "[".repeat(100_000), "]".repeat(100_000));
    app.post(ORDERS, deep).await.problem(400, "malformed");
    app.post(ORDERS, vec![b'{', b'"', 0xff, b'"', b'}']).await.problem(400, "malformed");
    let long = format!(r#"{{"dishName":"a","count":"{}"}}"#, "9".repeat(100_000));
    assert!(app.post(ORDERS, long).await.text.len() < 2_000);
}

#[tokio::test]
async fn good_json_is_kept_exactly() {
    let app = app().await;
    let body = r#"{"dishName":"a\u202e\u200b😀","count":9007199254740993,"data":{"z":1,"a":"\u0000"}}"#;
    let answer = app.post(ORDERS, body).await;
    assert_eq!(answer.status, 201, "{}", answer.text);
    assert_eq!(answer.json()["dishName"], "a\u{202e}\u{200b}😀");
    assert_eq!(answer.json()["count"], 9_007_199_254_740_993_i64);
}

#[tokio::test]
async fn only_json_is_taken() {
    let app = app().await;
    let body = r#"{"dishName":"a","count":1}"#;
    for (content_type, status) in [
        ("application/json", 201),
        ("Application/JSON; charset=UTF-8", 201),
        ("application/json; charset=latin1", 415),
        ("application/x-www-form-urlencoded", 415),
        ("text/plain", 415),
        ("application/jsonp", 415),
    ] {
        let request = request("POST", ORDERS)
            .header("authorization", bearer(AGENT))
            .header("content-type", content_type)
            .body(Body::from(body))
            .unwrap();
        assert_eq!(app.send(request).await.status, status, "{content_type}");
    }
    let bare = request("POST", ORDERS).header("authorization", bearer(AGENT)).body(Body::from(body)).unwrap();
    app.send(bare).await.problem(415, "unsupported_media_type");
}

#[tokio::test]
async fn a_body_ends_at_one_mebibyte() {
    let app = app().await;
    let fits = format!("{{\"x\":\"{}\"}}", "a".repeat(1024 * 1024 - 8));
    assert_eq!(fits.len(), 1024 * 1024);
    app.post(ORDERS, fits.clone()).await.problem(422, "invalid");
    let over = format!("{fits} ");
    let announced = post_request(ORDERS).header("content-length", over.len());
    app.send(announced.body(Body::from(over.clone())).unwrap()).await.problem(413, "too_large");
    let chunks = futures::stream::iter(
        over.into_bytes().chunks(9_999).map(|c| Ok::<_, std::io::Error>(c.to_vec())).collect::<Vec<_>>(),
    );
    app.post(ORDERS, Body::from_stream(chunks)).await.problem(413, "too_large");
}

#[tokio::test]
async fn parameters_are_read_strictly() {
    let app = app().await;
    let ok = app
        .get(&format!(
            "{ORDERS}?role=viewer&limit=20&roles=owner,admin&q=a%20b%2B%C3%A9+c&teamId=&exact=true"
        ))
        .await;
    assert_eq!(ok.status, 200, "{}", ok.text);
    let filter = ok.json();
    assert_eq!(filter["q"], "a b+é c");
    assert_eq!(filter["roles"], serde_json::json!(["owner", "admin"]));
    assert_eq!(
        (&filter["limit"], &filter["role"], &filter["teamId"]),
        (&20.into(), &"viewer".into(), &serde_json::Value::Null)
    );
    for (query, status, pointer) in [
        ("nonsense=1", 422, "nonsense"),
        ("nonsense=", 422, "nonsense"),
        ("team_id=", 422, "team_id"),
        ("q=a&q=b", 422, "q"),
        ("limit=0", 422, "limit"),
        ("limit=-1", 422, "limit"),
        ("limit=ten", 422, "limit"),
        ("role=king", 422, "role"),
        ("roles=owner,king", 422, "roles[1]"),
        ("teamId=1", 422, "teamId"),
        ("exact=yes", 422, "exact"),
        ("q=%zz", 400, "%zz"),
        ("q=%ff", 400, "%ff"),
        ("q=%", 400, "%"),
    ] {
        let problem = app.get(&format!("{ORDERS}?{query}")).await;
        let problem = problem.problem(status, if status == 400 { "malformed" } else { "invalid" });
        assert_eq!(problem["errors"][0]["pointer"], pointer, "{query}: {problem}");
    }
}

#[tokio::test]
async fn versions_travel_as_tags() {
    let app = app().await;
    let path = format!("{ORDERS}/00000000-0000-0000-0000-000000000007");
    let plain = app.get(&path).await;
    assert_eq!(plain.header("etag"), "\"v3\"");
    assert_eq!(plain.json()["seen"], serde_json::Value::Null);
    for (tag, seen) in [("\"v12\"", Some(12)), ("W/\"v3\"", Some(3)), ("*", None)] {
        let asked = request("GET", &path).header("authorization", bearer(AGENT)).header("if-match", tag);
        let answer = app.send(asked.body(Body::empty()).unwrap()).await;
        assert_eq!(answer.json()["seen"], serde_json::json!(seen), "{tag}");
    }
    for tag in ["v3", "\"3\"", "\"v-3\"", "\"v1\", \"v2\"", "\"v99999999999999999999\""] {
        let asked = request("GET", &path).header("authorization", bearer(AGENT)).header("if-match", tag);
        app.send(asked.body(Body::empty()).unwrap()).await.problem(400, "malformed");
    }
}

#[tokio::test]
async fn server_functions_read_json_as_strictly() {
    let app = app().await;
    app.post("/api/fn/echo", r#"{"a":1,"a":2}"#).await.problem(400, "malformed");
    assert_eq!(app.post("/api/fn/echo", r#"{"a":1}"#).await.text, r#"{"a":1}"#);
}
