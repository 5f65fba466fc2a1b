//! Reading `agent_action_audit_log`. Writing is `Tx::audit`; sealing is in [`chain`].

pub mod chain;
pub mod checkpoints;
mod list;

pub use list::{AuditQuery, Order};

use super::{CorruptRow, Ts};
use crate::domain::approval::ActorRef;
use crate::domain::audit::AuditRow;
use crate::domain::chain::{ChainRow, FORM};
use crate::domain::ids::{AgentId, ApprovalId, AuditId, TeamId, WorkspaceId};
use uuid::Uuid;

#[derive(sqlx::FromRow)]
struct Row {
    id: Uuid,
    seq: Option<i64>,
    workspace_id: Uuid,
    team_id: Option<Uuid>,
    agent_id: Option<Uuid>,
    actor_kind: String,
    actor_id: Uuid,
    actor_name: String,
    event: String,
    action_type: Option<String>,
    action_data: Option<String>,
    description: String,
    approval_id: Option<Uuid>,
    risk_level: Option<String>,
    was_automatic: bool,
    success: Option<bool>,
    error: Option<String>,
    result: Option<String>,
    duration_ms: Option<i64>,
    executed_at: Ts,
    prev_hash: Option<String>,
    hash: Option<String>,
}

const COLUMNS: &str = crate::sql!(
    "SELECT id, seq, workspace_id, team_id, agent_id, actor_kind, actor_id, actor_name, event, action_type, ",
    "action_data, description, approval_id, risk_level, was_automatic, success, error, result, duration_ms, ",
    "executed_at, prev_hash, hash FROM agent_action_audit_log a"
);

impl From<Row> for ChainRow {
    fn from(row: Row) -> Self {
        Self {
            v: FORM,
            id: row.id,
            workspace_id: WorkspaceId(row.workspace_id),
            seq: row.seq,
            team_id: row.team_id,
            agent_id: row.agent_id,
            actor_kind: row.actor_kind,
            actor_id: row.actor_id,
            actor_name: row.actor_name,
            event: row.event,
            action_type: row.action_type,
            action_data: row.action_data,
            description: row.description,
            approval_id: row.approval_id.map(ApprovalId),
            risk_level: row.risk_level,
            was_automatic: row.was_automatic,
            success: row.success,
            error: row.error,
            result: row.result,
            duration_ms: row.duration_ms,
            executed_at: row.executed_at.into(),
            prev_hash: row.prev_hash,
            hash: row.hash,
        }
    }
}

impl TryFrom<Row> for AuditRow {
    type Error = CorruptRow;

    fn try_from(row: Row) -> Result<Self, CorruptRow> {
        let id = row.id;
        let fault = |column: &'static str, cause: String| {
            CorruptRow::new("agent_action_audit_log", column, id, cause)
        };
        let json = |column: &'static str, text: Option<String>| {
            text.map(|text| serde_json::from_str(&text))
                .transpose()
                .map_err(|cause| fault(column, cause.to_string()))
        };
        Ok(Self {
            id: AuditId(id),
            seq: row.seq,
            workspace_id: WorkspaceId(row.workspace_id),
            team_id: row.team_id.map(TeamId),
            agent_id: row.agent_id.map(AgentId),
            actor: ActorRef {
                kind: row.actor_kind.parse().map_err(|cause| fault("actor_kind", format!("{cause}")))?,
                id: row.actor_id,
                name: row.actor_name,
            },
            event: row.event,
            action_type: row.action_type,
            action_data: json("action_data", row.action_data)?,
            description: row.description,
            approval_id: row.approval_id.map(ApprovalId),
            risk_level: row
                .risk_level
                .map(|text| text.parse())
                .transpose()
                .map_err(|cause| fault("risk_level", format!("{cause}")))?,
            was_automatic: row.was_automatic,
            success: row.success,
            error: row.error,
            result: json("result", row.result)?,
            duration_ms: row.duration_ms,
            executed_at: row.executed_at.into(),
            prev_hash: row.prev_hash,
            hash: row.hash,
        })
    }
}
