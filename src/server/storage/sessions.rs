//! Sessions of signed-in people.

use super::read::At;
use super::{Arg, CorruptRow, Db, StorageError, Tx};
use crate::domain::ids::{SessionId, UserId, WorkspaceId};
use crate::domain::member::Role;
use crate::server::storage::db::Engine;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// Whom a session's token stands for.
#[derive(Clone, Debug)]
pub struct SessionHolder {
    pub session_id: SessionId,
    pub workspace_id: WorkspaceId,
    pub user_id: UserId,
    pub name: String,
    pub role: Role,
    pub hold_seconds: i64,
}

#[derive(FromRow)]
struct SessionRow {
    id: Uuid,
    workspace_id: Uuid,
    user_id: Uuid,
    name: String,
    role: String,
    hold_seconds: i64,
}

impl TryFrom<SessionRow> for SessionHolder {
    type Error = CorruptRow;

    fn try_from(row: SessionRow) -> Result<Self, CorruptRow> {
        let at = At { table: "members", row: row.user_id };
        Ok(Self {
            session_id: SessionId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            user_id: UserId(row.user_id),
            role: at.word("role", &row.role)?,
            name: row.name,
            hold_seconds: row.hold_seconds,
        })
    }
}

impl Db {
    /// What a statement compares times with, without asking the database for its time first: the time itself on
    /// SQLite, and on PostgreSQL the microseconds by which tests have moved the server's clock.
    pub(super) fn time_arg(&self) -> Arg {
        match self.engine() {
            Engine::Sqlite => Arg::from(self.clock.now()),
            Engine::Postgres => Arg::from(self.clock.offset().num_microseconds()),
        }
    }

    /// The holder of a live session who may still enter its workspace.
    pub async fn session_find(&self, token_hash: &str) -> Result<Option<SessionHolder>, StorageError> {
        let mut conn = self.read().await?;
        let sql = conn.dialect(
            sql!(
                "SELECT s.id, s.workspace_id, s.user_id, u.name, m.role, u.hold_seconds FROM sessions s ",
                "JOIN users u ON u.id = s.user_id ",
                "JOIN members m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id ",
                "WHERE s.token_hash = $1 AND s.expires_at > $2 AND m.disabled_at IS NULL"
            ),
            sql!(
                "SELECT s.id, s.workspace_id, s.user_id, u.name, m.role, u.hold_seconds FROM sessions s ",
                "JOIN users u ON u.id = s.user_id ",
                "JOIN members m ON m.workspace_id = s.workspace_id AND m.user_id = s.user_id ",
                "WHERE s.token_hash = $1 AND s.expires_at > clock_timestamp() + $2 * INTERVAL '1 microsecond' ",
                "AND m.disabled_at IS NULL"
            ),
        );
        let row: Option<SessionRow> =
            conn.fetch_optional(sql, vec![Arg::from(token_hash), self.time_arg()]).await?;
        Ok(row.map(SessionHolder::try_from).transpose()?)
    }
}

impl Tx {
    pub async fn session_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        token_hash: &str,
        expires_at: DateTime<Utc>,
    ) -> Result<SessionId, StorageError> {
        let (id, now) = (SessionId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO sessions (id, workspace_id, user_id, token_hash, created_at, expires_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6)"
            ),
            args![id, workspace, user, token_hash, now, expires_at],
        )
        .await?;
        Ok(id)
    }

    /// `false`: it was over already.
    pub async fn session_delete(&mut self, user: UserId, session: SessionId) -> Result<bool, StorageError> {
        let deleted = self
            .execute(sql!("DELETE FROM sessions WHERE id = $1 AND user_id = $2"), args![session, user])
            .await?;
        Ok(deleted == 1)
    }

    /// Ends all sessions of a user but one.
    pub async fn sessions_end(&mut self, user: UserId, but: Option<SessionId>) -> Result<u64, StorageError> {
        let but = but.unwrap_or(SessionId(Uuid::nil()));
        self.execute(sql!("DELETE FROM sessions WHERE user_id = $1 AND id <> $2"), args![user, but]).await
    }

    /// Ends a user's sessions in one workspace.
    pub async fn sessions_end_in(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<u64, StorageError> {
        self.execute(
            sql!("DELETE FROM sessions WHERE user_id = $2 AND workspace_id = $1"),
            args![workspace, user],
        )
        .await
    }

    /// Moves a session to another workspace that its user may enter. `false`: they may not.
    pub async fn session_move(
        &mut self,
        session: SessionId,
        user: UserId,
        to: WorkspaceId,
    ) -> Result<bool, StorageError> {
        let moved = self
            .execute(
                sql!(
                    "UPDATE sessions SET workspace_id = $3 WHERE id = $1 AND user_id = $2 AND EXISTS ",
                    "(SELECT 1 FROM members WHERE workspace_id = $3 AND user_id = $2 AND disabled_at IS NULL)"
                ),
                args![session, user, to],
            )
            .await?;
        Ok(moved == 1)
    }
}
