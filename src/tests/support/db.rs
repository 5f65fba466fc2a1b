//! Fresh, migrated databases for a test: SQLite always, PostgreSQL where COUNTERSIGN_TEST_POSTGRES names a server
//! (a superuser's address; `scripts/with-postgres.sh` makes one). In CI a missing server is a failure.

use countersign::server::clock::Clock;
use countersign::server::storage::Db;
use tempfile::TempDir;

pub struct TestDb {
    /// `sqlite` or `postgres`, for messages.
    pub name: &'static str,
    pub url: String,
    /// Shared by all nodes of this database, so that moving it moves time for all of them.
    pub clock: Clock,
    _folder: Option<TempDir>,
}

impl TestDb {
    /// Another handle, as another node would have.
    pub async fn node(&self) -> Db {
        Db::open(&self.url, self.clock.clone()).await.expect("the test database opens")
    }

    pub fn is_postgres(&self) -> bool {
        self.name == "postgres"
    }
}

/// One fresh database of each engine.
pub async fn databases() -> Vec<TestDb> {
    let mut all = vec![sqlite()];
    match std::env::var("COUNTERSIGN_TEST_POSTGRES") {
        Ok(server) => all.push(postgres(&server).await),
        Err(_) if std::env::var("CI").is_ok_and(|ci| ci == "true") => {
            panic!("CI=true, and COUNTERSIGN_TEST_POSTGRES is not set")
        }
        Err(_) => eprintln!("COUNTERSIGN_TEST_POSTGRES is not set: SQLite only"),
    }
    for db in &all {
        let node = db.node().await;
        node.migrate().await.expect("the migrations run");
        node.close().await;
    }
    all
}

fn sqlite() -> TestDb {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let url = format!("sqlite:{}", folder.path().join("countersign.db").display());
    TestDb { name: "sqlite", url, clock: Clock::new(), _folder: Some(folder) }
}

async fn postgres(server: &str) -> TestDb {
    let clock = Clock::new();
    let name = format!("test_{}", clock.id().simple());
    let admin = Db::open(server, clock.clone()).await.expect("the PostgreSQL server answers");
    let mut conn = admin.read().await.expect("a connection");
    conn.execute(format!("CREATE DATABASE {name}"), Vec::new()).await.expect("a fresh database");
    drop(conn);
    admin.close().await;
    // postgres://user@host/database?options
    let (address, options) = server.split_once('?').unwrap_or((server, ""));
    let (host, _) = address.rsplit_once('/').expect("the address names a database");
    TestDb { name: "postgres", url: format!("{host}/{name}?{options}"), clock, _folder: None }
}
