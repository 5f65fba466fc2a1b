//! The API's description (OpenAPI 3.1), from the same registration as the routes, and its page.

use super::problem::{PROBLEM_JSON, ProblemBody};
use super::{API_BASE, headers};
use crate::server::state::AppState;
use axum::Router;
use axum::extract::Request;
use axum::http::{HeaderValue, header};
use axum::middleware::{self, Next};
use axum::response::{IntoResponse, Response};
use axum::routing::get;
use std::sync::Arc;
use utoipa::openapi::path::{Operation, ParameterBuilder, ParameterIn};
use utoipa::openapi::schema::{ObjectBuilder, Type};
use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::openapi::{
    ContentBuilder, Info, OpenApi, Ref, RefOr, Required, Response as DocResponse, ResponseBuilder,
    SecurityRequirement,
};
use utoipa::{PartialSchema, ToSchema};
use utoipa_swagger_ui::{Config, SwaggerUi};

const DOCUMENT: &str = "/api/openapi.json";
const PAGE: &str = "/api/docs";
/// Swagger UI writes style elements at run time; its scripts are files.
const PAGE_CSP: &str = "default-src 'none'; script-src 'self'; style-src 'self' 'unsafe-inline'; \
     img-src 'self' data:; font-src 'self' data:; connect-src 'self'; frame-ancestors 'none'; base-uri 'none'; \
     form-action 'self'";

/// The two addresses, for the document that the routes made.
pub fn routes(document: OpenApi) -> Router<AppState> {
    let text: Arc<str> = serde_json::to_string(&complete(document)).unwrap_or_default().into();
    let json = move || {
        let text = Arc::clone(&text);
        async move { ([(header::CONTENT_TYPE, "application/json")], text.to_string()).into_response() }
    };
    let page: Router<AppState> =
        SwaggerUi::new(PAGE).config(Config::from(DOCUMENT).validator_url("none")).into();
    Router::new().route(DOCUMENT, get(json)).merge(page.layer(middleware::from_fn(allow_page)))
}

async fn allow_page(request: Request, next: Next) -> Response {
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_SECURITY_POLICY, HeaderValue::from_static(PAGE_CSP));
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(headers::REVALIDATE));
    response
}

/// Adds what is true of every operation, so that no handler has to say it: how to sign in, what a problem looks like,
/// the idempotency key of a POST.
pub fn complete(mut document: OpenApi) -> OpenApi {
    document.info = Info::new("Countersign", env!("CARGO_PKG_VERSION"));
    document.info.description = Some(format!(
        "Submit actions, decide on approvals, follow what happens. Base: {API_BASE}. JSON in camelCase; every 4xx and \
         5xx is {PROBLEM_JSON}."
    ));
    let components = document.components.get_or_insert_default();
    let mut schemas = vec![(ProblemBody::name().into_owned(), ProblemBody::schema())];
    ProblemBody::schemas(&mut schemas);
    components.schemas.extend(schemas);
    components.responses.insert("Problem".to_owned(), RefOr::T(problem()));
    let bearer = HttpBuilder::new()
        .scheme(HttpAuthScheme::Bearer)
        .bearer_format("cs_…")
        .description(Some("A token of an agent or of a person."));
    components.add_security_scheme("token", SecurityScheme::Http(bearer.build()));
    let cookie = ApiKeyValue::with_description(super::cookie::SESSION, "A signed-in browser.");
    components.add_security_scheme("session", SecurityScheme::ApiKey(ApiKey::Cookie(cookie)));
    document.security = Some(vec![
        SecurityRequirement::new("token", Vec::<String>::new()),
        SecurityRequirement::new("session", Vec::<String>::new()),
    ]);
    for item in document.paths.paths.values_mut() {
        for operation in [&mut item.get, &mut item.put, &mut item.patch, &mut item.delete, &mut item.post]
            .into_iter()
            .flatten()
        {
            let problem = RefOr::Ref(Ref::from_response_name("Problem"));
            operation.responses.responses.entry("default".to_owned()).or_insert(problem);
        }
        // Without a credential there is nobody to keep an answer for.
        if let Some(post) = &mut item.post
            && post.security.is_none()
        {
            add_key(post);
        }
    }
    document
}

fn problem() -> DocResponse {
    let content = ContentBuilder::new().schema(Some(Ref::from_schema_name(ProblemBody::name()))).build();
    ResponseBuilder::new().description("What went wrong").content(PROBLEM_JSON, content).build()
}

fn add_key(post: &mut Operation) {
    let text = ObjectBuilder::new()
        .schema_type(Type::String)
        .min_length(Some(1))
        .max_length(Some(255))
        .pattern(Some("^[!-~]+$"))
        .build();
    let key = ParameterBuilder::new()
        .name("Idempotency-Key")
        .parameter_in(ParameterIn::Header)
        .required(Required::False)
        .description(Some(
            "A repeat with the same key and body gets the first answer; another body gets 422.",
        ))
        .schema(Some(text))
        .build();
    post.parameters.get_or_insert_default().push(RefOr::T(key));
}
