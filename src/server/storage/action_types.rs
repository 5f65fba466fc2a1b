//! What workspaces say about action types.

use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::action_type::{ActionTypeSetting, ActionTypeTerms};
use crate::domain::ids::{ActionTypeId, WebhookId, WorkspaceId};
use crate::{args, sql};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct ActionTypeRow {
    id: Uuid,
    name: String,
    custom: bool,
    title: String,
    risk_level: String,
    data_schema: Option<String>,
    executor: String,
    webhook_id: Option<Uuid>,
    required_approvals: i64,
    version: i64,
    created_at: Ts,
    updated_at: Ts,
}

impl TryFrom<ActionTypeRow> for ActionTypeSetting {
    type Error = CorruptRow;

    fn try_from(row: ActionTypeRow) -> Result<Self, CorruptRow> {
        let at = At { table: "action_types", row: row.id };
        let terms = ActionTypeTerms {
            risk_level: at.word("risk_level", &row.risk_level)?,
            schema: row.data_schema.as_deref().map(|text| at.json("data_schema", text)).transpose()?,
            executor: at.word("executor", &row.executor)?,
            title: row.title,
            webhook_id: row.webhook_id.map(WebhookId),
            required_approvals: row.required_approvals,
        };
        Ok(Self {
            id: ActionTypeId(row.id),
            name: row.name,
            custom: row.custom,
            terms,
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}

impl Conn {
    /// What the workspace says about one type; `None`: nothing.
    pub async fn action_type_get(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
    ) -> Result<Option<ActionTypeSetting>, StorageError> {
        let row: Option<ActionTypeRow> = self
            .fetch_optional(
                sql!(
                    "SELECT id, name, custom, title, risk_level, data_schema, executor, webhook_id, ",
                    "required_approvals, version, created_at, updated_at FROM action_types ",
                    "WHERE workspace_id = $1 AND name = $2"
                ),
                args![workspace, name],
            )
            .await?;
        Ok(row.map(ActionTypeSetting::try_from).transpose()?)
    }

    /// All rows of a workspace, by name: the built-in types and at most
    /// [`MAX_CUSTOM`](crate::domain::action_type::MAX_CUSTOM) of its own.
    pub async fn action_type_list(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Vec<ActionTypeSetting>, StorageError> {
        let rows: Vec<ActionTypeRow> = self
            .fetch_all(
                sql!(
                    "SELECT id, name, custom, title, risk_level, data_schema, executor, webhook_id, ",
                    "required_approvals, version, created_at, updated_at FROM action_types ",
                    "WHERE workspace_id = $1 ORDER BY name"
                ),
                args![workspace],
            )
            .await?;
        Ok(all(rows)?)
    }

    pub async fn action_type_count_custom(&mut self, workspace: WorkspaceId) -> Result<i64, StorageError> {
        let (count,): (i64,) = self
            .fetch_one(
                sql!("SELECT COUNT(*) FROM action_types WHERE workspace_id = $1 AND custom"),
                args![workspace],
            )
            .await?;
        Ok(count)
    }

    /// Does an action of this type still wait for people or for its performance?
    pub async fn action_type_is_awaited(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
    ) -> Result<bool, StorageError> {
        let (awaited,): (bool,) = self
            .fetch_one(
                sql!(
                    "SELECT EXISTS (SELECT 1 FROM agent_pending_actions ",
                    "WHERE workspace_id = $1 AND action_type = $2 AND status = 'pending') ",
                    "OR EXISTS (SELECT 1 FROM agent_pending_actions WHERE workspace_id = $1 AND action_type = $2 ",
                    "AND outcome IN ('queued', 'running'))"
                ),
                args![workspace, name],
            )
            .await?;
        Ok(awaited)
    }
}

impl Tx {
    /// Fails with a unique violation when the workspace has a row of that name.
    pub async fn action_type_insert(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
        custom: bool,
        terms: &ActionTypeTerms,
    ) -> Result<ActionTypeId, StorageError> {
        let (id, now) = (ActionTypeId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO action_types (id, workspace_id, name, custom, title, risk_level, data_schema, executor, ",
                "webhook_id, required_approvals, created_at, updated_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $11)"
            ),
            args![
                id,
                workspace,
                name,
                custom,
                &terms.title,
                terms.risk_level.as_str(),
                schema(terms),
                terms.executor.as_str(),
                terms.webhook_id,
                terms.required_approvals,
                now
            ],
        )
        .await?;
        Ok(id)
    }

    /// Writes new terms over the version that was read. `false`: it is no longer that one.
    pub async fn action_type_update(
        &mut self,
        workspace: WorkspaceId,
        read: &ActionTypeSetting,
        terms: &ActionTypeTerms,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE action_types SET title = $4, risk_level = $5, data_schema = $6, executor = $7, ",
                    "webhook_id = $8, required_approvals = $9, version = version + 1, updated_at = $10 ",
                    "WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![
                    workspace,
                    read.id,
                    read.version,
                    &terms.title,
                    terms.risk_level.as_str(),
                    schema(terms),
                    terms.executor.as_str(),
                    terms.webhook_id,
                    terms.required_approvals,
                    now
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// `false`: the version is no longer the one that was read.
    pub async fn action_type_delete(
        &mut self,
        workspace: WorkspaceId,
        id: ActionTypeId,
        version: i64,
    ) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!("DELETE FROM action_types WHERE workspace_id = $1 AND id = $2 AND version = $3"),
                args![workspace, id, version],
            )
            .await?;
        Ok(deleted == 1)
    }
}

fn schema(terms: &ActionTypeTerms) -> Arg {
    terms.schema.as_ref().map_or(Arg::Text(None), Arg::json)
}
