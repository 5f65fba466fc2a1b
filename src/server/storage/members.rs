//! Users, and their roles in workspaces.

use super::read::{At, all};
use super::workspaces::preset_reasons;
use super::{Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{UserId, WorkspaceId};
use crate::domain::member::{
    Density, Direction, Me, Member, PatchPreferences, Preferences, Role, WorkspaceRef,
};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// What sign-in checks.
#[derive(Clone, Debug)]
pub struct StoredUser {
    pub id: UserId,
    pub name: String,
    pub password_hash: String,
}

#[derive(FromRow)]
struct UserRow {
    id: Uuid,
    name: String,
    password_hash: String,
}

impl From<UserRow> for StoredUser {
    fn from(row: UserRow) -> Self {
        Self { id: UserId(row.id), name: row.name, password_hash: row.password_hash }
    }
}

#[derive(FromRow)]
struct MemberRow {
    user_id: Uuid,
    email: String,
    name: String,
    role: String,
    created_at: Ts,
    disabled_at: Option<Ts>,
}

impl TryFrom<MemberRow> for Member {
    type Error = CorruptRow;

    fn try_from(row: MemberRow) -> Result<Self, CorruptRow> {
        let at = At { table: "members", row: row.user_id };
        Ok(Self {
            user_id: UserId(row.user_id),
            role: at.word("role", &row.role)?,
            email: row.email,
            name: row.name,
            created_at: row.created_at.into(),
            disabled_at: row.disabled_at.map(Into::into),
        })
    }
}

/// One workspace that a user may enter, with what the user is everywhere.
#[derive(FromRow)]
struct MembershipRow {
    user_id: Uuid,
    email: String,
    name: String,
    hold_seconds: i64,
    shortcuts: bool,
    density: String,
    direction: String,
    time_zone: Option<String>,
    workspace_id: Uuid,
    workspace_name: String,
    demo: bool,
    preset_reasons: Option<String>,
    role: String,
}

/// The user as pages need them, if they may enter `workspace`.
fn me(rows: Vec<MembershipRow>, workspace: WorkspaceId) -> Result<Option<Me>, CorruptRow> {
    let workspaces = rows
        .iter()
        .map(|row| WorkspaceRef { id: WorkspaceId(row.workspace_id), name: row.workspace_name.clone() })
        .collect();
    let Some(row) = rows.into_iter().find(|row| row.workspace_id == workspace.0) else { return Ok(None) };
    let at = At { table: "members", row: row.user_id };
    let of_user = At { table: "users", row: row.user_id };
    Ok(Some(Me {
        user_id: UserId(row.user_id),
        role: at.word("role", &row.role)?,
        email: row.email,
        name: row.name,
        workspace_id: workspace,
        workspace_name: row.workspace_name,
        demo: row.demo,
        hold_seconds: row.hold_seconds,
        preferences: Preferences {
            shortcuts: row.shortcuts,
            density: of_user.word("density", &row.density)?,
            direction: of_user.word("direction", &row.direction)?,
            time_zone: row.time_zone,
        },
        preset_reasons: preset_reasons(workspace, row.preset_reasons.as_deref())?.reasons,
        workspaces,
    }))
}

impl Conn {
    /// `email` in lower case, as it is kept.
    pub async fn user_by_email(&mut self, email: &str) -> Result<Option<StoredUser>, StorageError> {
        let row: Option<UserRow> = self
            .fetch_optional(sql!("SELECT id, name, password_hash FROM users WHERE email = $1"), args![email])
            .await?;
        Ok(row.map(Into::into))
    }

    pub async fn user_get(&mut self, user: UserId) -> Result<Option<StoredUser>, StorageError> {
        let row: Option<UserRow> = self
            .fetch_optional(sql!("SELECT id, name, password_hash FROM users WHERE id = $1"), args![user])
            .await?;
        Ok(row.map(Into::into))
    }

    pub async fn users_exist(&mut self) -> Result<bool, StorageError> {
        let (exist,): (bool,) = self.fetch_one(sql!("SELECT EXISTS (SELECT 1 FROM users)"), args![]).await?;
        Ok(exist)
    }

    /// The workspace that a user joined first, of those that they may enter.
    pub async fn user_home(&mut self, user: UserId) -> Result<Option<WorkspaceId>, StorageError> {
        let row: Option<(Uuid,)> = self
            .fetch_optional(
                sql!(
                    "SELECT workspace_id FROM members WHERE user_id = $1 AND disabled_at IS NULL ",
                    "ORDER BY created_at, workspace_id LIMIT 1"
                ),
                args![user],
            )
            .await?;
        Ok(row.map(|(id,)| WorkspaceId(id)))
    }

    /// `None`: not a member of the workspace, or disabled there.
    pub async fn me_get(&mut self, user: UserId, workspace: WorkspaceId) -> Result<Option<Me>, StorageError> {
        let rows = self
            .fetch_all(
                sql!(
                    "SELECT u.id AS user_id, u.email, u.name, u.hold_seconds, u.shortcuts, u.density, u.direction, ",
                    "u.time_zone, w.id AS workspace_id, w.name AS workspace_name, w.demo, w.preset_reasons, m.role ",
                    "FROM members m ",
                    "JOIN users u ON u.id = m.user_id JOIN workspaces w ON w.id = m.workspace_id ",
                    "WHERE m.user_id = $1 AND m.disabled_at IS NULL ORDER BY w.name"
                ),
                args![user],
            )
            .await?;
        Ok(me(rows, workspace)?)
    }

    pub async fn member_get(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Option<Member>, StorageError> {
        let row: Option<MemberRow> = self
            .fetch_optional(
                sql!(
                    "SELECT m.user_id, u.email, u.name, m.role, m.created_at, m.disabled_at FROM members m ",
                    "JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1 AND m.user_id = $2"
                ),
                args![workspace, user],
            )
            .await?;
        Ok(row.map(Member::try_from).transpose()?)
    }

    /// The zone that a user chose.
    pub async fn user_time_zone(&mut self, user: UserId) -> Result<Option<String>, StorageError> {
        let row: Option<(Option<String>,)> =
            self.fetch_optional(sql!("SELECT time_zone FROM users WHERE id = $1"), args![user]).await?;
        Ok(row.and_then(|(zone,)| zone))
    }

    /// Members by address, from after `after`.
    pub async fn member_list(
        &mut self,
        workspace: WorkspaceId,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Member>, StorageError> {
        let rows: Vec<MemberRow> = self
            .fetch_all(
                sql!(
                    "SELECT m.user_id, u.email, u.name, m.role, m.created_at, m.disabled_at FROM members m ",
                    "JOIN users u ON u.id = m.user_id WHERE m.workspace_id = $1 AND u.email > $2 ",
                    "ORDER BY u.email LIMIT $3"
                ),
                args![workspace, after, i64::from(limit)],
            )
            .await?;
        Ok(all(rows)?)
    }

    /// Is there an owner who may enter, other than `user`? Exact only under [`Tx::workspace_lock`].
    pub async fn member_other_owner(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<bool, StorageError> {
        let (other,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM members WHERE workspace_id = $1 AND user_id <> $2 ",
                    "AND role = 'owner' AND disabled_at IS NULL)"
                ),
                args![workspace, user],
            )
            .await?;
        Ok(other)
    }
}

impl Tx {
    /// `email` in lower case. Fails with a unique violation when the address is taken.
    pub async fn user_insert(
        &mut self,
        email: &str,
        name: &str,
        password_hash: &str,
    ) -> Result<UserId, StorageError> {
        let (id, now) = (UserId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO users (id, email, name, password_hash, created_at) VALUES ($1, $2, $3, $4, $5)"
            ),
            args![id, email, name, password_hash, now],
        )
        .await?;
        Ok(id)
    }

    /// Holds the user's row until the end, if the password is still the one that was checked.
    pub async fn user_hold(&mut self, user: UserId, password_hash: &str) -> Result<bool, StorageError> {
        let held = self
            .execute(
                sql!("UPDATE users SET hold_seconds = hold_seconds WHERE id = $1 AND password_hash = $2"),
                args![user, password_hash],
            )
            .await?;
        Ok(held == 1)
    }

    /// `false`: the password is no longer the one that was checked.
    pub async fn user_set_password(
        &mut self,
        user: UserId,
        checked: &str,
        password_hash: &str,
    ) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                sql!("UPDATE users SET password_hash = $3 WHERE id = $1 AND password_hash = $2"),
                args![user, checked, password_hash],
            )
            .await?;
        Ok(changed == 1)
    }

    pub async fn user_set_hold(&mut self, user: UserId, seconds: i64) -> Result<(), StorageError> {
        self.execute(sql!("UPDATE users SET hold_seconds = $2 WHERE id = $1"), args![user, seconds]).await?;
        Ok(())
    }

    pub async fn user_set_preferences(
        &mut self,
        user: UserId,
        wanted: &PatchPreferences,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE users SET shortcuts = COALESCE($2, shortcuts), density = COALESCE($3, density), ",
                "direction = COALESCE($4, direction), time_zone = CASE WHEN $5 THEN $6 ELSE time_zone END ",
                "WHERE id = $1"
            ),
            args![
                user,
                wanted.shortcuts,
                wanted.density.map(Density::as_str),
                wanted.direction.map(Direction::as_str),
                wanted.time_zone.is_some(),
                wanted.time_zone.as_ref().and_then(Option::as_deref)
            ],
        )
        .await?;
        Ok(())
    }

    /// Fails with a unique violation when the user is a member already.
    pub async fn member_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        role: Role,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!("INSERT INTO members (workspace_id, user_id, role, created_at) VALUES ($1, $2, $3, $4)"),
            args![workspace, user, role.as_str(), now],
        )
        .await?;
        Ok(())
    }

    /// `false`: the member no longer has the role that was read.
    pub async fn member_update(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        read: Role,
        role: Role,
        disabled_at: Option<DateTime<Utc>>,
    ) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                sql!(
                    "UPDATE members SET role = $4, disabled_at = $5 ",
                    "WHERE workspace_id = $1 AND user_id = $2 AND role = $3"
                ),
                args![workspace, user, read.as_str(), role.as_str(), disabled_at],
            )
            .await?;
        Ok(changed == 1)
    }
}
