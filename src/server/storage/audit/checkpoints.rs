//! Signed checkpoints, and the key that signs them.

use crate::domain::chain::{Checkpoint, CheckpointKind};
use crate::domain::ids::WorkspaceId;
use crate::server::storage::read::At;
use crate::server::storage::{Conn, CorruptRow, StorageError, Ts, Tx};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct CheckpointRow {
    workspace_id: Uuid,
    kind: String,
    seq: i64,
    hash: String,
    at: Ts,
    key_id: String,
    signature: String,
}

impl TryFrom<CheckpointRow> for Checkpoint {
    type Error = CorruptRow;

    fn try_from(row: CheckpointRow) -> Result<Self, CorruptRow> {
        let at = At { table: "audit_checkpoints", row: row.workspace_id };
        Ok(Self {
            kind: at.word("kind", &row.kind)?,
            workspace_id: WorkspaceId(row.workspace_id),
            seq: row.seq,
            hash: row.hash,
            at: row.at.into(),
            key_id: row.key_id,
            signature: row.signature,
        })
    }
}

impl Conn {
    /// The newest of a kind.
    pub async fn checkpoint_last(
        &mut self,
        workspace: WorkspaceId,
        kind: CheckpointKind,
    ) -> Result<Option<Checkpoint>, StorageError> {
        let row: Option<CheckpointRow> = self
            .fetch_optional(
                sql!(
                    "SELECT workspace_id, kind, seq, hash, at, key_id, signature FROM audit_checkpoints ",
                    "WHERE workspace_id = $1 AND kind = $2 ORDER BY seq DESC LIMIT 1"
                ),
                args![workspace, kind.as_str()],
            )
            .await?;
        Ok(row.map(Checkpoint::try_from).transpose()?)
    }

    /// Those of the head before this number, the newest first.
    pub async fn checkpoints_before(
        &mut self,
        workspace: WorkspaceId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Checkpoint>, StorageError> {
        let rows: Vec<CheckpointRow> = self
            .fetch_all(
                sql!(
                    "SELECT workspace_id, kind, seq, hash, at, key_id, signature FROM audit_checkpoints ",
                    "WHERE workspace_id = $1 AND kind = 'head' AND seq < $2 ORDER BY seq DESC LIMIT $3"
                ),
                args![workspace, before, limit],
            )
            .await?;
        Ok(rows.into_iter().map(Checkpoint::try_from).collect::<Result<_, _>>()?)
    }

    /// The first one of the head at or after this number.
    pub async fn checkpoint_covering(
        &mut self,
        workspace: WorkspaceId,
        seq: i64,
    ) -> Result<Option<Checkpoint>, StorageError> {
        let row: Option<CheckpointRow> = self
            .fetch_optional(
                sql!(
                    "SELECT workspace_id, kind, seq, hash, at, key_id, signature FROM audit_checkpoints ",
                    "WHERE workspace_id = $1 AND kind = 'head' AND seq >= $2 ORDER BY seq LIMIT 1"
                ),
                args![workspace, seq],
            )
            .await?;
        Ok(row.map(Checkpoint::try_from).transpose()?)
    }

    /// The newest one of the head that was signed before a time.
    pub async fn checkpoint_before_time(
        &mut self,
        workspace: WorkspaceId,
        before: DateTime<Utc>,
    ) -> Result<Option<Checkpoint>, StorageError> {
        let row: Option<CheckpointRow> = self
            .fetch_optional(
                sql!(
                    "SELECT workspace_id, kind, seq, hash, at, key_id, signature FROM audit_checkpoints ",
                    "WHERE workspace_id = $1 AND kind = 'head' AND at < $2 ORDER BY seq DESC LIMIT 1"
                ),
                args![workspace, before],
            )
            .await?;
        Ok(row.map(Checkpoint::try_from).transpose()?)
    }

    /// A secret key of the installation's, as it is kept.
    pub async fn installation_key(&mut self, name: &str) -> Result<Option<String>, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(sql!("SELECT secret_key FROM installation_keys WHERE name = $1"), args![name])
            .await?;
        Ok(row.map(|(key,)| key))
    }

    /// Workspaces after this id, for what goes over all of them.
    pub async fn workspaces_after(
        &mut self,
        after: Uuid,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, String)>, StorageError> {
        let rows: Vec<(Uuid, String)> = self
            .fetch_all(
                sql!("SELECT id, name FROM workspaces WHERE id > $1 ORDER BY id LIMIT $2"),
                args![after, limit],
            )
            .await?;
        Ok(rows.into_iter().map(|(id, name)| (WorkspaceId(id), name)).collect())
    }
}

impl Tx {
    /// Keeps a checkpoint. `false`: there is one of this kind at this number.
    pub async fn checkpoint_insert(&mut self, checkpoint: &Checkpoint) -> Result<bool, StorageError> {
        let inserted = self
            .execute(
                sql!(
                    "INSERT INTO audit_checkpoints (workspace_id, kind, seq, hash, at, key_id, signature) ",
                    "VALUES ($1, $2, $3, $4, $5, $6, $7) ON CONFLICT DO NOTHING"
                ),
                args![
                    checkpoint.workspace_id,
                    checkpoint.kind.as_str(),
                    checkpoint.seq,
                    &checkpoint.hash,
                    checkpoint.at,
                    &checkpoint.key_id,
                    &checkpoint.signature
                ],
            )
            .await?;
        Ok(inserted == 1)
    }

    /// Keeps a key of the installation's, unless another node was first.
    pub async fn installation_key_insert(&mut self, name: &str, secret: &str) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "INSERT INTO installation_keys (name, secret_key, created_at) VALUES ($1, $2, $3) ",
                "ON CONFLICT DO NOTHING"
            ),
            args![name, secret, now],
        )
        .await?;
        Ok(())
    }
}
