//! `digests`: that a member's digest of a day is made once, and what happened in its time.

use super::read::At;
use super::{Conn, StorageError, Ts, Tx};
use crate::domain::approval::ActorKind;
use crate::domain::ids::{UserId, WorkspaceId};
use crate::{args, sql};
use chrono::{DateTime, NaiveDate, Utc};
use sqlx::FromRow;
use uuid::Uuid;

/// A member who wants a digest.
#[derive(Clone, Debug)]
pub struct Subscriber {
    pub workspace: WorkspaceId,
    pub user: UserId,
    pub hour: i64,
    pub time_zone: Option<String>,
    /// The day of the last one, and when its time ended.
    pub last: Option<(String, DateTime<Utc>)>,
}

#[derive(FromRow)]
struct SubscriberRow {
    workspace_id: Uuid,
    user_id: Uuid,
    digest_hour: i64,
    time_zone: Option<String>,
    last_date: Option<String>,
    last_until: Option<Ts>,
}

/// How often one thing happened in a department.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct DigestCount {
    /// `None`: of no team.
    pub department: Option<String>,
    /// As the audit trail names it.
    pub event: String,
    /// Who decided, of decisions.
    pub by: Option<String>,
    pub count: i64,
}

#[derive(FromRow)]
struct CountRow {
    department: Option<String>,
    event: String,
    actor_id: Uuid,
    actor_kind: String,
    actor_name: String,
    count: i64,
}

/// The day and the time of one digest.
#[derive(Clone, Copy, Debug)]
pub struct DigestSpan {
    pub day: NaiveDate,
    pub from: DateTime<Utc>,
    pub until: DateTime<Utc>,
}

/// What a digest tells of, by its audit events.
pub const RAN: &str = "action.auto_approved";

impl Conn {
    /// Every member who wants a digest, of every workspace, from after the one given.
    pub async fn digest_subscribers(
        &mut self,
        after: (WorkspaceId, UserId),
        limit: i64,
    ) -> Result<Vec<Subscriber>, StorageError> {
        let rows: Vec<SubscriberRow> = self
            .fetch_all(
                sql!(
                    "SELECT p.workspace_id, p.user_id, p.digest_hour, u.time_zone, ",
                    "(SELECT max(d.local_date) FROM digests d ",
                    "WHERE d.workspace_id = p.workspace_id AND d.user_id = p.user_id) AS last_date, ",
                    "(SELECT max(d.until_at) FROM digests d ",
                    "WHERE d.workspace_id = p.workspace_id AND d.user_id = p.user_id) AS last_until ",
                    "FROM notification_preferences p JOIN users u ON u.id = p.user_id ",
                    "JOIN members m ON m.workspace_id = p.workspace_id AND m.user_id = p.user_id ",
                    "WHERE p.digest_hour IS NOT NULL AND m.disabled_at IS NULL ",
                    "AND (p.workspace_id, p.user_id) > ($1, $2) ORDER BY p.workspace_id, p.user_id LIMIT $3"
                ),
                args![after.0, after.1, limit],
            )
            .await?;
        Ok(rows
            .into_iter()
            .map(|row| Subscriber {
                workspace: WorkspaceId(row.workspace_id),
                user: UserId(row.user_id),
                hour: row.digest_hour,
                time_zone: row.time_zone,
                last: row.last_date.zip(row.last_until.map(Into::into)),
            })
            .collect())
    }

    /// What ran by itself, was decided, expired or failed in a time, by department and, of decisions, by person.
    pub async fn digest_counts(
        &mut self,
        workspace: WorkspaceId,
        from: DateTime<Utc>,
        until: DateTime<Utc>,
    ) -> Result<Vec<DigestCount>, StorageError> {
        let rows: Vec<CountRow> = self
            .fetch_all(
                sql!(
                    "SELECT t.department, l.event, l.actor_id, l.actor_kind, max(l.actor_name) AS actor_name, ",
                    "COUNT(*) AS count FROM agent_action_audit_log l LEFT JOIN agent_teams t ON t.id = l.team_id ",
                    "WHERE l.workspace_id = $1 AND l.executed_at >= $2 AND l.executed_at < $3 ",
                    "AND l.event IN ('action.auto_approved', 'approval.approved', 'approval.rejected', ",
                    "'approval.expired', 'action.failed', 'action.unknown') ",
                    "GROUP BY t.department, l.event, l.actor_id, l.actor_kind ",
                    "ORDER BY t.department, l.event, max(l.actor_name)"
                ),
                args![workspace, from, until],
            )
            .await?;
        let mut counts = Vec::with_capacity(rows.len());
        for row in rows {
            let at = At { table: "agent_action_audit_log", row: row.actor_id };
            let kind: ActorKind = at.word("actor_kind", &row.actor_kind)?;
            counts.push(DigestCount {
                department: row.department,
                by: (kind == ActorKind::User && row.event != RAN).then_some(row.actor_name),
                event: row.event,
                count: row.count,
            });
        }
        Ok(counts)
    }

    /// How many approvals wait, by department.
    pub async fn digest_waiting(
        &mut self,
        workspace: WorkspaceId,
    ) -> Result<Vec<(Option<String>, i64)>, StorageError> {
        self.fetch_all(
            sql!(
                "SELECT t.department, COUNT(*) AS count FROM agent_pending_actions a ",
                "LEFT JOIN agent_teams t ON t.id = a.team_id WHERE a.workspace_id = $1 AND a.status = 'pending' ",
                "GROUP BY t.department ORDER BY t.department"
            ),
            args![workspace],
        )
        .await
    }

    /// The time of a digest that is to be sent, or is being sent.
    pub async fn digest_span(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        day: NaiveDate,
    ) -> Result<Option<DigestSpan>, StorageError> {
        let row: Option<(Ts, Ts)> = self
            .fetch_optional(
                sql!(
                    "SELECT from_at, until_at FROM digests WHERE workspace_id = $1 AND user_id = $2 ",
                    "AND local_date = $3 AND state IN ('waiting', 'sending')"
                ),
                args![workspace, user, day.to_string()],
            )
            .await?;
        Ok(row.map(|(from, until)| DigestSpan { day, from: from.0, until: until.0 }))
    }
}

impl Tx {
    /// Claims a member's digest of a day. `false`: another node has it.
    pub async fn digest_insert(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        span: DigestSpan,
    ) -> Result<bool, StorageError> {
        let made = self
            .execute(
                sql!(
                    "INSERT INTO digests (workspace_id, user_id, local_date, from_at, until_at, state) ",
                    "VALUES ($1, $2, $3, $4, $5, 'waiting') ON CONFLICT DO NOTHING"
                ),
                args![workspace, user, span.day.to_string(), span.from, span.until],
            )
            .await?;
        Ok(made == 1)
    }

    /// Moves a digest that is not over.
    pub async fn digest_set(
        &mut self,
        workspace: WorkspaceId,
        user: UserId,
        day: NaiveDate,
        state: &'static str,
        error: Option<&str>,
    ) -> Result<(), StorageError> {
        self.execute(
            sql!(
                "UPDATE digests SET state = $4, error = $5 WHERE workspace_id = $1 AND user_id = $2 ",
                "AND local_date = $3 AND state IN ('waiting', 'sending')"
            ),
            args![workspace, user, day.to_string(), state, error],
        )
        .await?;
        Ok(())
    }
}
