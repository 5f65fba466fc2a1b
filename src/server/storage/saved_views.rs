//! `saved_views`: the approvals list's filters under a name, as one member sees them.

use super::{Conn, StorageError, Tx};
use crate::domain::ids::{SavedViewId, UserId, WorkspaceId};
use crate::domain::saved_view::SavedView;
use crate::{args, sql};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct ViewRow {
    id: Uuid,
    user_id: Uuid,
    by_name: String,
    name: String,
    query: String,
    shared: bool,
    version: i64,
}

impl ViewRow {
    fn seen_by(self, user: UserId) -> SavedView {
        SavedView {
            id: SavedViewId(self.id),
            name: self.name,
            query: self.query,
            shared: self.shared,
            mine: self.user_id == user.0,
            by: self.by_name,
            version: self.version,
        }
    }
}

impl Conn {
    /// The member's own views, then the shared ones, each in the order in which they were made. There are only so
    /// many of both.
    pub async fn saved_views(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<Vec<SavedView>, StorageError> {
        let rows: Vec<ViewRow> = self
            .fetch_all(
                sql!(
                    "SELECT v.id, v.user_id, u.name AS by_name, v.name, v.query, v.shared, v.version ",
                    "FROM saved_views v JOIN users u ON u.id = v.user_id WHERE v.workspace_id = $1 ",
                    "AND (v.shared = TRUE OR (v.shared = FALSE AND v.user_id = $2)) ",
                    "ORDER BY v.shared, v.created_at, v.id"
                ),
                args![workspace, user],
            )
            .await?;
        Ok(rows.into_iter().map(|row| row.seen_by(user)).collect())
    }

    /// `None` also for another member's own.
    pub async fn saved_view_get(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        view: SavedViewId,
    ) -> Result<Option<SavedView>, StorageError> {
        let row: Option<ViewRow> = self
            .fetch_optional(
                sql!(
                    "SELECT v.id, v.user_id, u.name AS by_name, v.name, v.query, v.shared, v.version ",
                    "FROM saved_views v JOIN users u ON u.id = v.user_id ",
                    "WHERE v.workspace_id = $1 AND v.id = $3 AND (v.shared = TRUE OR v.user_id = $2)"
                ),
                args![workspace, user, view],
            )
            .await?;
        Ok(row.map(|row| row.seen_by(user)))
    }

    /// How many views the member keeps to themselves. Exact until the commit only under [`Tx::workspace_lock`].
    pub async fn saved_view_count_own(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
    ) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                sql!(
                    "SELECT COUNT(*) FROM saved_views WHERE workspace_id = $1 AND shared = FALSE AND user_id = $2"
                ),
                args![workspace, user],
            )
            .await?;
        Ok(count)
    }

    /// How many views the workspace shares. Exact until the commit only under [`Tx::workspace_lock`].
    pub async fn saved_view_count_shared(&mut self, workspace: WorkspaceId) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                sql!("SELECT COUNT(*) FROM saved_views WHERE workspace_id = $1 AND shared = TRUE"),
                args![workspace],
            )
            .await?;
        Ok(count)
    }
}

impl Tx {
    /// Fails with a unique violation when the name is taken.
    pub async fn saved_view_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        view: &SavedView,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "INSERT INTO saved_views (id, workspace_id, user_id, name, query, shared, version, created_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8)"
            ),
            args![view.id, workspace, user, &view.name, &view.query, view.shared, view.version, now],
        )
        .await?;
        Ok(())
    }

    /// Writes what may change. `false`: the version is no longer the one that was read. Fails with a unique violation
    /// when the name is taken.
    pub async fn saved_view_update(
        &mut self,
        workspace: WorkspaceId,
        view: &SavedView,
    ) -> Result<bool, StorageError> {
        let changed = self
            .execute(
                sql!(
                    "UPDATE saved_views SET name = $4, query = $5, shared = $6, version = version + 1 ",
                    "WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![workspace, view.id, view.version, &view.name, &view.query, view.shared],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `false`: the version has changed.
    pub async fn saved_view_delete(
        &mut self,
        workspace: WorkspaceId,
        view: SavedViewId,
        version: i64,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!("DELETE FROM saved_views WHERE workspace_id = $1 AND id = $2 AND version = $3"),
                args![workspace, view, version],
            )
            .await?;
        Ok(deleted == 1)
    }
}
