//! Workspaces, and the freeze of a workspace or a team with the expiry clocks that stand still under it.

use super::read::At;
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{TeamId, WorkspaceId};
use crate::domain::workspace::{PresetReasons, Workspace};
use crate::{args, sql};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct WorkspaceRow {
    id: Uuid,
    name: String,
    demo: bool,
    frozen_at: Option<Ts>,
    created_at: Ts,
}

impl From<WorkspaceRow> for Workspace {
    fn from(row: WorkspaceRow) -> Self {
        Self {
            id: WorkspaceId(row.id),
            name: row.name,
            demo: row.demo,
            frozen_at: row.frozen_at.map(Into::into),
            created_at: row.created_at.into(),
        }
    }
}

/// The reasons that a workspace keeps; the defaults until it has kept some.
pub(super) fn preset_reasons(
    workspace: WorkspaceId,
    kept: Option<&str>,
) -> Result<PresetReasons, CorruptRow> {
    let at = At { table: "workspaces", row: workspace.0 };
    match kept {
        Some(kept) => Ok(PresetReasons { reasons: at.json("preset_reasons", kept)? }),
        None => Ok(PresetReasons::default()),
    }
}

/// What a freeze or its end reaches.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum FreezeScope {
    Workspace,
    Team(TeamId),
}

impl Conn {
    pub async fn workspace_get(&mut self, workspace: WorkspaceId) -> Result<Option<Workspace>, StorageError> {
        let row: Option<WorkspaceRow> = self
            .fetch_optional(
                sql!("SELECT id, name, demo, frozen_at, created_at FROM workspaces WHERE id = $1"),
                args![workspace],
            )
            .await?;
        Ok(row.map(Into::into))
    }

    pub async fn workspace_by_name(&mut self, name: &str) -> Result<Option<WorkspaceId>, StorageError> {
        let row: Option<(Uuid,)> =
            self.fetch_optional(sql!("SELECT id FROM workspaces WHERE name = $1"), args![name]).await?;
        Ok(row.map(|(id,)| WorkspaceId(id)))
    }

    pub async fn workspace_internal_domains(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Vec<String>, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(sql!("SELECT internal_domains FROM workspaces WHERE id = $1"), args![workspace])
            .await?;
        let at = At { table: "workspaces", row: workspace.0 };
        Ok(row.map(|(domains,)| at.json("internal_domains", &domains)).transpose()?.unwrap_or_default())
    }

    pub async fn workspace_preset_reasons(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<PresetReasons, StorageError> {
        let row: Option<(Option<String>,)> = self
            .fetch_optional(sql!("SELECT preset_reasons FROM workspaces WHERE id = $1"), args![workspace])
            .await?;
        Ok(preset_reasons(workspace, row.and_then(|(kept,)| kept).as_deref())?)
    }

    /// For how many days audit rows are kept; `None`: for ever.
    pub async fn workspace_audit_retention(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Option<i64>, StorageError> {
        let row: Option<(Option<i64>,)> = self
            .fetch_optional(
                sql!("SELECT audit_retention_days FROM workspaces WHERE id = $1"),
                args![workspace],
            )
            .await?;
        Ok(row.and_then(|(days,)| days))
    }

    /// For how many days executions and messages are kept; `None`: for ever.
    pub async fn workspace_history_retention(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Option<i64>, StorageError> {
        let row: Option<(Option<i64>,)> = self
            .fetch_optional(
                sql!("SELECT history_retention_days FROM workspaces WHERE id = $1"),
                args![workspace],
            )
            .await?;
        Ok(row.and_then(|(days,)| days))
    }

    /// Workspaces after this id that keep executions and messages for some days only, with how many.
    pub async fn workspaces_forgetting_history(
        &mut self,
        after: Uuid,
        limit: i64,
    ) -> Result<Vec<(WorkspaceId, i64)>, StorageError> {
        let rows: Vec<(Uuid, i64)> = self
            .fetch_all(
                sql!(
                    "SELECT id, history_retention_days FROM workspaces WHERE id > $1 ",
                    "AND history_retention_days IS NOT NULL ORDER BY id LIMIT $2"
                ),
                args![after, limit],
            )
            .await?;
        Ok(rows.into_iter().map(|(id, days)| (WorkspaceId(id), days)).collect())
    }

    /// Is the workspace or the team frozen now? Exact until the commit only under [`Tx::workspace_lock`].
    pub async fn is_frozen(
        &mut self,
        workspace: WorkspaceId,
        team: Option<TeamId>,
    ) -> Result<bool, StorageError> {
        let (frozen,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM workspaces WHERE id = $1 AND frozen_at IS NOT NULL) ",
                    "OR EXISTS (SELECT 1 FROM agent_teams WHERE workspace_id = $1 AND id = $2 ",
                    "AND frozen_at IS NOT NULL)"
                ),
                args![workspace, team],
            )
            .await?;
        Ok(frozen)
    }
}

impl Tx {
    /// Fails with a unique violation when the name is taken.
    pub async fn workspace_insert(&mut self, name: &str, demo: bool) -> Result<WorkspaceId, StorageError> {
        let (id, now) = (WorkspaceId(self.id()), self.now());
        self.execute(
            sql!("INSERT INTO workspaces (id, name, demo, created_at) VALUES ($1, $2, $3, $4)"),
            args![id, name, demo, now],
        )
        .await?;
        Ok(id)
    }

    /// Holds the workspace's row until the end, for rules over several of its rows: the last owner, the freeze.
    pub async fn workspace_lock(&mut self, workspace: WorkspaceId) -> Result<(), StorageError> {
        self.execute(sql!("UPDATE workspaces SET frozen_at = frozen_at WHERE id = $1"), args![workspace])
            .await?;
        Ok(())
    }

    pub async fn workspace_set_internal_domains(
        &mut self,
        workspace: WorkspaceId,
        domains: &[String],
    ) -> Result<(), StorageError> {
        self.execute(
            sql!("UPDATE workspaces SET internal_domains = $2 WHERE id = $1"),
            args![workspace, Arg::json(&domains)],
        )
        .await?;
        Ok(())
    }

    pub async fn workspace_set_preset_reasons(
        &mut self,
        workspace: WorkspaceId,
        wanted: &PresetReasons,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!("UPDATE workspaces SET preset_reasons = $2 WHERE id = $1"),
            args![workspace, Arg::json(&wanted.reasons)],
        )
        .await?;
        Ok(())
    }

    pub async fn workspace_set_audit_retention(
        &mut self,
        workspace: WorkspaceId,
        days: Option<i64>,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!("UPDATE workspaces SET audit_retention_days = $2 WHERE id = $1"),
            args![workspace, days],
        )
        .await?;
        Ok(())
    }

    pub async fn workspace_set_history_retention(
        &mut self,
        workspace: WorkspaceId,
        days: Option<i64>,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!("UPDATE workspaces SET history_retention_days = $2 WHERE id = $1"),
            args![workspace, days],
        )
        .await?;
        Ok(())
    }

    /// Turns the switch of the workspace or of one team. `false`: it stood there already, or there is no such team.
    pub async fn freeze_set(
        &mut self,
        workspace: WorkspaceId,
        scope: FreezeScope,
        frozen: bool,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let frozen_at = frozen.then_some(now);
        let turned = match scope {
            FreezeScope::Workspace => {
                self.execute(
                    sql!("UPDATE workspaces SET frozen_at = $2 WHERE id = $1 AND (frozen_at IS NULL) = $3"),
                    args![workspace, frozen_at, frozen],
                )
                .await?
            }
            FreezeScope::Team(team) => {
                self.execute(
                    sql!(
                        "UPDATE agent_teams SET frozen_at = $3, version = version + 1, updated_at = $5 ",
                        "WHERE workspace_id = $1 AND id = $2 AND (frozen_at IS NULL) = $4"
                    ),
                    args![workspace, team, frozen_at, frozen, now],
                )
                .await?
            }
        };
        Ok(turned == 1)
    }

    /// Stops the expiry clocks of the pending approvals in scope that still run; returns how many.
    pub async fn expiry_pause(
        &mut self,
        workspace: WorkspaceId,
        scope: FreezeScope,
    ) -> Result<u64, StorageError> {
        let now = self.now();
        match scope {
            FreezeScope::Workspace => {
                self.execute(
                    sql!(
                        "UPDATE agent_pending_actions SET expiry_paused_at = $2 ",
                        "WHERE workspace_id = $1 AND status = 'pending' AND expiry_paused_at IS NULL"
                    ),
                    args![workspace, now],
                )
                .await
            }
            FreezeScope::Team(team) => {
                self.execute(
                    sql!(
                        "UPDATE agent_pending_actions SET expiry_paused_at = $3 WHERE workspace_id = $1 ",
                        "AND team_id = $2 AND status = 'pending' AND expiry_paused_at IS NULL"
                    ),
                    args![workspace, team, now],
                )
                .await
            }
        }
    }

    /// Lets the clocks in scope run on from where they stood, but for those that the other switch still stops;
    /// returns how many.
    pub async fn expiry_resume(
        &mut self,
        workspace: WorkspaceId,
        scope: FreezeScope,
    ) -> Result<u64, StorageError> {
        let now = self.now();
        match scope {
            FreezeScope::Workspace => {
                self.execute(
                    sql!(
                        "UPDATE agent_pending_actions SET expires_at = expires_at + ($2 - expiry_paused_at), ",
                        "expiry_paused_at = NULL WHERE workspace_id = $1 AND status = 'pending' ",
                        "AND expiry_paused_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM workspaces w ",
                        "WHERE w.id = $1 AND w.frozen_at IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM agent_teams t ",
                        "WHERE t.workspace_id = $1 AND t.id = agent_pending_actions.team_id ",
                        "AND t.frozen_at IS NOT NULL)"
                    ),
                    args![workspace, now],
                )
                .await
            }
            FreezeScope::Team(team) => {
                self.execute(
                    sql!(
                        "UPDATE agent_pending_actions SET expires_at = expires_at + ($3 - expiry_paused_at), ",
                        "expiry_paused_at = NULL WHERE workspace_id = $1 AND team_id = $2 AND status = 'pending' ",
                        "AND expiry_paused_at IS NOT NULL AND NOT EXISTS (SELECT 1 FROM workspaces w ",
                        "WHERE w.id = $1 AND w.frozen_at IS NOT NULL) AND NOT EXISTS (SELECT 1 FROM agent_teams t ",
                        "WHERE t.workspace_id = $1 AND t.id = $2 AND t.frozen_at IS NOT NULL)"
                    ),
                    args![workspace, team, now],
                )
                .await
            }
        }
    }
}
