//! Group commit for SQLite: commits that wait for the disk at the same time share one wait.
//!
//! A connection commits with `synchronous = NORMAL`: the change is in the write-ahead log and safe from the end of this
//! process, not yet from the end of the machine. Before the commit is answered, the log is synced here, so that what
//! was acknowledged is as safe as with `FULL`. SQLite itself syncs the log before it copies it into the database, and
//! the folder when it makes the log.
//!
//! Between the two, others may read the change already. Whoever acts outside because of it commits first that they
//! will (`engine`), and the sync of that commit is one of this as well.

use std::fs::File;
use std::io::{self, ErrorKind};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use tokio::sync::Mutex;

/// The log of one database.
#[derive(Clone)]
pub struct WalSync(Arc<Shared>);

struct Shared {
    log: PathBuf,
    /// How many commits are in the log.
    committed: AtomicU64,
    /// How many of them are on the disk. Whoever holds it syncs.
    synced: Mutex<Synced>,
}

enum Synced {
    UpTo(u64),
    /// A sync failed. The system may have dropped what it could not write, and a later sync would not say so.
    Broken(String),
}

impl WalSync {
    /// The log of `database`.
    pub fn of(database: &Path) -> Self {
        let mut log = database.as_os_str().to_owned();
        log.push("-wal");
        let synced = Mutex::new(Synced::UpTo(0));
        Self(Arc::new(Shared { log: log.into(), committed: AtomicU64::new(0), synced }))
    }

    /// Returns once everything that is committed by now is on the disk.
    ///
    /// # Errors
    /// The disk refused, now or before: then nothing is acknowledged until the next start.
    pub async fn durable(&self) -> io::Result<()> {
        let Shared { log, committed, synced } = &*self.0;
        let mine = committed.fetch_add(1, Ordering::SeqCst) + 1;
        let mut synced = synced.lock().await;
        match &*synced {
            Synced::UpTo(commit) if *commit >= mine => return Ok(()),
            Synced::UpTo(_) => {}
            Synced::Broken(fault) => return Err(io::Error::other(fault.clone())),
        }
        // Each of these was in the log before it was counted.
        let all = committed.load(Ordering::SeqCst);
        let log = log.clone();
        let done = tokio::task::spawn_blocking(move || sync(&log)).await.map_err(io::Error::other)?;
        *synced = match &done {
            Ok(()) => Synced::UpTo(all),
            Err(fault) => {
                tracing::error!(%fault, "the disk did not take the database's log; restart when it does");
                Synced::Broken(format!("the disk did not take the database's log: {fault}"))
            }
        };
        done
    }
}

/// Opening the log is harmless: SQLite's locks, which closing a file would drop, are on its other files.
fn sync(log: &Path) -> io::Result<()> {
    match File::open(log) {
        Ok(log) => log.sync_data(),
        // The last connection closed, and copied all of it into the database.
        Err(fault) if fault.kind() == ErrorKind::NotFound => Ok(()),
        Err(fault) => Err(fault),
    }
}

#[cfg(test)]
impl WalSync {
    /// How many commits are known to be on the disk.
    pub async fn synced(&self) -> u64 {
        match &*self.0.synced.lock().await {
            Synced::UpTo(commit) => *commit,
            Synced::Broken(fault) => panic!("{fault}"),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::args;
    use crate::server::clock::Clock;
    use crate::server::storage::Db;

    #[tokio::test(flavor = "multi_thread")]
    async fn everybody_who_waits_is_answered() {
        let folder = tempfile::tempdir().unwrap();
        let wal = WalSync::of(&folder.path().join("x.db"));
        wal.durable().await.unwrap();
        std::fs::write(folder.path().join("x.db-wal"), b"frames").unwrap();
        let waits: Vec<_> = (0..64)
            .map(|_| {
                let wal = wal.clone();
                tokio::spawn(async move { wal.durable().await })
            })
            .collect();
        for wait in waits {
            wait.await.unwrap().unwrap();
        }
        assert!(matches!(*wal.0.synced.lock().await, Synced::UpTo(65)));
    }

    #[tokio::test]
    async fn after_a_fault_nothing_is_acknowledged() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, b"").unwrap();
        // A path through a file cannot be opened, and is not merely absent.
        let wal = WalSync::of(&file.join("x.db"));
        wal.durable().await.unwrap_err();
        std::fs::remove_file(&file).unwrap();
        wal.durable().await.unwrap_err();
    }

    #[tokio::test]
    async fn a_commit_is_answered_once_it_is_on_the_disk() {
        let folder = tempfile::tempdir().unwrap();
        let url = format!("sqlite:{}", folder.path().join("x.db").display());
        let db = Db::open(&url, Clock::new()).await.unwrap();
        db.migrate().await.unwrap();
        let wal = db.wal().unwrap();
        for commits in 1..=3 {
            let mut tx = db.begin().await.unwrap();
            tx.execute("UPDATE counters SET value = value + 1", args![]).await.unwrap();
            tx.commit().await.unwrap();
            assert_eq!(wal.synced().await, commits);
        }
        drop(db.begin().await.unwrap());
        assert_eq!(wal.synced().await, 3, "what is rolled back waits for nothing");
    }
}
