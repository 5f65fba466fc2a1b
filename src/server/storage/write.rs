//! What every change carries with it, in its own transaction: an audit row, an event, jobs.

use super::db::Engine;
use super::{Arg, Tx};
use crate::domain::approval::ActorRef;
use crate::domain::event::Topic;
use crate::domain::ids::{AgentId, ApprovalId, AuditId, ExecutionId, JobId, TeamId, WorkspaceId};
use crate::domain::metrics::Counted;
use crate::domain::risk::RiskLevel;
use crate::{args, sql};
use chrono::{DateTime, Utc};
use serde_json::Value;
use uuid::Uuid;

/// One row of the audit trail before it is written. `event` is `noun.verb_in_the_past`.
#[derive(Clone, Debug)]
pub struct AuditEntry {
    pub workspace_id: WorkspaceId,
    pub actor: ActorRef,
    pub event: &'static str,
    pub description: String,
    pub team_id: Option<TeamId>,
    pub agent_id: Option<AgentId>,
    pub approval_id: Option<ApprovalId>,
    pub action_type: Option<String>,
    /// Exact text of the data, as signed.
    pub action_data: Option<String>,
    pub risk_level: Option<RiskLevel>,
    pub was_automatic: bool,
    pub success: Option<bool>,
    pub error: Option<String>,
    pub result: Option<Value>,
    pub duration_ms: Option<i64>,
    /// What the figures need beside the row.
    pub counted: Counted,
    /// The execution that it is about, itself or by one of its steps. Not kept with the row: the approval or the result
    /// names it.
    pub execution: Option<ExecutionId>,
    /// Whose matter it is, where that is not who acted: for notices.
    pub concerns: Option<Uuid>,
}

impl AuditEntry {
    pub fn new(
        workspace_id: WorkspaceId,
        actor: ActorRef,
        event: &'static str,
        description: impl Into<String>,
    ) -> Self {
        Self {
            workspace_id,
            actor,
            event,
            description: description.into(),
            team_id: None,
            agent_id: None,
            approval_id: None,
            action_type: None,
            action_data: None,
            risk_level: None,
            was_automatic: false,
            success: None,
            error: None,
            result: None,
            duration_ms: None,
            counted: Counted::default(),
            execution: None,
            concerns: None,
        }
    }
}

/// A job before it is enqueued. See `shared/DISPATCH.md`, rule 2.
#[derive(Clone, Debug)]
pub struct NewJob {
    pub workspace_id: WorkspaceId,
    pub queue: &'static str,
    pub kind: &'static str,
    pub payload: Value,
    pub priority: i64,
    pub run_at: DateTime<Utc>,
    pub max_attempts: i64,
    /// At most one ready job of a kind has this key.
    pub dedupe_key: Option<String>,
}

impl Tx {
    /// Writes the audit row of this change, and what it counts.
    pub fn audit(&mut self, entry: AuditEntry) -> AuditId {
        self.notice(&entry);
        self.count(&entry);
        let (id, now) = (self.id(), self.now());
        self.at_commit(
            sql!(
                "INSERT INTO agent_action_audit_log (id, workspace_id, team_id, agent_id, actor_kind, actor_id, ",
                "actor_name, event, action_type, action_data, description, approval_id, risk_level, was_automatic, ",
                "success, error, result, duration_ms, executed_at) VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, ",
                "$11, $12, $13, $14, $15, $16, $17, $18, $19)"
            ),
            args![
                id,
                entry.workspace_id,
                entry.team_id,
                entry.agent_id,
                entry.actor.kind.as_str(),
                entry.actor.id,
                entry.actor.name,
                entry.event,
                entry.action_type,
                entry.action_data,
                entry.description,
                entry.approval_id,
                entry.risk_level.map(RiskLevel::as_str),
                entry.was_automatic,
                entry.success,
                entry.error,
                entry.result.map(|result| result.to_string()),
                entry.duration_ms,
                now
            ],
        );
        self.wake_sealer();
        AuditId(id)
    }

    /// Tells followers that something changed. They refetch: storage is the truth.
    pub fn emit(&mut self, workspace: WorkspaceId, topic: Topic, subject: Uuid) {
        let (id, now) = (self.id(), self.now());
        if self.engine() == Engine::Sqlite {
            // One writer at a time: a number becomes visible after all lower ones.
            self.at_commit(
                sql!(/* sqlite */ "UPDATE counters SET value = value + 1 WHERE name = 'event_seq'"),
                args![],
            );
        }
        let sql = self.dialect(
            sql!(
                "INSERT INTO events (id, workspace_id, topic, subject_id, created_at, seq) ",
                "SELECT $1, $2, $3, $4, $5, value FROM counters WHERE name = 'event_seq'"
            ),
            sql!("INSERT INTO events (id, workspace_id, topic, subject_id, created_at) VALUES ($1, $2, $3, $4, $5)"),
        );
        self.at_commit(sql, args![id, workspace, topic.as_str(), subject, now]);
        self.wake_events();
    }

    /// Enqueues a job; does nothing when a ready one with the same kind and dedupe key exists.
    pub fn enqueue(&mut self, job: NewJob) -> JobId {
        let (id, now) = (self.id(), self.now());
        self.at_commit(
            sql!(
                "INSERT INTO jobs (id, workspace_id, queue, kind, payload, state, priority, run_at, max_attempts, ",
                "dedupe_key, created_at) VALUES ($1, $2, $3, $4, $5, 'ready', $6, $7, $8, $9, $10) ",
                "ON CONFLICT DO NOTHING"
            ),
            args![
                id,
                job.workspace_id,
                job.queue,
                job.kind,
                Arg::json(&job.payload),
                job.priority,
                job.run_at,
                job.max_attempts,
                job.dedupe_key,
                now
            ],
        );
        self.wake_jobs();
        JobId(id)
    }
}
