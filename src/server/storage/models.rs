//! The calls of models, and how far a workspace lets them be used.

use super::read::{At, all};
use super::{Arg, Conn, CorruptRow, StorageError, Ts, Tx};
use crate::domain::ids::{AgentId, ExecutionId, WorkspaceId};
use crate::domain::model::{ModelCall, ModelLimits, ModelUse};
use crate::{args, sql};
use chrono::{DateTime, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// A call of a model before it is kept.
#[derive(Clone, Debug)]
pub struct NewModelCall {
    pub agent_id: AgentId,
    pub execution_id: ExecutionId,
    /// Its name in the settings.
    pub model: String,
    pub usage: ModelUse,
    pub error: Option<String>,
}

#[derive(FromRow)]
struct UseRow {
    calls: i64,
    input_tokens: i64,
    output_tokens: i64,
    cost_micros: i64,
    milliseconds: i64,
}

impl From<UseRow> for ModelUse {
    fn from(row: UseRow) -> Self {
        Self {
            calls: row.calls,
            input_tokens: row.input_tokens,
            output_tokens: row.output_tokens,
            cost_micros: row.cost_micros,
            milliseconds: row.milliseconds,
        }
    }
}

#[derive(FromRow)]
struct CallRow {
    id: Uuid,
    agent_id: Uuid,
    agent_name: String,
    execution_id: Uuid,
    model: String,
    input_tokens: i64,
    output_tokens: i64,
    cost_micros: i64,
    milliseconds: i64,
    error: Option<String>,
    created_at: Ts,
}

impl TryFrom<CallRow> for ModelCall {
    type Error = CorruptRow;

    fn try_from(row: CallRow) -> Result<Self, CorruptRow> {
        Ok(Self {
            id: row.id,
            agent_id: AgentId(row.agent_id),
            agent_name: row.agent_name,
            execution_id: ExecutionId(row.execution_id),
            model: row.model,
            usage: ModelUse {
                calls: 1,
                input_tokens: row.input_tokens,
                output_tokens: row.output_tokens,
                cost_micros: row.cost_micros,
                milliseconds: row.milliseconds,
            },
            error: row.error,
            created_at: row.created_at.into(),
        })
    }
}

impl Conn {
    /// How far the workspace lets models be used.
    pub async fn workspace_model_limits(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<ModelLimits, StorageError> {
        let row: Option<(String,)> = self
            .fetch_optional(sql!("SELECT model_limits FROM workspaces WHERE id = $1"), args![workspace])
            .await?;
        let at = At { table: "workspaces", row: workspace.0 };
        Ok(row.map(|(text,)| at.json("model_limits", &text)).transpose()?.unwrap_or_default())
    }

    /// What models were used for since a time, by one agent or by all.
    pub async fn model_use_since(
        &mut self,
        workspace: WorkspaceId,
        agent: Option<AgentId>,
        since: DateTime<Utc>,
    ) -> Result<ModelUse, StorageError> {
        let row: UseRow = match agent {
            Some(agent) => {
                self.fetch_one(
                    sql!(
                        "SELECT COUNT(*) AS calls, CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT) AS input_tokens, ",
                        "CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) AS output_tokens, ",
                        "CAST(COALESCE(SUM(cost_micros), 0) AS BIGINT) AS cost_micros, ",
                        "CAST(COALESCE(SUM(milliseconds), 0) AS BIGINT) AS milliseconds FROM model_calls ",
                        "WHERE workspace_id = $1 AND agent_id = $2 AND created_at > $3"
                    ),
                    args![workspace, agent, since],
                )
                .await?
            }
            None => {
                self.fetch_one(
                    sql!(
                        "SELECT COUNT(*) AS calls, CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT) AS input_tokens, ",
                        "CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) AS output_tokens, ",
                        "CAST(COALESCE(SUM(cost_micros), 0) AS BIGINT) AS cost_micros, ",
                        "CAST(COALESCE(SUM(milliseconds), 0) AS BIGINT) AS milliseconds FROM model_calls ",
                        "WHERE workspace_id = $1 AND created_at > $2"
                    ),
                    args![workspace, since],
                )
                .await?
            }
        };
        Ok(row.into())
    }

    /// What an execution used its model for.
    pub async fn model_use_of_execution(&mut self, execution: ExecutionId) -> Result<ModelUse, StorageError> {
        let row: UseRow = self
            .fetch_one(
                sql!(
                    "SELECT COUNT(*) AS calls, CAST(COALESCE(SUM(input_tokens), 0) AS BIGINT) AS input_tokens, ",
                    "CAST(COALESCE(SUM(output_tokens), 0) AS BIGINT) AS output_tokens, ",
                    "CAST(COALESCE(SUM(cost_micros), 0) AS BIGINT) AS cost_micros, ",
                    "CAST(COALESCE(SUM(milliseconds), 0) AS BIGINT) AS milliseconds FROM model_calls ",
                    "WHERE execution_id = $1"
                ),
                args![execution],
            )
            .await?;
        Ok(row.into())
    }

    /// The last calls of models, newest first.
    pub async fn model_call_list(
        &mut self,
        workspace: WorkspaceId,
        limit: i64,
    ) -> Result<Vec<ModelCall>, StorageError> {
        let rows: Vec<CallRow> = self
            .fetch_all(
                sql!(
                    "SELECT c.id, c.agent_id, a.name AS agent_name, c.execution_id, c.model, c.input_tokens, ",
                    "c.output_tokens, c.cost_micros, c.milliseconds, c.error, c.created_at FROM model_calls c ",
                    "JOIN agents a ON a.id = c.agent_id WHERE c.workspace_id = $1 ",
                    "ORDER BY c.created_at DESC, c.id DESC LIMIT $2"
                ),
                args![workspace, limit],
            )
            .await?;
        Ok(all(rows)?)
    }
}

impl Tx {
    pub async fn workspace_set_model_limits(
        &mut self,
        workspace: WorkspaceId,
        limits: &ModelLimits,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!("UPDATE workspaces SET model_limits = $2 WHERE id = $1"),
            args![workspace, Arg::json(limits)],
        )
        .await?;
        Ok(())
    }

    /// Records a call that is over.
    pub async fn model_call_insert(
        &mut self,
        workspace: WorkspaceId,
        call: &NewModelCall,
    ) -> Result<(), StorageError> {
        let (id, now) = (self.id(), self.now());
        self.execute(
            sql!(
                "INSERT INTO model_calls (id, workspace_id, agent_id, execution_id, model, input_tokens, ",
                "output_tokens, cost_micros, milliseconds, error, created_at) ",
                "VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)"
            ),
            args![
                id,
                workspace,
                call.agent_id,
                call.execution_id,
                &call.model,
                call.usage.input_tokens,
                call.usage.output_tokens,
                call.usage.cost_micros,
                call.usage.milliseconds,
                call.error.as_deref(),
                now
            ],
        )
        .await?;
        Ok(())
    }
}
