//! Failed attempts to show who one is, counted per subject in windows; and set-up links.

use super::{Conn, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;

/// Failures of one subject since its window began.
#[derive(Clone, Debug)]
pub struct Attempts {
    pub window_start: DateTime<Utc>,
    pub failures: i64,
}

#[derive(FromRow)]
struct AttemptsRow {
    window_start: Ts,
    failures: i64,
}

impl Conn {
    /// The counts of one or two subjects.
    pub async fn attempts_get(&mut self, subjects: [&str; 2]) -> Result<Vec<Attempts>, StorageError> {
        let rows: Vec<AttemptsRow> = self
            .fetch_all(
                sql!("SELECT window_start, failures FROM sign_in_attempts WHERE subject IN ($1, $2)"),
                args![subjects[0], subjects[1]],
            )
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| Attempts { window_start: row.window_start.into(), failures: row.failures })
            .collect())
    }

    /// Is there a set-up link with this hash, neither used nor over?
    pub async fn setup_link_is_live(
        &mut self,
        token_hash: &str,
        now: DateTime<Utc>,
    ) -> Result<bool, StorageError> {
        let (live,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM setup_links WHERE token_hash = $1 AND used_at IS NULL ",
                    "AND expires_at > $2)"
                ),
                args![token_hash, now],
            )
            .await?;
        Ok(live)
    }
}

impl Tx {
    /// Counts one failure; a window that began at `stale` or before begins anew.
    pub async fn attempt_count(&mut self, subject: &str, stale: DateTime<Utc>) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "INSERT INTO sign_in_attempts (subject, window_start, failures) VALUES ($1, $2, 1) ",
                "ON CONFLICT (subject) DO UPDATE SET ",
                "failures = CASE WHEN sign_in_attempts.window_start <= $3 THEN 1 ",
                "ELSE sign_in_attempts.failures + 1 END, ",
                "window_start = CASE WHEN sign_in_attempts.window_start <= $3 THEN $2 ",
                "ELSE sign_in_attempts.window_start END"
            ),
            args![subject, now, stale],
        )
        .await?;
        Ok(())
    }

    pub async fn attempts_clear(&mut self, subject: &str) -> Result<(), StorageError> {
        self.execute(sql!("DELETE FROM sign_in_attempts WHERE subject = $1"), args![subject]).await?;
        Ok(())
    }

    /// Lets one transaction at a time look for the first user. SQLite has one writer anyway.
    pub async fn setup_lock(&mut self) -> Result<(), StorageError> {
        let sql = self.dialect(
            sql!("SELECT 1"),
            // "cs_setup" as a number; any constant that nothing else locks.
            sql!("SELECT 1 FROM pg_advisory_xact_lock(7165066889471815792)"),
        );
        self.execute(sql, args![]).await?;
        Ok(())
    }

    /// Replaces all unused links by one.
    pub async fn setup_link_replace(
        &mut self,
        token_hash: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        self.execute(sql!("DELETE FROM setup_links WHERE used_at IS NULL"), args![]).await?;
        self.execute(
            sql!("INSERT INTO setup_links (token_hash, expires_at) VALUES ($1, $2)"),
            args![token_hash, expires_at],
        )
        .await?;
        Ok(())
    }

    /// Uses a link up. `false`: there is no live link with this hash, or there is a user already.
    pub async fn setup_link_use(&mut self, token_hash: &str) -> Result<bool, StorageError> {
        let now = self.now();
        let used = self
            .execute(
                sql!(
                    "UPDATE setup_links SET used_at = $2 WHERE token_hash = $1 AND used_at IS NULL ",
                    "AND expires_at > $2 AND NOT EXISTS (SELECT 1 FROM users)"
                ),
                args![token_hash, now],
            )
            .await?;
        Ok(used == 1)
    }
}
