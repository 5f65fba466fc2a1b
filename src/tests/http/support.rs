//! A state on a fresh SQLite file, people with known credentials, a few handlers, and short ways to ask.

use axum::Router;
use axum::body::Body;
use axum::http::{HeaderMap, Request, StatusCode};
use axum::routing::{get, post};
use countersign::domain::ids::{AgentId, SessionId, TokenId, UserId, WorkspaceId};
use countersign::domain::member::Role;
use countersign::domain::token::Scope;
use countersign::domain::{AppError, AppResult};
use countersign::server::clock::Clock;
use countersign::server::config::Config;
use countersign::server::http;
use countersign::server::http::extract::{IfMatch, Json, Path, Query, Versioned};
use countersign::server::http::idempotency::ShownOnce;
use countersign::server::http::identity::Authenticate;
use countersign::server::services::ctx::{
    Allowed, Credential, Holder, Principal, ReadApprovals, SubmitActions,
};
use countersign::server::state::AppState;
use countersign::server::storage::Db;
use http_body_util::BodyExt;
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use utoipa::ToSchema;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use uuid::Uuid;
use validator::Validate;

pub const WORKSPACE: WorkspaceId = WorkspaceId(Uuid::from_u128(1));
pub const AGENT: &str = "cs_agent";
pub const OTHER_AGENT: &str = "cs_other";
pub const OPERATOR: &str = "operator";
pub const VIEWER: &str = "viewer";

pub struct App {
    pub router: Router,
    pub state: AppState,
    _dir: TempDir,
}

pub struct Answer {
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub text: String,
}

impl Answer {
    pub fn json(&self) -> Value {
        serde_json::from_str(&self.text).unwrap_or_else(|fault| panic!("{fault}: {}", self.text))
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).map_or("", |value| value.to_str().unwrap())
    }

    /// Asserts a problem document and returns it.
    pub fn problem(&self, status: u16, code: &str) -> Value {
        assert_eq!(self.status.as_u16(), status, "{}", self.text);
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.text);
        let problem = self.json();
        assert_eq!(problem["code"], code, "{problem}");
        assert_eq!(problem["status"], status);
        assert_eq!(problem["instance"], self.header("x-request-id"), "{problem}");
        for key in ["type", "title", "detail"] {
            assert!(problem[key].as_str().is_some_and(|text| !text.is_empty()), "{problem}");
        }
        problem
    }
}

pub async fn app() -> App {
    app_with(Config::default()).await
}

pub async fn app_with(config: Config) -> App {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite:{}", dir.path().join("test.db").display());
    let db = Db::open(&url, Clock::new()).await.unwrap();
    db.migrate().await.unwrap();
    // The page for unknown addresses is rendered, which needs what this sets up in the program too.
    drop(http::site::page_routes());
    let leptos = leptos::config::LeptosOptions::builder().output_name("countersign").build();
    let state = AppState::new(db, Arc::new(config), Arc::new(People), CancellationToken::new(), leptos);
    state.ready.set();
    let router = http::compose(state.clone(), nouns(), pages());
    App { router, state, _dir: dir }
}

impl App {
    pub async fn send(&self, request: Request<Body>) -> Answer {
        let response = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = response.into_parts();
        let bytes = body.collect().await.unwrap().to_bytes();
        let text = String::from_utf8_lossy(&bytes).into_owned();
        Answer { status: parts.status, headers: parts.headers, text }
    }

    pub async fn get(&self, path: &str) -> Answer {
        self.send(request("GET", path).header("authorization", bearer(AGENT)).body(Body::empty()).unwrap())
            .await
    }

    pub async fn post(&self, path: &str, body: impl Into<Body>) -> Answer {
        self.send(post_request(path).body(body.into()).unwrap()).await
    }
}

pub fn request(method: &str, path: &str) -> axum::http::request::Builder {
    Request::builder().method(method).uri(path).header("host", "localhost:3000")
}

pub fn post_request(path: &str) -> axum::http::request::Builder {
    request("POST", path).header("authorization", bearer(AGENT)).header("content-type", "application/json")
}

pub fn bearer(token: &str) -> String {
    format!("Bearer {token}")
}

struct People;

#[async_trait::async_trait]
impl Authenticate for People {
    async fn session(&self, token: &str) -> AppResult<Principal> {
        let role = match token {
            OPERATOR => Role::Operator,
            VIEWER => Role::Viewer,
            _ => return Err(AppError::Unauthenticated),
        };
        let name = role.to_string();
        let user_id = UserId(Uuid::from_u128(10 + role as u128));
        let holder = Holder::Human { user_id, name, role, hold_seconds: 0 };
        Ok(Principal {
            workspace_id: WORKSPACE,
            holder,
            credential: Credential::Session(SessionId(Uuid::nil())),
        })
    }

    async fn bearer(&self, token: &str) -> AppResult<Principal> {
        let id = match token {
            AGENT => 20,
            OTHER_AGENT => 21,
            _ => return Err(AppError::Unauthenticated),
        };
        let holder =
            Holder::Agent { agent_id: AgentId(Uuid::from_u128(id)), name: token.to_owned(), owner_id: None };
        let scopes = vec![Scope::ActionsSubmit, Scope::ApprovalsRead];
        let credential = Credential::Token { id: TokenId(Uuid::nil()), scopes };
        Ok(Principal { workspace_id: WORKSPACE, holder, credential })
    }
}

#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub struct Order {
    #[validate(length(min = 1, max = 10, message = "must have 1 to 10 characters"))]
    pub dish_name: String,
    pub count: i64,
    #[validate(nested)]
    #[serde(default)]
    pub extras: Vec<Extra>,
    #[serde(default)]
    pub data: countersign::domain::canonical::Data,
}

#[derive(Debug, Serialize, Deserialize, Validate, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct Extra {
    #[validate(range(min = 1, message = "must be at least 1"))]
    pub grams: i64,
}

#[derive(Debug, Default, Serialize, Deserialize, Validate)]
#[serde(rename_all = "camelCase", default)]
pub struct Filter {
    pub role: Option<Role>,
    pub team_id: Option<UserId>,
    #[validate(range(min = 1, max = 200, message = "must be between 1 and 200"))]
    pub limit: Option<u32>,
    pub roles: Vec<Role>,
    pub q: Option<String>,
    pub exact: bool,
}

/// How often the counting handler did its work.
pub static WORK: AtomicUsize = AtomicUsize::new(0);

#[utoipa::path(post, path = "/orders", request_body = Order, responses((status = 201, body = Order)))]
async fn create_order(
    _: Allowed<SubmitActions>,
    Json(order): Json<Order>,
) -> impl axum::response::IntoResponse {
    (StatusCode::CREATED, Json(order))
}

#[utoipa::path(get, path = "/orders", responses((status = 200)))]
async fn list_orders(_: Allowed<ReadApprovals>, Query(filter): Query<Filter>) -> Json<Filter> {
    Json(filter)
}

#[utoipa::path(get, path = "/orders/{id}", params(("id" = UserId, Path)), responses((status = 200)))]
async fn get_order(
    _: Allowed<ReadApprovals>,
    Path(id): Path<UserId>,
    IfMatch(seen): IfMatch,
) -> Versioned<Value> {
    Versioned(3, json!({ "id": id, "seen": seen }))
}

#[derive(Deserialize, Validate)]
struct Mode {
    mode: String,
}

/// Does what the body says, and counts.
async fn work(
    _: Allowed<SubmitActions>,
    Json(Mode { mode }): Json<Mode>,
) -> Result<axum::response::Response, AppError> {
    use axum::response::IntoResponse;
    let count = WORK.fetch_add(1, Ordering::SeqCst);
    match mode.as_str() {
        "slow" => tokio::time::sleep(Duration::from_millis(400)).await,
        "broken" => return Err(AppError::Unavailable { detail: "later".to_owned() }),
        "refused" => return Err(AppError::refused("no")),
        "secret" => return Ok((axum::Extension(ShownOnce), Json(json!({ "token": "cs_x" }))).into_response()),
        "panic" => panic!("as told"),
        _ => {}
    }
    Ok((StatusCode::CREATED, Json(json!({ "count": count }))).into_response())
}

fn nouns() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(create_order, list_orders))
        .routes(routes!(get_order))
        .route("/work", post(work))
        .route(
            "/panic",
            get(|| async {
                if true {
                    panic!("as told")
                }
            }),
        )
        .route("/large", get(|| async { Json("x".repeat(10_000)) }))
}

async fn events(axum::extract::State(state): axum::extract::State<AppState>) -> axum::response::Response {
    use countersign::domain::event::{EventData, Topic};
    use countersign::server::http::sse::{FollowItem, stream};
    let data = EventData { topic: Topic::Approval, id: Uuid::nil() };
    let items = [FollowItem::Event { id: "7".to_owned(), data }, FollowItem::Resync { id: "9".to_owned() }];
    let endless = futures::StreamExt::chain(futures::stream::iter(items), futures::stream::pending());
    stream(endless, state.shutdown.clone())
}

fn pages() -> Router<AppState> {
    Router::new()
        .route("/page", get(|| async { axum::response::Html("<p>page</p>") }))
        .route("/broken", get(|| async { AppError::not_found("<b>thing</b>") }))
        .route(
            "/hold",
            get(|| async {
                tokio::time::sleep(Duration::from_millis(700)).await;
                "held"
            }),
        )
        .route("/events", get(events))
        .route("/api/fn/echo", post(|body: String| async { body }))
}
