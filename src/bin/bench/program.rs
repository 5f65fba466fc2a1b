//! The databases that are measured on, the workspace in them, and the server as a process.

use crate::wire::Wire;
use crate::{Outcome, Scope};
use countersign::args;
use countersign::domain::ids::{AgentId, TeamId, UserId, WorkspaceId};
use countersign::domain::member::Role;
use countersign::domain::team::NewTeam;
use countersign::domain::token::Scope as TokenScope;
use countersign::server::clock::Clock;
use countersign::server::services::provisioning::{AdminCreate, TokenHolder, admin_create, token_create};
use countersign::server::storage::Db;
use std::net::{SocketAddr, TcpListener};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};

/// A database of its own for this run.
pub struct Place {
    /// `sqlite` or `postgres`.
    pub name: &'static str,
    pub url: String,
    folder: PathBuf,
    /// The PostgreSQL server's address and the database's name.
    server: Option<(String, String)>,
}

impl Place {
    /// A file under `target`, which is on a disk where `/tmp` may not be.
    pub fn sqlite(target: &Path) -> Outcome<Self> {
        let folder = fresh_folder(target)?;
        let url = format!("sqlite:{}", folder.join("countersign.db").display());
        Ok(Self { name: "sqlite", url, folder, server: None })
    }

    pub async fn postgres(server: &str) -> Outcome<Self> {
        let clock = Clock::new();
        let database = format!("bench_{}", clock.id().simple());
        let admin = Db::open(server, clock).await?;
        admin.read().await?.execute(format!("CREATE DATABASE {database}"), Vec::new()).await?;
        admin.close().await;
        // postgres://user@host/database?options
        let (address, options) = server.split_once('?').unwrap_or((server, ""));
        let (host, _) = address.rsplit_once('/').ok_or("the address names no database")?;
        let url = format!("{host}/{database}?{options}");
        let folder = fresh_folder(Path::new("target"))?;
        Ok(Self { name: "postgres", url, folder, server: Some((server.to_owned(), database)) })
    }

    pub async fn open(&self) -> Outcome<Db> {
        Ok(Db::open(&self.url, Clock::new()).await?)
    }

    /// Its version, and whether it waits for the disk.
    pub async fn describe(&self) -> Outcome<String> {
        let db = self.open().await?;
        let sql = match self.server {
            Some(_) => {
                "SELECT 'PostgreSQL ' || current_setting('server_version') || ', fsync ' || \
                 current_setting('fsync') || ', synchronous_commit ' || current_setting('synchronous_commit')"
            }
            None => "SELECT 'SQLite ' || sqlite_version() || ', WAL, each commit waits for the disk'",
        };
        let (text,): (String,) = db.read().await?.fetch_one(sql, args![]).await?;
        db.close().await;
        Ok(text)
    }

    /// Removes everything.
    pub async fn remove(&self) -> Outcome<()> {
        if let Some((server, database)) = &self.server {
            let admin = Db::open(server, Clock::new()).await?;
            admin.read().await?.execute(format!("DROP DATABASE {database} WITH (FORCE)"), Vec::new()).await?;
            admin.close().await;
        }
        Ok(std::fs::remove_dir_all(&self.folder)?)
    }
}

fn fresh_folder(target: &Path) -> Outcome<PathBuf> {
    let folder = target.join(format!("bench-{}", Clock::new().id().simple()));
    std::fs::create_dir_all(&folder)?;
    Ok(folder.canonicalize()?)
}

/// The workspace.
pub struct World {
    pub workspace: WorkspaceId,
    pub reviewer: UserId,
    pub agent: AgentId,
    pub teams: Vec<TeamId>,
    pub agent_token: String,
    pub reviewer_token: String,
}

impl World {
    pub async fn make(place: &Place) -> Outcome<Self> {
        let db = place.open().await?;
        db.migrate().await?;
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
        .await?;
        let scopes = [TokenScope::ActionsSubmit, TokenScope::ApprovalsRead];
        let agent = TokenHolder::Agent("bot".to_owned());
        let agent_token = token_create(&db, "Acme", agent, &scopes, None).await?.token;
        // All that the dashboard reads, too.
        let scopes = [
            TokenScope::ApprovalsDecide,
            TokenScope::ApprovalsRead,
            TokenScope::AuditRead,
            TokenScope::Teams,
            TokenScope::Account,
        ];
        let reviewer = TokenHolder::Person("ada@example.com".to_owned());
        let reviewer_token = token_create(&db, "Acme", reviewer, &scopes, None).await?.token;
        let mut tx = db.begin().await?;
        // What is approved here is held for longer than a round: decisions are measured, not what follows them.
        tx.execute("UPDATE users SET hold_seconds = 100", args![]).await?;
        let agent = tx.agent_by_name(created.workspace_id, "bot").await?.ok_or("the agent is there")?.id;
        let mut teams = Vec::new();
        for n in 1..=5 {
            let new: NewTeam = serde_json::from_value(
                serde_json::json!({"name": format!("Team {n}"), "department": "sales"}),
            )?;
            teams.push(tx.team_insert(created.workspace_id, &new).await?);
        }
        tx.commit().await?;
        db.close().await;
        Ok(Self {
            workspace: created.workspace_id,
            reviewer: created.user_id,
            agent,
            teams,
            agent_token,
            reviewer_token,
        })
    }
}

impl World {
    /// For tasks that go round the API.
    pub fn without_tokens(&self) -> Self {
        Self { teams: self.teams.clone(), agent_token: String::new(), reviewer_token: String::new(), ..*self }
    }
}

/// A running server. Killed when dropped.
pub struct Server {
    child: Child,
    pub address: SocketAddr,
    /// From the start of the process to the first 200 of `/readyz`.
    pub ready_after: Duration,
}

impl Server {
    pub async fn start(scope: &Scope, place: &Place) -> Outcome<Self> {
        let address = TcpListener::bind("127.0.0.1:0")?.local_addr()?;
        let mut command = Command::new(&scope.server);
        for (name, _) in std::env::vars().filter(|(name, _)| name.starts_with("COUNTERSIGN_")) {
            command.env_remove(name);
        }
        let began = Instant::now();
        let child = command
            .args(["serve", "--listen", &address.to_string(), "--database-url", &place.url, "--data-dir"])
            .arg(&place.folder)
            .current_dir(&place.folder)
            .env("COUNTERSIGN_LIMITS_REQUESTS_PER_MINUTE", "0")
            .env("COUNTERSIGN_LIMITS_ANONYMOUS_PER_MINUTE", "0")
            .env("COUNTERSIGN_LOG_LEVEL", "error")
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .spawn()?;
        let mut server = Self { child, address, ready_after: Duration::ZERO };
        loop {
            if let Ok(mut wire) = Wire::connect(address).await
                && wire.get("/readyz", "").await.is_ok()
            {
                server.ready_after = began.elapsed();
                return Ok(server);
            }
            if let Some(status) = server.child.try_wait()? {
                return Err(format!("the server ended: {status}").into());
            }
            if began.elapsed() > Duration::from_secs(60) {
                return Err("the server is not ready after a minute".into());
            }
            tokio::time::sleep(Duration::from_millis(2)).await;
        }
    }

    /// A figure of `/proc/<pid>/status` in MB: `VmRSS` now, `VmHWM` at its highest.
    pub fn memory(&self, figure: &str) -> Outcome<f64> {
        let status = std::fs::read_to_string(format!("/proc/{}/status", self.child.id()))?;
        let line = status.lines().find_map(|line| line.strip_prefix(figure)).ok_or("no such figure")?;
        let kilobytes: f64 = line.trim_matches([':', '\t', ' ']).trim_end_matches(" kB").trim().parse()?;
        Ok(kilobytes * 1024.0 / 1_000_000.0)
    }

    /// Stops it gently and waits for its end.
    pub fn stop(mut self) -> Outcome<()> {
        Command::new("kill").args(["-TERM", &self.child.id().to_string()]).status()?;
        match self.child.wait()? {
            status if status.success() => Ok(()),
            status => Err(format!("the server ended: {status}").into()),
        }
    }
}

impl Drop for Server {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
