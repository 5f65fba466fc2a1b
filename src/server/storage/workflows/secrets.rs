//! `workflow_secrets`: what signs the webhooks that start workflows.

use super::super::{Conn, StorageError, Ts, Tx};
use crate::domain::ids::{WorkflowId, WorkspaceId};
use crate::domain::workflow::Workflow;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// What may sign a workflow's webhooks, and whose workflow it is.
#[derive(FromRow)]
pub struct HookSecrets {
    pub workspace_id: Uuid,
    /// `whsec_…`
    pub secret: String,
    /// The secret before it, as long as that still counts.
    pub former: Option<String>,
}

impl Conn {
    /// When a workflow's secret was made, and until when the one before it counts; `None`: it has none.
    pub async fn workflow_secret_times(
        &mut self,
        workspace: WorkspaceId,
        workflow: WorkflowId,
    ) -> Result<Option<(DateTime<Utc>, Option<DateTime<Utc>>)>, StorageError> {
        let row: Option<(Ts, Option<Ts>)> = self
            .fetch_optional(
                sql!(
                    "SELECT created_at, former_until FROM workflow_secrets ",
                    "WHERE workspace_id = $1 AND workflow_id = $2"
                ),
                args![workspace, workflow],
            )
            .await?;
        Ok(row.map(|(made_at, former_until)| (made_at.into(), former_until.map(Into::into))))
    }

    /// What signs the webhooks of a workflow of any workspace; `None` where no webhook can start it.
    pub async fn hook_secrets(
        &mut self,
        workflow: WorkflowId,
        now: DateTime<Utc>,
    ) -> Result<Option<HookSecrets>, StorageError> {
        self.fetch_optional(
            sql!(
                "SELECT s.workspace_id, s.secret, CASE WHEN s.former_until > $2 THEN s.former END AS former ",
                "FROM workflow_secrets s JOIN agent_workflows w ON w.id = s.workflow_id ",
                "WHERE s.workflow_id = $1 AND w.trigger_kind = 'webhook'"
            ),
            args![workflow, now],
        )
        .await
    }
}

impl Tx {
    /// Gives a workflow a secret; the one before it counts too until `former_until`. Fails with a foreign key
    /// violation when the workflow is gone.
    pub async fn workflow_secret_set(
        &mut self,
        workflow: &Workflow,
        secret: &str,
        former_until: DateTime<Utc>,
    ) -> Result<(), StorageError> {
        let now = self.now();
        self.execute(
            sql!(
                "INSERT INTO workflow_secrets (workflow_id, workspace_id, secret, created_at) ",
                "VALUES ($1, $2, $3, $4) ON CONFLICT (workflow_id) DO UPDATE SET ",
                "former = workflow_secrets.secret, former_until = $5, secret = excluded.secret, ",
                "created_at = excluded.created_at"
            ),
            args![workflow.id, workflow.workspace_id, secret, now, former_until],
        )
        .await?;
        Ok(())
    }
}
