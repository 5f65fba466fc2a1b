//! The API's description comes from the routes, and its page needs nothing from elsewhere.

use super::support::*;

#[tokio::test]
async fn the_document_is_made_of_the_routes() {
    let app = app().await;
    let answer = app.get("/api/openapi.json").await;
    assert_eq!(answer.header("content-type"), "application/json");
    let document = answer.json();
    assert!(document["openapi"].as_str().unwrap().starts_with("3.1"), "{}", document["openapi"]);
    let post = &document["paths"]["/api/orchestration/orders"]["post"];
    assert_eq!(post["responses"]["default"]["$ref"], "#/components/responses/Problem");
    assert_eq!(post["parameters"][0]["name"], "Idempotency-Key");
    assert!(document["paths"]["/api/orchestration/orders/{id}"]["get"].is_object());
    let problem = &document["components"]["responses"]["Problem"]["content"]["application/problem+json"];
    assert_eq!(problem["schema"]["$ref"], "#/components/schemas/Problem");
    for schema in ["Problem", "FieldError", "ConflictDetail", "Order", "Extra"] {
        assert!(document["components"]["schemas"][schema].is_object(), "{schema}");
    }
    assert_eq!(document["components"]["securitySchemes"]["token"]["scheme"], "bearer");
}

#[tokio::test]
async fn the_page_runs_under_its_policy() {
    let app = app().await;
    let page = app.get("/api/docs/").await;
    assert_eq!(page.status, 200);
    let policy = page.header("content-security-policy");
    assert!(policy.contains("script-src 'self';"), "{policy}");
    for script in page.text.split("<script").skip(1) {
        let (tag, body) = script.split_once('>').unwrap();
        assert!(tag.contains("src="), "{tag}");
        assert!(body.trim_start().starts_with("</script>"), "{body}");
        assert!(!tag.contains("http"), "{tag}");
    }
    assert!(page.text.contains("swagger-initializer.js"), "{}", page.text);
    let initializer = app.get("/api/docs/swagger-initializer.js").await;
    assert!(initializer.text.contains("/api/openapi.json"), "{}", initializer.text);
    app.get("/api/docs/nothing.js").await.problem(404, "not_found");
}
