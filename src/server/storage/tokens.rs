//! API tokens of agents and of people.

use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, Db, StorageError, Ts, Tx};
use crate::domain::ids::{AgentId, TokenId, UserId, WorkspaceId};
use crate::domain::member::Role;
use crate::domain::token::{Scope, Token};
use crate::{args, sql};
use chrono::{DateTime, TimeDelta, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// Whom a token stands for.
#[derive(Clone, Debug)]
pub struct TokenHolder {
    pub token_id: TokenId,
    pub workspace_id: WorkspaceId,
    pub scopes: Vec<Scope>,
    pub holder: Holding,
    /// Its use was last noted a minute ago or earlier.
    pub use_is_stale: bool,
}

#[derive(Clone, Debug)]
pub enum Holding {
    Agent { id: AgentId, name: String, owner_id: Option<UserId> },
    Person { id: UserId, name: String, role: Role, hold_seconds: i64 },
}

#[derive(FromRow)]
struct HolderRow {
    id: Uuid,
    workspace_id: Uuid,
    scopes: String,
    use_is_stale: bool,
    agent_id: Option<Uuid>,
    agent_name: Option<String>,
    owner_id: Option<Uuid>,
    user_id: Option<Uuid>,
    user_name: Option<String>,
    hold_seconds: Option<i64>,
    role: Option<String>,
}

impl TryFrom<HolderRow> for TokenHolder {
    type Error = CorruptRow;

    fn try_from(row: HolderRow) -> Result<Self, CorruptRow> {
        let at = At { table: "api_tokens", row: row.id };
        let holder =
            match (row.agent_id, row.agent_name, row.user_id, row.user_name, row.hold_seconds, row.role) {
                (Some(id), Some(name), None, ..) => {
                    Holding::Agent { id: AgentId(id), name, owner_id: row.owner_id.map(UserId) }
                }
                (None, _, Some(id), Some(name), Some(hold_seconds), Some(role)) => {
                    Holding::Person { id: UserId(id), name, role: at.word("role", &role)?, hold_seconds }
                }
                _ => {
                    return Err(CorruptRow::new("api_tokens", "agent_id, user_id", row.id, "no such holder"));
                }
            };
        Ok(Self {
            token_id: TokenId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            scopes: at.json("scopes", &row.scopes)?,
            holder,
            use_is_stale: row.use_is_stale,
        })
    }
}

#[derive(FromRow)]
struct TokenRow {
    id: Uuid,
    name: String,
    agent_id: Option<Uuid>,
    user_id: Option<Uuid>,
    holder: String,
    scopes: String,
    created_at: Ts,
    expires_at: Option<Ts>,
    last_used_at: Option<Ts>,
    revoked_at: Option<Ts>,
}

impl TryFrom<TokenRow> for Token {
    type Error = CorruptRow;

    fn try_from(row: TokenRow) -> Result<Self, CorruptRow> {
        let at = At { table: "api_tokens", row: row.id };
        Ok(Self {
            id: TokenId(row.id),
            scopes: at.json("scopes", &row.scopes)?,
            name: row.name,
            agent_id: row.agent_id.map(AgentId),
            user_id: row.user_id.map(UserId),
            holder: row.holder,
            created_at: row.created_at.into(),
            expires_at: row.expires_at.map(Into::into),
            last_used_at: row.last_used_at.map(Into::into),
            revoked_at: row.revoked_at.map(Into::into),
        })
    }
}

/// A token before it is written: of an agent or of a person.
#[derive(Clone, Debug)]
pub struct TokenInsert<'a> {
    pub workspace_id: WorkspaceId,
    pub name: &'a str,
    pub token_hash: &'a str,
    pub holder: TokenFor,
    pub scopes: &'a [Scope],
    pub expires_at: DateTime<Utc>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TokenFor {
    Agent(AgentId),
    Person(UserId),
}

/// Its last use is noted at most this often.
const USE_NOTED_EVERY: TimeDelta = TimeDelta::minutes(1);

impl Db {
    /// The holder of a live token: an agent that is not archived, or a person who may still enter the workspace.
    pub async fn token_find(&self, token_hash: &str) -> Result<Option<TokenHolder>, StorageError> {
        let mut conn = self.read().await?;
        let sql = conn.dialect(
            sql!(
                "SELECT t.id, t.workspace_id, t.scopes, t.agent_id, a.name AS agent_name, a.owner_id, t.user_id, ",
                "u.name AS user_name, u.hold_seconds, m.role, ",
                "t.last_used_at IS NULL OR t.last_used_at <= $2 - 60000000 AS use_is_stale FROM api_tokens t ",
                "LEFT JOIN agents a ON a.id = t.agent_id AND a.workspace_id = t.workspace_id ",
                "LEFT JOIN users u ON u.id = t.user_id ",
                "LEFT JOIN members m ON m.workspace_id = t.workspace_id AND m.user_id = t.user_id ",
                "WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL OR t.expires_at > $2) ",
                "AND (a.status <> 'archived' OR (m.role IS NOT NULL AND m.disabled_at IS NULL))"
            ),
            sql!(
                "SELECT t.id, t.workspace_id, t.scopes, t.agent_id, a.name AS agent_name, a.owner_id, t.user_id, ",
                "u.name AS user_name, u.hold_seconds, m.role, (t.last_used_at IS NULL OR t.last_used_at <= ",
                "clock_timestamp() + $2 * INTERVAL '1 microsecond' - INTERVAL '1 minute') AS use_is_stale ",
                "FROM api_tokens t ",
                "LEFT JOIN agents a ON a.id = t.agent_id AND a.workspace_id = t.workspace_id ",
                "LEFT JOIN users u ON u.id = t.user_id ",
                "LEFT JOIN members m ON m.workspace_id = t.workspace_id AND m.user_id = t.user_id ",
                "WHERE t.token_hash = $1 AND t.revoked_at IS NULL AND (t.expires_at IS NULL ",
                "OR t.expires_at > clock_timestamp() + $2 * INTERVAL '1 microsecond') ",
                "AND (a.status <> 'archived' OR (m.role IS NOT NULL AND m.disabled_at IS NULL))"
            ),
        );
        let row: Option<HolderRow> =
            conn.fetch_optional(sql, vec![Arg::from(token_hash), self.time_arg()]).await?;
        Ok(row.map(TokenHolder::try_from).transpose()?)
    }
}

impl Conn {
    /// Newest first, from before `before`. `user`: only that person's own.
    pub async fn token_list(
        &mut self,
        workspace: WorkspaceId,
        user: Option<UserId>,
        before: Uuid,
        limit: u32,
    ) -> Result<Vec<Token>, StorageError> {
        let rows: Vec<TokenRow> = self
            .fetch_all(
                sql!(
                    "SELECT t.id, t.name, t.agent_id, t.user_id, COALESCE(a.name, u.name, '') AS holder, t.scopes, ",
                    "t.created_at, t.expires_at, t.last_used_at, t.revoked_at FROM api_tokens t ",
                    "LEFT JOIN agents a ON a.id = t.agent_id LEFT JOIN users u ON u.id = t.user_id ",
                    "WHERE t.workspace_id = $1 AND t.id < $2 AND (t.user_id = $3 OR $3 IS NULL) ",
                    "ORDER BY t.id DESC LIMIT $4"
                ),
                args![workspace, before, user, i64::from(limit)],
            )
            .await?;
        Ok(all(rows)?)
    }

    pub async fn token_get(
        &mut self,
        workspace: WorkspaceId,
        token: TokenId,
    ) -> Result<Option<Token>, StorageError> {
        let row: Option<TokenRow> = self
            .fetch_optional(
                sql!(
                    "SELECT t.id, t.name, t.agent_id, t.user_id, COALESCE(a.name, u.name, '') AS holder, t.scopes, ",
                    "t.created_at, t.expires_at, t.last_used_at, t.revoked_at FROM api_tokens t ",
                    "LEFT JOIN agents a ON a.id = t.agent_id LEFT JOIN users u ON u.id = t.user_id ",
                    "WHERE t.workspace_id = $1 AND t.id = $2"
                ),
                args![workspace, token],
            )
            .await?;
        Ok(row.map(Token::try_from).transpose()?)
    }
}

impl Tx {
    pub async fn token_insert(&mut self, token: TokenInsert<'_>) -> Result<TokenId, StorageError> {
        let (id, now) = (TokenId(self.id()), self.now());
        let (agent, user) = match token.holder {
            TokenFor::Agent(agent) => (Some(agent), None),
            TokenFor::Person(user) => (None, Some(user)),
        };
        self.execute(
            sql!(
                "INSERT INTO api_tokens (id, workspace_id, name, token_hash, agent_id, user_id, scopes, created_at, ",
                "expires_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9)"
            ),
            args![
                id,
                token.workspace_id,
                token.name,
                token.token_hash,
                agent,
                user,
                Arg::json(&token.scopes),
                now,
                token.expires_at
            ],
        )
        .await?;
        Ok(id)
    }

    /// `false`: it was revoked before.
    pub async fn token_revoke(
        &mut self,
        workspace: WorkspaceId,
        token: TokenId,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let revoked = self
            .execute(
                sql!(
                    "UPDATE api_tokens SET revoked_at = $3 ",
                    "WHERE workspace_id = $1 AND id = $2 AND revoked_at IS NULL"
                ),
                args![workspace, token, now],
            )
            .await?;
        Ok(revoked == 1)
    }

    /// Notes that a token is in use, unless that was noted within the last minute.
    pub async fn token_note_use(
        &mut self,
        workspace: WorkspaceId,
        token: TokenId,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "UPDATE api_tokens SET last_used_at = $3 WHERE workspace_id = $1 AND id = $2 ",
                "AND (last_used_at IS NULL OR last_used_at <= $4)"
            ),
            args![workspace, token, now, now - USE_NOTED_EVERY],
        )
        .await?;
        Ok(())
    }

    pub async fn tokens_delete_of_agent(
        &mut self,
        workspace: WorkspaceId,
        agent: AgentId,
    ) -> Result<u64, StorageError> {
        self.execute(
            sql!("DELETE FROM api_tokens WHERE workspace_id = $1 AND agent_id = $2"),
            args![workspace, agent],
        )
        .await
    }
}
