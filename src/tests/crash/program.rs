//! The program under test: a workspace made with the services, and `countersign serve` as a process.

use crate::ledger::Ledger;
use crate::support::db::TestDb;
use countersign::args;
use countersign::domain::ids::{WebhookId, WorkspaceId};
use countersign::domain::member::Role;
use countersign::domain::token::Scope;
use countersign::server::actions::outside::signature;
use countersign::server::services::provisioning::{AdminCreate, TokenHolder, admin_create, token_create};
use std::fs::OpenOptions;
use std::net::TcpListener;
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU16, Ordering};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// What a client needs to know of a workspace.
pub struct World {
    pub workspace: WorkspaceId,
    pub agent_token: String,
    pub reviewer_token: String,
    pub webhook: WebhookId,
    folder: TempDir,
}

impl World {
    /// A workspace with an agent, a reviewer whose decisions are held for one second, and a webhook to the ledger.
    pub async fn make(test: &TestDb, ledger: &Ledger) -> Self {
        let db = test.node().await;
        let created = admin_create(
            &db,
            AdminCreate {
                email: "ada@example.com".to_owned(),
                name: None,
                workspace: "Acme".to_owned(),
                password: "correct horse battery".to_owned(),
                role: Role::Owner,
            },
        )
        .await
        .unwrap();
        let agent = TokenHolder::Agent("bot".to_owned());
        let scopes = [Scope::ActionsSubmit, Scope::ApprovalsRead];
        let agent_token = token_create(&db, "Acme", agent, &scopes, None).await.unwrap().token;
        let reviewer = TokenHolder::Person("ada@example.com".to_owned());
        let scopes = [Scope::ApprovalsDecide, Scope::ApprovalsRead];
        let reviewer_token = token_create(&db, "Acme", reviewer, &scopes, None).await.unwrap().token;
        let mut tx = db.begin().await.unwrap();
        tx.execute("UPDATE users SET hold_seconds = 1", args![]).await.unwrap();
        let secret = signature::secret(&[42; 32]);
        let webhook =
            tx.webhook_insert(created.workspace_id, "ledger", &ledger.url(), &secret).await.unwrap().id;
        tx.commit().await.unwrap();
        db.close().await;
        Self {
            workspace: created.workspace_id,
            agent_token,
            reviewer_token,
            webhook,
            folder: tempfile::tempdir().unwrap(),
        }
    }

    /// Where mail goes.
    pub fn outbox(&self) -> PathBuf {
        self.folder.path().join("outbox")
    }

    fn log(&self, port: u16) -> PathBuf {
        self.folder.path().join(format!("{port}.log"))
    }
}

/// A port below the ones that the system hands out: while the server is down, no client's socket may sit on it.
pub fn free_port() -> u16 {
    static NEXT: AtomicU16 = AtomicU16::new(0);
    let spread = (std::process::id() % 500 * 20) as u16;
    (0..10_000)
        .map(|_| 20_000 + (spread + NEXT.fetch_add(1, Ordering::SeqCst)) % 12_000)
        .find(|&port| TcpListener::bind(("127.0.0.1", port)).is_ok())
        .unwrap()
}

/// One `countersign serve`. Killed when dropped.
pub struct Server {
    child: Child,
    port: u16,
    log: PathBuf,
    pub started: Instant,
}

impl Server {
    pub fn start(test: &TestDb, world: &World, port: u16) -> Self {
        Self::start_with(test, world, port, &[])
    }

    /// With more settings in its environment.
    pub fn start_with(test: &TestDb, world: &World, port: u16, settings: &[(&str, &str)]) -> Self {
        let log = world.log(port);
        let file = OpenOptions::new().create(true).append(true).open(&log).unwrap();
        let mut command = Command::new(env!("CARGO_BIN_EXE_countersign"));
        for (name, _) in std::env::vars() {
            if name.starts_with("COUNTERSIGN_") || name == "DATABASE_URL" {
                command.env_remove(name);
            }
        }
        let started = Instant::now();
        let child = command
            .current_dir(world.folder.path())
            .args(["serve", "--listen", &format!("127.0.0.1:{port}"), "--database-url", &test.url])
            .arg("--data-dir")
            .arg(world.folder.path())
            .env("COUNTERSIGN_WEBHOOKS_ALLOW_HTTP", "true")
            .env("COUNTERSIGN_WEBHOOKS_ALLOW_PRIVATE", "127.0.0.0/8")
            .env("COUNTERSIGN_LIMITS_REQUESTS_PER_MINUTE", "0")
            .env("COUNTERSIGN_LIMITS_ANONYMOUS_PER_MINUTE", "0")
            .env("COUNTERSIGN_ENGINE_LEASE_SECONDS", LEASE.as_secs().to_string())
            .envs(settings.iter().copied())
            .stdin(Stdio::null())
            .stdout(file.try_clone().unwrap())
            .stderr(file)
            .spawn()
            .unwrap();
        Self { child, port, log, started }
    }

    pub fn port(&self) -> u16 {
        self.port
    }

    pub fn url(&self) -> String {
        format!("http://127.0.0.1:{}", self.port)
    }

    /// Waits until `/readyz` says so, at most `limit` from the start of the process; how long it took.
    pub async fn ready(&mut self, client: &reqwest::Client, limit: Duration) -> Duration {
        loop {
            let answer = client.get(format!("{}/readyz", self.url())).send().await;
            let took = self.started.elapsed();
            if answer.is_ok_and(|answer| answer.status() == 200) {
                assert!(took <= limit, "ready only after {took:?}");
                return took;
            }
            let ended = self.child.try_wait().unwrap();
            if took > limit || ended.is_some() {
                panic!("not ready after {took:?} ({ended:?}):\n{}", tail(&self.log));
            }
            tokio::time::sleep(Duration::from_millis(10)).await;
        }
    }

    pub fn signal(&self, signal: &str) {
        let sent = Command::new("kill").args([signal, &self.child.id().to_string()]).status().unwrap();
        assert!(sent.success());
    }

    /// SIGKILL.
    pub fn kill(mut self) {
        self.child.kill().unwrap();
        self.child.wait().unwrap();
    }

    /// As a service manager stops it.
    pub fn stop(mut self) {
        self.signal("-TERM");
        let ended = self.child.wait().unwrap();
        assert!(ended.success(), "{ended}:\n{}", tail(&self.log));
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
        if std::thread::panicking() {
            eprintln!("the server on port {} said last:\n{}", self.port, tail(&self.log));
        }
    }
}

/// The shortest lease that the settings allow.
pub const LEASE: Duration = Duration::from_secs(5);

fn tail(log: &Path) -> String {
    let text = std::fs::read_to_string(log).unwrap_or_default();
    let lines: Vec<&str> = text.lines().collect();
    lines[lines.len().saturating_sub(25)..].join("\n")
}
