//! `notices`: what people are to be told, written in the transaction of what happened and taken away by the job that
//! tells them. Nothing that is committed is forgotten when the process is killed in between.

use super::{Arg, AuditEntry, Conn, NewJob, StorageError, Ts, Tx};
use crate::domain::approval::{ActorKind, ApprovalStatus};
use crate::domain::ids::{ApprovalId, ExecutionId, TeamId, UserId, WorkspaceId};
use crate::domain::notification::{NoticeKind, notice_of};
use crate::domain::risk::RiskLevel;
use crate::server::storage::read::At;
use crate::{args, sql};
use chrono::{DateTime, TimeDelta, Utc};
use serde_json::json;
use sqlx::FromRow;
use std::collections::HashMap;
use uuid::Uuid;

/// Turns a workspace's notices into notifications.
pub const COLLECT: &str = "notices.collect";
/// The queue of telling people, apart so that a slow mail server holds up nothing else.
pub const QUEUE_NOTICES: &str = "notices";
/// What happens within this time is told together.
pub const GATHER: TimeDelta = TimeDelta::seconds(3);

/// A notice before it is written.
#[derive(Clone, Debug)]
pub struct NewNotice {
    pub workspace_id: WorkspaceId,
    pub kind: NoticeKind,
    /// What happened, as the audit trail names it.
    pub event: &'static str,
    pub actor_id: Uuid,
    pub approval_id: Option<ApprovalId>,
    pub team_id: Option<TeamId>,
    pub execution_id: Option<ExecutionId>,
    pub description: String,
}

/// A notice that waits.
#[derive(Clone, Debug)]
pub struct Notice {
    pub id: Uuid,
    pub kind: NoticeKind,
    pub event: String,
    /// Who acted, or whose matter it is.
    pub actor_id: Uuid,
    pub approval_id: Option<ApprovalId>,
    pub team_id: Option<TeamId>,
    pub execution_id: Option<ExecutionId>,
    pub description: String,
    pub created_at: DateTime<Utc>,
}

#[derive(FromRow)]
struct NoticeRow {
    id: Uuid,
    kind: String,
    event: String,
    actor_id: Uuid,
    approval_id: Option<Uuid>,
    team_id: Option<Uuid>,
    execution_id: Option<Uuid>,
    description: String,
    created_at: Ts,
}

/// What of an approval decides who is told of it.
#[derive(Clone, Debug)]
pub struct NoticedApproval {
    pub status: ApprovalStatus,
    pub risk: RiskLevel,
    pub sentence: String,
    /// The person who asked.
    pub requester: Option<UserId>,
    pub owner: Option<UserId>,
    /// Who started the execution that asks.
    pub starter: Option<UserId>,
    pub reviewer: Option<UserId>,
}

#[derive(FromRow)]
struct ApprovalRow {
    id: Uuid,
    status: String,
    risk_level: String,
    sentence: String,
    requested_by_kind: String,
    requested_by_id: Uuid,
    owner_id: Option<Uuid>,
    starter_id: Option<Uuid>,
    reviewed_by: Option<Uuid>,
}

/// The job that tells the people of a workspace what waits to be told.
pub fn collect_job(workspace: WorkspaceId, run_at: DateTime<Utc>) -> NewJob {
    NewJob {
        workspace_id: workspace,
        queue: QUEUE_NOTICES,
        kind: COLLECT,
        payload: json!({}),
        priority: 0,
        run_at,
        max_attempts: 20,
        dedupe_key: Some(workspace.to_string()),
    }
}

impl Tx {
    /// Notes what people are to be told of an audited event, if anything.
    pub(super) fn notice(&mut self, entry: &AuditEntry) {
        if let Some(kind) = notice_of(entry.event, entry.risk_level, entry.result.as_ref()) {
            self.notice_write(NewNotice {
                workspace_id: entry.workspace_id,
                kind,
                event: entry.event,
                actor_id: entry.concerns.unwrap_or(entry.actor.id),
                approval_id: entry.approval_id,
                team_id: entry.team_id,
                execution_id: entry.execution,
                description: entry.description.clone(),
            });
        }
    }

    /// Writes a notice, and sees to it that its people are told.
    pub fn notice_write(&mut self, notice: NewNotice) {
        let (id, now) = (self.id(), self.now());
        self.at_commit(
            sql!(
                "INSERT INTO notices (id, workspace_id, kind, event, actor_id, approval_id, team_id, description, ",
                "created_at, execution_id) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)"
            ),
            args![
                id,
                notice.workspace_id,
                notice.kind.as_str(),
                notice.event,
                notice.actor_id,
                notice.approval_id,
                notice.team_id,
                notice.description,
                now,
                notice.execution_id
            ],
        );
        self.enqueue(collect_job(notice.workspace_id, now + GATHER));
    }

    /// Takes up to `limit` of the oldest notices of a workspace; they are gone with the commit.
    pub async fn notices_take(
        &mut self,
        workspace: WorkspaceId,
        limit: i64,
    ) -> Result<Vec<Notice>, StorageError> {
        let rows: Vec<NoticeRow> = self
            .fetch_all(
                sql!(
                    "DELETE FROM notices WHERE id IN (SELECT id FROM notices WHERE workspace_id = $1 ",
                    "ORDER BY id LIMIT $2) ",
                    "RETURNING id, kind, event, actor_id, approval_id, team_id, execution_id, description, created_at"
                ),
                args![workspace, limit],
            )
            .await?;
        let mut notices = Vec::with_capacity(rows.len());
        for row in rows {
            notices.push(Notice {
                kind: At { table: "notices", row: row.id }.word("kind", &row.kind)?,
                id: row.id,
                event: row.event,
                actor_id: row.actor_id,
                approval_id: row.approval_id.map(ApprovalId),
                team_id: row.team_id.map(TeamId),
                execution_id: row.execution_id.map(ExecutionId),
                description: row.description,
                created_at: row.created_at.into(),
            });
        }
        // RETURNING has no order.
        notices.sort_by_key(|notice| notice.id);
        Ok(notices)
    }

    /// Notes that people are `told` of many waiting approvals, or may be told anew. `false`: another node has done so.
    pub async fn many_waiting_set(
        &mut self,
        workspace: WorkspaceId,
        told: bool,
    ) -> Result<bool, StorageError> {
        let now = self.now();
        let changed = self
            .execute(
                sql!(
                    "UPDATE workspaces SET many_waiting_at = $2 ",
                    "WHERE id = $1 AND (many_waiting_at IS NULL) = $3"
                ),
                args![workspace, told.then_some(now), told],
            )
            .await?;
        Ok(changed == 1)
    }
}

impl Conn {
    /// Workspaces with notices from before a time: their job began just before the notice was committed.
    pub async fn notices_overdue(&mut self, before: DateTime<Utc>) -> Result<Vec<WorkspaceId>, StorageError> {
        let rows: Vec<(Uuid,)> = self
            .fetch_all(
                sql!("SELECT DISTINCT workspace_id FROM notices WHERE created_at < $1 LIMIT 1000"),
                args![before],
            )
            .await?;
        Ok(rows.into_iter().map(|(id,)| WorkspaceId(id)).collect())
    }

    /// What decides who is told of these approvals.
    pub async fn approvals_noticed(
        &mut self,
        workspace: WorkspaceId,
        ids: &[ApprovalId],
    ) -> Result<HashMap<ApprovalId, NoticedApproval>, StorageError> {
        let sql = self.dialect(
            sql!(
                "SELECT a.id, a.status, a.risk_level, COALESCE(a.sentence, a.description) AS sentence, ",
                "a.requested_by_kind, a.requested_by_id, g.owner_id, a.reviewed_by, ",
                "CASE WHEN e.started_by_kind = 'user' THEN e.started_by_id END AS starter_id ",
                "FROM agent_pending_actions a LEFT JOIN agents g ON g.id = a.agent_id ",
                "LEFT JOIN agent_workflow_executions e ON e.workspace_id = a.workspace_id ",
                "AND e.id = a.workflow_execution_id ",
                "WHERE a.workspace_id = $1 AND a.id IN (SELECT unhex(value) FROM json_each($2))"
            ),
            sql!(
                "SELECT a.id, a.status, a.risk_level, COALESCE(a.sentence, a.description) AS sentence, ",
                "a.requested_by_kind, a.requested_by_id, g.owner_id, a.reviewed_by, ",
                "CASE WHEN e.started_by_kind = 'user' THEN e.started_by_id END AS starter_id ",
                "FROM agent_pending_actions a LEFT JOIN agents g ON g.id = a.agent_id ",
                "LEFT JOIN agent_workflow_executions e ON e.workspace_id = a.workspace_id ",
                "AND e.id = a.workflow_execution_id WHERE a.workspace_id = $1 ",
                "AND a.id IN (SELECT CAST(value AS UUID) FROM jsonb_array_elements_text(CAST($2 AS JSONB)) AS value)"
            ),
        );
        let rows: Vec<ApprovalRow> =
            self.fetch_all(sql, args![workspace, Arg::ids(ids.iter().copied())]).await?;
        let mut found = HashMap::with_capacity(rows.len());
        for row in rows {
            let at = At { table: "agent_pending_actions", row: row.id };
            let by: ActorKind = at.word("requested_by_kind", &row.requested_by_kind)?;
            found.insert(
                ApprovalId(row.id),
                NoticedApproval {
                    status: at.word("status", &row.status)?,
                    risk: at.word("risk_level", &row.risk_level)?,
                    sentence: row.sentence,
                    requester: (by == ActorKind::User).then_some(UserId(row.requested_by_id)),
                    owner: row.owner_id.map(UserId),
                    starter: row.starter_id.map(UserId),
                    reviewer: row.reviewed_by.map(UserId),
                },
            );
        }
        Ok(found)
    }

    /// The workspaces where the number of waiting approvals (counted to `most`) went over or back under what people
    /// are told of: each with whether they were told.
    pub async fn workspaces_waiting(
        &mut self,
        most: i64,
    ) -> Result<Vec<(WorkspaceId, i64, bool)>, StorageError> {
        let rows: Vec<(Uuid, i64, bool)> = self
            .fetch_all(
                sql!(
                    "SELECT w.id, (SELECT COUNT(*) FROM (SELECT 1 FROM agent_pending_actions a ",
                    "WHERE a.workspace_id = w.id AND a.status = 'pending' LIMIT $1) AS counted) AS waiting, ",
                    "w.many_waiting_at IS NOT NULL AS told FROM workspaces w"
                ),
                args![most],
            )
            .await?;
        Ok(rows.into_iter().map(|(id, waiting, told)| (WorkspaceId(id), waiting, told)).collect())
    }
}
