//! Workflows and their versions; executions and their steps in files of their own.

pub mod executions;
pub mod line;
pub mod removal;
pub mod routing;
pub mod secrets;
pub mod steps;
pub mod triggers;

use super::agents::Shown;
use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{TeamId, UserId, WorkflowId, WorkspaceId};
use crate::domain::workflow::{Definition, NewWorkflow, Workflow, WorkflowVersion};
use crate::{args, sql};
use sqlx::FromRow;
use uuid::Uuid;

#[derive(FromRow)]
struct WorkflowRow {
    id: Uuid,
    workspace_id: Uuid,
    name: String,
    description: String,
    team_id: Option<Uuid>,
    team_name: Option<String>,
    status: String,
    trigger_data: String,
    max_running: Option<i64>,
    published: Option<i64>,
    changed: bool,
    step_count: i64,
    version: i64,
    created_at: Ts,
    updated_at: Ts,
}

impl TryFrom<WorkflowRow> for Workflow {
    type Error = CorruptRow;

    fn try_from(row: WorkflowRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_workflows", row: row.id };
        Ok(Self {
            id: WorkflowId(row.id),
            workspace_id: WorkspaceId(row.workspace_id),
            status: at.word("status", &row.status)?,
            trigger: at.json("trigger_data", &row.trigger_data)?,
            name: row.name,
            description: row.description,
            team_id: row.team_id.map(TeamId),
            team_name: row.team_name,
            max_running: row.max_running,
            published: row.published,
            changed: row.changed,
            step_count: row.step_count,
            version: row.version,
            created_at: row.created_at.into(),
            updated_at: row.updated_at.into(),
        })
    }
}

#[derive(FromRow)]
struct VersionRow {
    workflow_id: Uuid,
    number: i64,
    definition: String,
    note: String,
    published_by: Uuid,
    published_by_name: String,
    created_at: Ts,
}

impl TryFrom<VersionRow> for WorkflowVersion {
    type Error = CorruptRow;

    fn try_from(row: VersionRow) -> Result<Self, CorruptRow> {
        let at = At { table: "agent_workflow_versions", row: row.workflow_id };
        Ok(Self {
            number: row.number,
            definition: at.json("definition", &row.definition)?,
            note: row.note,
            published_by: UserId(row.published_by),
            published_by_name: row.published_by_name,
            created_at: row.created_at.into(),
        })
    }
}

impl Conn {
    /// By name, from after `after`.
    pub async fn workflow_list(
        &mut self,
        workspace: WorkspaceId,
        shown: Shown<&'static str>,
        after: &str,
        limit: u32,
    ) -> Result<Vec<Workflow>, StorageError> {
        let rows: Vec<WorkflowRow> = self
            .fetch_all(
                sql!(
                    "SELECT w.id, w.workspace_id, w.name, w.description, w.team_id, t.name AS team_name, w.status, ",
                    "w.trigger_data, w.max_running, w.published, w.changed, w.step_count, w.version, w.created_at, ",
                    "w.updated_at FROM agent_workflows w LEFT JOIN agent_teams t ON t.id = w.team_id ",
                    "WHERE w.workspace_id = $1 AND w.name > $2 AND (w.status = $3 OR $3 = 'all' ",
                    "OR ($3 = 'current' AND w.status <> 'archived')) ORDER BY w.name LIMIT $4"
                ),
                args![workspace, after, shown.as_str(), i64::from(limit)],
            )
            .await?;
        Ok(all(rows)?)
    }

    pub async fn workflow_get(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
    ) -> Result<Option<Workflow>, StorageError> {
        let row: Option<WorkflowRow> = self
            .fetch_optional(
                sql!(
                    "SELECT w.id, w.workspace_id, w.name, w.description, w.team_id, t.name AS team_name, w.status, ",
                    "w.trigger_data, w.max_running, w.published, w.changed, w.step_count, w.version, w.created_at, ",
                    "w.updated_at FROM agent_workflows w LEFT JOIN agent_teams t ON t.id = w.team_id ",
                    "WHERE w.workspace_id = $1 AND w.id = $2"
                ),
                args![workspace, workflow],
            )
            .await?;
        Ok(row.map(Workflow::try_from).transpose()?)
    }

    pub async fn workflow_by_name(
        &mut self,
        workspace: WorkspaceId,
        name: &str,
    ) -> Result<Option<Workflow>, StorageError> {
        let found: Option<(Uuid,)> = self
            .fetch_optional(
                sql!("SELECT id FROM agent_workflows WHERE workspace_id = $1 AND name = $2"),
                args![workspace, name],
            )
            .await?;
        match found {
            Some((id,)) => self.workflow_get(workspace, WorkflowId(id)).await,
            None => Ok(None),
        }
    }

    pub async fn workflow_draft(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
    ) -> Result<Option<Definition>, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(
                sql!("SELECT draft FROM agent_workflows WHERE workspace_id = $1 AND id = $2"),
                args![workspace, workflow],
            )
            .await?;
        let at = At { table: "agent_workflows", row: workflow.0 };
        Ok(row.map(|(text,)| at.json("draft", &text)).transpose()?)
    }

    /// Newest first, from before `before`.
    pub async fn workflow_versions(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
        before: i64,
        limit: i64,
    ) -> Result<Vec<WorkflowVersion>, StorageError> {
        let rows: Vec<VersionRow> = self
            .fetch_all(
                sql!(
                    "SELECT v.workflow_id, v.number, v.definition, v.note, v.published_by, ",
                    "u.name AS published_by_name, v.created_at FROM agent_workflow_versions v ",
                    "JOIN users u ON u.id = v.published_by WHERE v.workspace_id = $1 AND v.workflow_id = $2 ",
                    "AND v.number < $3 ORDER BY v.number DESC LIMIT $4"
                ),
                args![workspace, workflow, before, limit],
            )
            .await?;
        Ok(all(rows)?)
    }

    pub async fn workflow_version(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
        number: i64,
    ) -> Result<Option<Definition>, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(
                sql!(
                    "SELECT definition FROM agent_workflow_versions WHERE workspace_id = $1 AND workflow_id = $2 ",
                    "AND number = $3"
                ),
                args![workspace, workflow, number],
            )
            .await?;
        let at = At { table: "agent_workflow_versions", row: workflow.0 };
        Ok(row.map(|(text,)| at.json("definition", &text)).transpose()?)
    }
}

impl Tx {
    /// Fails with a unique violation when the name is taken.
    pub async fn workflow_insert(
        &mut self,
        workspace: WorkspaceId,
        new: &NewWorkflow,
    ) -> Result<WorkflowId, StorageError> {
        let (id, now) = (WorkflowId(self.id()), self.now());
        self.execute(
            sql!(
                "INSERT INTO agent_workflows (id, workspace_id, name, description, team_id, status, trigger_kind, ",
                "trigger_data, max_running, draft, step_count, changed, created_at, updated_at) ",
                "VALUES ($1, $2, $3, $4, $5, 'draft', $6, $7, $8, $9, $10, TRUE, $11, $11)"
            ),
            args![
                id,
                workspace,
                &new.name,
                &new.description,
                new.team_id,
                new.trigger.word(),
                Arg::json(&new.trigger),
                new.max_running,
                Arg::json(&new.definition),
                steps_of(&new.definition),
                now
            ],
        )
        .await?;
        Ok(id)
    }

    /// Writes what may change of a workflow; `draft`: also that. `false`: its version is no longer the one that was read.
    pub async fn workflow_update(
        &mut self,
        workflow: &Workflow,
        draft: Option<&Definition>,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE agent_workflows SET name = $4, description = $5, team_id = $6, status = $7, ",
                    "trigger_kind = $8, trigger_data = $9, max_running = $10, draft = COALESCE($11, draft), ",
                    "step_count = COALESCE($12, step_count), published = $13, changed = $14, version = version + 1, ",
                    "active_since = CASE WHEN $7 <> 'active' THEN NULL WHEN status = 'active' ",
                    "AND trigger_data = $9 THEN active_since ELSE $15 END, ",
                    "updated_at = $15 WHERE workspace_id = $1 AND id = $2 AND version = $3"
                ),
                args![
                    workflow.workspace_id,
                    workflow.id,
                    workflow.version,
                    &workflow.name,
                    &workflow.description,
                    workflow.team_id,
                    workflow.status.as_str(),
                    workflow.trigger.word(),
                    Arg::json(&workflow.trigger),
                    workflow.max_running,
                    draft.map_or(Arg::Text(None), Arg::json),
                    draft.map(steps_of),
                    workflow.published,
                    workflow.changed,
                    now
                ],
            )
            .await?;
        Ok(changed == 1)
    }

    /// Keeps a definition as the next version; returns its number. The caller guards the workflow's own version.
    pub async fn workflow_version_insert(
        &mut self,
        workflow: &Workflow,
        definition: &Definition,
        note: &str,
        by: UserId,
    ) -> Result<i64, StorageError> {
        let now = self.now();
        let (number,): (i64,) = self
            .fetch_one(
                sql!(
                    "INSERT INTO agent_workflow_versions (workspace_id, workflow_id, number, definition, note, ",
                    "published_by, created_at) SELECT $1, $2, COALESCE(MAX(number), 0) + 1, $3, $4, $5, $6 ",
                    "FROM agent_workflow_versions WHERE workspace_id = $1 AND workflow_id = $2 RETURNING number"
                ),
                args![workflow.workspace_id, workflow.id, Arg::json(definition), note, by, now],
            )
            .await?;
        Ok(number)
    }

    /// Fails with a foreign key violation when it ever ran. `false`: its version has changed.
    pub async fn workflow_delete(&mut self, workflow: &Workflow) -> Result<bool, StorageError> {
        let deleted = self
            .execute(
                sql!("DELETE FROM agent_workflows WHERE workspace_id = $1 AND id = $2 AND version = $3"),
                args![workflow.workspace_id, workflow.id, workflow.version],
            )
            .await?;
        Ok(deleted == 1)
    }

    /// Holds the workflow's row until the end, so that nobody else starts one of its executions.
    pub async fn workflow_lock(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
    ) -> Result<(), StorageError> {
        let sql = self.dialect(
            sql!("SELECT id FROM agent_workflows WHERE workspace_id = $1 AND id = $2"),
            sql!("SELECT id FROM agent_workflows WHERE workspace_id = $1 AND id = $2 FOR NO KEY UPDATE"),
        );
        let _: Option<(Uuid,)> = self.fetch_optional(sql, args![workspace, workflow]).await?;
        Ok(())
    }
}

fn steps_of(definition: &Definition) -> i64 {
    i64::try_from(definition.steps.len()).unwrap_or(i64::MAX)
}
