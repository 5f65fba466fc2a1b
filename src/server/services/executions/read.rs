//! Reading executions.

use crate::domain::execution::{Execution, ExecutionDetail, ExecutionFilter};
use crate::domain::ids::ExecutionId;
use crate::domain::page::Page;
use crate::domain::params::parsed;
use crate::domain::{AppError, AppResult};
use crate::server::services::ctx::{Allowed, ReadWorkflows};
use crate::server::storage::workflows::executions::ExecutionPage;
use crate::server::storage::{Db, cursor};

/// Steps that are shown of one execution.
const STEPS: i64 = 500;

/// Newest first.
pub async fn execution_list(
    by: &Allowed<ReadWorkflows>,
    db: &Db,
    filter: &ExecutionFilter,
) -> AppResult<Page<Execution>> {
    let limit = cursor::limit(filter.limit.as_deref())?;
    let mut errors = Vec::new();
    let page = ExecutionPage {
        status: parsed("status", filter.status.as_deref(), &mut errors),
        kind: parsed("kind", filter.kind.as_deref(), &mut errors),
        workflow: parsed("workflowId", filter.workflow_id.as_deref(), &mut errors),
        team: parsed("teamId", filter.team_id.as_deref(), &mut errors),
        agent: parsed("agentId", filter.agent_id.as_deref(), &mut errors),
        before: cursor::before_time(filter.cursor.as_deref())?,
        limit: limit + 1,
    };
    if !errors.is_empty() {
        return Err(AppError::Invalid { errors });
    }
    let rows = db.read().await?.execution_list(by.workspace(), &page).await?;
    Ok(cursor::page(rows, limit, |last| cursor::time_and_id(last.created_at, last.id.0)))
}

pub async fn execution_get(
    by: &Allowed<ReadWorkflows>,
    db: &Db,
    id: ExecutionId,
) -> AppResult<ExecutionDetail> {
    let mut conn = db.read().await?;
    let execution =
        conn.execution_get(by.workspace(), id).await?.ok_or_else(|| AppError::not_found("execution"))?;
    let (steps, step_count) = conn.steps_of(by.workspace(), id, STEPS).await?;
    Ok(ExecutionDetail { execution, steps, step_count })
}
