//! A whole app on a fresh database: the real router, the event bus, the engine where a suite wants it, and people
//! and agents who send requests through all layers.

use super::db::{TestDb, databases};
use super::identity::{Fixture, password_hash};
use axum::Router;
use axum::body::{Body, Bytes};
use axum::extract::ConnectInfo;
use axum::http::{HeaderMap, Method, Request, StatusCode, header};
use chrono::TimeDelta;
use countersign::args;
use countersign::domain::agent::{AgentKind, NewAgent};
use countersign::domain::canonical::sha256_hex;
use countersign::domain::ids::{AgentId, UserId, WorkspaceId};
use countersign::domain::member::Role;
use countersign::domain::token::Scope;
use countersign::server::actions::perform::Executors;
use countersign::server::chain::keys::Signer;
use countersign::server::config::{Config, Limits};
use countersign::server::engine::EngineSettings;
use countersign::server::events::EventBus;
use countersign::server::http;
use countersign::server::http::identity::Credentials;
use countersign::server::runtime::Runtime;
use countersign::server::services::ctx::{
    Allowed, Credential as Held, Holder, Permit, Principal, RequestCtx,
};
use countersign::server::services::notifications::push_key::push_key_of;
use countersign::server::state::AppState;
use countersign::server::storage::db::Row;
use countersign::server::storage::tokens::{TokenFor, TokenInsert};
use countersign::server::storage::{Arg, Db};
use countersign::server::wake::Wake;
use http_body_util::BodyExt;
use leptos::config::LeptosOptions;
use serde_json::{Value, json};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::{Duration, Instant};
use tempfile::TempDir;
use tokio_util::sync::CancellationToken;
use tower::ServiceExt;
use uuid::Uuid;

pub const BASE: &str = "/api/orchestration";

/// Whether jobs run. Without the engine nothing happens but what a request does itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Jobs {
    Run,
    Wait,
}

pub struct App {
    pub test: TestDb,
    pub db: Db,
    pub state: AppState,
    router: Router,
    beside: Beside,
    _data: TempDir,
}

/// What runs beside the router: everything, or only what tells followers of changes.
enum Beside {
    Runtime(Runtime),
    Events(EventBus, Wake),
}

/// One app on each database, with its name for messages.
pub async fn apps(jobs: Jobs) -> Vec<App> {
    apps_with(jobs, |_| {}).await
}

/// The same, with other settings.
pub async fn apps_with(jobs: Jobs, change: impl Fn(&mut Config)) -> Vec<App> {
    let mut all = Vec::new();
    for test in databases().await {
        all.push(App::start(test, jobs, &change).await);
    }
    all
}

impl App {
    async fn start(test: TestDb, jobs: Jobs, change: impl Fn(&mut Config)) -> Self {
        let db = test.node().await;
        // Made by the first start of the program, before it answers anybody.
        Signer::of(&db).await.expect("the installation's key is made");
        push_key_of(&db).await.expect("the installation's key for push services is made");
        let data = tempfile::tempdir().expect("a temporary folder");
        let mut config = Config {
            data_dir: data.path().to_owned(),
            // These suites are many, and are not about how often they ask.
            limits: Limits { requests_per_minute: 0, anonymous_per_minute: 0, ..Limits::default() },
            ..Config::default()
        };
        change(&mut config);
        let beside = match jobs {
            Jobs::Run => {
                let executors = Executors::from_config(&config, &db).expect("the executors are made");
                let settings =
                    EngineSettings { poll: Duration::from_millis(50), ..EngineSettings::new(&db, "app") };
                Beside::Runtime(
                    Runtime::start_with(&db, executors, settings).await.expect("the engine starts"),
                )
            }
            Jobs::Wait => {
                let wake = Wake::start(&db);
                Beside::Events(EventBus::start(db.clone(), wake.clone()).await.expect("the bus starts"), wake)
            }
        };
        let leptos = LeptosOptions::builder().output_name("countersign").build();
        let auth = Arc::new(Credentials::new(db.clone()));
        let state = AppState::new(db.clone(), Arc::new(config), auth, CancellationToken::new(), leptos);
        state.events.set(match &beside {
            Beside::Runtime(runtime) => runtime.events.clone(),
            Beside::Events(events, _) => events.clone(),
        });
        state.ready.set();
        let router = http::router(state.clone());
        Self { test, db, state, router, beside, _data: data }
    }

    /// `sqlite` or `postgres`.
    pub fn name(&self) -> &'static str {
        self.test.name
    }

    pub async fn stop(self) {
        match self.beside {
            Beside::Runtime(runtime) => runtime.shutdown().await,
            Beside::Events(events, wake) => {
                events.shutdown().await;
                wake.shutdown().await;
            }
        }
        self.db.close().await;
    }

    /// A node beside this app, with an engine, on the same database.
    pub async fn run_beside(&self) -> Runtime {
        let db = self.test.node().await;
        let executors = Executors::from_config(&self.state.config, &db).expect("the executors are made");
        let settings =
            EngineSettings { poll: Duration::from_millis(50), ..EngineSettings::new(&db, "beside") };
        Runtime::start_with(&db, executors, settings).await.expect("the engine starts")
    }

    /// Moves time for everybody, and wakes whoever sleeps until a time.
    pub fn advance(&self, by: TimeDelta) {
        self.test.clock.advance(by);
        self.db.wakes.jobs.notify_one();
    }

    pub fn nobody(&self) -> Caller {
        Caller { router: self.router.clone(), credential: Credential::Nobody }
    }

    pub fn bearer(&self, token: &str) -> Caller {
        Caller { router: self.router.clone(), credential: Credential::Bearer(token.to_owned()) }
    }

    /// A workspace with a person of every role. `name` begins the name of everything in it.
    pub async fn house(&self, name: &str) -> House {
        let fixture = Fixture::new(&self.db, name).await;
        let user = |role: Role| {
            let person = fixture.person(role);
            let credential = Credential::Session(person.session.clone());
            User {
                id: person.user_id,
                name: format!("{name} {role}"),
                role,
                workspace: fixture.workspace,
                caller: Caller { router: self.router.clone(), credential },
            }
        };
        House {
            id: fixture.workspace,
            name: name.to_owned(),
            owner: user(Role::Owner),
            admin: user(Role::Admin),
            operator: user(Role::Operator),
            reviewer: user(Role::Reviewer),
            second: self.person(fixture.workspace, name, "second reviewer", Role::Reviewer).await,
            viewer: user(Role::Viewer),
        }
    }

    /// One more member, who is signed in.
    pub async fn person(&self, workspace: WorkspaceId, house: &str, who: &str, role: Role) -> User {
        let name = format!("{house} {who}");
        let email = format!("{}@example.test", self.db.clock.id().simple());
        let secret = self.db.clock.id().simple().to_string();
        let mut tx = self.db.begin().await.unwrap();
        let id = tx.user_insert(&email, &name, password_hash().await).await.unwrap();
        tx.member_insert(workspace, id, role).await.unwrap();
        // Suites move time by months.
        let until = tx.now() + TimeDelta::days(3650);
        tx.session_insert(workspace, id, &sha256_hex(secret.as_bytes()), until).await.unwrap();
        tx.commit().await.unwrap();
        let credential = Credential::Session(secret);
        User { id, name, role, workspace, caller: Caller { router: self.router.clone(), credential } }
    }

    /// The same person with a token that has these scopes.
    pub async fn with_token(&self, user: &User, scopes: &[Scope]) -> Caller {
        self.bearer(&self.token(user.workspace, TokenFor::Person(user.id), scopes).await)
    }

    /// A token, whatever its scopes: services refuse some of these, and nothing may hang on that alone.
    pub async fn token(&self, workspace: WorkspaceId, holder: TokenFor, scopes: &[Scope]) -> String {
        let secret = format!("cs_{}", self.db.clock.id().simple());
        let mut tx = self.db.begin().await.unwrap();
        let expires_at = tx.now() + TimeDelta::days(3650);
        let token_hash = sha256_hex(secret.as_bytes());
        tx.token_insert(TokenInsert {
            workspace_id: workspace,
            name: "test",
            token_hash: &token_hash,
            holder,
            scopes,
            expires_at,
        })
        .await
        .unwrap();
        tx.commit().await.unwrap();
        secret
    }

    /// An active external agent with a token of every scope that agents may have.
    pub async fn agent(&self, house: &House, name: &str, owner: Option<&User>) -> Agent {
        let name = format!("{} the {name}", house.name);
        let mut tx = self.db.begin().await.unwrap();
        let new = NewAgent {
            name: name.clone(),
            description: String::new(),
            kind: AgentKind::External,
            owner_id: owner.map(|user| user.id),
        };
        let id = tx.agent_insert(house.id, &new).await.unwrap();
        tx.commit().await.unwrap();
        let scopes: Vec<Scope> = Scope::ALL.iter().copied().filter(|scope| scope.is_for_agents()).collect();
        let token = self.token(house.id, TokenFor::Agent(id), &scopes).await;
        Agent { id, name, caller: self.bearer(&token) }
    }

    pub async fn rows<R: Row>(&self, sql: &str, args: Vec<Arg>) -> Vec<R> {
        self.db.read().await.unwrap().fetch_all(sql, args).await.unwrap()
    }

    pub async fn count(&self, sql: &str, args: Vec<Arg>) -> i64 {
        let rows: Vec<(i64,)> = self.rows(sql, args).await;
        rows[0].0
    }

    /// The audit events about one approval, oldest first.
    pub async fn trail(&self, approval: &str) -> Vec<String> {
        let sql = "SELECT event FROM agent_action_audit_log WHERE approval_id = $1 ORDER BY executed_at, id";
        let rows: Vec<(String,)> = self.rows(sql, args![id(approval)]).await;
        rows.into_iter().map(|(event,)| event).collect()
    }

    /// How many events were emitted about one thing.
    pub async fn emitted(&self, subject: &str) -> i64 {
        self.count("SELECT COUNT(*) FROM events WHERE subject_id = $1", args![id(subject)]).await
    }

    /// Does `step` and asserts that it wrote exactly these audit rows about the approval, and one event for each.
    pub async fn writes<T>(&self, approval: &str, rows: &[&str], step: impl Future<Output = T>) -> T {
        let (before, emitted) = (self.trail(approval).await, self.emitted(approval).await);
        let result = step.await;
        let after = self.trail(approval).await;
        let mut expected = before;
        expected.extend(rows.iter().map(|row| (*row).to_owned()));
        assert_eq!(after, expected, "{}: the audit rows of one step", self.name());
        let now = self.emitted(approval).await;
        assert_eq!(now - emitted, rows.len() as i64, "{}: the events of {rows:?}", self.name());
        result
    }
}

/// Parses an id of an answer.
pub fn id(text: &str) -> Uuid {
    Uuid::parse_str(text).unwrap_or_else(|_| panic!("{text} is no id"))
}

/// The text at a key, which must be there.
pub fn text<'a>(value: &'a Value, key: &str) -> &'a str {
    value[key].as_str().unwrap_or_else(|| panic!("no text at {key}: {value}"))
}

/// Asks until the answer is right, at most 20 s.
pub async fn until<T, F: Future<Output = Option<T>>>(what: &str, mut ask: impl FnMut() -> F) -> T {
    let deadline = Instant::now() + Duration::from_secs(20);
    loop {
        if let Some(found) = ask().await {
            return found;
        }
        assert!(Instant::now() < deadline, "never came: {what}");
        tokio::time::sleep(Duration::from_millis(10)).await;
    }
}

/// A workspace and its people.
pub struct House {
    pub id: WorkspaceId,
    pub name: String,
    pub owner: User,
    pub admin: User,
    pub operator: User,
    pub reviewer: User,
    pub second: User,
    pub viewer: User,
}

impl House {
    pub fn people(&self) -> [&User; 5] {
        [&self.owner, &self.admin, &self.operator, &self.reviewer, &self.viewer]
    }

    /// A team with these agents in it.
    pub async fn team(&self, name: &str, autonomy: &str, agents: &[&Agent]) -> String {
        self.team_with(json!({"name": name, "autonomyLevel": autonomy}), agents).await
    }

    pub async fn team_with(&self, mut team: Value, agents: &[&Agent]) -> String {
        team["name"] = json!(format!("{} {}", self.name, text(&team, "name")));
        if team.get("department").is_none() {
            team["department"] = json!("general");
        }
        let made = self.owner.post("/teams", team).await.ok();
        let id = text(&made, "id").to_owned();
        for agent in agents {
            let member = json!({"agentId": agent.id});
            self.owner.post(&format!("/teams/{id}/members"), member).await.ok();
        }
        id
    }

    pub async fn record(&self, kind: &str, title: &str, data: Value) -> String {
        let title = format!("{} {title}", self.name);
        let made =
            self.owner.post("/records", json!({"kind": kind, "title": title, "data": data})).await.ok();
        text(&made, "id").to_owned()
    }
}

pub struct User {
    pub id: UserId,
    pub name: String,
    pub role: Role,
    pub workspace: WorkspaceId,
    pub caller: Caller,
}

impl User {
    /// The proof that services ask for, for what has no REST route.
    pub fn allowed<P: Permit>(&self) -> Allowed<P> {
        let holder =
            Holder::Human { user_id: self.id, name: self.name.clone(), role: self.role, hold_seconds: 10 };
        let credential = Held::Session(Uuid::nil().into());
        let principal = Principal { workspace_id: self.workspace, holder, credential };
        RequestCtx { principal, request_id: "test".to_owned(), idempotency_key: None }.allow().unwrap()
    }
}

impl std::ops::Deref for User {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

pub struct Agent {
    pub id: AgentId,
    pub name: String,
    pub caller: Caller,
}

impl std::ops::Deref for Agent {
    type Target = Caller;
    fn deref(&self) -> &Caller {
        &self.caller
    }
}

#[derive(Clone, Debug)]
pub enum Credential {
    Nobody,
    Session(String),
    Bearer(String),
}

/// Somebody who sends requests. Paths that do not begin with `/api` are those of the REST API,
/// but for [`BARE`] and [`PAGES`].
#[derive(Clone)]
pub struct Caller {
    router: Router,
    pub credential: Credential,
}

impl Caller {
    pub async fn get(&self, path: impl AsRef<str>) -> Answer {
        self.send(Method::GET, path.as_ref(), None, &[]).await
    }

    pub async fn post(&self, path: impl AsRef<str>, body: Value) -> Answer {
        self.send(Method::POST, path.as_ref(), Some(body.to_string().into_bytes()), &[]).await
    }

    pub async fn patch(&self, path: impl AsRef<str>, body: Value) -> Answer {
        self.send(Method::PATCH, path.as_ref(), Some(body.to_string().into_bytes()), &[]).await
    }

    pub async fn put(&self, path: impl AsRef<str>, body: Value) -> Answer {
        self.send(Method::PUT, path.as_ref(), Some(body.to_string().into_bytes()), &[]).await
    }

    pub async fn delete(&self, path: impl AsRef<str>) -> Answer {
        self.send(Method::DELETE, path.as_ref(), None, &[]).await
    }

    pub async fn post_text(&self, path: impl AsRef<str>, body: impl Into<Vec<u8>>) -> Answer {
        self.send(Method::POST, path.as_ref(), Some(body.into()), &[]).await
    }

    /// A body is JSON, and JSON is what is asked for, unless `headers` say otherwise.
    pub async fn send(
        &self,
        method: Method,
        path: &str,
        body: Option<Vec<u8>>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let uri = if path.starts_with("/api") || BARE.contains(&path) || is_page(path) {
            path.to_owned()
        } else {
            format!("{BASE}{path}")
        };
        self.ask(method, uri, body, headers).await
    }

    /// A page, as a browser asks for it.
    pub async fn page(&self, path: &str) -> Answer {
        self.ask(Method::GET, path.to_owned(), None, &[("accept", "text/html")]).await
    }

    async fn ask(
        &self,
        method: Method,
        uri: String,
        body: Option<Vec<u8>>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request =
            Request::builder().method(method.clone()).uri(&uri).header(header::HOST, "127.0.0.1:3000");
        let says = |name: &str| headers.iter().any(|(said, _)| said.eq_ignore_ascii_case(name));
        if !says("accept") {
            request = request.header(header::ACCEPT, "application/json");
        }
        match &self.credential {
            Credential::Nobody => {}
            Credential::Session(secret) => {
                request = request.header(header::COOKIE, format!("cs_session={secret}"));
            }
            Credential::Bearer(token) => {
                request = request.header(header::AUTHORIZATION, format!("Bearer {token}"));
            }
        }
        if body.is_some() && !says("content-type") {
            request = request.header(header::CONTENT_TYPE, "application/json");
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::from(body.unwrap_or_default())).unwrap();
        request.extensions_mut().insert(ConnectInfo(SocketAddr::from(([127, 0, 0, 1], 40_000))));
        let asked = format!("{method} {uri}");
        let response = match self.router.clone().oneshot(request).await {
            Ok(response) => response,
            Err(never) => match never {},
        };
        let (parts, body) = response.into_parts();
        let text = read(&parts.headers, body, &asked).await;
        Answer { asked, status: parts.status, headers: parts.headers, body: text }
    }
}

fn is_page(path: &str) -> bool {
    PAGES.contains(&path) || path.starts_with("/n/")
}

/// Pages, which stand there too.
pub const PAGES: [&str; 3] = ["/sign-in", "/settings", "/settings/tokens"];

/// What stands beside `/api`.
pub const BARE: [&str; 3] = ["/healthz", "/readyz", "/metrics"];

/// A stream of events never ends; its first piece is enough.
async fn read(headers: &HeaderMap, mut body: Body, asked: &str) -> Bytes {
    let streams = headers
        .get(header::CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/event-stream"));
    let limit = Duration::from_secs(90);
    if streams {
        let frame = tokio::time::timeout(limit, body.frame()).await.expect("a first event");
        return frame.and_then(Result::ok).and_then(|frame| frame.into_data().ok()).unwrap_or_default();
    }
    match tokio::time::timeout(limit, body.collect()).await {
        Ok(Ok(collected)) => collected.to_bytes(),
        Ok(Err(fault)) => panic!("{asked}: the body broke: {fault}"),
        Err(_) => panic!("{asked}: the body never ended"),
    }
}

#[derive(Debug)]
pub struct Answer {
    /// Method and path.
    pub asked: String,
    pub status: StatusCode,
    pub headers: HeaderMap,
    pub body: Bytes,
}

impl Answer {
    pub fn code(&self) -> u16 {
        self.status.as_u16()
    }

    pub fn text(&self) -> String {
        String::from_utf8_lossy(&self.body).into_owned()
    }

    /// The body as JSON; `null` when it is none.
    pub fn json(&self) -> Value {
        serde_json::from_slice(&self.body).unwrap_or(Value::Null)
    }

    pub fn header(&self, name: &str) -> &str {
        self.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default()
    }

    /// The body of a success.
    #[track_caller]
    pub fn ok(&self) -> Value {
        assert!(self.status.is_success(), "{}: {} {}", self.asked, self.status, self.text());
        self.json()
    }

    /// The problem of a refusal with this status and code.
    #[track_caller]
    pub fn refused(&self, status: u16, code: &str) -> Value {
        let problem = self.json();
        assert_eq!(self.code(), status, "{}: {}", self.asked, self.text());
        assert_eq!(problem["code"], code, "{}: {}", self.asked, self.text());
        assert_eq!(self.header("content-type"), "application/problem+json", "{}", self.asked);
        problem
    }
}
